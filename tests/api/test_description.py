"""The description of the API is whole, and every example in it has the form that it describes and is understood."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jsonschema_rs
import pytest

from monnaielocale.api.examples import EXAMPLES, RUN
from monnaielocale.api.openapi import operations
from monnaielocale.words import PARIS
from tests.api.described import Described, described, exemplary
from tests.api.talking import people_at_desk
from tests.api.wire import Answered, Wires
from tests.bank_files import Bank, imported
from tests.serving import Api
from tests.world import MEMBER_IBAN

# The bank line that is meant, by its amount.
LINES = {
    "allocate_bank_line": 30000,
    "confirm_match": 30000,
    "explain_bank_line": 5000,
    "reject_match": 5000,
    "return_bank_line": 1250,
    "undo_match": 1250,
}
# What an answer gives to be sent again.
LEARNT = {
    "log_in_with_password": ("refresh_token",),
    "renew_tokens": ("refresh_token",),
    "prepare_opening": ("opening_id",),
    "move_printed_notes": ("event_id",),
    "open_session": ("session_id",),
    "take_receipt": ("number",),
    "request_payment": ("reference",),
    "fill_envelope": ("envelope",),
    "count_envelope": ("remittance",),
}
# The run of the story is credited and accounted for: nothing of it goes back, and it is no longer closed or cancelled. Its
# wallets are kept in these books, so that nobody else has a credit to confirm. A shift is the clerk's alone, and is not begun by
# the operator who sends this. At the desk, the payer approves from an account in these books, what a cancelled line cost went
# back on the same day, no bank has shown the euros of the envelope yet, and the head stays. Everything else is done.
REFUSED = {
    "return_run": "nothing_to_return",
    "confirm_credits": "confirmations_unknown",
    "begin_shift": "role_missing",
    "unlock_shift": "renewal_refused",
    "close_run": "run_accounted_for",
    "cancel_run": "run_accounted_for",
    "refund_from_till": "nothing_to_refund",
    "confirm_payment_elsewhere": "wallets_kept_here",
    "confirm_remittance": "remittance_confirmed_beyond",
    "refund_by_town": "balance_too_low",
    "draw_up_handover": "nobody_takes_over",
    "accept_handover": "handover_unknown",
}


@pytest.fixture(scope="module")
def described_operations(api_of_file: Api) -> dict[str, Described]:
    """Each operation under its name."""
    return {operation.told["operationId"]: operation for operation in described(api_of_file)}


@pytest.fixture(scope="module")
def wires(api_of_file: Api) -> Iterator[Wires]:
    """A connection for each person who asks."""
    wires = Wires(api_of_file)
    yield wires
    wires.close()


@pytest.fixture(scope="module")
def document(api_of_file: Api) -> dict[str, Any]:
    """The description as programs get it."""
    return dict(api_of_file.stranger.get("/v1/openapi.json").json())


def test_it_is_openapi_3_1_whose_references_lead_somewhere(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d", document["openapi"])
    assert document["info"]["title"] and document["info"]["version"]
    for reference in set(re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(document))):
        found: Any = document
        for part in reference.split("/"):
            found = found[part]
        assert found, reference
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name
        assert "__" not in name, "two shapes of the routes share a name, and generated clients mistake one for the other"


def test_every_parameter_says_what_it_is_and_shows_an_example(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            told = parameter.get("description") or parameter["schema"].get("description")
            assert told, f"{method} {path} {parameter['name']}"
            # Cursors are copied from answers; nobody writes one.
            if "example" not in parameter and parameter["name"] != "cursor":
                exemplary(parameter["schema"], document)


def test_every_operation_has_a_plain_name_a_sentence_and_a_subject(document: dict[str, Any]) -> None:
    names = []
    for path, method, operation in operations(document):
        names.append(operation["operationId"])
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", names[-1]), names[-1]
        assert len(operation["summary"]) > 5, f"{method} {path}"
        assert len(operation["tags"]) == 1, f"{method} {path}"
        assert any(status.startswith("2") for status in operation["responses"])
    assert len(names) == len(set(names))


def test_every_request_in_json_shows_an_example_that_its_own_schema_accepts(document: dict[str, Any]) -> None:
    shown = set()
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        shown.add(operation["operationId"])
        schema = content["schema"] | {"components": document["components"]}
        assert jsonschema_rs.is_valid(schema, content["example"]), operation["operationId"]
    assert shown == EXAMPLES.keys()


def test_every_answer_that_is_a_refusal_shows_one_that_its_schema_accepts(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["Problem"] | {"components": document["components"]}
    count = 0
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            shown = answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
            for code, example in shown.items():
                assert jsonschema_rs.is_valid(schema, example["value"]), code
                assert str(example["value"]["status"]) == status, code
                count += 1
    assert count > 50


@dataclass
class Story:
    """The examples as they are carried out: only identifiers, which these books alone give, take the place of those shown."""

    api: Api
    operations: dict[str, Described]
    wires: Wires
    lines: dict[int, str] = field(default_factory=dict)
    matches: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def tell(self, name: str) -> Answered:
        """Send the example of an operation."""
        operation, known = self.operations[name], dict(self.known)
        if name in LINES:
            known["line_id"] = self.lines[LINES[name]]
            known["match_id"] = self.matches.get(known["line_id"], "")
        address = operation.address(**{each: known[each] for each in operation.named("path") if each in known})
        sender = self.wires.as_(operation.sender if operation.protected else "")
        answer = operation.ask(sender, address, body=json.dumps(_with(known, EXAMPLES[name])).encode())
        self._learn(name, answer.problem if answer.status in (200, 201) else {}, known)
        return answer

    def before(self, name: str) -> None:
        """What happens between the examples, in requests that have no body of JSON or that repeat one."""
        if name == "accept_mandate":
            assert self.operations["sign_mandate"].ask(self.wires.as_("operator")).status == 200
        elif name == "search_matches":
            orders = ((5, 30000, "MANDATEMENT JANVIER"), (5, 5000, "VIR URRUTY"), (5, 1250, "MANDATEMENT JANVIER BIS"))
            imported(self.api.world, Bank().cfonb(1, 5, *orders, month=2))
            self.lines = {line["amount_cents"]: line["line_id"] for line in self._items("/v1/bank-lines")}
            self.known["payment_id"] = self._items(f"/v1/payment-runs/{RUN}/payments")[0]["payment_id"]
        elif name == "undo_match":
            line = self.lines[LINES["undo_match"]]
            confirming = {"match_id": self.matches[line], "on": "2026-02-05"}
            answer = self.operations["confirm_match"].ask(
                self.wires.as_("second-operator"), f"/v1/bank-lines/{line}/confirm", body=json.dumps(confirming).encode()
            )
            assert answer.status == 200, answer
        elif name == "receive_float":
            self._name_a_head()
            self._put_money_about()
        elif name == "count_till":
            approved = self.operations["approve_payment"].ask(
                self.wires.as_("maddi"), f"/v1/payment-requests/{self.known['reference']}/approve"
            )
            assert approved.status == 201, approved

    def _name_a_head(self) -> None:
        naming = EXAMPLES["name_for_desk"] | {"login": "pool-head", "rank": "head"}
        answer = self.operations["name_for_desk"].ask(self.wires.as_("signer"), body=json.dumps(naming).encode())
        assert answer.status == 201, answer

    def _put_money_about(self) -> None:
        """Notes in the vault and among the public today, and units in the account of a member who pays at the desk."""
        world = self.api.world
        world.on = datetime.now(PARIS).date()
        world.move_notes("printed", *((each, 2_000_00) for each in (100, 200, 500, 2000)))
        world.move_notes("sold", *((each, 1_000_00) for each in (100, 200, 500, 2000)), slip="slip of the public")
        world.fund("E00077", 50_00)

    def _items(self, address: str) -> list[dict[str, Any]]:
        return list(self.api.as_("operator").get(address).json()["items"])

    def _learn(self, name: str, told: dict[str, Any], known: dict[str, str]) -> None:
        if name in LINES and "match_id" in told:
            self.matches[known["line_id"]] = told["match_id"]
        self.known |= {each: told[each] for each in LEARNT.get(name, ()) if each in told}
        self.known["token"] = self.known.get("refresh_token", "")


def _with(known: dict[str, str], example: Any) -> Any:
    if isinstance(example, list):
        return [_with(known, each) for each in example]
    if isinstance(example, dict):
        return {name: known.get(name) or _with(known, value) for name, value in example.items()}
    return example


def test_the_examples_tell_one_story_to_the_books(
    api_of_file: Api, described_operations: dict[str, Described], wires: Wires
) -> None:
    """Each is done, but for those that the state of the books refuses."""
    for number, name in (("E00101", "Boulangerie Arto Gorria"), ("E00102", "Librairie Liburu Xoko")):
        api_of_file.world.enrol(number, name, "business", iban=MEMBER_IBAN)
    people_at_desk(api_of_file)
    story = Story(api_of_file, described_operations, wires)
    refused = {}
    for name in EXAMPLES:
        story.before(name)
        answer = story.tell(name)
        if answer.status >= 300:
            refused[name] = answer.problem["code"]
    assert refused == REFUSED
