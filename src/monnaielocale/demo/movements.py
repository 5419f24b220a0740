"""What happens on the association's bank accounts in the demonstration, line by line and day by day."""

from datetime import date

from ..domain.references import plain_text
from ..domain.statements.bank import Movement
from . import cast
from .cast import Beneficiary, PaymentList

TREASURY = "DRFIP NOUVELLE AQUITAINE"
_RECEIVED, _SENT, _CHARGED = "05", "06", "62"
_SCHOOL_DAYS = (cast.PAY_DAY, cast.REVOCATION_DAY, cast.CREDITING_DAY)


def january() -> list[Movement]:
    """Until 29 January: the thousand in one transfer, the allowance overpaid, and most of the forty."""
    return [
        _of_the_list(cast.STAFF_LIST, cast.PAY_DAY),
        _of_the_list(cast.OFFICIAL_LIST, cast.PAY_DAY, more_cents=cast.OVERPAID_CENTS),
        *_school(cast.PAY_DAY),
        Movement(
            cast.REVOCATION_DAY,
            cast.TOP_UP_CENTS,
            "VIR SEPA M XAN GOYENECHE",
            details=("RECHARGE COMPTE E00058",),
            bank_code=_RECEIVED,
        ),
        *_school(cast.REVOCATION_DAY),
    ]


def january_end() -> list[Movement]:
    """On 30 January: the last of the forty, a transfer from nobody knows whom, and the bank's charge."""
    return [
        *_school(cast.CREDITING_DAY),
        Movement(cast.CREDITING_DAY, cast.UNKNOWN_CENTS, "VIR INST REF 55120 SANS MOTIF", bank_code=_RECEIVED),
        Movement(cast.CREDITING_DAY, -cast.CHARGE_CENTS, "FRAIS TENUE DE COMPTE JANVIER", bank_code=_CHARGED),
    ]


def overlap_only() -> list[Movement]:
    """On 2 February: the grant in full, and a member's dues."""
    dues = Movement(cast.OVERLAP_DAY, cast.DUES_CENTS, "VIR SEPA MME MADDI URRUTY", details=("ADHESION ANNUELLE 2026",))
    return [_of_the_list(cast.GRANT_LIST, cast.OVERLAP_DAY), dues]


def february() -> list[Movement]:
    """Until 27 February: euros sent back, the supplier's order that was suspended, and euros that leave for the reserve."""
    returned = cast.REVOKES
    return [
        Movement(
            cast.RETURN_DAY,
            -returned.amount_cents,
            "VIR SEPA EMIS",
            counterparty=plain_text(returned.member.name),
            details=("RESTITUTION PAIE 01 2026",),
            bank_code=_SENT,
        ),
        _of_the_list(cast.INVOICE_LIST, cast.LATE_DAY),
        Movement(cast.DEPARTURE_DAY, -moved_cents(), "VIR EMIS VERS FONDS DE GARANTIE", bank_code=_SENT),
    ]


def march() -> list[Movement]:
    """On 2 March, on the reserve: the euros that were on the road."""
    return [Movement(cast.ARRIVAL_DAY, moved_cents(), "VIR RECU COMPTE DE DEPOT", bank_code=_RECEIVED)]


def moved_cents() -> int:
    """Every euro that became a unit, and none that is owed to somebody else: what the reserve must receive."""
    return sum(one.total_cents for one in cast.LISTS) - cast.REVOKES.amount_cents + cast.TOP_UP_CENTS


def _of_the_list(one: PaymentList, on: date, more_cents: int = 0) -> Movement:
    """The Treasury pays a whole list and writes its reference, which the bank cuts in two."""
    details = (f"VILLE DE BAYONNE LISTE {one.list_number} REF {one.reference}",)
    cents = one.total_cents + more_cents
    return Movement(on, cents, "VIR SEPA DRFIP NOUVELLE AQUITAINE", counterparty=TREASURY, details=details, bank_code=_RECEIVED)


def _school(on: date) -> list[Movement]:
    """The payroll pays one by one, without our reference: a number, a name, or nothing but the amount."""
    first = _SCHOOL_DAYS.index(on)
    found = []
    for place, each in enumerate(cast.SCHOOL_LIST.beneficiaries):
        if place in cast.TWINS:
            if on == cast.REVOCATION_DAY:
                found.append(_pay(each, on, ""))
        elif place % 3 == first:
            said = (each.member.number, plain_text(each.member.name), "")[place // 3 % 3]
            found.append(_pay(each, on, said))
    return found


def _pay(each: Beneficiary, on: date, said: str) -> Movement:
    details = (f"PAIE 01 2026 {said}".strip(),)
    return Movement(
        on, each.amount_cents, "VIR SEPA DRFIP NOUVELLE AQUITAINE", counterparty=TREASURY, details=details, bank_code=_RECEIVED
    )
