"""The chain can be computed by anyone, and proves one event without showing the others."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.chain import (
    ZERO,
    SealedEntry,
    SealedEvent,
    SealedLine,
    batch_hash,
    canonical,
    leaf,
    merkle_path,
    merkle_root,
    root_from_path,
)
from monnaielocale.domain.identifiers import new_id

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


@dataclass(frozen=True)
class Link:
    previous: bytes = ZERO
    book: str = "eusko"
    number: int = 1
    recorded_at: datetime = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    first_event: int = 1
    first_entry: int = 1
    root: bytes = ZERO

    def hash(self) -> bytes:
        return batch_hash(**vars(self))


def event(lines: list[SealedLine], label: str = "café") -> SealedEvent:
    entry = SealedEntry(1, date(2026, 1, 5), "wallet payment", lines)
    return SealedEvent(1, UUID(int=1), "wallet_payment", UUID(int=2), date(2026, 1, 5), None, "", {"label": label}, [entry])


def test_the_canonical_form_is_one_line_of_plain_json() -> None:
    payment = event([SealedLine("wallet:E00002", 1, 250, 250), SealedLine("wallet:E00001", 4, -250, 750)])
    assert canonical(payment) == (
        '[1,"00000000-0000-0000-0000-000000000001","wallet_payment","00000000-0000-0000-0000-000000000002","2026-01-05",'
        '"","",{"label":"caf\\u00e9"},[[1,"2026-01-05","wallet payment",'
        '[["wallet:E00001",4,-250,750],["wallet:E00002",1,250,250]]]]]'
    )
    assert leaf(payment) == sha256(b"\x00" + canonical(payment).encode()).digest()


@given(
    label=st.text(),
    code=st.text(),
    cents=st.integers(-(2**63), 2**63),
    details=st.dictionaries(st.text(), st.text() | st.integers()),
)
def test_the_canonical_form_is_what_a_json_library_writes(
    label: str, code: str, cents: int, details: dict[str, str | int]
) -> None:
    sealed = event([SealedLine(code, 1, cents, -cents)], label)._replace(details=details, reason=label)
    again = json.dumps(json.loads(canonical(sealed)), separators=(",", ":"), sort_keys=True)
    assert canonical(sealed) == again
    assert json.loads(again)[6:] == [label, details, [[1, "2026-01-05", "wallet payment", [[code, 1, cents, -cents]]]]]


def test_the_order_in_which_lines_are_read_does_not_matter() -> None:
    lines = [SealedLine("wallet:E00002", 1, 250, 250), SealedLine("wallet:E00001", 4, -250, 750)]
    assert leaf(event(lines)) == leaf(event(lines[::-1]))


@given(leaves=LEAVES, data=st.data())
def test_every_leaf_proves_itself_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle_path(leaves, at)
    assert root_from_path(leaves[at], path) == merkle_root(leaves)
    other = sha256(leaves[at]).digest()
    assert root_from_path(other, path) != merkle_root(leaves)


@given(leaves=LEAVES, data=st.data())
def test_a_changed_leaf_changes_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:at], sha256(leaves[at]).digest(), *leaves[at + 1 :]]
    assert merkle_root(changed) != merkle_root(leaves)


def test_a_node_never_passes_for_a_leaf() -> None:
    one, two, three = (leaf(event([], label)) for label in ("one", "two", "three"))
    assert merkle_root([one, two, three]) != merkle_root([merkle_root([one, two]), three, three])
    assert merkle_root([]) == ZERO


@pytest.mark.parametrize(
    "other",
    [
        Link(previous=bytes([1]) * 32),
        Link(book="cairn"),
        Link(number=2),
        Link(recorded_at=datetime(2026, 1, 5, 9, 30, 0, 1, tzinfo=UTC)),
        Link(first_event=2),
        Link(first_entry=2),
        Link(root=bytes([1]) * 32),
    ],
)
def test_a_link_covers_everything_about_its_batch(other: Link) -> None:
    assert other.hash() != Link().hash()


def test_identifiers_grow_with_time() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {one.version for one in made} == {7} and {one.variant for one in made} == {made[0].variant}
    moments = [one.int >> 80 for one in made]
    assert moments == sorted(moments)
