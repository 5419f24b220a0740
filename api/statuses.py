"""Which HTTP status each refusal is answered with: one table, and 409 or 422 for what it does not name.

- 401, 403: who asks is not known, or may not do this, whatever the documents say.
- 404: what is asked for does not exist, or not for the person who asks.
- 406: what is asked for is not written in any form that the request accepts.
- 409: the document is not, or no longer, in the state that this takes, or another one is in the way. The same request may
  succeed once that has changed.
- 413, 414, 415: the file or the body is too large, or of a kind that is not read.
- 422: the request is understood and something in it does not fit: an amount, a day, a row, a rule of the convention.
- 503: nothing is wrong with the request: send it again, with the same key, after `Retry-After` seconds.
"""

from monnaielocale.domain.refusals import Refusal

CONFLICT, UNPROCESSABLE = 409, 422
TABLE: dict[int, frozenset[str]] = {
    400: frozenset(
        {"address_unreadable", "body_cut_short", "body_missing", "cursor_unfit", "idempotency_key_missing"}
        | {"idempotency_key_unfit", "json_not_utf8", "json_refused", "json_too_deep", "json_unreadable"}
        | {"parameter_repeated", "parameter_unknown", "request_unreadable"}
    ),
    401: frozenset({"login_refused", "renewal_refused", "session_locked", "short_code_wrong", "token_refused"}),
    403: frozenset(
        {"accountant_may_not_decide", "acts_for_another", "administrator_needed", "role_missing", "run_not_entered_by"}
        | {"current_password_wrong", "document_of_several"}
        | {
            "head_or_deputy_needed",
            "metrics_not_for_you",
            "not_for_you",
            "not_named_to_collect",
            "not_your_handover",
            "run_not_signed_by",
            "run_signed_by_town",
            "session_of_another",
            "second_person_needed",
            "signed_by_one",
        }
    ),
    404: frozenset(
        {
            "account_unknown",
            "appointment_unknown",
            "address_unknown",
            "book_unknown",
            "desk_unknown",
            "entry_unknown",
            "envelope_unknown",
            "event_unknown",
            "handover_unknown",
            "job_unknown",
            "line_unknown",
            "mandate_unknown",
            "receipt_unknown",
            "request_unknown",
            "session_unknown",
        }
        | {"match_unknown", "member_unknown", "no_convention", "opening_unknown", "payment_unknown", "person_unknown"}
        | {"convention_unknown", "remittance_unknown", "run_unknown", "till_unknown"}
        | {"transfer_due_unknown"}
    ),
    405: frozenset({"method_not_taken"}),
    406: frozenset({"not_acceptable"}),
    408: frozenset({"body_too_slow"}),
    409: frozenset(
        {"already_reversed", "bank_account_taken", "book_already_opened", "book_of_another", "busy_book", "closing_not_later"}
        | {"confirmation_differs", "convention_version_changed", "credit_kept_elsewhere", "credit_unknown"}
        | {"credits_unconfirmed", "ends_after_amendment", "euros_not_seen", "last_administrator", "later_event_depends"}
        | {"login_taken", "mandate_already_accepted", "mandate_already_signed", "mandate_ended", "mandate_ends_already"}
        | {"mandate_not_accepted", "mandate_not_signed", "mandate_number_taken", "mandate_overlaps", "mandate_revoked"}
        | {
            "match_already_confirmed",
            "match_already_rejected",
            "match_already_undone",
            "match_confirmed_by_treasury",
            "match_credited_since",
        }
        | {"match_not_confirmed", "match_used_since", "member_already_exists", "member_left", "nothing_left_to_credit"}
        | {"nothing_to_return", "party_of_another_kind", "refused_by_the_books", "run_accounted_for", "run_already_signed"}
        | {"run_awaits_signature", "run_cancelled", "run_closed", "run_closed_since", "run_differs", "run_fully_settled"}
        | {"run_funded", "run_funds_waiting", "run_not_funded", "run_not_settled", "run_not_signed", "run_not_signed_yet"}
        | {"heads_overlap", "line_already_cancelled", "paper_receipt_known", "receipt_already_cancelled", "tariffs_overlap"}
        | {"refund_already_paid", "transaction_number_known", "period_already_closed"}
        | {"clerk_in_session", "day_closed", "day_is_over", "day_not_closed", "day_not_open", "days_of_period_open"}
        | {"earlier_day_open", "envelope_not_handed", "nothing_to_refund", "no_digital_takings", "period_not_over"}
        | {"request_expired", "request_withdrawn", "session_closed", "session_counted", "session_not_counted"}
        | {"sessions_not_closed", "takeover_by_oneself", "till_in_use"}
        | {"handover_accepted", "handover_replaced", "nobody_takes_over", "takings_not_paid_in"}
        | {"run_rules_changed", "transfer_not_open", "version_end_changed", "version_taken_away", "wallet_not_empty"}
    ),
    413: frozenset(
        {"body_too_large", "convention_too_large", "document_too_large", "file_too_large", "json_too_long"}
        | {"statement_too_large", "statement_too_long", "too_many_columns", "too_many_rows", "workbook_too_large"}
    ),
    414: frozenset({"address_too_long"}),
    415: frozenset(
        {"body_encoded", "body_not_json", "file_is_no_table", "statement_format_unknown", "statement_message_other"}
        | {"workbook_old_or_protected"}
    ),
    429: frozenset({"too_many_attempts", "too_many_jobs"}),
    431: frozenset({"head_too_large"}),
    500: frozenset({"failed_inside", "job_given_up", "unforeseen"}),
    503: frozenset({"closing", "database_away", "outcome_unknown", "too_busy"}),
}
STATUSES = {code: status for status, codes in TABLE.items() for code in codes}
# After how many seconds the same request may fare better.
RETRY_AFTER = {
    "busy_book": 1,
    "closing": 5,
    "database_away": 5,
    "outcome_unknown": 1,
    "too_busy": 1,
    "too_many_attempts": 60,
    "too_many_jobs": 10,
}
# These belong to the command line, the demonstration and the server's own start: no request meets them.
ELSEWHERE = (
    "monnaielocale.cli.",
    "monnaielocale.demo.",
    "monnaielocale.bench.",
    "monnaielocale.store.server",
    "monnaielocale.store.binaries",
    "monnaielocale.store.temporary",
    "monnaielocale.api.keys",
)


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The HTTP status of a refusal: by the table, else 409 for what is so already, else 422."""
    return STATUSES.get(refusal.code) or (CONFLICT if "already" in refusal.code else UNPROCESSABLE)


def met_by_requests(kind: type[Refusal]) -> bool:
    """Whether a request over HTTP can be answered with this refusal."""
    return kind.__module__.startswith("monnaielocale.") and not kind.__module__.startswith(ELSEWHERE)
