-- Every table is insert-only. Amounts are whole cents in 64 bits; identifiers are 128 bits and ordered by time.

CREATE TABLE account_day (
    account_id BIGINT NOT NULL,
    business_on DATE NOT NULL,
    amount_cents BIGINT NOT NULL,
    line_count BIGINT NOT NULL,
    CONSTRAINT account_day_pk PRIMARY KEY (account_id, business_on)
);

CREATE TABLE batch (
    book_id INTEGER NOT NULL,
    number BIGINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    first_entry_number BIGINT NOT NULL,
    last_entry_number BIGINT NOT NULL,
    first_event_number BIGINT NOT NULL,
    last_event_number BIGINT NOT NULL,
    root BYTEA NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT batch_pk PRIMARY KEY (book_id, number),
    CONSTRAINT batch_digests_check CHECK ((octet_length(hash), octet_length(previous_hash), octet_length(root)) = (32, 32, 32)),
    CONSTRAINT batch_number_check CHECK (number >= 1),
    CONSTRAINT batch_entries_check CHECK (last_entry_number >= first_entry_number - 1),
    CONSTRAINT batch_events_check CHECK (last_event_number >= first_event_number - 1)
);

CREATE INDEX batch_moment_index ON batch (book_id, recorded_at);

CREATE TABLE document (
    sha256 BYTEA NOT NULL,
    name TEXT NOT NULL,
    content BYTEA NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT document_pk PRIMARY KEY (sha256),
    CONSTRAINT document_fingerprint_check CHECK (sha256 = sha256(content))
);

CREATE TABLE entry (
    book_id INTEGER NOT NULL,
    number BIGINT NOT NULL,
    batch_number BIGINT NOT NULL,
    event_id UUID NOT NULL,
    business_on DATE NOT NULL,
    line_count INTEGER NOT NULL,
    label TEXT NOT NULL,
    CONSTRAINT entry_pk PRIMARY KEY (book_id, number),
    CONSTRAINT entry_line_count_check CHECK (line_count >= 2),
    CONSTRAINT entry_event_id_book_id_key UNIQUE (event_id, book_id)
);

CREATE TABLE entry_line (
    account_id BIGINT NOT NULL,
    account_line_number BIGINT NOT NULL,
    book_id INTEGER NOT NULL,
    entry_number BIGINT NOT NULL,
    amount_cents BIGINT NOT NULL,
    balance_after_cents BIGINT NOT NULL,
    business_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT entry_line_pk PRIMARY KEY (account_id, account_line_number),
    CONSTRAINT entry_line_amount_check CHECK (amount_cents <> 0),
    CONSTRAINT entry_line_position_check CHECK (account_line_number >= 1)
);

CREATE INDEX entry_line_entry_index ON entry_line (book_id, entry_number);

CREATE INDEX entry_line_moment_index ON entry_line (account_id, recorded_at, account_line_number);

CREATE TABLE event (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    number BIGINT NOT NULL,
    batch_number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    business_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    acted_by UUID NOT NULL,
    reverses_event_id UUID,
    reason TEXT NOT NULL,
    details JSONB NOT NULL,
    CONSTRAINT event_pk PRIMARY KEY (id),
    CONSTRAINT event_book_id_number_key UNIQUE (book_id, number),
    CONSTRAINT event_reversal_reason_check CHECK (reverses_event_id IS NULL OR reason <> ''),
    CONSTRAINT event_reverses_another_check CHECK (reverses_event_id <> id)
);

CREATE UNIQUE INDEX event_reverses_key ON event (reverses_event_id) WHERE reverses_event_id IS NOT NULL;

CREATE TABLE idempotency_key (
    person_id UUID NOT NULL,
    action TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    answer JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT idempotency_key_pk PRIMARY KEY (person_id, action, key)
);

CREATE TABLE match_part (
    match_id UUID NOT NULL,
    position SMALLINT NOT NULL,
    kind TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    payment_id UUID,
    party_id UUID,
    transfer_due_id UUID,
    other_line_id UUID,
    note TEXT NOT NULL,
    CONSTRAINT match_part_pk PRIMARY KEY (match_id, position),
    CONSTRAINT match_part_kind_check CHECK (kind IN ('allocation', 'to_return', 'top_up', 'dues', 'gift', 'grant', 'charge', 'own_money_out', 'own_transfer', 'cash_paid_in', 'transfer_made', 'recall', 'recall_missing', 'debt_recovered')),
    CONSTRAINT match_part_amount_check CHECK (amount_cents > 0),
    CONSTRAINT match_part_payment_check CHECK ((kind IN ('allocation', 'recall', 'recall_missing')) = (payment_id IS NOT NULL))
);

