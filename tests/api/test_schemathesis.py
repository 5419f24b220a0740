"""Every route against its own description, by a program that we did not write: all its checks, thousands of requests."""

import logging
from collections import Counter, defaultdict
from itertools import count
from typing import Any

import schemathesis
from schemathesis.checks import CHECKS, CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext

from monnaielocale.api.openapi import KEY_HEADER
from monnaielocale.api.statuses import TABLE
from tests.api.described import SENDERS, Described, described
from tests.api.talking import officials, open_pool
from tests.bank_files import seen
from tests.invariants import check_invariants
from tests.matching import ANA, MAITE, PEIO, credited, matched, run_of
from tests.serving import LOGINS, Api
from tests.world import MEMBER_IBAN

log = logging.getLogger(__name__)
REQUESTS_LEAST = 5000
SEED = 20260131
# A refusal for one of these says that the form of a request is wrong; what a file within it holds is another matter.
OF_FORM = TABLE[400] | TABLE[414] | {"body_too_large", "body_encoded", "body_not_json", "request_unfit"}
# What JSON Schema cannot say and the description says in words. Texts hold no character that nobody can see, and something that
# one can; an address is a text too, and has an end. A whole number has no point, where JSON Schema takes 1.0 for one. A cursor is
# one that a page gave. February has 28 days. A mapping of columns is JSON within a part of a form.
BEYOND_SCHEMA = frozenset(
    {"sign_unseen", "text_unacceptable", "text_too_long", "too_short", "address_unreadable", "address_too_long"}
    | {"number_not_whole", "cursor_unfit", "period_unreadable", "json_unreadable"}
)
# By the name of the check, the operations to which it cannot apply, with the reason.
EXCLUDED = {
    # A convention may have the short name `check`: then the same address answers to GET, and so it says.
    "allow_header_conformance": ["POST /v1/conventions/check"],
}

_numbers = count(1)


@schemathesis.check
def good_form_is_understood(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """What keeps to the description may be refused by the rules of the books, and never for its form."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not 400 <= response.status_code < 500:
        return
    problem = response.json()
    reasons = {fault["code"] for fault in problem.get("errors", ())} or {problem["code"]}
    assert problem["code"] not in OF_FORM or reasons <= BEYOND_SCHEMA, problem


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], **__: Any) -> None:
    """Each good request has a key of its own, and none logs out the people who ask.

    Under the key of the example, the second request would be refused as another content of the first. And the logins that lists
    answer are tried where sessions end.
    """
    if case.path_parameters.get("login") in {*LOGINS, *SENDERS.values()}:
        case.path_parameters["login"] = "maite"
    if KEY_HEADER in case.headers and case.meta is not None and case.meta.generation.mode.is_positive:
        case.headers[KEY_HEADER] = f"request-{next(_numbers)}"


def configuration(api: Api, operations: list[Described]) -> SchemathesisConfig:
    """All checks on all operations, each asked by somebody whom it lets in, and the same requests at every run."""
    senders: dict[str, list[str]] = {}
    for operation in operations:
        if operation.protected:
            senders.setdefault(operation.sender, []).append(str(operation))
    by_sender: list[dict[str, Any]] = [
        {"include-name": names, "headers": {"Authorization": api.as_(login).headers["Authorization"]}}
        for login, names in senders.items()
    ]
    excluded = [{"include-name": names, "checks": {check: {"enabled": False}}} for check, names in EXCLUDED.items()]
    refused = ["400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422", "429", "431"]
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "continue-on-failure": True,
            "generation": {"deterministic": True, "max-examples": 8, "no-shrink": True},
            "phases": {"stateful": {"max-steps": 4}},
            "checks": {
                "max_response_time": 30,
                # Both know statuses only. A rule of the books refuses with 422, as a form that is wrong does: which of them it
                # was is for good_form_is_understood to tell.
                "positive_data_acceptance": {"expected-statuses": ["2xx", *refused]},
                "negative_data_rejection": {"expected-statuses": refused},
            },
            "operations": [*by_sender, *excluded],
        }
    )


def populate(api: Api) -> None:
    """Something of everything, so that lists have items and documents are found."""
    bank = officials(api)
    world = api.world
    run = run_of(world, (MAITE, "300,00"), (PEIO, "150,00"))
    seen(world, bank, (5, 45000, f"MANDATS {run}"), (6, 2500, "ADHESION"), (7, -300, "FRAIS"))
    matched(world)
    credited(world, run)
    world.fund(ANA, 5000)
    shop = world.enrol("E00101", "Boulangerie Arto Gorria", "business", iban=MEMBER_IBAN)
    world.pay(MAITE, shop, 1250)
    world.redeem(shop, 1000)
    open_pool(api)


class Findings:
    """What was asked, and what is wrong with the answers."""

    def __init__(self) -> None:
        self.requests = 0
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)
        self.checks: Counter[str] = Counter()
        self.wrong: dict[tuple[str, str, str], str] = {}

    def note(self, recorder: ScenarioRecorder) -> None:
        """Take in what a scenario did."""
        self.requests += len(recorder.interactions)
        for case_id, interaction in recorder.interactions.items():
            operation = recorder.cases[case_id].value.operation.label
            self.statuses[operation][interaction.response.status_code if interaction.response else 0] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                self.checks[check.name] += 1
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    place = (str(failure.operation), check.name, failure.title)
                    answered = recorder.interactions[case_id].response if case_id in recorder.interactions else None
                    told = answered.text[:600] if answered else ""
                    self.wrong.setdefault(place, f"{failure.message[:600]}\n{check.failure_info.code_sample[:600]}\n{told}")


def test_every_route_keeps_to_its_description(api_of_file: Api) -> None:
    populate(api_of_file)
    operations, findings = described(api_of_file), Findings()
    schema = schemathesis.openapi.from_url(f"{api_of_file.url}/v1/openapi.json", config=configuration(api_of_file, operations))

    faults = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            findings.note(event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            faults.append(str(vars(event) if isinstance(event, events.FatalError) else event.info))
    log.info("%s requests, answered %s", findings.requests, dict(sum(findings.statuses.values(), Counter())))
    assert faults == []
    assert findings.wrong == {}
    assert findings.requests >= REQUESTS_LEAST
    assert set(findings.checks) >= {*CHECKS.get_all_names(), "max_response_time"}
    assert findings.statuses.keys() == {str(operation) for operation in operations}
    for operation, statuses in findings.statuses.items():
        assert statuses.keys() - {401, 403, 405}, f"nobody was let in at {operation}"
    for login in {operation.sender for operation in operations}:
        assert api_of_file.as_(login).get("/v1/me").status_code == 200, f"{login} was logged out meanwhile"
    check_invariants(api_of_file.world.database)
