"""Closing the books until a date (arrêté des comptes): earlier dates are refused from then on."""

from datetime import date

from .refusals import Refusal


class ClosingNotLater(Refusal):
    """The books are already closed until {closed_until}: they are closed further, never opened again."""

    code = "closing_not_later"


class ClosingInFuture(Refusal):
    """The books cannot be closed until {until} before that day has come."""

    code = "closing_in_future"


def check_closing(until: date, *, on: date, closed_until: date | None) -> None:
    """ClosingNotLater or ClosingInFuture unless the books may be closed until that day on the day `on`."""
    if until > on:
        raise ClosingInFuture(until=until)
    if closed_until is not None and until <= closed_until:
        raise ClosingNotLater(closed_until=closed_until)
