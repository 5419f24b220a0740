"""The demonstration's story with every act asked over HTTP, each by the person who does it in the story."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from time import sleep
from typing import Any
from uuid import uuid4

import httpx2
from rich.console import Console

from monnaielocale.actions.perform import Action
from monnaielocale.actions.proof import proof_as_data
from monnaielocale.demo.artefacts import check_everything
from monnaielocale.demo.cast import BOOK
from monnaielocale.demo.run import PAYING_OUT, shipped_files
from monnaielocale.demo.story import Story
from monnaielocale.demo.telling import Teller
from monnaielocale.domain.actors import Actor
from monnaielocale.domain.proof import Proof
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.people import actor_of, set_password
from tests.serving import PASSWORD

AT_ONCE = 8
Request = tuple[str, dict[str, Any]]


def _file(item: Any, name: str, content: bytes, part: str = "file", **given: Any) -> dict[str, Any]:
    form = {name: str(value) for name, value in (given | {"on": item.on}).items() if value is not None}
    return {"files": {part: (name, content)}, "data": form}


def _parts(item: Any) -> list[dict[str, Any]]:
    named = ("payment_id", "transfer_due_id", "other_line_id")
    return [
        {"kind": str(part.kind), "amount_cents": part.amount_cents, "party": part.party}
        | {name: str(getattr(part, name)) for name in named if getattr(part, name)}
        for part in item.parts
    ]


def _dated(item: Any, **more: Any) -> dict[str, Any]:
    return {"json": more | {"on": item.on.isoformat()}}


def _enrolment(item: Any) -> Request:
    request = _file(item, item.file_name, item.data, public_body=item.public_body)
    if item.document_name:
        request["files"]["document"] = (item.document_name, item.document)
    return "/members/import", request


def _member(item: Any) -> Request:
    return "/members", _dated(item, number=item.number, kind=item.kind, name=item.name, iban=item.iban)


def _draft(item: Any) -> Request:
    terms = {name: getattr(item, name) for name in ("public_body", "member", "kind", "share_mode", "share_cents", "subject")}
    return "/mandates", _dated(item, **terms, starts_on=item.starts_on.isoformat())


def _list(item: Any) -> Request:
    named = {name: getattr(item, name) for name in ("public_body", "kind", "period", "list_number")}
    return "/payment-runs/import", _file(item, item.file_name, item.data, **named)


# Where each action of the story is asked for, and with what.
ROUTES: dict[str, Callable[[Any], Request]] = {
    "prepare_opening": lambda item: (f"/books/{item.book}/opening/import", _file(item, item.file_name, item.data)),
    "sign_opening": lambda item: (f"/books/{item.book}/opening/{item.opening_id}/sign", _dated(item)),
    "enrol_from_file": _enrolment,
    "enrol_members": _member,
    "draft_mandate": _draft,
    "sign_mandate": lambda item: (
        f"/mandates/{item.mandate}/sign",
        _file(item, item.document_name, item.document, "document", signed_on=item.signed_on),
    ),
    "accept_mandate": lambda item: (f"/mandates/{item.mandate}/accept", _dated(item)),
    "revoke_mandate": lambda item: (
        f"/mandates/{item.mandate}/revoke",
        _dated(item, revoked_on=item.revoked_on.isoformat(), reason=item.reason),
    ),
    "open_run": _list,
    "sign_run": lambda item: (f"/payment-runs/{item.run}/sign", _dated(item)),
    "account_for_run": lambda item: (f"/payment-runs/{item.run}/account", _dated(item)),
    "credit_runs": lambda item: (f"/payment-runs/{item.run}/credit", _dated(item)),
    "return_uncreditable": lambda item: (f"/payment-runs/{item.run}/return", _dated(item)),
    "import_statement": lambda item: ("/bank-statements", _file(item, item.file_name, item.data)),
    "propose_match": lambda item: (f"/bank-lines/{item.line_id}/explain", _dated(item, parts=_parts(item))),
}


@dataclass(slots=True)
class HttpStory(Story):
    """The story, with a client for each of its people; what it only looks at is read in the database."""

    url: str = ""
    clients: dict[str, httpx2.Client] = field(default_factory=dict)
    matched: dict[str, Any] = field(default_factory=dict)
    lines_of: dict[str, str] = field(default_factory=dict)
    requests: int = 0

    def client(self, login: str) -> httpx2.Client:
        """The client of a person, who logs in once."""
        if login not in self.clients:
            given = httpx2.post(f"{self.url}/v1/token", json={"login": login, "password": PASSWORD}, timeout=60)
            headers = {"Authorization": f"Bearer {given.raise_for_status().json()['access_token']}", "Accept-Language": "fr"}
            self.clients[login] = httpx2.Client(base_url=f"{self.url}/v1", headers=headers, timeout=120)
        return self.clients[login]

    def add_person(self, login: str, name: str, party: str | None, roles: Sequence[str], given_by: Actor | None) -> Actor:
        """The first administrator comes with the installation; the administrator adds everybody else."""
        if given_by is None:
            added = Story.add_person(self, login, name, party, roles, given_by)
            set_password(self.database, login, PASSWORD, added)
            return added
        body = {"login": login, "name": name, "party": party, "roles": list(roles), "password": PASSWORD}
        self._done(self._post(given_by.login, "/people", {"json": body}))
        self.people[login] = actor_of(self.database, login)
        return self.people[login]

    def load_convention(self, administrator: Actor, data: bytes, on: date) -> dict[str, Any]:
        request = {"files": {"file": ("convention.toml", data)}, "data": {"on": on.isoformat()}}
        return self._done(self._post(administrator.login, "/conventions", request))

    def do(self, act: Action[Any], item: Any) -> dict[str, Any]:
        if act.name == "match_lines":
            # Whoever brings a statement is told at once what its lines are for.
            return self.matched
        answer = self._asked(act, item)
        done = self._done(answer)
        if act.name == "import_statement":
            self._keep_matches(done["matches"])
            return dict(done["statement"])
        if act.name == "propose_match":
            self.lines_of[done["match_id"]] = done["line_id"]
        for aside in done.get("set_aside", ()):
            aside |= {"row": aside["row_number"], "reason": aside["code"]}
        return done

    def do_all(self, act: Action[Any], items: Sequence[Any]) -> list[dict[str, Any]]:
        for login in {item.actor.login for item in items}:
            self.client(login)
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            return list(crowd.map(lambda item: self.do(act, item), items))

    def refuse(self, expected: type[Refusal], act: Action[Any], item: Any) -> None:
        answer = self._asked(act, item)
        problem = answer.json()
        if answer.request.method == "GET":
            # A job that was refused tells what the request would have been told.
            assert problem["state"] == "refused", answer.text
            problem = problem["problem"]
        else:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
        assert problem["code"] == expected.code, answer.text
        assert problem["detail"], answer.text

    def prove(self, on: date) -> Proof:
        """The proof of the books, which the API tells the town and the association alike."""
        proof = Story.prove(self, on)
        told = self.client("claire").get("/reserve-proof", params={"on": on.isoformat(), "event": proof.event})
        assert _totals(told.json()) == _totals(proof_as_data(proof)), told.text
        town = self.client("elorri").get("/reserve-proof", params={"on": on.isoformat(), "event": proof.event})
        assert _totals(town.json()) == _totals(told.json()), town.text
        return proof

    def _asked(self, act: Action[Any], item: Any) -> httpx2.Response:
        if act.name == "confirm_match":
            match = str(item.match_id)
            path, request = f"/bank-lines/{self.lines_of[match]}/confirm", _dated(item, match_id=match)
        else:
            path, request = ROUTES[act.name](item)
        return self._post(item.actor.login, path, request)

    def _post(self, login: str, path: str, request: dict[str, Any]) -> httpx2.Response:
        self.requests += 1
        client = self.client(login)
        answer = client.post(path, headers={"Idempotency-Key": uuid4().hex}, **request)
        while answer.status_code == 202 or (answer.is_success and answer.request.method == "GET" and _goes_on(answer)):
            sleep(0.1)
            answer = client.get(answer.headers.get("Location", answer.url.path).removeprefix("/v1"))
        return answer

    def _done(self, answer: httpx2.Response) -> dict[str, Any]:
        assert answer.is_success, answer.text
        content = dict(answer.json())
        if answer.request.method == "GET":
            assert content["state"] == "done", content
            content = dict(content["result"])
        return content

    def _keep_matches(self, matched: dict[str, Any]) -> None:
        for made in [*matched["confirmed"], *matched["proposed"]]:
            self.lines_of[made["match_id"]] = made["line_id"]
            made["reason"] = {"msgid": made["reason"], "values": {}}
        self.matched = matched


def _totals(proof: dict[str, Any]) -> dict[str, Any]:
    """A proof without what it says in words, and without the documents that it names to the association alone."""
    forms = {
        form: {name: value for name, value in told.items() if name.endswith("_cents")}
        | {"causes": [(cause["kind"], cause["amount_cents"]) for cause in told["causes"]], "accounts": told["accounts"]}
        for form, told in proof["forms"].items()
    }
    return proof | {"forms": forms}


def _goes_on(answer: httpx2.Response) -> bool:
    return answer.json().get("state") in ("waiting", "running")


def play_over_http(story: HttpStory) -> None:
    """Every act of the part of the story in which Bayonne pays out, and the check of everything."""
    for act in (*PAYING_OUT, check_everything):
        act(story)


def http_story(database: Any, url: str) -> HttpStory:
    """The story at its beginning, told to nobody."""
    return HttpStory(database, Teller(Console(file=StringIO(), width=200)), shipped_files(), url=url)


__all__ = ["BOOK", "HttpStory", "http_story", "play_over_http"]
