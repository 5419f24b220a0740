"""Commands about the persons who act: adding them, their roles, their passwords."""

from typing import Annotated, Any

from ..domain.actors import Actor
from ..domain.people import PARTY_KINDS_OF_ROLES
from ..store.people import actor_of, add_person, grant_role, list_people, set_password, withdraw_role
from ..words import say
from .answers import tell, tell_done, tell_json, tell_table
from .arguments import AsJson, By, PasswordFile, password_typed
from .databases import open_database
from .teaching import alone, argument, command, flag, group, option

user_commands = group("user", say("The persons who act: their party, their roles, their password."))
app = alone(user_commands)

Login = Annotated[str, argument(say("LOGIN"), say("The login of the person."))]
Role = Annotated[
    str,
    argument(say("ROLE"), say("One of: {codes}.", codes=", ".join(PARTY_KINDS_OF_ROLES))),
]


@command(
    user_commands,
    "add",
    say(
        "Add a person. The first one, who installs the program, needs no --by and becomes administrator by the role of that name."
    ),
    'user add alba --name "Alba Etxe" --role administrator --password',
    'user add bixente --name "Bixente" --party bayonne --role town_signer --by alba',
)
def add(
    login: Login,
    name: Annotated[str, option("--name", say("NAME"), say("The name that people read."))],
    party: Annotated[str, option("--party", say("CODE"), say("The party they act for: its code."))] = "",
    role: Annotated[
        list[str] | None,
        option("--role", say("ROLE"), say("A role, as often as needed: {codes}.", codes=", ".join(PARTY_KINDS_OF_ROLES))),
    ] = None,
    password: Annotated[bool, flag("--password", say("Ask for a password, with which they can log in."))] = False,
    password_file: PasswordFile = None,
    by: Annotated[str, option("--by", say("LOGIN"), say("The administrator who adds them."))] = "",
    as_json: AsJson = False,
) -> None:
    """Add a person."""
    with open_database() as database:
        given_by = actor_of(database, by) if by else None
        secret = password_typed(password_file) if password or password_file else None
        added = add_person(
            database, login=login, name=name, party=party or None, roles=role or [], password=secret, given_by=given_by
        )
    _tell_actor(added, as_json, say("{login} was added.", login=login))


@command(user_commands, "list", say("List the persons with their party and their roles."), "user list")
def list_all(as_json: AsJson = False) -> None:
    """List the persons."""
    with open_database() as database:
        people = list_people(database)
    if as_json:
        tell_json([{"login": one.login, "name": one.name, "party": one.party_code, "roles": list(one.roles)} for one in people])
    else:
        headings = [say("Login"), say("Name"), say("Party"), say("Roles")]
        tell_table(headings, [[one.login, one.name, one.party_code, ", ".join(one.roles)] for one in people])


@command(user_commands, "grant", say("Give a person one more role."), "user grant bixente town_signer --by alba")
def grant(login: Login, role: Role, by: By, as_json: AsJson = False) -> None:
    """Give a role."""
    with open_database() as database:
        changed = grant_role(database, login, role, actor_of(database, by))
    _tell_actor(changed, as_json, say("{login} now holds: {roles}.", login=login, roles=", ".join(sorted(changed.roles))))


@command(user_commands, "withdraw", say("Take a role back from a person."), "user withdraw bixente town_signer --by alba")
def withdraw(login: Login, role: Role, by: By, as_json: AsJson = False) -> None:
    """Take a role back."""
    with open_database() as database:
        changed = withdraw_role(database, login, role, actor_of(database, by))
    left = ", ".join(sorted(changed.roles)) if changed.roles else ""
    _tell_actor(
        changed,
        as_json,
        say("{login} now holds: {roles}.", login=login, roles=left)
        if left
        else say("{login} holds no role any more.", login=login),
    )


@command(
    user_commands,
    "password",
    say("Set the password of a person; it is asked for, or read from a file."),
    "user password bixente --by alba",
)
def change_password(login: Login, by: By, password_file: PasswordFile = None) -> None:
    """Set a password."""
    with open_database() as database:
        given_by = actor_of(database, by)
        set_password(database, login, password_typed(password_file), given_by)
    tell(say("The password of {login} is set.", login=login))


def _tell_actor(actor: Actor, as_json: bool, text: str) -> None:
    data: dict[str, Any] = {"login": actor.login, "party": actor.party_code, "roles": sorted(actor.roles)}
    tell_done(data, as_json, text)
