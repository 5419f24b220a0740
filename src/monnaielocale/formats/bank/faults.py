"""What a bank statement's file may get wrong: refusals, and remarks on what its reader forgives."""

from ...domain.refusals import Refusal
from ...domain.statements.bank import StatementRemark


class StatementUnreadable(Refusal):
    """This bank statement cannot be read."""

    code = "statement_unreadable"


class StatementTooLarge(StatementUnreadable):
    """The file has {size_bytes} bytes: a bank statement has {limit_bytes} at most."""

    code = "statement_too_large"


class StatementTooLong(StatementUnreadable):
    """The file has more than {limit} lines, movements or statements: ask the bank for shorter periods."""

    code = "statement_too_long"


class StatementEmpty(StatementUnreadable):
    """The file holds no statement."""

    code = "statement_empty"


class StatementFormatUnknown(StatementUnreadable):
    """This file is neither a CFONB120 nor a camt.053 statement. A CSV file can be read once its columns are named."""

    code = "statement_format_unknown"


class StatementUnbalanced(StatementUnreadable):
    """The statement of account {account} does not add up: its movements lead to {expected}, the file says {found}."""

    code = "statement_unbalanced"


class StatementCurrencyDiffers(StatementUnreadable):
    """At {place}, the statement in {expected} has an amount in {found}."""

    code = "statement_currency_differs"


class StatementLineTruncated(StatementUnreadable):
    """Line {line} is cut short: it has {length} characters."""

    code = "statement_line_truncated"


class StatementLineTooLong(StatementUnreadable):
    """Line {line} has more than 120 characters."""

    code = "statement_line_too_long"


class StatementCharacterForbidden(StatementUnreadable):
    """Line {line} holds a character that is not text."""

    code = "statement_character_forbidden"


class StatementRecordUnknown(StatementUnreadable):
    """Line {line} starts with {written}: a CFONB120 line starts with 01, 04, 05 or 07."""

    code = "statement_record_unknown"


class StatementDateUnreadable(StatementUnreadable):
    """Line {line} has {written} where a date is expected."""

    code = "statement_date_unreadable"


class StatementAmountUnreadable(StatementUnreadable):
    """Line {line} has {written} where an amount in whole cents is expected."""

    code = "statement_amount_unreadable"


class StatementDecimalsUnreadable(StatementUnreadable):
    """Line {line} has {written} where the number of decimals is expected."""

    code = "statement_decimals_unreadable"


class StatementOpenedTwice(StatementUnreadable):
    """Line {line} opens a statement although the one opened at line {opened_line} is not closed."""

    code = "statement_opened_twice"


class StatementNotClosed(StatementUnreadable):
    """The statement of account {account}, opened at line {line}, has no closing balance."""

    code = "statement_not_closed"


class ClosingWithoutOpening(StatementUnreadable):
    """Line {line} closes a statement that was not opened."""

    code = "closing_without_opening"


class MovementOutsideStatement(StatementUnreadable):
    """Line {line} is a movement outside any statement."""

    code = "movement_outside_statement"


class ComplementWithoutMovement(StatementUnreadable):
    """Line {line} completes a movement, but none stands above it."""

    code = "complement_without_movement"


class StatementAccountChanged(StatementUnreadable):
    """Line {line} is about account {found}, inside the statement of account {expected}."""

    code = "statement_account_changed"


class StatementPeriodImpossible(StatementUnreadable):
    """At {place}, the statement ends on {closing_on}, before its beginning on {opening_on}."""

    code = "statement_period_impossible"


class StatementMarkupForbidden(StatementUnreadable):
    """The file declares a document type (DOCTYPE): no bank does, so it is not read."""

    code = "statement_markup_forbidden"


class StatementMarkupDamaged(StatementUnreadable):
    """The XML of this file is damaged at line {line}."""

    code = "statement_markup_damaged"


class StatementMarkupExcessive(StatementUnreadable):
    """The XML of this file holds more marks than a bank statement can need."""

    code = "statement_markup_excessive"


class StatementMessageOther(StatementUnreadable):
    """This file is a {found} message, not a camt.053 account statement."""

    code = "statement_message_other"


class StatementAccountMissing(StatementUnreadable):
    """Statement {statement} of the file does not name its account."""

    code = "statement_account_missing"


class StatementFieldUnreadable(StatementUnreadable):
    """At {place}, the field {field} is missing or cannot be read: {written}."""

    code = "statement_field_unreadable"


class StatementBalancesContradict(StatementUnreadable):
    """Statement {statement} of the file gives two different balances of the kind {balance}."""

    code = "statement_balances_contradict"


class StatementRowDamaged(StatementUnreadable):
    """Row {row_number} is too long, or its quotation marks do not pair up: export the statement again."""

    code = "statement_row_damaged"


class StatementUnwritable(StatementUnreadable):
    """The statement of account {account} cannot be written in this format: {field} is missing or does not fit."""

    code = "statement_unwritable"


class BankCodeDiffers(StatementRemark):
    """Line {line} gives bank code {found} for the account opened under bank code {expected}."""

    code = "bank_code_differs"


class MovementsOutsidePeriod(StatementRemark):
    """{count} movements of account {account} are booked outside the days from {covers_from} to {closing_on}."""

    code = "movements_outside_period"


class PendingEntriesIgnored(StatementRemark):
    """{count} entries of account {account} are not booked yet and were left out."""

    code = "pending_entries_ignored"


class EmptyMovementsIgnored(StatementRemark):
    """{count} movements of zero on account {account} were left out."""

    code = "empty_movements_ignored"


class BalancesNotChecked(StatementRemark):
    """The statement of account {account} does not give both balances: its movements could not be checked against them."""

    code = "balances_not_checked"


class StatementVersionUnknown(StatementRemark):
    """The file names the version {found}, which is not one of camt.053.001.02, .04 and .08: it was read like them."""

    code = "statement_version_unknown"
