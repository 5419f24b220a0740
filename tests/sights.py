"""What each person may see, told a second time and in other words than by the policies: a condition for each table."""

from monnaielocale.store.tables import METADATA

NOBODY_SEES = {
    "person_password", "idempotency_key", "login_session", "login_session_end", "access_token", "refresh_token",
    "refresh_token_use", "login_attempt", "login_shift", "login_shift_act", "event_role",
}  # fmt: skip
OWN = "(SELECT id FROM person WHERE login = %(login)s)"
MINE = "(SELECT party_id FROM person WHERE login = %(login)s)"
BOOKS = f"(SELECT id FROM book WHERE party_id = {MINE})"
RUNS = f"(SELECT id FROM payment_run WHERE public_body_id = {MINE})"
PAYMENTS = f"(SELECT id FROM payment WHERE run_id IN {RUNS})"
MANDATES = f"(SELECT id FROM collection_mandate WHERE public_body_id = {MINE})"
BENEFICIARIES = f"(SELECT member_id FROM collection_mandate WHERE public_body_id = {MINE})"
PARTS = f"(payment_id IN {PAYMENTS} OR transfer_due_id IN (SELECT id FROM transfer_due WHERE party_id = {MINE}))"
# Confirmed matches with a part that pays for the town or pays it, and of their lines those whose match was not undone.
MATCHES = f"""(SELECT part.match_id FROM match_part AS part JOIN match_act ON match_act.match_id = part.match_id
                WHERE {PARTS} AND match_act.act = 'confirmed')"""
LINES = f"""(SELECT match.line_id FROM match WHERE match.id IN {MATCHES}
                AND NOT EXISTS (SELECT 1 FROM match_act WHERE match_id = match.id AND act = 'undone'))"""
TOWN_EVENTS = f"""(SELECT event_id FROM run_act WHERE run_id IN {RUNS}
     UNION SELECT event_id FROM crediting WHERE run_id IN {RUNS}
     UNION SELECT event_id FROM transfer_due WHERE run_id IN {RUNS} OR party_id = {MINE}
     UNION SELECT event_id FROM mandate_act WHERE mandate_id IN {MANDATES}
     UNION SELECT event_id FROM convention_version JOIN convention ON convention.id = convention_id
            WHERE public_body_id = {MINE})"""
WALLET = f"""(SELECT account.id FROM account JOIN member ON account.code = 'wallet:' || member.number
               AND account.book_id = member.book_id WHERE member.id = {MINE})"""
MEMBER_PAYMENTS = f"(SELECT id FROM payment WHERE member_id = {MINE})"
ENTRIES = f"(SELECT book_id, entry_number FROM entry_line WHERE account_id IN {WALLET})"
MEMBER_EVENTS = f"""(SELECT event_id FROM entry WHERE (book_id, number) IN {ENTRIES}
     UNION SELECT event_id FROM mandate_act JOIN collection_mandate AS mandate ON mandate.id = mandate_id
            WHERE member_id = {MINE}
     UNION SELECT event_id FROM transfer_due WHERE party_id = {MINE}
     UNION SELECT event_id FROM member WHERE id = {MINE}
     UNION SELECT event_id FROM member_departure WHERE member_id = {MINE})"""

JOBS = {
    "job": f"person_id = {OWN}",
    "job_progress": f"job_id IN (SELECT id FROM job WHERE person_id = {OWN})",
    "job_end": f"job_id IN (SELECT id FROM job WHERE person_id = {OWN})",
}
OWN_JOBS_DOCUMENTS = f"sha256 IN (SELECT document_sha256 FROM job WHERE person_id = {OWN})"
EVERYTHING = {table: "true" for table in METADATA.tables if table not in NOBODY_SEES} | JOBS | {
    # The document of another's job belongs to nothing else.
    "document": f"name <> 'list.csv' OR {OWN_JOBS_DOCUMENTS}",
}  # fmt: skip


