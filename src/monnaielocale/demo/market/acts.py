"""The market day, act by act."""

from ...words import say
from ..story import Story
from .counter import change_and_means
from .day import clock_of_the_desks
from .euros import carry_and_count, euros_arrive
from .evening import close_the_desks
from .morning import open_the_books, open_the_desks
from .rush import rush_at_three_tills

ACTS = (open_the_books, open_the_desks, change_and_means, rush_at_three_tills, close_the_desks, carry_and_count, euros_arrive)


def market_day(story: Story) -> None:
    """The second part of the story: Grenoble takes in local currency at two desks, and gets euros at face value."""
    story.teller.part(say("Grenoble takes cairns and euros on a market day. People, desks and charters are invented."))
    with clock_of_the_desks(story) as day:
        for act in ACTS:
            act(day)
