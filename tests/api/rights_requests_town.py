"""The requests about runs, their crediting, the bank and the books as they are written."""

from typing import Any

from tests.api.rights_requests import ASSOCIATION, Asked, Case, about, listed, route, sent
from tests.api.rights_world import AMOUNT_CENTS, RightsWorld
from tests.towns import list_of

KIND = "official_allowance"


def _terms(case: Case) -> dict[str, Any]:
    return {"public_body": case.side.town, "kind": KIND, "period": "2026-01", "list_number": str(next(case.world.numbers))}


def _entered(case: Case) -> str:
    """A run that awaits its signature: entered by the association for its people, by the town for all others."""
    return case.have(RightsWorld.run, by=case.side.second if case.login in ASSOCIATION else case.side.second_preparer)


@route("GET", "/v1/payment-runs", "party")
def _(case: Case) -> Asked:
    return listed(case, "/payment-runs", case.have(RightsWorld.run))


for _name in ("", "/payments", "/slip", "/summary"):

    @route("GET", f"/v1/payment-runs/{{reference}}{_name}", "party")
    def _(case: Case, name: str = _name) -> Asked:
        reference = case.have(RightsWorld.run, until="credited")
        return about(case, f"/payment-runs/{reference}{name}", shows=case.side.member if name == "/payments" else reference)


@route("POST", "/v1/payment-runs", "party")
def _(case: Case) -> Asked:
    rows = [{"member_number": case.side.member, "amount_cents": AMOUNT_CENTS}]
    told = {"rows": rows, "declared_total_cents": AMOUNT_CENTS, "declared_count": 1}
    return about(case, "/payment-runs", _terms(case) | told)


@route("POST", "/v1/payment-runs/import", "party")
def _(case: Case) -> Asked:
    data = list_of((case.side.member, "", "10,00"))
    return sent(case, "/payment-runs/import", _terms(case), side=case.side, file=("list.csv", data))


@route("POST", "/v1/payment-runs/{reference}/sign", "party", personal=True)
def _(case: Case) -> Asked:
    return about(case, f"/payment-runs/{_entered(case)}/sign", {})


@route("POST", "/v1/payment-runs/{reference}/cancel", "party", personal=True)
def _(case: Case) -> Asked:
    return about(case, f"/payment-runs/{_entered(case)}/cancel", {"reason": "sent by mistake"})


@route("POST", "/v1/payment-runs/{reference}/close", "party")
def _(case: Case) -> Asked:
    return about(case, f"/payment-runs/{case.have(RightsWorld.partly_paid)}/close", {"reason": "no more comes"})


@route("POST", "/v1/payment-runs/{reference}/account", "party")
def _(case: Case) -> Asked:
    return about(case, f"/payment-runs/{case.have(RightsWorld.run, until='credited')}/account", {})


@route("POST", "/v1/payment-runs/{reference}/credit", "party")
def _(case: Case) -> Asked:
    return about(case, f"/payment-runs/{case.have(RightsWorld.run, until='funded')}/credit", {})


@route("POST", "/v1/payment-runs/{reference}/return", "party")
def _(case: Case) -> Asked:
    return about(case, f"/payment-runs/{case.have(RightsWorld.uncreditable)}/return", {})


@route("POST", "/v1/credits/{payment_id}/take-back", "party")
def _(case: Case) -> Asked:
    payment = case.world.payment(case.have(RightsWorld.run, until="credited"))
    return about(case, f"/credits/{payment}/take-back", {"reason": "wrong person"})


@route("GET", "/v1/credit-orders")
def _(case: Case) -> Asked:
    spare, reference = case.have(RightsWorld.ordered_elsewhere)
    return listed(case, "/credit-orders", reference, spare)


@route("POST", "/v1/credit-orders/confirm")
def _(case: Case) -> Asked:
    spare, reference = case.have(RightsWorld.ordered_elsewhere)
    confirmations = [{"reference": reference, "transaction_number": f"T-{next(case.world.numbers)}"}]
    return about(case, "/credit-orders/confirm", {"confirmations": confirmations}, side=spare)


# The bank.


