"""How far long work is, told to whoever follows it and to nobody else."""

from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.progress import EVERY, Step, counted, followed_by, is_followed, tell

Told = tuple[Step, int, int]


class Listening:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def __call__(self, step: Step, done: int, total: int) -> None:
        self.told.append((step, done, total))


def test_without_a_follower_the_things_are_not_even_wrapped() -> None:
    things = [1, 2, 3]
    assert counted(Step.READING, things) is things
    assert not is_followed()
    tell(Step.READING, 1, 3)


@given(st.integers(0, 3 * EVERY), st.integers(0, 2 * EVERY))
def test_what_is_told_never_goes_back_and_ends_with_everything(count: int, before: int) -> None:
    listening = Listening()
    with followed_by(listening):
        assert list(counted(Step.CHECKING, range(count), before=before)) == list(range(count))
    done = [one for _, one, _ in listening.told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (before, before + count)
    assert all(step is Step.CHECKING and 0 <= one <= total == before + count for step, one, total in listening.told)
    assert len(done) <= 2 + count // EVERY + 1


def test_two_loops_of_one_step_are_counted_on() -> None:
    listening = Listening()
    with followed_by(listening):
        for _ in counted(Step.CHECKING, "ab", total=5):
            pass
        for _ in counted(Step.CHECKING, "cde", before=2, total=5):
            pass
    assert [done for _, done, _ in listening.told] == [0, 2, 5]


def test_who_stops_following_is_told_nothing_more() -> None:
    first, second = Listening(), Listening()
    with followed_by(first):
        with followed_by(second):
            tell(Step.READING, 1, 2)
        tell(Step.WRITING, 2, 2)
    tell(Step.WRITING, 0, 2)
    assert second.told == [(Step.READING, 1, 2)]
    assert first.told == [(Step.WRITING, 2, 2)]
