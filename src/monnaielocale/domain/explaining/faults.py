"""Why a bank line may not be explained as someone proposes."""

from ..refusals import Refusal


class LineUnknown(Refusal):
    """There is no bank line {line} in the book {book}."""

    code = "line_unknown"


class MatchEmpty(Refusal):
    """Say what the line is for: a match has at least one part."""

    code = "match_empty"


class PartKindUnknown(Refusal):
    """{kind} is not something that a bank line can be for."""

    code = "part_kind_unknown"


class PartLacks(Refusal):
    """A part of kind {kind} must name its {field}."""

    code = "part_lacks"


class PartNamesTooMuch(Refusal):
    """A part of kind {kind} does not take a {field}."""

    code = "part_names_too_much"


class WrongDirection(Refusal):
    """{kind} does not fit a line of {amount}: euros that arrive and euros that leave have different explanations."""

    code = "wrong_direction"


class LineExplainedBeyond(Refusal):
    """{asked} is more than the {left} of this line that nobody has explained yet."""

    code = "line_explained_beyond"


class ExplainedTooEarly(Refusal):
    """The line is of {booked_on}: it cannot be explained on {on}."""

    code = "explained_too_early"


class PaymentUnknown(Refusal):
    """There is no payment {payment} in the book {book}."""

    code = "payment_unknown"


class RunNotSignedYet(Refusal):
    """Run {run} is not signed: it takes no euros yet."""

    code = "run_not_signed_yet"


class RunClosedSince(Refusal):
    """Run {run} was closed: it takes no more euros."""

    code = "run_closed_since"


class PaymentPaidBeyond(Refusal):
    """Payment {row} of run {run} still waits for {left}: {asked} is too much."""

    code = "payment_paid_beyond"


class RecallBeyondHeld(Refusal):
    """Of payment {row} of run {run}, {left} is still waiting to be credited: {asked} cannot be taken back from it."""

    code = "recall_beyond_held"


class RecallBeyondMissing(Refusal):
    """Of payment {row} of run {run}, {left} is recorded as credited and missing, not {asked}: take back the credit first."""

    code = "recall_beyond_missing"


class PartyNotOfBook(Refusal):
    """There is no town or member {party} in the book {book}."""

    code = "party_not_of_book"


class TransferDueUnknown(Refusal):
    """There is no transfer due {transfer} in the book {book}."""

    code = "transfer_due_unknown"


class TransferNotOpen(Refusal):
    """The transfer of {amount} to {party} is no longer due: it was made or taken back."""

    code = "transfer_not_open"


class TransferNotExact(Refusal):
    """The transfer due to {party} is of {due}, not {asked}: a line settles it exactly or not at all."""

    code = "transfer_not_exact"


class PairDoesNotFit(Refusal):
    """These two lines are not one transfer between own accounts: amounts must be opposite and accounts different."""

    code = "pair_does_not_fit"


class GrantNotAgreed(Refusal):
    """{party} did not agree to an instalment of {amount}: next due are {instalments}."""

    code = "grant_not_agreed"


class MatchUnknown(Refusal):
    """There is no match {match} in the book {book}."""

    code = "match_unknown"


class MatchAlreadyConfirmed(Refusal):
    """This match was confirmed already."""

    code = "match_already_confirmed"


class MatchAlreadyRejected(Refusal):
    """This match was rejected."""

    code = "match_already_rejected"


class MatchAlreadyUndone(Refusal):
    """This match was undone."""

    code = "match_already_undone"


class MatchNotConfirmed(Refusal):
    """This match was not confirmed, so there is nothing to undo: reject it."""

    code = "match_not_confirmed"


class MatchUsedSince(Refusal):
    """Event {event_number} ({event_kind}) of {business_on} used what this match gave: undo that event first."""

    code = "match_used_since"


class MatchCreditedSince(MatchUsedSince):
    """Event {event_number} of {business_on} credited these euros to beneficiaries: take the credit back first."""

    code = "match_credited_since"


class MatchConfirmedByTreasury(MatchUsedSince):
    """The Treasury confirmed on {business_on} that these euros arrived: what shows that they were sent stays."""

    code = "match_confirmed_by_treasury"