@route("POST", "/v1/bank-statements")
def _(case: Case) -> Asked:
    spare = case.have(RightsWorld.spare)
    return sent(case, "/bank-statements", {}, side=spare, file=("bank.txt", case.world.statement(spare)))


@route("GET", "/v1/bank-statements")
def _(case: Case) -> Asked:
    return listed(case, "/bank-statements", case.side.account)


@route("GET", "/v1/bank-lines")
def _(case: Case) -> Asked:
    return listed(case, "/bank-lines", '"line_id"')


@route("POST", "/v1/bank-lines/search")
def _(case: Case) -> Asked:
    return about(case, "/bank-lines/search", {}, side=case.have(RightsWorld.findable))


for _name in ("", "/proposals"):

    @route("GET", f"/v1/bank-lines/{{line_id}}{_name}")
    def _(case: Case, name: str = _name) -> Asked:
        line, match = case.have(RightsWorld.proposed)
        return about(case, f"/bank-lines/{line}{name}", shows=match)


@route("POST", "/v1/bank-lines/{line_id}/allocate")
def _(case: Case) -> Asked:
    payment = case.world.payment(case.have(RightsWorld.run, until="signed"))
    parts = [{"payment_id": str(payment), "amount_cents": AMOUNT_CENTS}]
    return about(case, f"/bank-lines/{case.have(RightsWorld.line)}/allocate", {"payments": parts})


@route("POST", "/v1/bank-lines/{line_id}/explain")
def _(case: Case) -> Asked:
    parts = [{"kind": "gift", "amount_cents": 1_00}]
    return about(case, f"/bank-lines/{case.have(RightsWorld.line)}/explain", {"parts": parts})


@route("POST", "/v1/bank-lines/{line_id}/return")
def _(case: Case) -> Asked:
    return about(case, f"/bank-lines/{case.have(RightsWorld.line)}/return", {"amount_cents": 1_00, "party": case.side.member})


@route("POST", "/v1/bank-lines/{line_id}/confirm")
def _(case: Case) -> Asked:
    line, match = case.have(RightsWorld.proposed)
    return about(case, f"/bank-lines/{line}/confirm", {"match_id": match})


@route("POST", "/v1/bank-lines/{line_id}/reject")
def _(case: Case) -> Asked:
    line, match = case.have(RightsWorld.proposed)
    return about(case, f"/bank-lines/{line}/reject", {"match_id": match, "reason": "something else"})


@route("POST", "/v1/bank-lines/{line_id}/undo")
def _(case: Case) -> Asked:
    line, match = case.have(RightsWorld.matched)
    return about(case, f"/bank-lines/{line}/undo", {"match_id": match, "reason": "something else"})


# The books as they are written.


@route("GET", "/v1/accounts", "party")
def _(case: Case) -> Asked:
    return listed(case, "/accounts", f'"{case.side.wallet()}"')


@route("GET", "/v1/accounts/{code}", "party")
def _(case: Case) -> Asked:
    return about(case, f"/accounts/{case.side.wallet()}", shows='"balance_cents"')


@route("GET", "/v1/accounts/{code}/lines", "party")
def _(case: Case) -> Asked:
    return about(case, f"/accounts/{case.side.wallet()}/lines", shows='"items":[{')


@route("GET", "/v1/entries")
def _(case: Case) -> Asked:
    return listed(case, "/entries", case.side.wallet())


@route("GET", "/v1/entries/{number}")
def _(case: Case) -> Asked:
    number = case.world.one("SELECT number FROM entry WHERE event_id = %s", case.have(RightsWorld.paid))
    return about(case, f"/entries/{number}", shows='"lines":[{')


@route("GET", "/v1/events")
def _(case: Case) -> Asked:
    return listed(case, "/events", '"member_enrolled"')


for _name in ("", "/proof"):

    @route("GET", f"/v1/events/{{event_id}}{_name}")
    def _(case: Case, name: str = _name) -> Asked:
        return about(case, f"/events/{case.have(RightsWorld.paid)}{name}", shows='"sealed"' if name else '"lines":[{')


@route("POST", "/v1/events/{event_id}/reverse")
def _(case: Case) -> Asked:
    return about(case, f"/events/{case.have(RightsWorld.paid)}/reverse", {"reason": "by mistake"})
