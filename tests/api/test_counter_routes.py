"""A day at the counter over HTTP: receipts with change, a correction, a digital payment, the Z, the envelope, the euros owed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx2
import pytest

from monnaielocale.words import PARIS
from tests.api.talking import done, get, refused
from tests.counter import COINS, NOTES
from tests.desks import POOL, STAFF, Pool
from tests.invariants import check_invariants
from tests.serving import Api, key, let_in
from tests.world import BOOK, TOWN

AT = f"/desks/{POOL}"


def send(api: Api, login: str, path: str, body: Any = None, under: dict[str, str] | None = None) -> httpx2.Response:
    return api.as_(login).post(f"/v1{path}", json={} if body is None else body, headers=under or key())


def pieces(*counts: tuple[int, int]) -> list[dict[str, int]]:
    return [{"denomination_cents": denomination, "count": count} for denomination, count in counts]


@pytest.fixture
def pool(api: Api) -> Iterator[Api]:
    """The pool with its people, its float in a till, notes among the public, and a member with units in their account."""
    world = api.world
    world.on = datetime.now(PARIS).date()
    world.move_notes("printed", *((each, 2_000_00) for each in (100, 200, 500, 1000, 2000)))
    world.move_notes("sold", *((each, 1_000_00) for each in (100, 200, 500, 1000, 2000)), slip="slip of the public")
    counter = Pool.opened(world)
    counter.receive(150_00)
    counter.exchange(*NOTES)
    world.enrol("E00001", "Maddi Etxe")
    world.fund("E00001", 50_00)
    world.add("maddi", f"{BOOK}:E00001", "member")
    for login in (*(login for login, _ in STAFF), "maddi"):
        let_in(world, login)
    yield api
    check_invariants(world.database)


def opened(api: Api) -> str:
    """The clerk opens the day and a session on the first till."""
    done(send(api, "pool-clerk", f"{AT}/days"), 201)
    count = {"notes": pieces(*NOTES), "euros": pieces(*COINS)}
    asked = {"till": "till-1", "count": count, "float_euros_cents": 50_00}
    return str(done(send(api, "pool-clerk", f"{AT}/sessions", asked), 201)["session_id"])


def price_of(api: Api, service: str) -> int:
    """What a service costs today."""
    services = done(get(api, "pool-clerk", AT))["services"]
    return next(int(one["least_cents"]) for one in services if one["service"] == service)


def test_a_double_click_is_one_receipt_and_the_change_is_ours_to_say(pool: Api) -> None:
    session = opened(pool)
    service = done(get(pool, "pool-clerk", AT))["services"][0]["service"]
    price = price_of(pool, service)
    asked = {
        "session_id": session,
        "services": [{"service": service, "quantity": 1}],
        "given": {"notes": pieces((2000, 1)), "euros_cents": price % 100},
        "total_cents": price,
    }
    under = key()
    first = done(send(pool, "pool-clerk", f"{AT}/receipts", asked, under), 201)
    again = send(pool, "pool-clerk", f"{AT}/receipts", asked, under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first, "true")
    assert first["change_notes_cents"] + first["change_euros_cents"] == 20_00 + price % 100 - price
    wrong = send(pool, "pool-clerk", f"{AT}/receipts", asked | {"total_cents": price + 1})
    assert refused(wrong) == (422, "receipt_total_differs")
    short = send(pool, "pool-clerk", f"{AT}/receipts", asked | {"given": {"euros_cents": price - 1}})
    assert (refused(short), short.json()["values"]["missing"]) == ((422, "tender_too_low"), "0.01")

    shown = done(get(pool, "treasurer", f"{AT}/receipts/{first['number']}"))
    assert (shown["total_cents"], shown["corrected_by"], shown["copies"]) == (price, [], 0)
    copy = done(send(pool, "pool-clerk", f"{AT}/receipts/{first['number']}/duplicates"), 201)
    assert (copy["copy_number"], copy["mark"]) == (1, "DUPLICATE No. 1")
    cancelled = done(
        send(pool, "pool-clerk", f"{AT}/receipts/{first['number']}/cancel", {"session_id": session, "reason": "Wrong service"}),
        201,
    )
    assert cancelled["total_cents"] == -price
    twice = send(pool, "pool-clerk", f"{AT}/receipts/{first['number']}/cancel", {"session_id": session, "reason": "Again"})
    assert refused(twice) == (409, "receipt_already_cancelled")
    journal = done(get(pool, "auditor", f"{AT}/receipts"))["items"]
    assert [(one["place"], one["number"], one["total_cents"]) for one in journal] == [
        (1, first["number"], price),
        (2, cancelled["number"], -price),
    ]
    chain = done(get(pool, "operator", f"{AT}/chain"))
    assert (chain["receipts"], chain["whole"], chain["link"]) == (2, True, journal[-1]["link"])


def test_a_payer_approves_from_their_own_account_and_gets_the_receipt(pool: Api) -> None:
    session = opened(pool)
    service = done(get(pool, "pool-clerk", AT))["services"][0]["service"]
    price = price_of(pool, service)
    asked = {"session_id": session, "services": [{"service": service}], "digital_cents": price}
    requested = done(send(pool, "pool-clerk", f"{AT}/payment-requests", asked), 201)
    reference = requested["reference"]
    assert "Maddi" not in requested["text"] and reference in requested["text"]
    seen = done(get(pool, "maddi", f"/payment-requests/{reference.lower()}"))
    assert (seen["state"], seen["amount_cents"], seen["desk"]) == ("pending", price, POOL)
    for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        square = get(pool, "pool-clerk", f"/payment-requests/{reference}/square-code", kind=kind)
        assert square.content.startswith(begins)
    assert refused(send(pool, "pool-clerk", f"/payment-requests/{reference}/approve")) == (403, "role_missing")
    receipt = done(send(pool, "maddi", f"/payment-requests/{reference}/approve"), 201)
    assert receipt["total_cents"] == price
    assert refused(send(pool, "maddi", f"/payment-requests/{reference}/approve")) == (409, "request_already_approved")
    assert pool.world.wallet("E00001") == 50_00 - price
    assert done(get(pool, "maddi", f"/payment-requests/{reference}"))["state"] == "approved"
    assert refused(get(pool, "maddi", "/payment-requests/0000000000")) == (404, "request_unknown")
    other = done(send(pool, "pool-clerk", f"{AT}/payment-requests", asked), 201)["reference"]
    done(send(pool, "pool-clerk", f"{AT}/payment-requests/{other}/withdraw"), 201)
    assert refused(send(pool, "maddi", f"/payment-requests/{other}/approve")) == (409, "request_withdrawn")


def test_the_evening_ends_with_a_z_an_envelope_and_euros_owed_at_face_value(pool: Api) -> None:
    session = opened(pool)
    service = done(get(pool, "pool-clerk", AT))["services"][0]["service"]
    price = price_of(pool, service)
    quantity = -(-20_00 // price)
    asked = {
        "session_id": session,
        "services": [{"service": service, "quantity": quantity}],
        "given": {"notes": pieces((2000, 1)), "euros_cents": quantity * price - 20_00},
    }
    done(send(pool, "pool-clerk", f"{AT}/receipts", asked), 201)
    interim = done(get(pool, "pool-head", f"{AT}/report"))
    assert (interim["day"]["receipts"], interim["day"]["total_cents"]) == (1, quantity * price)
    assert refused(send(pool, "pool-clerk", f"{AT}/days/close")) == (409, "sessions_not_closed")

    counted = {
        "notes": pieces(*NOTES, (2000, 1)),
        "euros": pieces(*COINS, *(((1, quantity * price - 20_00),) if quantity * price > 20_00 else ())),
    }
    done(send(pool, "pool-clerk", f"{AT}/sessions/{session}/count", {"count": counted}), 201)
    closed = done(send(pool, "pool-clerk", f"{AT}/sessions/{session}/close"), 201)
    assert closed["difference_cents"] == 0
    filled = done(send(pool, "pool-clerk", f"{AT}/envelopes", {"notes": [{"till": "till-1", "notes": pieces((2000, 1))}]}), 201)
    zed = done(send(pool, "pool-clerk", f"{AT}/days/close"), 201)
    assert (zed["totals"]["day"]["total_cents"], zed["totals"]["perpetual"]["receipts"]) == (quantity * price, 1)
    assert refused(send(pool, "pool-clerk", f"{AT}/days/seal")) == (403, "head_or_deputy_needed")
    done(send(pool, "pool-head", f"{AT}/days/seal"), 201)
    assert refused(send(pool, "pool-head", f"{AT}/days/seal")) == (409, "day_already_sealed")

    envelope = filled["envelope"]
    handed = done(send(pool, "pool-clerk", f"{AT}/envelopes/{envelope}/hand", {"carrier": "Ane Etxeberri"}), 201)
    assert handed["declared_cents"] == 20_00
    lacking = {"notes": pieces((1000, 1))}
    assert refused(send(pool, "operator", f"{AT}/envelopes/{envelope}/count", lacking)) == (
        422,
        "envelope_difference_unexplained",
    )
    booked = done(send(pool, "operator", f"{AT}/envelopes/{envelope}/count", {"notes": pieces((2000, 1))}), 201)
    assert (booked["counted_cents"], booked["difference_cents"]) == (20_00, 0)
    for login in ("treasurer", "operator", "pool-clerk"):
        (seen,) = done(get(pool, login, f"{AT}/envelopes"))["items"]
        assert (seen["envelope"], seen["state"], seen["carrier"]) == (envelope, "counted", "Ane Etxeberri")
        (owed,) = done(get(pool, login, f"{AT}/remittances"))["items"]
        assert (owed["remittance"], owed["amount_cents"], owed["paid_cents"]) == (booked["remittance"], 20_00, 0)
    report = done(get(pool, "treasurer", f"{AT}/treasury"))
    assert (report["total_cents"], report["takings_cents"]["notes"], report["notes_are_revenue"]) == (
        quantity * price,
        20_00,
        True,
    )
    assert [one["number"] for one in report["remittances"]] == [booked["remittance"]]
    csv = get(pool, "treasurer", f"{AT}/treasury", format="csv")
    assert csv.headers["content-type"].startswith("text/csv") and report["receipts"][0]["number"] in csv.text
    assert get(pool, "signer", f"{AT}/treasury", format="xlsx").content.startswith(b"PK")
    assert done(get(pool, "pool-head", f"{AT}/alarms"))["items"] == []
    # What is owed for a desk is a remittance, and no redemption of a member.
    for login in ("treasurer", "operator"):
        assert done(get(pool, login, "/redemptions", book=BOOK))["items"] == []
        (due,) = done(get(pool, login, "/transfers-due", book=BOOK))["items"]
        assert (due["party"], due["amount_cents"]) == (TOWN, 20_00)
    early = {"amount_cents": 20_00}
    assert refused(send(pool, "treasurer", f"{AT}/remittances/{booked['remittance']}/confirm", early)) == (
        422,
        "remittance_confirmed_beyond",
    )
