"""January's pay in Bayonne, from the convention to the proof that every eusko is backed, with Python's standard library alone.

It begins on new books, served with `monnaielocale serve`, whose administrator `nekane` has the password in PASSWORD; the people
invented here get the same. Each request has a key of its own, so that a second run finds everything done and does nothing again.

    ADDRESS=http://127.0.0.1:8000 PASSWORD='a long enough password' python docs/examples/bayonne.py
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

HERE = Path(__file__).parent
CONVENTION = HERE.parent.parent / "conventions" / "bayonne-eusko.toml"
API = os.environ.get("ADDRESS", "http://127.0.0.1:8000") + "/v1"
PASSWORD = os.environ["PASSWORD"]
# Each employee with the part of their pay that they want in eusko, in cents.
SHARES = {"E00201": 12_000, "E00202": 8_500, "E00203": 20_050}


class Refused(Exception):
    """The API refused: its problem document says why, in `detail` and, for a file, in `errors`."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["detail"])
        self.problem = problem


class Caller:
    """Somebody who is logged in."""

    def __init__(self, login: str) -> None:
        self.headers = {"Accept-Language": "fr"}
        given = self._ask("/token", json_bytes({"login": login, "password": PASSWORD}), {"Content-Type": "application/json"})
        self.headers["Authorization"] = f"Bearer {given['access_token']}"

    def get(self, path: str) -> Any:
        """Look at something."""
        return self._ask(path, None, {})

    def post(self, key: str, path: str, **body: Any) -> Any:
        """Ask for something under a key; sent again with the same key, it has one effect and the same answer."""
        return self._ask(path, json_bytes(body), {"Content-Type": "application/json", "Idempotency-Key": key})

    def send(self, key: str, path: str, files: dict[str, Path], **fields: str) -> Any:
        """The same with files, as a form."""
        boundary = uuid4().hex
        form = [part(name, value.encode()) for name, value in fields.items()]
        form += [part(name, file.read_bytes(), file.name) for name, file in files.items()]
        body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), each) for each in form) + b"--%s--\r\n" % boundary.encode()
        return self._ask(path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": key})

    def _ask(self, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        try:
            with urlopen(Request(API + path, body, self.headers | headers), timeout=60) as answer:
                return json.load(answer)
        except HTTPError as refused:
            with refused:
                raise Refused(json.load(refused)) from None


def json_bytes(body: dict[str, Any]) -> bytes:
    """A body as JSON."""
    return json.dumps(body).encode()


def part(name: str, content: bytes, file_name: str = "") -> bytes:
    """One part of a form."""
    named = f'; filename="{file_name}"\r\nContent-Type: application/octet-stream' if file_name else ""
    return f'Content-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content


def tell(text: str) -> None:
    """Say what happened."""
    sys.stdout.write(f"{text}\n")


def install() -> None:
    """The administrator loads the convention and adds the people of the association and of the town."""
    nekane = Caller("nekane")
    loaded = nekane.send("convention", "/conventions", {"file": CONVENTION}, on="2026-01-02")
    tell(f"convention {loaded['convention']}")
    for login, name, party, role in (
        ("ane", "Ane Errecart", "euskal-moneta", "association_operator"),
        ("bixente", "Bixente Halsouet", "euskal-moneta", "association_operator"),
        ("claire", "Claire Mendiboure", "euskal-moneta", "association_accountant"),
        ("denis", "Denis Laxague", "bayonne", "town_preparer"),
        ("elorri", "Elorri Pagola", "bayonne", "town_signer"),
    ):
        nekane.post(f"person-{login}", "/people", login=login, name=name, party=party, roles=[role], password=PASSWORD)


def open_the_books(ane: Caller, claire: Caller) -> None:
    """The association enrols its members and prepares the opening of its books, which another person signs."""
    ane.send("members", "/members/import", {"file": HERE / "adherents.csv"}, public_body="bayonne", on="2026-01-02")
    balances = {"file": HERE / "reprise-des-soldes.csv"}
    ready = ane.send("opening", "/books/eusko/opening/import", balances, on="2026-01-02")
    claire.post("opening-signed", f"/books/eusko/opening/{ready['opening_id']}/sign", on="2026-01-02")


def collect_mandates(ane: Caller, bixente: Caller) -> None:
    """Employees give a mandate to collect a part of their pay: drafted, signed by them, accepted by a second person."""
    for member, cents in SHARES.items():
        terms = {"public_body": "bayonne", "member": member, "kind": "staff_pay", "share_mode": "fixed", "share_cents": cents}
        drafted = ane.post(f"mandate-{member}", "/mandates", **terms, starts_on="2026-01-01", on="2026-01-09")
        mandate = f"/mandates/{drafted['mandate']}"
        days = {"signed_on": "2026-01-07", "on": "2026-01-09"}
        ane.send(f"mandate-{member}-signed", f"{mandate}/sign", {"document": HERE / "mandats-signes.txt"}, **days)
        accepted = bixente.post(f"{drafted['mandate']}-accepted", f"{mandate}/accept", on="2026-01-09")
        tell(f"mandate {accepted['mandate']} of {member}: {accepted['state']}")


def send_the_list(denis: Caller, elorri: Caller) -> str:
    """The town sends its list, once with two faults, and a second person signs; answers the reference to pay with."""
    named = {"public_body": "bayonne", "kind": "staff_pay", "period": "2026-01", "list_number": "1", "on": "2026-01-22"}
    try:
        denis.send("list-with-faults", "/payment-runs/import", {"file": HERE / "bordereau-a-corriger.csv"}, **named)
    except Refused as refused:
        # Nothing of it was kept, and every fault is told at once; in a second run the corrected list is there already.
        tell(str(refused))
        for fault in refused.problem.get("errors", []):
            tell(f"row {fault['row']}, {fault['column']}: {fault['value']!r}: {fault['reason']}")
    else:
        raise AssertionError("a list with faults was taken")
    opened = denis.send("list", "/payment-runs/import", {"file": HERE / "bordereau.csv"}, **named)
    run = str(opened["run"])
    elorri.post("list-signed", f"/payment-runs/{run}/sign", on="2026-01-22")
    slip = denis.get(f"/payment-runs/{run}/slip")
    tell(f"to pay: {slip['total_cents']} cents to {slip['iban']} with the reference {run}")
    return run


def credit(ane: Caller, run: str) -> None:
    """The bank's statement shows the euros with the list's reference; only then the employees are credited."""
    answered = ane.send("statement", "/bank-statements", {"file": HERE / "releve.cfonb"}, on="2026-01-30")
    tell(f"statement {answered['statement']['outcome']}, lines explained: {len(answered['matches']['confirmed'])}")
    ane.post("credited", f"/payment-runs/{run}/credit", on="2026-01-30")


def main() -> None:
    """Every step, each asked by the person whose task it is."""
    install()
    ane, bixente, claire, denis, elorri = map(Caller, ("ane", "bixente", "claire", "denis", "elorri"))
    open_the_books(ane, claire)
    collect_mandates(ane, bixente)
    run = send_the_list(denis, elorri)
    credit(ane, run)
    tell(f"summary for the town: {json.dumps(denis.get(f'/payment-runs/{run}/summary')['totals'])}")
    proof = claire.get("/reserve-proof?on=2026-01-30")
    differences = {form: told["difference_cents"] for form, told in proof["forms"].items()}
    if not proof["holds"] or set(differences.values()) != {0}:
        raise AssertionError(f"the difference is not zero: {differences}")
    tell(f"run {run}: every eusko is backed, the difference is 0")


if __name__ == "__main__":
    main()
