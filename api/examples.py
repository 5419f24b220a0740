"""A request to each operation that takes JSON, as the description shows it; sent in this order, they tell one story."""

from typing import Any

A_PASSWORD = "correct horse battery staple"
A_PAYMENT = "01a20b32-8020-7b52-9c1d-6de0a7f2c311"
A_MATCH = "01a20b32-8021-7cc4-8f0a-0b6a3f9d5e27"
RESERVE = "FR7699999000010000000000115"
RUN = "RF36BAYONNEIND202601L1"
A_SESSION = "01a20b32-8022-7a10-b3c7-5f1d2e9a6c44"


def _pieces(*counts: tuple[int, int]) -> list[dict[str, int]]:
    return [{"denomination_cents": denomination, "count": count} for denomination, count in counts]


# What a till holds in the morning: local notes of 35 units, and coins and notes of 50 euros.
_FLOAT = {"notes": _pieces((100, 20), (200, 5), (500, 1)), "euros": _pieces((50, 4), (100, 8), (500, 4), (1000, 2))}

# By the name of the operation.
EXAMPLES: dict[str, dict[str, Any]] = {
    "add_person": {
        "login": "maite",
        "name": "Maite Etxe",
        "party": "euskal-moneta",
        "roles": ["association_operator"],
        "password": A_PASSWORD,
    },
    "log_in_with_password": {"login": "maite", "password": A_PASSWORD},
    "renew_tokens": {"refresh_token": "9hV0x6rJ2mQk7sT1bY4dLw"},
    "revoke_tokens": {"token": "9hV0x6rJ2mQk7sT1bY4dLw"},
    "grant_role": {"role": "association_accountant"},
    "withdraw_role": {"role": "association_accountant"},
    "set_password": {"password": "a horse of another colour", "current_password": A_PASSWORD},
    "enrol_member": {
        "number": "E00042",
        "kind": "person",
        "name": "Maddi Urruty",
        "iban": "FR7688888000020000000000161",
        "on": "2026-01-02",
    },
    "prepare_opening": {
        "balances": [
            {"account": f"bank:{RESERVE}", "balance_cents": 34000},
            {"account": "circulation.digital", "balance_cents": 34000},
            {"account": "issuance.digital", "balance_cents": 34000},
            {"account": "wallet:E00042", "balance_cents": 34000},
        ],
        "on": "2026-01-02",
    },
    "sign_opening": {"on": "2026-01-02"},
    "draft_mandate": {
        "public_body": "bayonne",
        "member": "E00042",
        "kind": "official_allowance",
        "share_mode": "ceiling",
        "share_cents": 30000,
        "starts_on": "2026-01-01",
        "on": "2026-01-09",
    },
    "accept_mandate": {"on": "2026-02-02"},
    "open_run": {
        "public_body": "bayonne",
        "kind": "official_allowance",
        "period": "2026-01",
        "list_number": "1",
        "rows": [{"member_number": "E00042", "amount_cents": 30000, "name": "Maddi Urruty", "payment_order": "2026-000102"}],
        "declared_total_cents": 30000,
        "declared_count": 1,
        "on": "2026-02-03",
    },
    "sign_run": {"on": "2026-02-03"},
    "search_matches": {"on": "2026-02-05"},
    "allocate_bank_line": {
        "payments": [{"payment_id": A_PAYMENT, "amount_cents": 30000}],
        "note": "The order names January's allowances",
        "on": "2026-02-05",
    },
    "explain_bank_line": {"parts": [{"kind": "top_up", "amount_cents": 5000, "party": "E00042"}], "on": "2026-02-05"},
    "return_bank_line": {"amount_cents": 1250, "party": "bayonne", "note": "Paid twice", "on": "2026-02-05"},
    "confirm_match": {"match_id": A_MATCH, "on": "2026-02-05"},
    "reject_match": {"match_id": A_MATCH, "reason": "It pays another list", "on": "2026-02-05"},
    "undo_match": {"match_id": A_MATCH, "reason": "Confirmed by mistake", "on": "2026-02-06"},
    "credit_run": {"on": "2026-02-05"},
    "return_run": {"on": "2026-02-09"},
    "open_service_desk": {"issuer_book": "eusko", "desk": "pool", "on": "2026-02-09"},
    "name_for_desk": {"login": "xan", "rank": "clerk", "starts_on": "2026-02-09", "on": "2026-02-09"},
    "begin_shift": {"desk": "bayonne-pool", "code": "4071"},
    "unlock_shift": {"device_key": "9hV0x6rJ2mQk7sT1bY4dLw", "code": "4071"},
    "account_for_run": {"on": "2026-02-09"},
    "take_back_credit": {"reason": "Credited twice", "on": "2026-02-09"},
    "confirm_credits": {"confirmations": [{"reference": f"{RUN}-1", "transaction_number": "T-100234"}], "on": "2026-02-06"},
    "pay_from_wallet": {
        "payer": "E00042",
        "payee": "E00101",
        "amount_cents": 1250,
        "label": "Bread and cheese",
        "on": "2026-02-10",
    },
    "pay_from_wallets": {
        "payments": [
            {"payer": "E00042", "payee": "E00101", "amount_cents": 1250, "on": "2026-02-10"},
            {"payer": "E00042", "payee": "E00102", "amount_cents": 780, "on": "2026-02-10"},
        ]
    },
    "redeem_units": {"member": "E00101", "amount_cents": 1000, "on": "2026-02-11"},
    "move_printed_notes": {
        "kind": "printed",
        "notes": [{"denomination_cents": 2000, "amount_cents": 40000}, {"denomination_cents": 500, "amount_cents": 10000}],
        "on": "2026-02-12",
    },
    "reverse_event": {"reason": "Entered twice", "on": "2026-02-12"},
    "end_mandate": {"ended_on": "2026-06-30", "reason": "Leaves the council", "on": "2026-02-13"},
    "revoke_mandate": {"revoked_on": "2026-02-13", "reason": "Written to the association", "on": "2026-02-13"},
    "close_run": {"reason": "The rest is paid in euros", "on": "2026-02-16"},
    "cancel_run": {"reason": "Replaced by list 2", "on": "2026-02-16"},
    "close_membership": {"reason": "Moves away", "remainder": "redeem", "on": "2026-02-20"},
    "close_until": {"closed_until": "2026-01-31", "on": "2026-03-02"},
    # A day at a desk: what is not dated is of today.
    "receive_float": {"amount_cents": 15000},
    "exchange_float": {"till": "till-1", "notes": _pieces((100, 20), (200, 5), (500, 2))},
    "move_notes_to_another_till": {"from_till": "till-1", "to_till": "till-2", "notes": _pieces((500, 1))},
    "exchange_float_back": {"till": "till-2", "notes": _pieces((500, 1))},
    "lower_float": {"amount_cents": 2500},
    "open_day": {},
    "open_session": {"till": "till-1", "count": _FLOAT, "float_euros_cents": 5000},
    "take_over_till": {"taken_by": "xan", "password": "a long enough password", "count": _FLOAT},
    "take_receipt": {
        "session_id": A_SESSION,
        "services": [{"service": "entry", "quantity": 2}, {"service": "lesson"}, {"service": "entry-reduced"}],
        "given": {"notes": _pieces((500, 1), (2000, 1)), "euros_cents": 20},
        "total_cents": 2420,
    },
    "cancel_receipt": {"session_id": A_SESSION, "reason": "The child is under ten", "rows": [3]},
    "refund_from_till": {"session_id": A_SESSION},
    "enter_paper_receipt": {
        "session_id": A_SESSION,
        "paper_number": "0017",
        "issued_on": "2026-02-09",
        "services": [{"service": "ten-entries"}],
        "given": {"euros_cents": 4000},
        "change_euros_cents": 200,
    },
    "request_payment": {"session_id": A_SESSION, "services": [{"service": "lesson"}], "digital_cents": 1200},
    "confirm_payment_elsewhere": {"transaction_number": "T-20260131-77"},
    "move_to_or_from_safe": {"direction": "to_the_safe", "till": "till-1", "amount_cents": 3800},
    "count_till": {
        "count": {
            "notes": _pieces((100, 18), (200, 4), (500, 2), (2000, 1)),
            "euros": _pieces((50, 4), (100, 7), (500, 4), (1000, 2)),
        }
    },
    "close_session": {"reason": "One coin lost"},
    "pay_in_takings": {"means": "euros", "amount_cents": 3800, "slip": "V-12"},
    "fill_envelope": {"notes": [{"till": "till-1", "notes": _pieces((2000, 1))}]},
    "close_day": {},
    "seal_day": {},
    "hand_envelope": {"carrier": "Ane Etxeberri"},
    "count_envelope": {"notes": _pieces((2000, 1))},
    "confirm_remittance": {"amount_cents": 2000},
    "redeem_digital": {},
    "account_for_takings_of_desk": {
        "title": "2026-114",
        "takings": [{"service": "ten-entries", "amount_cents": 3800}],
    },
    "refund_by_town": {"amount_cents": 320},
    "close_period_of_desk": {"period": "2026-02"},
    "draw_up_handover": {"successor": "xan", **_FLOAT},
    "accept_handover": {"reservations": "The safe was opened without me"},
    "end_appointment": {"login": "xan", "rank": "clerk", "ends_on": "2030-12-31"},
}
