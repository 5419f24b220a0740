"""The routes as the API itself describes them, with a request to each that is good in form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from monnaielocale.api.openapi import KEY_HEADER, operations
from tests.api.wire import Answered, Wire
from tests.serving import Api, key

Json = dict[str, Any]
BOUNDARY = "----boundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
# Who may do what an operation does, by its name; everything else the first operator may.
SENDERS = {
    "add_person": "administrator",
    "grant_role": "administrator",
    "withdraw_role": "administrator",
    "set_password": "administrator",
    "log_out_everywhere": "administrator",
    "list_people": "auditor",
    "list_conventions": "auditor",
    "load_convention_file": "administrator",
    "check_convention_file": "administrator",
    "sign_opening": "accountant",
    "close_until": "accountant",
    "accept_mandate": "second-operator",
    "open_run": "preparer",
    "import_run": "preparer",
    "list_runs": "preparer",
    "sign_run": "signer",
    "open_service_desk": "signer",
    "name_for_desk": "signer",
    "end_appointment": "signer",
    "list_desks": "signer",
    "list_people_of_desk": "signer",
    "cancel_run": "signer",
    "show_slip": "treasurer",
    "close_run": "accountant",
    "account_for_run": "accountant",
    "take_back_credit": "accountant",
    "confirm_match": "second-operator",
    "reject_match": "second-operator",
    "receive_float": "pool-head",
    "lower_float": "pool-head",
    "exchange_float": "pool-head",
    "exchange_float_back": "pool-head",
    "move_notes_to_another_till": "pool-head",
    "move_to_or_from_safe": "pool-head",
    "pay_in_takings": "pool-head",
    "open_session": "pool-head",
    "take_over_till": "pool-head",
    "seal_day": "pool-head",
    "close_period_of_desk": "pool-head",
    "open_day": "xan",
    "take_receipt": "xan",
    "enter_paper_receipt": "xan",
    "cancel_receipt": "xan",
    "refund_from_till": "xan",
    "print_duplicate": "xan",
    "request_payment": "xan",
    "confirm_payment_elsewhere": "xan",
    "withdraw_payment_request": "xan",
    "count_till": "xan",
    "close_session": "xan",
    "close_day": "xan",
    "fill_envelope": "xan",
    "hand_envelope": "xan",
    "draw_up_handover": "pool-head",
    "accept_handover": "pool-head",
    "approve_payment": "maddi",
    "confirm_remittance": "treasurer",
    "refund_by_town": "treasurer",
    "account_for_takings_of_desk": "signer",
}


@dataclass(frozen=True)
class Described:
    """One operation, and the document that describes it."""

    method: str
    path: str
    told: Json
    document: Json

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def name(self) -> str:
        """The name that the description gives."""
        return str(self.told["operationId"])

    @property
    def protected(self) -> bool:
        """Whether an access token is needed."""
        return bool(self.told.get("security"))

    @property
    def keyed(self) -> bool:
        """Whether the description demands an Idempotency-Key."""
        return any(parameter["name"] == KEY_HEADER and parameter["required"] for parameter in self.told.get("parameters", ()))

    @property
    def sender(self) -> str:
        """Somebody who may do what the operation does."""
        return SENDERS.get(self.name, "operator")

    def documents(self, answer: Answered) -> bool:
        """Whether the description knows that the operation may be answered so."""
        return str(answer.status) in self.told["responses"]

    def named(self, place: str) -> list[str]:
        """The names of the parameters of the path or of the query."""
        return [parameter["name"] for parameter in self.told.get("parameters", ()) if parameter["in"] == place]

    @cached_property
    def json(self) -> Json | None:
        """A body of JSON with the documented examples, if the operation takes one."""
        content: Json = self.told.get("requestBody", {}).get("content", {})
        return dict(content["application/json"]["example"]) if "application/json" in content else None

    @cached_property
    def form(self) -> Json | None:
        """The shape of the form, if the operation takes one."""
        content: Json = self.told.get("requestBody", {}).get("content", {})
        return resolved(content["multipart/form-data"]["schema"], self.document) if "multipart/form-data" in content else None

    def address(self, **replaced: str) -> str:
        """The path with the documented examples in it, or with other values, escaped."""
        path = self.path
        for parameter in self.told.get("parameters", ()):
            if parameter["in"] == "path":
                name = parameter["name"]
                example = quote(str(exemplary(parameter["schema"], self.document)), safe="")
                path = path.replace(f"{{{name}}}", replaced.get(name, example))
        return path

    @cached_property
    def _body(self) -> tuple[str | None, bytes]:
        if self.json is not None:
            return "application/json", json.dumps(self.json).encode()
        return (None, b"") if self.form is None else (MULTIPART, self.form_without())

    def form_without(self, missing: str = "") -> bytes:
        """The form with the documented examples, but for one part."""
        assert self.form is not None
        written = b""
        for name, part in self.form["properties"].items():
            # The text of a convention takes the place of its file.
            if name not in (missing, "toml"):
                written += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'.encode()
                if is_file(part, self.document):
                    written += b'; filename="list.csv"\r\nContent-Type: text/csv\r\n\r\na;b\r\n1;2\r\n\r\n'
                else:
                    written += f"\r\n\r\n{exemplary(part, self.document)}\r\n".encode()
        return written + f"--{BOUNDARY}--\r\n".encode()

    def ask(
        self,
        wire: Wire,
        address: str | None = None,
        headers: Mapping[str, str | bytes | None] | None = None,
        body: bytes | None = None,
    ) -> Answered:
        """The answer to a request that is good in form but for what is given."""
        kind, good = self._body
        told = {**(key() if self.keyed else {}), "Content-Type": kind, **(headers or {})}
        return wire.ask(self.method.upper(), address or self.address(), told, good if body is None else body)


def described(api: Api) -> list[Described]:
    """Every operation that a running API describes."""
    document = api.stranger.get("/v1/openapi.json").json()
    return [Described(method, path, told, document) for path, method, told in operations(document)]


def resolved(schema: Json, document: Json) -> Json:
    """A schema behind its reference, and the first of several that is not null."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    return schema


def exemplary(schema: Json, document: Json) -> Any:
    """A value as the description gives it for an example."""
    for found in (schema, resolved(schema, document)):
        if found.get("examples"):
            return found["examples"][0]
        if found.get("default") is not None:
            return found["default"]
    choices = resolved(schema, document).get("enum")
    assert choices, f"the description shows no example of {schema}"
    return choices[0]


def is_file(part: Json, document: Json) -> bool:
    """Whether a part of a form is a file."""
    shape = resolved(part, document)
    return shape.get("format") == "binary" or "contentMediaType" in shape
