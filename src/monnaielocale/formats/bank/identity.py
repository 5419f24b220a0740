"""French bank identities: the key that protects bank, branch and account, and the IBAN made of them (RIB, ISO 13616)."""

import re

from stdnum import iban as iban_rules
from stdnum.exceptions import ValidationError

_RIB_VALUES = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
_FRENCH_IBAN = re.compile(r"FR\d{2}(?P<bank>\d{5})(?P<branch>\d{5})(?P<number>[0-9A-Z]{11})\d{2}", re.ASCII)


def french_iban(*, bank: str, branch: str, number: str) -> str | None:
    """The IBAN of a French account, or None when the three parts are not a French bank identity.

    The key is 97 - (89 x bank + 15 x branch + 3 x account) mod 97, letters of the account counting 1 to 9 by the French rule
    (A and J are 1, B, K and S are 2). Accounts of Monaco look alike but belong under MC: they are named FR here.
    """
    if not (re.fullmatch(r"[0-9]{10}", bank + branch) and len(bank) == 5 and re.fullmatch(r"[0-9A-Z]{11}", number)):
        return None
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(number.translate(_RIB_VALUES))) % 97
    written = f"FR00{bank}{branch}{number}{key:02d}"
    return f"FR{iban_rules.calc_check_digits(written)}{written[4:]}"


def french_parts(iban: str) -> tuple[str, str, str] | None:
    """Bank, branch and account number of a French IBAN, or None for an IBAN of elsewhere."""
    found = _FRENCH_IBAN.fullmatch(iban)
    return (found["bank"], found["branch"], found["number"]) if found else None


def iban_or_none(written: str) -> str | None:
    """The IBAN without spaces, in capitals, or None when its check digits or its structure are wrong."""
    if not written.isascii():
        return None
    try:
        return iban_rules.validate(written, check_country=False)
    except ValidationError:
        return None
