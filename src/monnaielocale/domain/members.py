"""Members of an association and what may be refused about them."""

import re

import stdnum.exceptions
import stdnum.iban

from .references import plain_text
from .refusals import Refusal

MEMBER_KINDS = ("person", "association", "business", "public_body")
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,19}", re.ASCII)
_WORD = re.compile(r"\w+")


class MemberUnknown(Refusal):
    """There is no member {member}."""

    code = "member_unknown"


class MemberLeft(Refusal):
    """Member {member} left on {left_on}: the account takes and gives nothing any more."""

    code = "member_left"


class MemberAlreadyExists(Refusal):
    """Member {member} exists already, under the name {name}."""

    code = "member_already_exists"


class PayeeIsPayer(Refusal):
    """Member {member} cannot pay themselves."""

    code = "payee_is_payer"


class WalletNotEmpty(Refusal):
    """The account of member {member} still holds {balance}: say what becomes of it before they leave."""

    code = "wallet_not_empty"


class MemberNumberUnfit(Refusal):
    """{number} cannot be a member number: use capital letters, figures, dot, dash or slash, at most 20 of them."""

    code = "member_number_unfit"


class MemberNameMissing(Refusal):
    """Member {member} needs a name."""

    code = "member_name_missing"


class MemberKindUnknown(Refusal):
    """{kind} is not a kind of member: say person, association, business or public_body."""

    code = "member_kind_unknown"


class MemberIbanWrong(Refusal):
    """The IBAN of member {member} is wrong: its length or its check digits do not fit."""

    code = "member_iban_wrong"


class IbanMissing(Refusal):
    """Member {member} has no IBAN: without it no euros can be sent to them."""

    code = "iban_missing"


class DepartureReasonMissing(Refusal):
    """Say why member {member} leaves."""

    code = "departure_reason_missing"


class RemainderUnknown(Refusal):
    """{remainder} is not something that can become of what an account still holds: say refuse, redeem or transfer."""

    code = "remainder_unknown"


def check_member(number: str, kind: str, name: str) -> None:
    """Whether a member can be written under this number and name: MemberNumberUnfit, MemberKindUnknown, MemberNameMissing."""
    if not _NUMBER.fullmatch(number):
        raise MemberNumberUnfit(number=number[:40])
    if kind not in MEMBER_KINDS:
        raise MemberKindUnknown(kind=kind[:40])
    if not name:
        raise MemberNameMissing(member=number)


def checked_iban(number: str, iban: str) -> str:
    """The IBAN without its spaces, '' when none is given; MemberIbanWrong."""
    if not iban.strip():
        return ""
    try:
        return str(stdnum.iban.validate(iban))
    except stdnum.exceptions.ValidationError:
        raise MemberIbanWrong(member=number) from None


def name_key(name: str) -> str:
    """A name as it is compared and sought: capitals without accents, its words parted by one space."""
    return " ".join(_WORD.findall(plain_text(name)))
