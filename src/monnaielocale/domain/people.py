"""Persons who act in the program: what a login looks like, and which roles go with which party."""

import re
from collections.abc import Collection

from .actors import AccountantMayNotDecide
from .refusals import Refusal

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,79}", re.ASCII)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_MEMBERS = frozenset({"person", "association", "business", "public_body"})
# Whoever holds a role acts for a party of one of these kinds; an empty set means with or without a party.
PARTY_KINDS_OF_ROLES: dict[str, frozenset[str]] = {
    "town_preparer": frozenset({"public_body"}),
    "town_signer": frozenset({"public_body"}),
    "public_accountant": frozenset({"public_body"}),
    "desk_clerk": frozenset({"public_body"}),
    "association_operator": frozenset({"issuer"}),
    "association_accountant": frozenset({"issuer"}),
    "member": _MEMBERS,
    "auditor": frozenset(),
    "administrator": frozenset(),
}
_DECIDES_FOR_A_TOWN = frozenset({"town_preparer", "town_signer"})


class LoginUnfit(Refusal):
    """{login} cannot be a login: use small letters, figures, dot, dash or @, between 2 and 80 of them."""

    code = "login_unfit"


class LoginTaken(Refusal):
    """Somebody else already has the login {login}."""

    code = "login_taken"


class PersonUnknown(Refusal):
    """Nobody has the login {login}."""

    code = "person_unknown"


class ActingPartyUnknown(Refusal):
    """There is no party {party} to act for."""

    code = "acting_party_unknown"


class RoleUnknown(Refusal):
    """{role} is not a role: the roles are {known}."""

    code = "role_unknown"


class RoleNotOfParty(Refusal):
    """{login} cannot hold the role {role}, which belongs to another kind of party."""

    code = "role_not_of_party"


class PasswordTooShort(Refusal):
    """A password has at least {least} characters."""

    code = "password_too_short"


class PasswordTooLong(Refusal):
    """A password has at most {most} characters."""

    code = "password_too_long"


class LoginRefused(Refusal):
    """The login or the password is wrong."""

    code = "login_refused"


class CurrentPasswordWrong(Refusal):
    """This is not your current password."""

    code = "current_password_wrong"


class AdministratorNeeded(Refusal):
    """There is an administrator already: only an administrator adds persons and gives roles."""

    code = "administrator_needed"


class LastAdministrator(Refusal):
    """{login} is the last administrator: give the role to somebody else first."""

    code = "last_administrator"


def check_login(login: str) -> None:
    """LoginUnfit unless the login can be typed everywhere and differs from others by more than its case."""
    if not _LOGIN.fullmatch(login):
        raise LoginUnfit(login=login[:80])


def check_password(password: str) -> None:
    """PasswordTooShort or PasswordTooLong: length is what protects."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(most=LONGEST_PASSWORD)


def check_roles(login: str, party_kind: str, roles: Collection[str]) -> None:
    """Whether one person may hold these roles together for a party of this kind; '' for no party.

    Refuses with RoleUnknown, RoleNotOfParty, and AccountantMayNotDecide: ordonnateur and comptable public are never the same.
    """
    for role in roles:
        if role not in PARTY_KINDS_OF_ROLES:
            raise RoleUnknown(role=role, known=", ".join(PARTY_KINDS_OF_ROLES))
        kinds = PARTY_KINDS_OF_ROLES[role]
        if kinds and party_kind not in kinds:
            raise RoleNotOfParty(login=login, role=role)
    if "public_accountant" in roles and _DECIDES_FOR_A_TOWN.intersection(roles):
        raise AccountantMayNotDecide(login=login)