CREATE INDEX match_part_other_line_index ON match_part (other_line_id) WHERE other_line_id IS NOT NULL;

CREATE INDEX match_part_payment_index ON match_part (payment_id);

CREATE TABLE party (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    identifier TEXT NOT NULL,
    iban TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT party_pk PRIMARY KEY (id),
    CONSTRAINT party_code_key UNIQUE (code),
    CONSTRAINT party_kind_check CHECK (kind IN ('issuer', 'public_body', 'person', 'association', 'business'))
);

CREATE INDEX party_name_key_index ON party (name_key);

CREATE TABLE payment (
    id UUID NOT NULL,
    run_id UUID NOT NULL,
    row_number INTEGER NOT NULL,
    member_id UUID NOT NULL,
    mandate_id UUID NOT NULL,
    amount_cents BIGINT NOT NULL,
    subject TEXT NOT NULL,
    payment_order TEXT NOT NULL,
    label TEXT NOT NULL,
    CONSTRAINT payment_pk PRIMARY KEY (id),
    CONSTRAINT payment_run_id_row_number_key UNIQUE (run_id, row_number),
    CONSTRAINT payment_amount_check CHECK (amount_cents > 0)
);

CREATE INDEX payment_mandate_index ON payment (mandate_id);

CREATE INDEX payment_member_index ON payment (member_id);

CREATE TABLE payment_credit (
    id UUID NOT NULL,
    payment_id UUID NOT NULL,
    crediting_id UUID NOT NULL,
    amount_cents BIGINT NOT NULL,
    elsewhere_reference TEXT NOT NULL,
    CONSTRAINT payment_credit_pk PRIMARY KEY (id),
    CONSTRAINT payment_credit_amount_check CHECK (amount_cents > 0),
    CONSTRAINT payment_credit_payment_id_crediting_id_key UNIQUE (payment_id, crediting_id)
);

CREATE TABLE book (
    id SERIAL NOT NULL,
    code TEXT NOT NULL,
    party_id UUID NOT NULL,
    kind TEXT NOT NULL,
    unit_currency TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT book_pk PRIMARY KEY (id),
    CONSTRAINT book_code_key UNIQUE (code),
    CONSTRAINT book_kind_check CHECK (kind IN ('issuer', 'desk')),
    CONSTRAINT book_party_id_fk FOREIGN KEY(party_id) REFERENCES party (id)
);

CREATE TABLE credit_confirmed_elsewhere (
    credit_id UUID NOT NULL,
    transaction_number TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT credit_confirmed_elsewhere_pk PRIMARY KEY (credit_id),
    CONSTRAINT credit_confirmed_elsewhere_transaction_number_key UNIQUE (transaction_number),
    CONSTRAINT credit_confirmed_elsewhere_credit_id_fk FOREIGN KEY(credit_id) REFERENCES payment_credit (id),
    CONSTRAINT credit_confirmed_elsewhere_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE credit_taken_back (
    id UUID NOT NULL,
    credit_id UUID NOT NULL,
    taken_cents BIGINT NOT NULL,
    missing_cents BIGINT NOT NULL,
    reason TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT credit_taken_back_pk PRIMARY KEY (id),
    CONSTRAINT credit_taken_back_credit_id_key UNIQUE (credit_id),
    CONSTRAINT credit_taken_back_amounts_check CHECK (taken_cents >= 0 AND missing_cents >= 0 AND taken_cents + missing_cents > 0),
    CONSTRAINT credit_taken_back_credit_id_fk FOREIGN KEY(credit_id) REFERENCES payment_credit (id),
    CONSTRAINT credit_taken_back_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE person (
    id UUID NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    party_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT person_pk PRIMARY KEY (id),
    CONSTRAINT person_login_key UNIQUE (login),
    CONSTRAINT person_login_lower_check CHECK (login = lower(login)),
    CONSTRAINT person_party_id_fk FOREIGN KEY(party_id) REFERENCES party (id)
);

CREATE TABLE account (
    id BIGSERIAL NOT NULL,
    book_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    role TEXT NOT NULL,
    currency TEXT NOT NULL,
    side SMALLINT NOT NULL,
    floored BOOLEAN NOT NULL,
    denomination_cents BIGINT,
    CONSTRAINT account_pk PRIMARY KEY (id),
    CONSTRAINT account_book_id_code_key UNIQUE (book_id, code),
    CONSTRAINT account_side_check CHECK (side IN (1, -1)),
    CONSTRAINT account_denomination_check CHECK (denomination_cents > 0),
    CONSTRAINT account_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id)
);

CREATE TABLE bank_account (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    iban TEXT NOT NULL,
    purpose TEXT NOT NULL,
    form TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT bank_account_pk PRIMARY KEY (id),
    CONSTRAINT bank_account_book_id_iban_key UNIQUE (book_id, iban),
    CONSTRAINT bank_account_purpose_check CHECK (purpose IN ('collection', 'reserve')),
    CONSTRAINT bank_account_form_check CHECK (form IN ('digital', 'notes')),
    CONSTRAINT bank_account_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id)
);

