"""The books over HTTP: accounts, entries and events, notes and redemptions, each to those whom they concern."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from monnaielocale.actions.matches import PartGiven
from tests.api.talking import at_once, done, everything, get, officials, pages, post, refused, replayed
from tests.bank_files import Bank, on, seen
from tests.flows.elsewhere import Elsewhere
from tests.invariants import check_invariants
from tests.matching import MAITE, PEIO, explained, line_of
from tests.serving import Api, let_in
from tests.world import BOOK, MEMBER_IBAN


@pytest.fixture
def api(api: Api) -> Api:
    """The API on 20 January; Maite, a member who can log in, holds 50.00, and a shop 80.00."""
    officials(api)
    world = api.world
    world.enrol("Z00012", "Lorea Bakery", "business", MEMBER_IBAN)
    world.fund(MAITE, 5000)
    world.fund("Z00012", 8000)
    for login, number in (("maite", MAITE), ("shop", "Z00012")):
        world.add(login, f"{BOOK}:{number}", "member")
        let_in(world, login)
    return api


def redeem(api: Api, login: str, cents: int, member: str = "Z00012", **given: Any) -> Any:
    return post(api, login, "/redemptions", {"member": member, "amount_cents": cents}, **given)


def balance(api: Api, login: str, code: str, **params: Any) -> int:
    return int(done(get(api, login, f"/accounts/{code}", **params))["balance_cents"])


def test_an_account_is_shown_now_at_the_end_of_a_day_and_at_an_instant(api: Api) -> None:
    before = datetime.now(UTC)
    api.world.on = on(22)
    api.world.pay(MAITE, PEIO, 700)
    code = f"wallet:{MAITE}"
    assert balance(api, "operator", code) == 4300
    assert balance(api, "operator", code, on="2026-01-21") == 5000
    assert balance(api, "operator", code, on="2026-01-22") == 4300
    assert balance(api, "operator", code, at=before.isoformat()) == 5000
    assert balance(api, "operator", code, at=(before - timedelta(days=1)).isoformat()) == 0
    both = get(api, "operator", f"/accounts/{code}", on="2026-01-22", at=before.isoformat())
    assert refused(both) == (422, "instant_or_day")
    assert refused(get(api, "operator", f"/accounts/{code}", at="2026-01-22T10:00:00")) == (422, "request_unfit")
    assert refused(get(api, "operator", f"/accounts/{code}", at="0001-01-01T00:00:00Z")) == (422, "request_unfit")
    assert refused(get(api, "operator", "/accounts/wallet:E99999")) == (404, "account_unknown")
    assert refused(get(api, "operator", "/accounts/treasure")) == (404, "account_unknown")


def test_accounts_are_listed_by_role_page_by_page(api: Api) -> None:
    found = everything(api, "auditor", "/accounts", limit=2)
    codes = [one["account"] for one in found]
    assert codes == sorted(codes)
    wallets = everything(api, "accountant", "/accounts", role="wallet", limit=1)
    assert [(one["account"], one["balance_cents"]) for one in wallets] == [(f"wallet:{MAITE}", 5000), ("wallet:Z00012", 8000)]
    notes = everything(api, "accountant", "/accounts", role="notes")
    assert {one["denomination_cents"] for one in notes} == {100}
    assert refused(get(api, "operator", "/accounts", cursor="WyJcdTAwMDAiXQ")) == (400, "cursor_unfit")


def test_the_lines_of_an_account_say_what_it_held_after_each(api: Api) -> None:
    for cents in (100, 200, 300):
        api.world.pay(MAITE, PEIO, cents)
    lines = everything(api, "maite", f"/accounts/wallet:{MAITE}/lines", limit=2)
    assert [(one["number"], one["amount_cents"], one["balance_cents"]) for one in lines] == [
        (1, 5000, 5000),
        (2, -100, 4900),
        (3, -200, 4700),
        (4, -300, 4400),
    ]
    french = api.as_("maite").get(f"/v1/accounts/wallet:{MAITE}/lines", headers={"Accept-Language": "fr"}).json()
    assert [one["label"] for one in french["items"]] != [one["label"] for one in lines]


def test_t16_more_than_a_thousand_lines_are_all_shown_by_paging(api: Api) -> None:
    """Each payment of ten cents and its way back."""
    payments = [{"payer": payer, "payee": payee, "amount_cents": 10} for payer, payee in ((MAITE, PEIO), (PEIO, MAITE))] * 500
    told = done(post_batch(api, payments))
    assert all(answer["payment"] for answer in told["answers"])
    done(post_batch(api, payments[:10]))
    sizes = [len(page) for page in pages(api, "maite", f"/accounts/wallet:{MAITE}/lines", limit=500)]
    assert sizes == [500, 500, 11]
    numbers = [entry["number"] for entry in everything(api, "auditor", "/entries", account=f"wallet:{MAITE}", limit=500)]
    assert len(numbers) == 1011
    assert numbers == sorted(set(numbers))


def post_batch(api: Api, payments: list[dict[str, Any]]) -> Any:
    given = [payment | {"on": "2026-01-20"} for payment in payments]
    headers = {"Idempotency-Key": uuid4().hex}
    return api.as_("operator").post("/v1/payments/batch", json={"payments": given}, headers=headers)


def test_a_member_sees_their_own_wallet_and_no_other_account(api: Api) -> None:
    assert [one["account"] for one in everything(api, "maite", "/accounts")] == [f"wallet:{MAITE}"]
    assert balance(api, "maite", f"wallet:{MAITE}") == 5000
    for code in ("wallet:Z00012", "circulation.digital", "wallet:E99999"):
        assert refused(get(api, "maite", f"/accounts/{code}")) == (404, "account_unknown")
        assert refused(get(api, "maite", f"/accounts/{code}/lines")) == (404, "account_unknown")
    for path in ("/entries", "/entries/1", "/events", "/notes"):
        assert refused(get(api, "maite", path)) == (403, "role_missing")


def test_a_town_sees_no_account(api: Api) -> None:
    for login in ("preparer", "signer", "treasurer", "administrator"):
        for path in (
            "/accounts",
            f"/accounts/wallet:{MAITE}",
            f"/accounts/wallet:{MAITE}/lines",
            "/entries",
            "/events",
            "/notes",
        ):
            assert refused(get(api, login, path)) == (403, "role_missing")


def test_a_towns_auditor_sees_none_of_the_associations_books(api: Api) -> None:
    api.world.add("town-auditor", "bayonne", "auditor")
    let_in(api.world, "town-auditor")
    for path in ("/accounts", f"/accounts/wallet:{MAITE}", "/entries", "/events", "/notes", "/bank-lines", "/credit-orders"):
        assert refused(get(api, "town-auditor", path)) == (403, "acts_for_another")
    assert everything(api, "town-auditor", "/payment-runs") == []


def test_entries_are_shown_with_their_lines(api: Api) -> None:
    api.world.on = on(22)
    event = api.world.pay(MAITE, PEIO, 700)["event_id"]
    (entry,) = everything(api, "operator", "/entries", **{"from": "2026-01-22"})
    assert [(line["account"], line["amount_cents"]) for line in entry["lines"]] == [
        (f"wallet:{PEIO}", 700),
        (f"wallet:{MAITE}", -700),
    ]
    assert (entry["event_id"], entry["kind"], entry["business_on"]) == (event, "wallet_payment", "2026-01-22")
    assert done(get(api, "auditor", f"/entries/{entry['number']}")) == entry
    assert everything(api, "operator", "/entries", to="2026-01-19") == []
    assert refused(get(api, "operator", "/entries/99999")) == (404, "entry_unknown")
    assert refused(get(api, "operator", "/entries", account="wallet:E99999")) == (404, "account_unknown")
    assert refused(get(api, "operator", f"/entries/{2**63}")) == (422, "request_unfit")


def test_an_event_is_reversed_once(api: Api) -> None:
    event = api.world.pay(MAITE, PEIO, 700)["event_id"]
    path = f"/events/{event}/reverse"
    assert refused(post(api, "maite", path, {"reason": "wrong amount"})) == (403, "role_missing")
    api.as_("operator")
    answers = at_once(*[lambda: post(api, "operator", path, {"reason": "wrong amount"}, key="once")] * 2)
    assert [done(answer)["reverses"] for answer in answers] == [event, event]
    assert sum(map(replayed, answers)) == 1
    assert api.world.wallet(MAITE) == 5000
    assert refused(post(api, "operator", path, {"reason": "wrong amount"})) == (409, "already_reversed")
    assert refused(post(api, "operator", f"/events/{uuid4()}/reverse", {"reason": "so"})) == (404, "event_unknown")
    shown = done(get(api, "auditor", f"/events/{event}"))
    last = everything(api, "auditor", "/events", limit=3)[-1]
    assert (shown["reversed_by"], last["reverses"], last["reason"]) == (last["number"], shown["number"], "wrong amount")
    assert last["login"] == "operator"
    check_invariants(api.world.database)


def test_an_event_is_proven_to_anybody_who_can_compute_a_sha_256(api: Api) -> None:
    payments = [{"payer": MAITE, "payee": PEIO, "amount_cents": cents} for cents in range(1, 8)]
    done(post_batch(api, payments))
    event = everything(api, "auditor", "/events")[-3]
    proof = done(get(api, "auditor", f"/events/{event['event_id']}/proof"))
    found = sha256(b"\x00" + proof["sealed"].encode()).digest()
    assert found.hex() == proof["leaf"]
    assert json.loads(proof["sealed"])[1] == event["event_id"]
    for step in proof["path"]:
        neighbour = bytes.fromhex(step["hash"])
        found = sha256(b"\x01" + (neighbour + found if step["side"] == "left" else found + neighbour)).digest()
    assert found.hex() == proof["root"]
    moment = datetime.fromisoformat(proof["recorded_at"]).astimezone(UTC).isoformat(timespec="microseconds")
    place = [BOOK, proof["batch_number"], moment, proof["first_event_number"], proof["first_entry_number"]]
    link = bytes.fromhex(proof["previous_hash"]) + json.dumps(place, separators=(",", ":")).encode() + found
    assert sha256(link).hexdigest() == proof["hash"]


def test_notes_are_moved_by_denomination_and_all_of_them_are_somewhere(api: Api) -> None:
    given = {"kind": "printed", "notes": [{"denomination_cents": 500, "amount_cents": 10000}]}
    first, again = (post(api, "operator", "/notes", given, key="print") for _ in range(2))
    assert (done(first, 201), replayed(again)) == (done(again, 201), True)
    sold = {"kind": "sold", "notes": [{"denomination_cents": 500, "amount_cents": 2500}], "slip": "B-0012"}
    assert done(post(api, "operator", "/notes", sold), 201)["amount_cents"] == 2500
    held = done(get(api, "auditor", "/notes"))["items"]
    fives = {one["place"]: (one["count"], one["amount_cents"]) for one in held if one["denomination_cents"] == 500}
    assert fives == {"public": (5, 2500), "vault": (15, 7500)}
    uneven = {"kind": "sold", "notes": [{"denomination_cents": 500, "amount_cents": 501}], "slip": "B-1"}
    assert refused(post(api, "operator", "/notes", uneven)) == (422, "notes_not_whole")
    assert refused(post(api, "operator", "/notes", sold | {"kind": "eaten"})) == (422, "request_unfit")
    assert refused(post(api, "signer", "/notes", sold)) == (403, "role_missing")
    check_invariants(api.world.database)


def test_a_redemption_is_owed_until_the_bank_shows_it(api: Api) -> None:
    told = done(redeem(api, "shop", 4000), 201)
    assert (told["amount_cents"], told["fee_cents"], told["owed_cents"]) == (4000, 200, 3800)
    assert api.world.wallet("Z00012") == 4000
    (shown,) = everything(api, "shop", "/redemptions")
    assert (shown["amount_cents"], shown["owed_cents"], shown["open_cents"]) == (4000, 3800, 3800)
    (due,) = everything(api, "operator", "/transfers-due", kind="redemption")
    assert (due["transfer_due_id"], due["iban"], due["open_cents"]) == (told["transfer_due_id"], MEMBER_IBAN, 3800)

    bank = Bank()
    seen(api.world, bank, (20, 10000, "VIR"))
    explained(api.world, line_of(api.world, 10000), PartGiven("top_up", 10000, party=MAITE))
    seen(api.world, bank, (21, -3800, "VIR Z00012"))
    api.world.on = on(21)
    due_id = told["transfer_due_id"]
    part = {"kind": "transfer_made", "amount_cents": 3800, "transfer_due_id": due_id}
    line = line_of(api.world, -3800)
    match = done(post(api, "operator", f"/bank-lines/{line}/explain", {"parts": [part]}), 201)["match_id"]
    done(post(api, "accountant", f"/bank-lines/{line}/confirm", {"match_id": match}))
    assert everything(api, "operator", "/transfers-due") == []
    assert [one["open_cents"] for one in everything(api, "operator", "/transfers-due", open=False)] == [0]
    assert [one["open_cents"] for one in everything(api, "shop", "/redemptions")] == [0], "its member sees that it was paid"
    assert everything(api, "shop", "/transfers-due") == []
    check_invariants(api.world.database)


def test_t9_and_t20_a_redemption_asked_twice_under_a_key_is_one(api: Api) -> None:
    api.as_("shop")
    answers = at_once(*[lambda: redeem(api, "shop", 4000, key="once")] * 3)
    assert len({done(answer, 201)["event_id"] for answer in answers}) == 1
    assert sum(map(replayed, answers)) == 2
    assert refused(redeem(api, "shop", 4001, key="once")) == (422, "key_reused")
    assert api.world.wallet("Z00012") == 4000


def test_a_redemption_that_is_reversed_is_owed_no_more(api: Api) -> None:
    event = done(redeem(api, "operator", 4000), 201)["event_id"]
    done(post(api, "operator", f"/events/{event}/reverse", {"reason": "typed twice"}))
    assert everything(api, "operator", "/transfers-due") == []
    assert [one["open_cents"] for one in everything(api, "shop", "/redemptions")] == [0]


def test_a_redemption_is_refused_as_the_books_refuse_it(api: Api) -> None:
    assert refused(redeem(api, "shop", 9000)) == (422, "balance_too_low")
    assert refused(redeem(api, "maite", 100)) == (403, "acts_for_another")
    assert refused(redeem(api, "maite", 100, MAITE)) == (422, "redemption_not_allowed")
    assert refused(redeem(api, "operator", 100, "E99999")) == (404, "member_unknown")
    assert refused(redeem(api, "signer", 100)) == (403, "role_missing")
    assert everything(api, "maite", "/redemptions") == []
    assert api.world.wallet("Z00012") == 8000


def test_t26_another_associations_people_see_and_reverse_nothing_here(api: Api) -> None:
    Elsewhere.beside(api.world)
    let_in(api.world, "cairn-operator")
    event = api.world.pay(MAITE, PEIO, 700)["event_id"]
    assert everything(api, "cairn-operator", "/accounts") == []
    assert everything(api, "cairn-operator", "/transfers-due") == []
    assert refused(get(api, "cairn-operator", f"/accounts/wallet:{MAITE}")) == (404, "account_unknown")
    assert refused(get(api, "cairn-operator", f"/events/{event}")) == (404, "event_unknown")
    assert refused(get(api, "cairn-operator", f"/events/{event}/proof")) == (404, "event_unknown")
    for path in ("/accounts", "/entries", "/events", "/notes", "/redemptions"):
        assert refused(get(api, "cairn-operator", path, book=BOOK)) == (403, "acts_for_another")
    answers = at_once(
        lambda: post(api, "cairn-operator", f"/events/{event}/reverse", {"reason": "ours"}),
        lambda: post(api, "cairn-operator", f"/events/{event}/reverse", {"reason": "ours"}, book=BOOK),
        lambda: post(api, "operator", f"/events/{event}/reverse", {"reason": "ours"}),
    )
    assert refused(answers[0]) == (404, "event_unknown")
    assert refused(answers[1]) == (403, "acts_for_another")
    assert done(answers[2])["reverses"] == event
