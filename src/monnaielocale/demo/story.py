"""What every act of the story works with: the books, the people, the files, and what must be true in the end."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ..actions.conventions import load_convention
from ..actions.perform import Action, perform, perform_one
from ..actions.proof import prove_backing
from ..domain.actors import Actor
from ..domain.money import Money
from ..domain.proof import Proof
from ..domain.refusals import Refusal
from ..store.database import Database
from ..store.people import add_person
from ..words import say
from .cast import BOOK
from .telling import Teller


class StoryWentWrong(Refusal):
    """The story expected a refusal ({expected}) and got another answer: {answer}."""

    code = "story_went_wrong"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Something that must be true in the end, under its code for programs and in words for people."""

    code: str
    sentence: str
    holds: bool


@dataclass(slots=True)
class Story:
    """The story as far as it was told."""

    database: Database
    teller: Teller
    files: Mapping[str, bytes]
    people: dict[str, Actor] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    # What acts leave for the folder of the artefacts, by file name.
    papers: dict[str, bytes] = field(default_factory=dict)
    # The line by which euros left for the reserve, until the line of their arrival is paired with it.
    on_the_road: UUID | None = None

    def do(self, act: Action[Any], item: Any) -> dict[str, Any]:
        """One action for one item: its answer, or its refusal raised, which ends the story."""
        return perform_one(self.database, act, item)

    def do_all(self, act: Action[Any], items: Sequence[Any]) -> list[dict[str, Any]]:
        """One action for many items in one transaction; the first refusal ends the story."""
        answers = []
        for outcome in perform(self.database, act, items):
            if isinstance(outcome, Refusal):
                raise outcome
            answers.append(outcome.content)
        return answers

    def add_person(self, login: str, name: str, party: str | None, roles: Sequence[str], given_by: Actor | None) -> Actor:
        """Somebody who acts from here on."""
        added = add_person(self.database, login=login, name=name, party=party, roles=roles, given_by=given_by)
        self.people[login] = added
        return added

    def load_convention(self, administrator: Actor, data: bytes, on: date) -> dict[str, Any]:
        """Load a convention: what it brought."""
        return load_convention(self.database, administrator, data, on)

    def prove(self, on: date) -> Proof:
        """The backing proof of a day, as the books stand."""
        return prove_backing(self.database, book=BOOK, on=on)

    def refuse(self, expected: type[Refusal], act: Action[Any], item: Any) -> None:
        """Ask for what may not be, and tell the refusal; anything else than the expected one ends the story."""
        outcome = perform(self.database, act, [item])[0]
        if not isinstance(outcome, expected):
            raise StoryWentWrong(expected=expected.code, answer=str(outcome))
        self.teller.refused(outcome)

    def judge(self, code: str, sentence: str, holds: bool) -> None:
        """Keep and tell whether something that must be true is."""
        self.verdicts.append(Verdict(code, sentence, holds))
        self.teller.held(sentence, holds=holds)

    @property
    def holds(self) -> bool:
        """Everything that had to be true was."""
        return all(verdict.holds for verdict in self.verdicts)


def euros(cents: int) -> Money:
    """Cents as an amount to show."""
    return Money(cents)


def as_json(content: Mapping[str, Any]) -> bytes:
    """An artefact for programs."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def told_on(day: date, sentence: str) -> str:
    """A sentence with its day before it."""
    return say("{day}: {sentence}", day=day, sentence=sentence)
