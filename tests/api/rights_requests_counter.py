"""The requests at the counters of desks: floats, days, sessions, receipts, payment requests, envelopes and remittances."""

from collections.abc import Callable
from typing import Any

from tests.api.rights_desks import (
    ENTRY,
    ENTRY_CENTS,
    LESSON,
    LESSON_CENTS,
    TILL,
    DeskAt,
    asked_for,
    asked_for_elsewhere,
    at_work,
    changing_hands,
    closed_desk,
    handed_over,
    in_counted_session,
    in_session,
    on_closed_day,
    on_open_day,
    owing_refund,
    paid_digitally,
    redeemed_digitally,
    remittance_paid,
    today,
    with_another_receipt,
    with_envelope,
    with_envelope_sent,
)
from tests.api.rights_requests import Asked, Case, route
from tests.api.rights_world import DAY
from tests.serving import PASSWORD

AT = "/v1/desks/{desk}"
NOTE = [{"denomination_cents": 100, "count": 1}]
NOTHING_COUNTED: dict[str, Any] = {"notes": [], "euros": []}
# Whoever counts something else than the books say tells why.
WHY = "Counted in haste"
Ready = Callable[..., DeskAt]


def _filled(path: str, at: DeskAt) -> str:
    named = {"desk": at.desk, "session_id": at.session, "number": at.receipt, "envelope": at.envelope, "reference": at.reference}
    named["handover"] = at.handover
    for name, text in named.items():
        path = path.replace(f"{{{name}}}", text)
    return path


def at_counter(path: str, ready: Ready, body: dict[str, Any] | None = None) -> None:
    """A route where something is done at a desk that is ready for it."""

    @route("POST", AT + path, "party")
    def _(case: Case) -> Asked:
        return Asked(_filled(AT + path, case.have(ready)), body if body is not None else {})


def in_till(path: str, ready: Ready, body: dict[str, Any]) -> None:
    """A route where something is done in a session."""

    @route("POST", AT + path, "party")
    def _(case: Case) -> Asked:
        at = case.have(ready)
        return Asked(_filled(AT + path, at), {"session_id": at.session} | body)


def looked_at(path: str, shows: str, ready: Ready = at_work) -> None:
    """A route that shows something of a desk, one at work unless another is asked for."""

    @route("GET", AT + path, "party")
    def _(case: Case) -> Asked:
        at = case.have(ready)
        return Asked(_filled(AT + path, at), shows=_filled(shows, at))


# The float, the safe and what is paid in.
at_counter("/float/receive", at_work, {"amount_cents": 1_00, "on": DAY})
at_counter("/float/lower", at_work, {"amount_cents": 1_00, "on": DAY})
at_counter("/float/exchange", at_work, {"till": TILL, "notes": NOTE, "on": DAY})
at_counter("/float/exchange-back", at_work, {"till": TILL, "notes": NOTE, "on": DAY})
at_counter("/notes-between-tills", at_work, {"from_till": TILL, "to_till": "till-2", "notes": NOTE, "on": DAY})
at_counter("/safe", at_work, {"direction": "to_the_safe", "till": TILL, "amount_cents": 10, "on": DAY})
at_counter("/pay-ins", at_work, {"amount_cents": 10, "on": DAY})

# Days and sessions.
at_counter("/days", closed_desk)
at_counter("/days/close", on_open_day)
at_counter("/days/seal", on_closed_day)
at_counter("/closings", closed_desk, {"period": "2026-02"})
at_counter("/sessions", on_open_day, {"till": TILL, "count": NOTHING_COUNTED})
at_counter("/sessions/{session_id}/count", in_session, {"count": NOTHING_COUNTED})
at_counter("/sessions/{session_id}/close", in_counted_session, {"reason": WHY})


@route("POST", f"{AT}/sessions/{{session_id}}/take-over", "party")
def _(case: Case) -> Asked:
    signed = {"taken_by": case.side.second_clerk, "password": PASSWORD, "count": NOTHING_COUNTED}
    return Asked(_filled(f"{AT}/sessions/{{session_id}}/take-over", case.have(in_session)), signed)


# Receipts.
_LESSON = {"services": [{"service": LESSON}], "given": {"euros_cents": LESSON_CENTS}}
in_till("/receipts", at_work, _LESSON)
in_till("/receipts/{number}/cancel", with_another_receipt, {"reason": "by mistake"})
at_counter("/receipts/{number}/duplicates", at_work)