def _in_book(expression: str) -> str:
    return f"({expression}) IN {BOOKS}"


def _by_run(column: str) -> str:
    return _in_book(f"SELECT book_id FROM payment_run WHERE payment_run.id = {column}")


_OF_PAYMENT = "SELECT book_id FROM payment JOIN payment_run ON payment_run.id = run_id WHERE payment.id = payment_id"
_OF_CREDIT = (
    "SELECT book_id FROM payment_credit AS credit JOIN payment ON payment.id = payment_id"
    " JOIN payment_run ON payment_run.id = run_id WHERE credit.id = credit_id"
)
SERVED = f"(SELECT book_id FROM desk WHERE issuer_book_id IN {BOOKS})"


# What happens in a day of a desk.
AT_WORK = (
    "desk_day", "till_session", "till_session_act", "receipt", "receipt_line", "receipt_vat", "receipt_cancelled_line",
    "receipt_refund", "receipt_duplicate", "desk_day_closing", "desk_day_seal", "desk_period_closing", "payment_request",
    "payment_request_act", "desk_handover", "desk_handover_acceptance",
)  # fmt: skip


def _sent_by(desks: str) -> dict[str, str]:
    """Envelopes and remittances of desks, with all that happened to them."""
    papers = dict.fromkeys(("envelope", "remittance"), f"book_id IN {desks}")
    steps = ("envelope_note", "envelope_handing", "envelope_count", "envelope_count_note")
    of_envelope = f"envelope_id IN (SELECT id FROM envelope WHERE book_id IN {desks})"
    confirmed = f"remittance_id IN (SELECT id FROM remittance WHERE book_id IN {desks})"
    return papers | dict.fromkeys(steps, of_envelope) | {"remittance_confirmation": confirmed}


