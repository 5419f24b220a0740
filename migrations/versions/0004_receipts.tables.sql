-- What happens at a desk: days, sessions, receipts, closings and payment requests. Insert-only, as all tables are.

CREATE TABLE desk_day (
    book_id INTEGER NOT NULL,
    business_on DATE NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opened_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_day_pk PRIMARY KEY (book_id, business_on),
    CONSTRAINT desk_day_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT desk_day_opened_by_fk FOREIGN KEY(opened_by) REFERENCES person (id),
    CONSTRAINT desk_day_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE till_session (
    book_id INTEGER NOT NULL,
    id UUID NOT NULL,
    till TEXT NOT NULL,
    clerk_id UUID NOT NULL,
    business_on DATE NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    count JSONB NOT NULL,
    booked_euros_cents BIGINT NOT NULL,
    after_receipt BIGINT NOT NULL,
    difference_cents BIGINT NOT NULL,
    reason TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT till_session_pk PRIMARY KEY (book_id, id),
    CONSTRAINT till_session_book_id_business_on_fk FOREIGN KEY(book_id, business_on) REFERENCES desk_day (book_id, business_on),
    CONSTRAINT till_session_day_check CHECK ((opened_at AT TIME ZONE 'Europe/Paris')::date = business_on),
    CONSTRAINT till_session_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT till_session_clerk_id_fk FOREIGN KEY(clerk_id) REFERENCES person (id),
    CONSTRAINT till_session_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX till_session_day_index ON till_session (book_id, business_on);

CREATE INDEX till_session_till_index ON till_session (book_id, till, id);

CREATE TABLE till_session_act (
    book_id INTEGER NOT NULL,
    session_id UUID NOT NULL,
    act_number BIGINT NOT NULL,
    act TEXT NOT NULL,
    acted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    acted_by UUID NOT NULL,
    clerk_id UUID NOT NULL,
    count JSONB NOT NULL,
    booked_euros_cents BIGINT NOT NULL,
    after_receipt BIGINT NOT NULL,
    difference_cents BIGINT NOT NULL,
    reason TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT till_session_act_pk PRIMARY KEY (book_id, session_id, act_number),
    CONSTRAINT till_session_act_act_check CHECK (act IN ('taken_over', 'counted', 'closed')),
    CONSTRAINT till_session_act_book_id_session_id_fk FOREIGN KEY(book_id, session_id) REFERENCES till_session (book_id, id),
    CONSTRAINT till_session_act_acted_by_fk FOREIGN KEY(acted_by) REFERENCES person (id),
    CONSTRAINT till_session_act_clerk_id_fk FOREIGN KEY(clerk_id) REFERENCES person (id),
    CONSTRAINT till_session_act_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE receipt (
    book_id INTEGER NOT NULL,
    chain_number BIGINT NOT NULL,
    number TEXT NOT NULL,
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    series_number BIGINT NOT NULL,
    till TEXT NOT NULL,
    session_id UUID NOT NULL,
    clerk_id UUID NOT NULL,
    business_on DATE NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    total_cents BIGINT NOT NULL,
    notes_cents BIGINT NOT NULL,
    euros_cents BIGINT NOT NULL,
    digital_cents BIGINT NOT NULL,
    card_cents BIGINT NOT NULL,
    cheque_cents BIGINT NOT NULL,
    to_refund_cents BIGINT NOT NULL,
    cancels BIGINT,
    paper_number TEXT,
    canonical TEXT NOT NULL,
    link BYTEA NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT receipt_pk PRIMARY KEY (book_id, chain_number),
    CONSTRAINT receipt_book_id_series_year_series_number_key UNIQUE (book_id, series, year, series_number),
    CONSTRAINT receipt_book_id_paper_number_key UNIQUE (book_id, paper_number),
    CONSTRAINT receipt_book_id_number_key UNIQUE (book_id, number),
    CONSTRAINT receipt_series_check CHECK (series IN ('till', 'paper')),
    CONSTRAINT receipt_day_check CHECK ((issued_at AT TIME ZONE 'Europe/Paris')::date = business_on),
    CONSTRAINT receipt_year_check CHECK (year = EXTRACT(year FROM business_on)),
    CONSTRAINT receipt_paper_check CHECK ((series = 'paper') = (paper_number IS NOT NULL)),
    CONSTRAINT receipt_means_check CHECK (total_cents = notes_cents + euros_cents + digital_cents + card_cents + cheque_cents - to_refund_cents)
);

CREATE INDEX receipt_cancels_index ON receipt (book_id, cancels) WHERE cancels IS NOT NULL;

CREATE INDEX receipt_day_index ON receipt (book_id, business_on, chain_number);

CREATE INDEX receipt_session_index ON receipt (book_id, session_id);

CREATE TABLE receipt_line (
    book_id INTEGER NOT NULL,
    chain_number BIGINT NOT NULL,
    place INTEGER NOT NULL,
    service TEXT NOT NULL,
    label TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_cents BIGINT NOT NULL,
    total_cents BIGINT NOT NULL,
    vat_basis_points INTEGER NOT NULL,
    vat_exemption TEXT NOT NULL,
    revenue_account TEXT NOT NULL,
    CONSTRAINT receipt_line_pk PRIMARY KEY (book_id, chain_number, place),
    CONSTRAINT receipt_line_total_check CHECK (total_cents = quantity * unit_cents)
);

CREATE TABLE receipt_vat (
    book_id INTEGER NOT NULL,
    chain_number BIGINT NOT NULL,
    basis_points INTEGER NOT NULL,
    exemption TEXT NOT NULL,
    including_cents BIGINT NOT NULL,
    vat_cents BIGINT NOT NULL,
    CONSTRAINT receipt_vat_pk PRIMARY KEY (book_id, chain_number, basis_points, exemption)
);

CREATE TABLE receipt_cancelled_line (
    book_id INTEGER NOT NULL,
    chain_number BIGINT NOT NULL,
    place INTEGER NOT NULL,
    cancelled_by BIGINT NOT NULL,
    CONSTRAINT receipt_cancelled_line_pk PRIMARY KEY (book_id, chain_number, place),
    CONSTRAINT receipt_cancelled_line_book_id_chain_number_place_fk FOREIGN KEY(book_id, chain_number, place) REFERENCES receipt_line (book_id, chain_number, place),
    CONSTRAINT receipt_cancelled_line_book_id_cancelled_by_fk FOREIGN KEY(book_id, cancelled_by) REFERENCES receipt (book_id, chain_number)
);

CREATE TABLE receipt_refund (
    book_id INTEGER NOT NULL,
    chain_number BIGINT NOT NULL,
    session_id UUID NOT NULL,
    paid_at TIMESTAMP WITH TIME ZONE NOT NULL,
    card_cents BIGINT NOT NULL,
    cheque_cents BIGINT NOT NULL,
    settlement JSONB NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT receipt_refund_pk PRIMARY KEY (book_id, chain_number),
    CONSTRAINT receipt_refund_book_id_chain_number_fk FOREIGN KEY(book_id, chain_number) REFERENCES receipt (book_id, chain_number),
    CONSTRAINT receipt_refund_book_id_session_id_fk FOREIGN KEY(book_id, session_id) REFERENCES till_session (book_id, id),
    CONSTRAINT receipt_refund_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX receipt_refund_session_index ON receipt_refund (book_id, session_id);

CREATE TABLE receipt_duplicate (
    book_id INTEGER NOT NULL,
    chain_number BIGINT NOT NULL,
    copy_number BIGINT NOT NULL,
    printed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    printed_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT receipt_duplicate_pk PRIMARY KEY (book_id, chain_number, copy_number),
    CONSTRAINT receipt_duplicate_book_id_chain_number_fk FOREIGN KEY(book_id, chain_number) REFERENCES receipt (book_id, chain_number),
    CONSTRAINT receipt_duplicate_printed_by_fk FOREIGN KEY(printed_by) REFERENCES person (id),
    CONSTRAINT receipt_duplicate_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE desk_day_closing (
    book_id INTEGER NOT NULL,
    business_on DATE NOT NULL,
    number TEXT NOT NULL,
    year INTEGER NOT NULL,
    year_number BIGINT NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_by UUID NOT NULL,
    last_receipt BIGINT NOT NULL,
    receipt_count BIGINT NOT NULL,
    taken_cents BIGINT NOT NULL,
    given_back_cents BIGINT NOT NULL,
    perpetual_cents BIGINT NOT NULL,
    difference_cents BIGINT NOT NULL,
    canonical TEXT NOT NULL,
    link BYTEA NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_day_closing_pk PRIMARY KEY (book_id, business_on),
    CONSTRAINT desk_day_closing_book_id_business_on_fk FOREIGN KEY(book_id, business_on) REFERENCES desk_day (book_id, business_on),
    CONSTRAINT desk_day_closing_book_id_year_year_number_key UNIQUE (book_id, year, year_number),
    CONSTRAINT desk_day_closing_year_check CHECK (year = EXTRACT(year FROM business_on)),
    CONSTRAINT desk_day_closing_closed_by_fk FOREIGN KEY(closed_by) REFERENCES person (id),
    CONSTRAINT desk_day_closing_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE desk_day_seal (
    book_id INTEGER NOT NULL,
    business_on DATE NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sealed_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_day_seal_pk PRIMARY KEY (book_id, business_on),
    CONSTRAINT desk_day_seal_book_id_business_on_fk FOREIGN KEY(book_id, business_on) REFERENCES desk_day_closing (book_id, business_on),
    CONSTRAINT desk_day_seal_sealed_by_fk FOREIGN KEY(sealed_by) REFERENCES person (id),
    CONSTRAINT desk_day_seal_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE desk_period_closing (
    book_id INTEGER NOT NULL,
    first_on DATE NOT NULL,
    last_on DATE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_by UUID NOT NULL,
    day_count INTEGER NOT NULL,
    total_cents BIGINT NOT NULL,
    perpetual_cents BIGINT NOT NULL,
    totals JSONB NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_period_closing_pk PRIMARY KEY (book_id, first_on, last_on),
    CONSTRAINT desk_period_closing_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT desk_period_closing_closed_by_fk FOREIGN KEY(closed_by) REFERENCES person (id),
    CONSTRAINT desk_period_closing_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE payment_request (
    reference TEXT NOT NULL,
    book_id INTEGER NOT NULL,
    session_id UUID NOT NULL,
    amount_cents BIGINT NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    draft JSONB NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT payment_request_pk PRIMARY KEY (reference),
    CONSTRAINT payment_request_book_id_session_id_fk FOREIGN KEY(book_id, session_id) REFERENCES till_session (book_id, id),
    CONSTRAINT payment_request_possible_check CHECK (amount_cents > 0 AND expires_at > requested_at),
    CONSTRAINT payment_request_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT payment_request_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX payment_request_session_index ON payment_request (book_id, session_id);

CREATE TABLE payment_request_act (
    reference TEXT NOT NULL,
    book_id INTEGER NOT NULL,
    issuer_book_id INTEGER NOT NULL,
    act TEXT NOT NULL,
    acted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    acted_by UUID NOT NULL,
    payer TEXT NOT NULL,
    transaction_number TEXT,
    chain_number BIGINT,
    event_id UUID NOT NULL,
    CONSTRAINT payment_request_act_pk PRIMARY KEY (reference),
    CONSTRAINT payment_request_act_act_check CHECK (act IN ('approved', 'withdrawn')),
    CONSTRAINT payment_request_act_issuer_book_id_transaction_number_key UNIQUE (issuer_book_id, transaction_number),
    CONSTRAINT payment_request_act_book_id_chain_number_fk FOREIGN KEY(book_id, chain_number) REFERENCES receipt (book_id, chain_number),
    CONSTRAINT payment_request_act_receipt_check CHECK ((act = 'approved') = (chain_number IS NOT NULL)),
    CONSTRAINT payment_request_act_reference_fk FOREIGN KEY(reference) REFERENCES payment_request (reference),
    CONSTRAINT payment_request_act_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT payment_request_act_issuer_book_id_fk FOREIGN KEY(issuer_book_id) REFERENCES book (id),
    CONSTRAINT payment_request_act_acted_by_fk FOREIGN KEY(acted_by) REFERENCES person (id),
    CONSTRAINT payment_request_act_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);