CREATE TABLE book_closing (
    book_id INTEGER NOT NULL,
    closed_until DATE NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT book_closing_pk PRIMARY KEY (book_id, closed_until),
    CONSTRAINT book_closing_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT book_closing_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE book_opening (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    business_on DATE NOT NULL,
    document_sha256 BYTEA NOT NULL,
    balances JSONB NOT NULL,
    prepared_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT book_opening_pk PRIMARY KEY (id),
    CONSTRAINT book_opening_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT book_opening_document_sha256_fk FOREIGN KEY(document_sha256) REFERENCES document (sha256),
    CONSTRAINT book_opening_prepared_by_fk FOREIGN KEY(prepared_by) REFERENCES person (id),
    CONSTRAINT book_opening_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE convention (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    book_id INTEGER NOT NULL,
    public_body_id UUID NOT NULL,
    CONSTRAINT convention_pk PRIMARY KEY (id),
    CONSTRAINT convention_code_key UNIQUE (code),
    CONSTRAINT convention_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT convention_public_body_id_fk FOREIGN KEY(public_body_id) REFERENCES party (id)
);

CREATE TABLE member (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    joined_on DATE NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT member_pk PRIMARY KEY (id),
    CONSTRAINT member_book_id_number_key UNIQUE (book_id, number),
    CONSTRAINT member_id_fk FOREIGN KEY(id) REFERENCES party (id),
    CONSTRAINT member_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT member_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE notes_movement (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    by_denomination JSONB NOT NULL,
    amount_cents BIGINT NOT NULL,
    slip TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT notes_movement_pk PRIMARY KEY (id),
    CONSTRAINT notes_movement_amount_check CHECK (amount_cents > 0),
    CONSTRAINT notes_movement_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT notes_movement_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE person_password (
    person_id UUID NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT person_password_pk PRIMARY KEY (person_id, recorded_at),
    CONSTRAINT person_password_person_id_fk FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE person_role (
    person_id UUID NOT NULL,
    role TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    granted BOOLEAN NOT NULL,
    given_by UUID,
    CONSTRAINT person_role_pk PRIMARY KEY (person_id, role, recorded_at),
    CONSTRAINT person_role_role_check CHECK (role IN ('town_preparer', 'town_signer', 'public_accountant', 'desk_clerk', 'association_operator', 'association_accountant', 'member', 'auditor', 'administrator')),
    CONSTRAINT person_role_person_id_fk FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT person_role_given_by_fk FOREIGN KEY(given_by) REFERENCES person (id)
);

CREATE TABLE statement_file (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    document_sha256 BYTEA NOT NULL,
    format TEXT NOT NULL,
    outcome TEXT NOT NULL,
    explanation JSONB NOT NULL,
    imported_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT statement_file_pk PRIMARY KEY (id),
    CONSTRAINT statement_file_outcome_check CHECK (outcome IN ('imported', 'held')),
    CONSTRAINT statement_file_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT statement_file_document_sha256_fk FOREIGN KEY(document_sha256) REFERENCES document (sha256),
    CONSTRAINT statement_file_imported_by_fk FOREIGN KEY(imported_by) REFERENCES person (id),
    CONSTRAINT statement_file_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX statement_file_document_index ON statement_file (document_sha256);

CREATE TABLE bank_account_mapping (
    bank_account_id UUID NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    mapping JSONB NOT NULL,
    CONSTRAINT bank_account_mapping_pk PRIMARY KEY (bank_account_id, recorded_at),
    CONSTRAINT bank_account_mapping_bank_account_id_fk FOREIGN KEY(bank_account_id) REFERENCES bank_account (id)
);

CREATE TABLE bank_statement (
    id UUID NOT NULL,
    file_id UUID NOT NULL,
    bank_account_id UUID NOT NULL,
    covers_from DATE NOT NULL,
    closing_on DATE NOT NULL,
    opening_cents BIGINT NOT NULL,
    closing_cents BIGINT NOT NULL,
    new_lines INTEGER NOT NULL,
    held BOOLEAN NOT NULL,
    CONSTRAINT bank_statement_pk PRIMARY KEY (id),
    CONSTRAINT bank_statement_file_id_fk FOREIGN KEY(file_id) REFERENCES statement_file (id),
    CONSTRAINT bank_statement_bank_account_id_fk FOREIGN KEY(bank_account_id) REFERENCES bank_account (id)
);

CREATE INDEX bank_statement_account_index ON bank_statement (bank_account_id, closing_on);

CREATE TABLE book_opening_signature (
    book_id INTEGER NOT NULL,
    opening_id UUID NOT NULL,
    signed_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT book_opening_signature_pk PRIMARY KEY (book_id),
    CONSTRAINT book_opening_signature_opening_id_key UNIQUE (opening_id),
    CONSTRAINT book_opening_signature_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT book_opening_signature_opening_id_fk FOREIGN KEY(opening_id) REFERENCES book_opening (id),
    CONSTRAINT book_opening_signature_signed_by_fk FOREIGN KEY(signed_by) REFERENCES person (id),
    CONSTRAINT book_opening_signature_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE convention_version (
    id UUID NOT NULL,
    convention_id UUID NOT NULL,
    label TEXT NOT NULL,
    in_force_on DATE NOT NULL,
    sha256 BYTEA NOT NULL,
    content TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT convention_version_pk PRIMARY KEY (id),
    CONSTRAINT convention_version_convention_id_in_force_on_key UNIQUE (convention_id, in_force_on),
    CONSTRAINT convention_version_convention_id_fk FOREIGN KEY(convention_id) REFERENCES convention (id),
    CONSTRAINT convention_version_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE member_departure (
    member_id UUID NOT NULL,
    left_on DATE NOT NULL,
    reason TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT member_departure_pk PRIMARY KEY (member_id),
    CONSTRAINT member_departure_member_id_fk FOREIGN KEY(member_id) REFERENCES member (id),
    CONSTRAINT member_departure_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE bank_line (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    bank_account_id UUID NOT NULL,
    statement_id UUID NOT NULL,
    booked_on DATE NOT NULL,
    value_on DATE,
    amount_cents BIGINT NOT NULL,
    occurrence INTEGER NOT NULL,
    label TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    details JSONB NOT NULL,
    references_given JSONB NOT NULL,
    place TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT bank_line_pk PRIMARY KEY (id),
    CONSTRAINT bank_line_bank_account_id_booked_on_amount_cents_occurrence_key UNIQUE (bank_account_id, booked_on, amount_cents, occurrence),
    CONSTRAINT bank_line_amount_check CHECK (amount_cents <> 0),
    CONSTRAINT bank_line_occurrence_check CHECK (occurrence >= 1),
    CONSTRAINT bank_line_event_id_key UNIQUE (event_id),
    CONSTRAINT bank_line_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT bank_line_bank_account_id_fk FOREIGN KEY(bank_account_id) REFERENCES bank_account (id),
    CONSTRAINT bank_line_statement_id_fk FOREIGN KEY(statement_id) REFERENCES bank_statement (id),
    CONSTRAINT bank_line_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE collection_mandate (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    public_body_id UUID NOT NULL,
    member_id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    share_mode TEXT NOT NULL,
    share_cents BIGINT,
    period_kind TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    convention_version_id UUID NOT NULL,
    CONSTRAINT collection_mandate_pk PRIMARY KEY (id),
    CONSTRAINT collection_mandate_book_id_number_key UNIQUE (book_id, number),
    CONSTRAINT collection_mandate_kind_check CHECK (kind IN ('official_allowance', 'staff_pay', 'grant', 'supplier_invoice')),
    CONSTRAINT collection_mandate_share_mode_check CHECK (share_mode IN ('whole', 'fixed', 'ceiling')),
    CONSTRAINT collection_mandate_period_kind_check CHECK (period_kind IN ('month', 'once')),
    CONSTRAINT collection_mandate_share_check CHECK ((share_mode = 'whole') = (share_cents IS NULL)),
    CONSTRAINT collection_mandate_share_positive_check CHECK (share_cents > 0),
    CONSTRAINT collection_mandate_dates_check CHECK (ends_on >= starts_on),
    CONSTRAINT collection_mandate_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT collection_mandate_public_body_id_fk FOREIGN KEY(public_body_id) REFERENCES party (id),
    CONSTRAINT collection_mandate_member_id_fk FOREIGN KEY(member_id) REFERENCES member (id),
    CONSTRAINT collection_mandate_convention_version_id_fk FOREIGN KEY(convention_version_id) REFERENCES convention_version (id)
);

CREATE INDEX collection_mandate_subject_index ON collection_mandate (member_id, public_body_id, kind);

CREATE TABLE convention_version_end (
    version_id UUID NOT NULL,
    event_id UUID NOT NULL,
    suspended_on DATE,
    ended_on DATE,
    CONSTRAINT convention_version_end_pk PRIMARY KEY (version_id, event_id),
    CONSTRAINT convention_version_end_dated_check CHECK (suspended_on IS NOT NULL OR ended_on IS NOT NULL),
    CONSTRAINT convention_version_end_version_id_fk FOREIGN KEY(version_id) REFERENCES convention_version (id),
    CONSTRAINT convention_version_end_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE payment_run (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    public_body_id UUID NOT NULL,
    convention_version_id UUID NOT NULL,
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    period_first_on DATE NOT NULL,
    period_last_on DATE NOT NULL,
    list_number TEXT NOT NULL,
    attempt SMALLINT NOT NULL,
    reference TEXT NOT NULL,
    total_cents BIGINT NOT NULL,
    payment_count INTEGER NOT NULL,
    content_sha256 BYTEA NOT NULL,
    document_sha256 BYTEA NOT NULL,
    entered_for TEXT NOT NULL,
    prepared_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT payment_run_pk PRIMARY KEY (id),
    CONSTRAINT payment_run_public_body_id_kind_period_list_number_attempt_key UNIQUE (public_body_id, kind, period, list_number, attempt),
    CONSTRAINT payment_run_book_id_reference_key UNIQUE (book_id, reference),
    CONSTRAINT payment_run_kind_check CHECK (kind IN ('official_allowance', 'staff_pay', 'grant', 'supplier_invoice')),
    CONSTRAINT payment_run_entered_for_check CHECK (entered_for IN ('public_body', 'issuer')),
    CONSTRAINT payment_run_totals_check CHECK (payment_count BETWEEN 1 AND 10000 AND total_cents > 0),
    CONSTRAINT payment_run_attempt_check CHECK (attempt >= 1),
    CONSTRAINT payment_run_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT payment_run_public_body_id_fk FOREIGN KEY(public_body_id) REFERENCES party (id),
    CONSTRAINT payment_run_convention_version_id_fk FOREIGN KEY(convention_version_id) REFERENCES convention_version (id),
    CONSTRAINT payment_run_document_sha256_fk FOREIGN KEY(document_sha256) REFERENCES document (sha256),
    CONSTRAINT payment_run_prepared_by_fk FOREIGN KEY(prepared_by) REFERENCES person (id),
    CONSTRAINT payment_run_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX payment_run_document_index ON payment_run (document_sha256);

CREATE TABLE bank_line_text (
    line_id UUID NOT NULL,
    statement_id UUID NOT NULL,
    label TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    details JSONB NOT NULL,
    references_given JSONB NOT NULL,
    CONSTRAINT bank_line_text_pk PRIMARY KEY (line_id, statement_id),
    CONSTRAINT bank_line_text_line_id_fk FOREIGN KEY(line_id) REFERENCES bank_line (id),
    CONSTRAINT bank_line_text_statement_id_fk FOREIGN KEY(statement_id) REFERENCES bank_statement (id)
);

CREATE TABLE crediting (
    id UUID NOT NULL,
    run_id UUID NOT NULL,
    credited_on DATE NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT crediting_pk PRIMARY KEY (id),
    CONSTRAINT crediting_event_id_key UNIQUE (event_id),
    CONSTRAINT crediting_run_id_fk FOREIGN KEY(run_id) REFERENCES payment_run (id),
    CONSTRAINT crediting_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX crediting_run_index ON crediting (run_id);

CREATE TABLE mandate_act (
    mandate_id UUID NOT NULL,
    position SMALLINT NOT NULL,
    act TEXT NOT NULL,
    acted_on DATE NOT NULL,
    acted_by UUID NOT NULL,
    reason TEXT NOT NULL,
    document_sha256 BYTEA,
    event_id UUID NOT NULL,
    CONSTRAINT mandate_act_pk PRIMARY KEY (mandate_id, position),
    CONSTRAINT mandate_act_mandate_id_act_key UNIQUE (mandate_id, act),
    CONSTRAINT mandate_act_act_check CHECK (act IN ('drafted', 'signed', 'accepted', 'ended', 'revoked')),
    CONSTRAINT mandate_act_signed_document_check CHECK ((act = 'signed') = (document_sha256 IS NOT NULL)),
    CONSTRAINT mandate_act_mandate_id_fk FOREIGN KEY(mandate_id) REFERENCES collection_mandate (id),
    CONSTRAINT mandate_act_acted_by_fk FOREIGN KEY(acted_by) REFERENCES person (id),
    CONSTRAINT mandate_act_document_sha256_fk FOREIGN KEY(document_sha256) REFERENCES document (sha256),
    CONSTRAINT mandate_act_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX mandate_act_document_index ON mandate_act (document_sha256);

CREATE TABLE match (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    line_id UUID NOT NULL,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason JSONB NOT NULL,
    proposed_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT match_pk PRIMARY KEY (id),
    CONSTRAINT match_origin_check CHECK (origin IN ('automatic', 'program', 'person')),
    CONSTRAINT match_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT match_line_id_fk FOREIGN KEY(line_id) REFERENCES bank_line (id),
    CONSTRAINT match_proposed_by_fk FOREIGN KEY(proposed_by) REFERENCES person (id),
    CONSTRAINT match_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX match_line_index ON match (line_id);

CREATE TABLE run_act (
    run_id UUID NOT NULL,
    position SMALLINT NOT NULL,
    act TEXT NOT NULL,
    acted_on DATE NOT NULL,
    acted_by UUID NOT NULL,
    reason TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT run_act_pk PRIMARY KEY (run_id, position),
    CONSTRAINT run_act_run_id_act_key UNIQUE (run_id, act),
    CONSTRAINT run_act_act_check CHECK (act IN ('checked', 'signed', 'cancelled', 'closed', 'accounted')),
    CONSTRAINT run_act_run_id_fk FOREIGN KEY(run_id) REFERENCES payment_run (id),
    CONSTRAINT run_act_acted_by_fk FOREIGN KEY(acted_by) REFERENCES person (id),
    CONSTRAINT run_act_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE transfer_due (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    form TEXT NOT NULL,
    party_id UUID NOT NULL,
    iban TEXT NOT NULL,
    amount_cents BIGINT NOT NULL,
    payment_id UUID,
    run_id UUID,
    reason TEXT NOT NULL,
    details JSONB NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT transfer_due_pk PRIMARY KEY (id),
    CONSTRAINT transfer_due_kind_check CHECK (kind IN ('redemption', 'return')),
    CONSTRAINT transfer_due_form_check CHECK (form IN ('digital', 'notes')),
    CONSTRAINT transfer_due_amount_check CHECK (amount_cents > 0),
    CONSTRAINT transfer_due_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT transfer_due_party_id_fk FOREIGN KEY(party_id) REFERENCES party (id),
    CONSTRAINT transfer_due_payment_id_fk FOREIGN KEY(payment_id) REFERENCES payment (id),
    CONSTRAINT transfer_due_run_id_fk FOREIGN KEY(run_id) REFERENCES payment_run (id),
    CONSTRAINT transfer_due_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX transfer_due_party_index ON transfer_due (party_id);

CREATE INDEX transfer_due_payment_index ON transfer_due (payment_id);

CREATE TABLE match_act (
    match_id UUID NOT NULL,
    position SMALLINT NOT NULL,
    act TEXT NOT NULL,
    acted_on DATE NOT NULL,
    acted_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT match_act_pk PRIMARY KEY (match_id, position),
    CONSTRAINT match_act_match_id_act_key UNIQUE (match_id, act),
    CONSTRAINT match_act_act_check CHECK (act IN ('confirmed', 'rejected', 'undone')),
    CONSTRAINT match_act_match_id_fk FOREIGN KEY(match_id) REFERENCES match (id),
    CONSTRAINT match_act_acted_by_fk FOREIGN KEY(acted_by) REFERENCES person (id),
    CONSTRAINT match_act_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);