@route("POST", f"{AT}/receipts/paper", "party")
def _(case: Case) -> Asked:
    at = case.have(at_work)
    written = {"session_id": at.session, "paper_number": f"{next(case.world.numbers):04}", "issued_on": str(today())}
    return Asked(_filled(f"{AT}/receipts/paper", at), written | _LESSON)


@route("POST", f"{AT}/receipts/{{number}}/refund", "party")
def _(case: Case) -> Asked:
    at = case.have(owing_refund)
    return Asked(f"/v1/desks/{at.desk}/receipts/{at.minus}/refund", {"session_id": at.session})


@route("POST", f"{AT}/refunds", "party")
def _(case: Case) -> Asked:
    return Asked(_filled(f"{AT}/refunds", case.have(owing_refund)), {"amount_cents": LESSON_CENTS, "on": DAY})


looked_at("/sessions", '"session_id":"{session_id}"')
looked_at("/chain", '"whole":true')
looked_at("/receipts", '"{number}"')
looked_at("/receipts/{number}", '"{number}"')
looked_at("/report", '"perpetual"')
looked_at("/treasury", '"{number}"')
looked_at("/alarms", '"items"')

# Payment requests.
in_till("/payment-requests", at_work, {"services": [{"service": ENTRY}], "digital_cents": ENTRY_CENTS})
at_counter("/payment-requests/{reference}/confirm", asked_for_elsewhere, {"transaction_number": "T-77"})
at_counter("/payment-requests/{reference}/withdraw", asked_for)


@route("GET", "/v1/payment-requests/{reference}", "party")
def _(case: Case) -> Asked:
    at = case.have(asked_for)
    return Asked(f"/v1/payment-requests/{at.reference}", shows=f'"desk":"{at.desk}"')


@route("GET", "/v1/payment-requests/{reference}/square-code", "party")
def _(case: Case) -> Asked:
    return Asked(f"/v1/payment-requests/{case.have(asked_for).reference}/square-code", shows="<svg")


@route("POST", "/v1/payment-requests/{reference}/approve")
def _(case: Case) -> Asked:
    """A member pays at each desk that their association serves, and so what is not theirs is at another association."""
    return Asked(f"/v1/payment-requests/{case.have(asked_for).reference}/approve", {})


# A desk changes hands.
@route("POST", f"{AT}/handovers", "party")
def _(case: Case) -> Asked:
    asked = {"successor": case.side.second_clerk, "notes": [], "euros": []}
    return Asked(_filled(f"{AT}/handovers", case.have(changing_hands)), asked)


at_counter("/handovers/{handover}/accept", handed_over, {"reservations": ""})
looked_at("/handovers", '"{handover}"', handed_over)
looked_at("/handovers/{handover}", '"{handover}"', handed_over)


# Envelopes, remittances and what the town does with them.
at_counter("/envelopes", at_work, {"notes": [{"till": TILL, "notes": NOTE}], "on": DAY})
at_counter("/envelopes/{envelope}/hand", with_envelope, {"carrier": "Ane Etxeberri", "on": DAY})
at_counter("/envelopes/{envelope}/count", with_envelope_sent, {"notes": NOTE, "on": DAY})
at_counter("/takings", at_work, {"title": "2026-114", "takings": [{"service": LESSON, "amount_cents": 1}], "on": DAY})


@route("GET", f"{AT}/envelopes", "party")
def _(case: Case) -> Asked:
    at = case.have(with_envelope)
    return Asked(f"/v1/desks/{at.desk}/envelopes", shows=f'"{at.envelope}"')


@route("POST", f"{AT}/remittances", "party")
def _(case: Case) -> Asked:
    """All units of the desk are taken back, and so there are new ones each time."""
    return Asked(f"/v1/desks/{paid_digitally(case.world, case.side).desk}/remittances", {"on": DAY})


@route("GET", f"{AT}/remittances", "party")
def _(case: Case) -> Asked:
    at, remittance = case.have(redeemed_digitally)
    return Asked(f"/v1/desks/{at.desk}/remittances", shows=f'"{remittance}"')


@route("POST", f"{AT}/remittances/{{remittance}}/confirm", "party")
def _(case: Case) -> Asked:
    at, remittance = case.have(remittance_paid)
    return Asked(f"/v1/desks/{at.desk}/remittances/{remittance}/confirm", {"amount_cents": 1, "on": DAY})