# Staff of an association, and their auditor: everything of their own book, and of the desks that they serve that there are such
# desks, with what moved their own book.
ASSOCIATION = JOBS | {
    table: f"book_id IN {BOOKS}"
    for table, declared in METADATA.tables.items()
    if "book_id" in declared.columns
} | {
    "book": f"id IN {BOOKS} OR id IN {SERVED}",
    "desk": f"issuer_book_id IN {BOOKS}",
    "event": f"book_id IN {BOOKS} OR id IN (SELECT event_id FROM entry WHERE book_id IN {BOOKS})",
    "party": f"""id = {MINE} OR id IN (SELECT id FROM member WHERE book_id IN {BOOKS})
                 OR id IN (SELECT public_body_id FROM convention WHERE book_id IN {BOOKS})""",
    "person": f"""party_id = {MINE} OR party_id IN (SELECT id FROM member WHERE book_id IN {BOOKS})
                  OR party_id IN (SELECT public_body_id FROM convention WHERE book_id IN {BOOKS}) OR login = 'administrator'""",
    "person_role": f"(SELECT party_id FROM person WHERE person.id = person_id) = {MINE}",
    "member_departure": _in_book("SELECT book_id FROM member WHERE member.id = member_id"),
    "account_day": _in_book("SELECT book_id FROM account WHERE account.id = account_id"),
    "convention_version": _in_book("SELECT book_id FROM convention WHERE convention.id = convention_id"),
    "convention_version_end": _in_book(
        "SELECT book_id FROM convention_version AS version JOIN convention ON convention.id = convention_id"
        " WHERE version.id = version_id"
    ),
    "document": f"""sha256 IN (SELECT document_sha256 FROM payment_run WHERE book_id IN {BOOKS}
                         UNION SELECT document_sha256 FROM statement_file WHERE book_id IN {BOOKS}
                         UNION SELECT document_sha256 FROM book_opening WHERE book_id IN {BOOKS}
                         UNION SELECT document_sha256 FROM mandate_act JOIN collection_mandate AS mandate
                                   ON mandate.id = mandate_id WHERE book_id IN {BOOKS}) OR {OWN_JOBS_DOCUMENTS}""",
    "mandate_act": _in_book("SELECT book_id FROM collection_mandate AS mandate WHERE mandate.id = mandate_id"),
    "run_act": _by_run("run_id"),
    "payment": _by_run("run_id"),
    "crediting": _by_run("run_id"),
    "payment_credit": _in_book(_OF_PAYMENT),
    "credit_taken_back": _in_book(_OF_CREDIT),
    "credit_confirmed_elsewhere": _in_book(_OF_CREDIT),
    "bank_account_mapping": _in_book("SELECT book_id FROM bank_account WHERE bank_account.id = bank_account_id"),
    "bank_statement": _in_book("SELECT book_id FROM statement_file AS file WHERE file.id = file_id"),
    "bank_line_text": _in_book("SELECT book_id FROM bank_line WHERE bank_line.id = line_id"),
    "match_part": _in_book("SELECT book_id FROM match WHERE match.id = match_id"),
    "match_act": _in_book("SELECT book_id FROM match WHERE match.id = match_id"),
} | _sent_by(SERVED) | {"payment_request_act": f"book_id IN {SERVED}"}  # fmt: skip
# Staff of a town: its mandates and runs, and everything in the books of its desks.
_OWN_BOOKS = ("batch", "entry", "entry_line", "account", "desk", "desk_appointment", "desk_appointment_end")
TOWN = JOBS | dict.fromkeys(_OWN_BOOKS, f"book_id IN {BOOKS}") | {
    "account_day": _in_book("SELECT book_id FROM account WHERE account.id = account_id"),
    "book": f"id IN (SELECT book_id FROM convention WHERE public_body_id = {MINE}) OR id IN {BOOKS}",
    "convention": f"public_body_id = {MINE}",
    "convention_version": f"convention_id IN (SELECT id FROM convention WHERE public_body_id = {MINE})",
    "convention_version_end": f"""version_id IN (SELECT version.id FROM convention_version AS version
                                      JOIN convention ON convention.id = convention_id WHERE public_body_id = {MINE})""",
    "party": f"""id = {MINE} OR id IN {BENEFICIARIES}
                 OR id IN (SELECT book.party_id FROM book JOIN convention ON book_id = book.id WHERE public_body_id = {MINE})""",
    "person": f"party_id = {MINE} OR id IN (SELECT acted_by FROM event WHERE id IN {TOWN_EVENTS})",
    "event": f"id IN {TOWN_EVENTS} OR book_id IN {BOOKS}",
    "person_role": f"(SELECT party_id FROM person WHERE person.id = person_id) = {MINE}",
    "member": f"id IN {BENEFICIARIES}",
    "member_departure": f"member_id IN {BENEFICIARIES}",
    "collection_mandate": f"public_body_id = {MINE}",
    "mandate_act": f"mandate_id IN {MANDATES}",
    "payment_run": f"public_body_id = {MINE}",
    "run_act": f"run_id IN {RUNS}",
    "payment": f"run_id IN {RUNS}",
    "crediting": f"run_id IN {RUNS}",
    "payment_credit": f"payment_id IN {PAYMENTS}",
    "credit_taken_back": f"credit_id IN (SELECT id FROM payment_credit WHERE payment_id IN {PAYMENTS})",
    "credit_confirmed_elsewhere": f"credit_id IN (SELECT id FROM payment_credit WHERE payment_id IN {PAYMENTS})",
    "transfer_due": f"payment_id IN {PAYMENTS} OR party_id = {MINE}",
    "match": f"id IN {MATCHES}",
    "match_act": f"match_id IN (SELECT match_id FROM match_part WHERE {PARTS})",
    "match_part": PARTS,
    "bank_line": f"id IN {LINES}",
    "bank_line_text": f"line_id IN {LINES}",
    "document": f"""sha256 IN (SELECT document_sha256 FROM payment_run WHERE public_body_id = {MINE}
                         UNION SELECT document_sha256 FROM mandate_act WHERE mandate_id IN {MANDATES})""",
} | _sent_by(BOOKS) | dict.fromkeys(AT_WORK, f"book_id IN {BOOKS}")  # fmt: skip
MEMBER = JOBS | {
    "book": f"id = (SELECT book_id FROM member WHERE id = {MINE})",
    "party": f"""id = {MINE} OR id = (SELECT book.party_id FROM book JOIN member ON book_id = book.id WHERE member.id = {MINE})
                 OR id IN (SELECT public_body_id FROM collection_mandate WHERE member_id = {MINE})""",
    "person": f"id = {OWN}",
    "person_role": f"person_id = {OWN}",
    "member": f"id = {MINE}",
    "member_departure": f"member_id = {MINE}",
    "collection_mandate": f"member_id = {MINE}",
    "mandate_act": f"mandate_id IN (SELECT id FROM collection_mandate WHERE member_id = {MINE})",
    "document": f"""sha256 IN (SELECT document_sha256 FROM mandate_act JOIN collection_mandate AS mandate
                                   ON mandate.id = mandate_id WHERE member_id = {MINE})""",
    "payment": f"member_id = {MINE}",
    "payment_credit": f"payment_id IN {MEMBER_PAYMENTS}",
    "crediting": f"id IN (SELECT crediting_id FROM payment_credit WHERE payment_id IN {MEMBER_PAYMENTS})",
    "credit_taken_back": f"credit_id IN (SELECT id FROM payment_credit WHERE payment_id IN {MEMBER_PAYMENTS})",
    "match_part": f"payment_id IN {MEMBER_PAYMENTS}",
    "match_act": f"match_id IN (SELECT match_id FROM match_part WHERE payment_id IN {MEMBER_PAYMENTS})",
    "transfer_due": f"party_id = {MINE}",
    "account": f"id IN {WALLET}",
    "account_day": f"account_id IN {WALLET}",
    "entry_line": f"account_id IN {WALLET}",
    "entry": f"(book_id, number) IN {ENTRIES}",
    "event": f"id IN {MEMBER_EVENTS}",
}  # fmt: skip
# Whoever is named for a desk sees that desk and who else is named for it, and is otherwise nobody's staff.
POOL_DESK = "(SELECT book_id FROM desk WHERE code = 'pool')"
DESK = (
    JOBS
    | {
        "book": f"id IN {POOL_DESK}",
        "desk": f"book_id IN {POOL_DESK}",
        "desk_appointment": f"book_id IN {POOL_DESK}",
        "desk_appointment_end": f"book_id IN {POOL_DESK}",
        "party": f"id = {MINE}",
        "person": f"id = {OWN}",
        "person_role": f"person_id = {OWN}",
    }
    | _sent_by(POOL_DESK)
    | dict.fromkeys(AT_WORK, f"book_id IN {POOL_DESK}")
)
_NAMES = ("person", "person_role", "party", "book", "convention", "convention_version", "convention_version_end")
ADMINISTRATOR = dict.fromkeys(_NAMES, "true") | JOBS
SEEN_BY: dict[str, dict[str, str]] = {
    "operator": ASSOCIATION,
    "accountant": ASSOCIATION,
    "eusko-auditor": ASSOCIATION,
    "cairn-operator": ASSOCIATION,
    "cairn-accountant": ASSOCIATION,
    "auditor": EVERYTHING,
    "administrator": ADMINISTRATOR,
    "preparer": TOWN,
    "signer": TOWN,
    "treasurer": TOWN,
    "bayonne-auditor": TOWN,
    "biarritz-preparer": TOWN,
    "grenoble-signer": TOWN,
    "grenoble-treasurer": TOWN,
    "pool-heir": DESK,
    "pool-clerk": DESK,
    "maite": MEMBER,
    "peio": MEMBER,
    "shop": MEMBER,
}
