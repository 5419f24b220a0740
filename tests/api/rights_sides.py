"""Who stands on each side of the rights matrix: a town, the association into whose book it pays, and a member whom it pays."""

from dataclasses import dataclass
from functools import cache


@cache
def iban(number: int) -> str:
    """An invented account whose check digits fit: 11 figures and the French key after bank and branch."""
    return f"FR76{99999:05}{20000:05}{number:011}{97 - (89 * 99999 + 15 * 20000 + 3 * number) % 97:02}"


@dataclass(frozen=True, slots=True)
class Side:
    """A town, the association that keeps the book into which it pays, their people, and a member whom the town pays."""

    book: str
    issuer: str
    town: str
    prefix: str
    town_prefix: str
    member: str
    shop: str
    account: str = ""

    @property
    def operator(self) -> str:
        return f"{self.prefix}operator"

    @property
    def second(self) -> str:
        return f"{self.prefix}second-operator"

    @property
    def accountant(self) -> str:
        return f"{self.prefix}accountant"

    @property
    def preparer(self) -> str:
        return f"{self.town_prefix}preparer"

    @property
    def second_preparer(self) -> str:
        return f"{self.town_prefix}second-preparer"

    @property
    def signer(self) -> str:
        return f"{self.town_prefix}signer"

    @property
    def clerk(self) -> str:
        return f"{self.town_prefix}clerk"

    @property
    def second_clerk(self) -> str:
        return f"{self.town_prefix}second-clerk"

    @property
    def desk(self) -> str:
        """The book of the pool."""
        return f"{self.town}-pool"

    def wallet(self) -> str:
        return f"wallet:{self.member}"


OWN = Side("eusko", "euskal-moneta", "bayonne", "", "", "E00001", "E00009")
SAME_BOOK = Side("eusko", "euskal-moneta", "biarritz", "", "biarritz-", "E00002", "E00009")
ELSEWHERE = Side("adour", "adour-association", "dax", "adour-", "dax-", "D00001", "D00009")
SIDES = (OWN, SAME_BOOK, ELSEWHERE)


def member_login(side: Side) -> str:
    """The login of the member whom a town pays."""
    return {OWN.town: "maite", SAME_BOOK.town: "peio"}.get(side.town, "ana")


__all__ = ["ELSEWHERE", "OWN", "SAME_BOOK", "SIDES", "Side", "iban", "member_login"]
