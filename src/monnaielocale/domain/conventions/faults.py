"""What may be wrong in a convention's file: each reason is a refusal, so that people read it in their own language."""

from dataclasses import dataclass

from ..refusals import Refusal


@dataclass(frozen=True, slots=True)
class ConventionFault:
    """One fault: its line (from one), the key as people write it, the value found and the reason."""

    line: int
    key: str
    value: str
    reason: Refusal


class ConventionFaults(Refusal):
    """The convention has faults, {count} in all: correct each of them and load it again."""

    code = "convention_faults"

    def __init__(self, faults: tuple[ConventionFault, ...]) -> None:
        super().__init__(count=len(faults), faults=faults)
        self.faults = faults


class ConventionTooLarge(Refusal):
    """A convention has at most {most_bytes} bytes."""

    code = "convention_too_large"


class ConventionNotUtf8(Refusal):
    """The file is not in UTF-8: save it again with this encoding."""

    code = "convention_not_utf8"


class LineTooLong(Refusal):
    """A line of a convention has at most {most_characters} characters."""

    code = "line_too_long"


class TomlUnreadable(Refusal):
    """This line is not well-formed TOML: a sign is missing or misplaced, or a key stands twice ({detail})."""

    code = "toml_unreadable"


class NestedTooDeeply(Refusal):
    """Lists or tables lie too deeply within each other."""

    code = "nested_too_deeply"


class KeyUnknown(Refusal):
    """A convention has no such key here."""

    code = "key_unknown"


class KeyMisspelt(KeyUnknown):
    """A convention has no such key here: did you mean {suggestion}?"""

    code = "key_misspelt"


class KeyMissing(Refusal):
    """The key is missing."""

    code = "key_missing"


class KeyMissingForPayments(Refusal):
    """The key is missing: a version that allows kinds of payment must state it."""

    code = "key_missing_for_payments"


class NotText(Refusal):
    """Write a text between quotation marks."""

    code = "not_text"


class TextEmptyOrTooLong(Refusal):
    """A text has at least one character and at most {most}."""

    code = "text_empty_or_too_long"


class TextHoldsControls(Refusal):
    """The text holds characters that cannot be seen."""

    code = "text_holds_controls"


class NotWholeNumber(Refusal):
    """Write a whole number, without quotation marks; amounts are in cents."""

    code = "not_whole_number"


class NumberOutOfRange(Refusal):
    """The number must lie between {least} and {most}."""

    code = "number_out_of_range"


class NotDay(Refusal):
    """Write a day like 2026-01-31, without quotation marks."""

    code = "not_day"


class NotTable(Refusal):
    """This is a table: write its keys beneath a line in brackets."""

    code = "not_table"


class NotList(Refusal):
    """Write a list between brackets, even of one."""

    code = "not_list"


class ListEmpty(Refusal):
    """The list has at least one element."""

    code = "list_empty"


class ListedTwice(Refusal):
    """This stands twice."""

    code = "listed_twice"


class ChoiceUnknown(Refusal):
    """Write one of: {choices}."""

    code = "choice_unknown"


class ChoiceMisspelt(ChoiceUnknown):
    """Write one of: {choices}. Did you mean {suggestion}?"""

    code = "choice_misspelt"


class PublicAccountantNeverSigns(Refusal):
    """The public accountant pays and never signs a run."""

    code = "public_accountant_never_signs"


class CodeUnfit(Refusal):
    """A code is made of small letters, figures and hyphens, and begins with a letter."""

    code = "code_unfit"


class CurrencyCodeUnfit(Refusal):
    """A local currency's code is made of three capital letters and is not EUR."""

    code = "currency_code_unfit"


class IbanWrong(Refusal):
    """This is not an IBAN: its length or its check digits do not fit."""

    code = "iban_wrong"


class SirenWrong(Refusal):
    """This is not a SIREN number: nine figures whose check digit fits."""

    code = "siren_wrong"


class RnaWrong(Refusal):
    """This is not an association's register number: W and nine figures."""

    code = "rna_wrong"


class IdentifierNotOne(Refusal):
    """Give the association's SIREN or its register number, one of the two."""

    code = "identifier_not_one"


class AccountNumberUnfit(Refusal):
    """An account number has three to twelve figures and begins with 1 to 7."""

    code = "account_number_unfit"


class NotTrueOrFalse(Refusal):
    """Write true or false, without quotation marks."""

    code = "not_true_or_false"


class PrefixUnfit(Refusal):
    """The prefix of a desk's numbers is made of two to eight capital letters and figures, and begins with a letter."""

    code = "prefix_unfit"


class RevenueAccountUnfit(Refusal):
    """A revenue account has three to twelve figures and begins with 7."""

    code = "revenue_account_unfit"


class PriceNotOne(Refusal):
    """Give either price_cents, or least_cents and most_cents between which the price is said."""

    code = "price_not_one"


class BoundsCrossed(Refusal):
    """The price cannot be at most this, since it is at least {least_cents}."""

    code = "bounds_crossed"


class VatNotOne(Refusal):
    """Give either vat_basis_points, or vat_exemption which says why there is no VAT."""

    code = "vat_not_one"


class TariffEndsBeforeBegun(Refusal):
    """The tariff cannot end before it begins, on {valid_from}."""

    code = "tariff_ends_before_begun"


class ReserveAbsent(Refusal):
    """No bank account has the purpose reserve: units are backed by a reserve."""

    code = "reserve_absent"


class PayDayNeedsMonths(Refusal):
    """A day of the month only fits payments that come back each month."""

    code = "pay_day_needs_months"


class EndsBeforeInForce(Refusal):
    """The version cannot be suspended or ended before it is in force, on {in_force_on}."""

    code = "ends_before_in_force"


class EndsAfterAmendment(Refusal):
    """The next version replaced this one on {amended_on}: it cannot be suspended or ended later."""

    code = "ends_after_amendment"


class VersionsOutOfOrder(Refusal):
    """The version before is in force from {earlier_on}: each version comes into force after it."""

    code = "versions_out_of_order"


class AmendmentOfAnother(Refusal):
    """The first version says {first}: an amendment keeps it, other parties make another convention."""

    code = "amendment_of_another"


class SourceMissing(Refusal):
    """The value has no source: name it in the sources of the version, or write there that it is illustrative."""

    code = "source_missing"


class SourceUnreadable(Refusal):
    """A source begins with S: and names a publication, or says illustrative."""

    code = "source_unreadable"


class SourceOfNothing(Refusal):
    """The source belongs to no value of this version."""

    code = "source_of_nothing"


class SourceMisspelt(SourceOfNothing):
    """The source belongs to no value of this version: did you mean {suggestion}?"""

    code = "source_misspelt"
