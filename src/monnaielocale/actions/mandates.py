"""Collection mandates (mandats d'encaissement): drafted, signed by the beneficiary, accepted by the association, ended, revoked.

The association enters what the beneficiary signed on paper. Only the beneficiary's own revocation needs nobody else: a member
revokes themselves, or an operator records the written revocation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol
from uuid import UUID

from ..domain.actors import Actor
from ..domain.conventions.rules import check_carried_out, rules_for_kind
from ..domain.identifiers import new_id
from ..domain.payments import mandates as rules
from ..domain.payments.mandates import Mandate, MandateNumberTaken
from ..domain.refusals import Refusal
from ..store.conventions import Conventions, LoadedConvention, books_of, convention_with, conventions_of
from ..store.documents import DocumentGiven
from ..store.mandates import (
    known_mandate,
    last_mandate_numbers,
    mandates_by_number,
    mandates_of_members,
)
from ..store.members import Members, members_of, present_member
from ..store.unit_of_work import UnitOfWork
from .deciding import ASSOCIATION, DatedItem, decide_each, require_association
from .mandate_batch import MandateBatch, MandateChanged, Numbers
from .perform import action


@dataclass(frozen=True, slots=True)
class DraftMandate:
    """A mandate as it is to be printed and signed; without an end it holds until revoked, without a number it gets the next."""

    actor: Actor
    book: str
    public_body: str
    member: str
    kind: str
    share_mode: str
    share_cents: int | None
    starts_on: date
    ends_on: date | None
    on: date
    subject: str = ""
    number: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SignMandate:
    """The beneficiary signed: the signed document is kept with its fingerprint."""

    actor: Actor
    book: str
    mandate: str
    document_name: str
    document: bytes = field(repr=False)
    signed_on: date
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class AcceptMandate:
    """The association accepts what it was asked to do."""

    actor: Actor
    book: str
    mandate: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class EndMandate:
    """The mandate ends sooner than it says: `ended_on` is its last day."""

    actor: Actor
    book: str
    mandate: str
    ended_on: date
    reason: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class RevokeMandate:
    """The beneficiary takes the mandate back: from `revoked_on` on it no longer holds, also in arrears."""

    actor: Actor
    book: str
    mandate: str
    revoked_on: date
    reason: str
    on: date
    key: str = ""


@action("draft_mandate")
def draft_mandates(work: UnitOfWork, items: Sequence[DraftMandate]) -> list[MandateChanged | Refusal]:
    """Mandates are drafted under the convention in force on their first day.

    Refusals: RoleMissing, ActsForAnother, PartyNotOfConvention, what `Convention.version_for` and `mandates.check_terms` refuse,
    MemberUnknown, MemberLeft, TextUnacceptable, MandateNumberUnfit, MandateNumberTaken.
    """
    books = [item.book for item in items]
    batch = MandateBatch(
        work, books_of(work, books), mandates_by_number(work, ((item.book, item.number) for item in items if item.number))
    )
    conventions = conventions_of(work, books)
    members = members_of(work, ((item.book, item.member) for item in items))
    numbers = Numbers(last_mandate_numbers(work, (item.book for item in items if not item.number)))
    outcomes = decide_each(items, lambda item: _draft(batch, item, conventions, members, numbers))
    batch.write()
    return outcomes


def _draft(
    batch: MandateBatch, item: DraftMandate, conventions: Conventions, members: Members, numbers: Numbers
) -> MandateChanged:
    require_association(item.actor, batch.books[item.book])
    loaded = convention_with(conventions, item.book, item.public_body)
    member = present_member(members, item.book, item.member)
    mandate = drafted(item, loaded)
    if item.number:
        rules.check_number(item.number)
        if (item.book, item.number) in batch.mandates:
            raise MandateNumberTaken(mandate=item.number)
    else:
        mandate = replace(mandate, number=numbers.next(item.book, batch.mandates))
    return batch.draft(item, mandate, loaded, member.id)


def drafted(item: DraftMandate, loaded: LoadedConvention) -> Mandate:
    """The mandate that an item describes, once the convention allows its terms; refuses as `draft_mandates` says."""
    version = loaded.convention.version_for(item.starts_on)
    rules.check_terms(
        version,
        item.kind,
        share_mode=item.share_mode,
        share_cents=item.share_cents,
        starts_on=item.starts_on,
        ends_on=item.ends_on,
    )
    return Mandate(
        new_id(),
        item.number,
        item.public_body,
        item.member,
        str(item.kind),
        rules.clean_subject(item.subject),
        str(item.share_mode),
        item.share_cents,
        str(rules_for_kind(version, item.kind).period),
        item.starts_on,
        item.ends_on,
        item.actor.person_id,
    )


@action("sign_mandate")
def sign_mandates(work: UnitOfWork, items: Sequence[SignMandate]) -> list[MandateChanged | Refusal]:
    """The documents that beneficiaries signed are kept; the same scan may stand for many mandates.

    Refusals: RoleMissing, ActsForAnother, MandateUnknown, DocumentMissing, DocumentTooLarge and what
    `mandates.check_may_be_signed` refuses.
    """
    batch = _batch(work, items)
    outcomes = decide_each(items, lambda item: _sign(batch, item))
    batch.write()
    return outcomes


def _sign(batch: MandateBatch, item: SignMandate) -> MandateChanged:
    require_association(item.actor, batch.books[item.book])
    mandate = known_mandate(batch.mandates, item.book, item.mandate)
    rules.check_may_be_signed(mandate, signed_on=item.signed_on, on=item.on)
    document = DocumentGiven(rules.checked_document_name(item.document_name, item.document), item.document)
    return batch.act(item, mandate, "signed", item.signed_on, document=document)


@action("accept_mandate")
def accept_mandates(work: UnitOfWork, items: Sequence[AcceptMandate]) -> list[MandateChanged | Refusal]:
    """The association accepts signed mandates; another person does than the one who entered each of them.

    The convention is asked again, as it stands now. Refusals: RoleMissing, ActsForAnother, MandateUnknown, SecondPersonNeeded,
    MemberLeft, ConventionSuspended, what `Convention.version_for` and `mandates.check_terms` refuse, and what
    `mandates.check_may_be_accepted` refuses.
    """
    batch = _batch(work, items)
    conventions = conventions_of(work, (item.book for item in items))
    asked = [(book, mandate.member) for (book, _), mandate in batch.mandates.items()]
    members = members_of(work, asked)
    siblings = _siblings(mandates_of_members(work, asked))
    outcomes = decide_each(items, lambda item: _accept(batch, item, conventions, members, siblings))
    batch.write()
    return outcomes


Siblings = dict[tuple[str, tuple[str, str, str, str]], dict[UUID, Mandate]]


def _siblings(mandates: dict[tuple[str, str], list[Mandate]]) -> Siblings:
    """Mandates for the same matter, of which one at a time may hold."""
    found: Siblings = {}
    for (book, _), of_member in mandates.items():
        for mandate in of_member:
            found.setdefault((book, mandate.matter), {})[mandate.id] = mandate
    return found


def _accept(
    batch: MandateBatch, item: AcceptMandate, conventions: Conventions, members: Members, siblings: Siblings
) -> MandateChanged:
    require_association(item.actor, batch.books[item.book])
    mandate = known_mandate(batch.mandates, item.book, item.mandate)
    item.actor.require_other_than(mandate.drafted_by)
    same_matter = siblings[item.book, mandate.matter]
    rules.check_may_be_accepted(mandate, same_matter.values())
    present_member(members, item.book, mandate.member)
    version = convention_with(conventions, item.book, mandate.public_body).convention.version_for(mandate.starts_on)
    check_carried_out(version, item.on)
    rules.check_terms(
        version,
        mandate.kind,
        share_mode=mandate.share_mode,
        share_cents=mandate.share_cents,
        starts_on=mandate.starts_on,
        ends_on=mandate.ends_on,
    )
    changed = batch.act(item, mandate, "accepted", item.on)
    same_matter[mandate.id] = batch.mandates[item.book, item.mandate]
    return changed


@action("end_mandate")
def end_mandates(work: UnitOfWork, items: Sequence[EndMandate]) -> list[MandateChanged | Refusal]:
    """Mandates end on a day sooner than agreed: the end of a term of office, of a job, or by consent.

    Refusals: RoleMissing, ActsForAnother, MandateUnknown and what `mandates.check_may_end` refuses.
    """
    batch = _batch(work, items)
    outcomes = decide_each(items, lambda item: _end(batch, item))
    batch.write()
    return outcomes


def _end(batch: MandateBatch, item: EndMandate) -> MandateChanged:
    require_association(item.actor, batch.books[item.book])
    mandate = known_mandate(batch.mandates, item.book, item.mandate)
    rules.check_may_end(mandate, item.ended_on)
    return batch.act(item, mandate, "ended", item.ended_on, reason=rules.clean_reason(item.reason))


@action("revoke_mandate")
def revoke_mandates(work: UnitOfWork, items: Sequence[RevokeMandate]) -> list[MandateChanged | Refusal]:
    """Beneficiaries take their mandates back, whatever state these are in; what is not yet credited is no longer collected.

    Refusals: RoleMissing, ActsForAnother, MandateUnknown and what `mandates.check_may_be_revoked` refuses.
    """
    batch = _batch(work, items)
    members = members_of(work, ((book, mandate.member) for (book, _), mandate in batch.mandates.items()))
    outcomes = decide_each(items, lambda item: _revoke(batch, item, members))
    batch.write()
    return outcomes


def _revoke(batch: MandateBatch, item: RevokeMandate, members: Members) -> MandateChanged:
    own_role = item.actor.roles.isdisjoint(ASSOCIATION)
    item.actor.require("member", *ASSOCIATION)
    mandate = known_mandate(batch.mandates, item.book, item.mandate)
    if own_role:
        item.actor.require_party(members[item.book, mandate.member].id)
    else:
        require_association(item.actor, batch.books[item.book])
    rules.check_may_be_revoked(mandate, revoked_on=item.revoked_on, on=item.on)
    return batch.act(item, mandate, "revoked", item.revoked_on, reason=rules.clean_reason(item.reason))


class _ItemOnMandate(DatedItem, Protocol):
    @property
    def mandate(self) -> str: ...


def _batch(work: UnitOfWork, items: Sequence[_ItemOnMandate]) -> MandateBatch:
    known = mandates_by_number(work, _named(items))
    return MandateBatch(work, books_of(work, (item.book for item in items)), known)


def _named(items: Iterable[_ItemOnMandate]) -> list[tuple[str, str]]:
    return [(item.book, item.mandate) for item in items]
