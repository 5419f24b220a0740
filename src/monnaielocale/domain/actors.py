"""Who acts, for whom, and what they may do."""

from dataclasses import dataclass
from uuid import UUID

from .refusals import Refusal


class RoleMissing(Refusal):
    """{login} may not do this: it takes the role {roles}."""

    code = "role_missing"


class ActsForAnother(Refusal):
    """{login} may not act on what belongs to another party."""

    code = "acts_for_another"


class SecondPersonNeeded(Refusal):
    """{login} entered this: another person must confirm it."""

    code = "second_person_needed"


class AccountantMayNotDecide(Refusal):
    """{login} is a public accountant, who pays but neither orders nor signs payments."""

    code = "accountant_may_not_decide"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the party they act for and the roles they hold at this moment."""

    person_id: UUID
    login: str
    roles: frozenset[str]
    party_id: UUID | None = None
    party_code: str = ""
    party_kind: str = ""

    def require(self, *roles: str) -> None:
        """RoleMissing unless the person holds one of the roles."""
        if not self.roles.intersection(roles):
            raise RoleMissing(login=self.login, roles=", ".join(roles))

    def require_other_than(self, first: UUID) -> None:
        """SecondPersonNeeded when the same person did the first step."""
        if self.person_id == first:
            raise SecondPersonNeeded(login=self.login)

    def require_party(self, *parties: UUID) -> None:
        """ActsForAnother unless the person acts for one of the parties."""
        if self.party_id not in parties:
            raise ActsForAnother(login=self.login)
