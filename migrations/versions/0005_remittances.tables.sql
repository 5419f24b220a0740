-- What desks send to the association. These tables are insert-only as all others are.

CREATE TABLE envelope (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    ordinal BIGINT NOT NULL,
    number TEXT NOT NULL,
    opened_on DATE NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT envelope_pk PRIMARY KEY (id),
    CONSTRAINT envelope_book_id_year_ordinal_key UNIQUE (book_id, year, ordinal),
    CONSTRAINT envelope_book_id_number_key UNIQUE (book_id, number),
    CONSTRAINT envelope_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT envelope_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE envelope_note (
    envelope_id UUID NOT NULL,
    event_id UUID NOT NULL,
    till TEXT NOT NULL,
    denomination_cents BIGINT NOT NULL,
    note_count BIGINT NOT NULL,
    put_on DATE NOT NULL,
    CONSTRAINT envelope_note_pk PRIMARY KEY (envelope_id, event_id, till, denomination_cents),
    CONSTRAINT envelope_note_count_check CHECK (denomination_cents > 0 AND note_count > 0),
    CONSTRAINT envelope_note_envelope_id_fk FOREIGN KEY(envelope_id) REFERENCES envelope (id),
    CONSTRAINT envelope_note_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE envelope_handing (
    envelope_id UUID NOT NULL,
    carrier TEXT NOT NULL,
    handed_on DATE NOT NULL,
    handed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    handed_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT envelope_handing_pk PRIMARY KEY (envelope_id),
    CONSTRAINT envelope_handing_envelope_id_fk FOREIGN KEY(envelope_id) REFERENCES envelope (id),
    CONSTRAINT envelope_handing_handed_by_fk FOREIGN KEY(handed_by) REFERENCES person (id),
    CONSTRAINT envelope_handing_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE envelope_count (
    envelope_id UUID NOT NULL,
    reason TEXT NOT NULL,
    counted_on DATE NOT NULL,
    counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    counted_by UUID NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT envelope_count_pk PRIMARY KEY (envelope_id),
    CONSTRAINT envelope_count_envelope_id_fk FOREIGN KEY(envelope_id) REFERENCES envelope (id),
    CONSTRAINT envelope_count_counted_by_fk FOREIGN KEY(counted_by) REFERENCES person (id),
    CONSTRAINT envelope_count_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE envelope_count_note (
    envelope_id UUID NOT NULL,
    denomination_cents BIGINT NOT NULL,
    note_count BIGINT NOT NULL,
    CONSTRAINT envelope_count_note_pk PRIMARY KEY (envelope_id, denomination_cents),
    CONSTRAINT envelope_count_note_count_check CHECK (denomination_cents > 0 AND note_count > 0),
    CONSTRAINT envelope_count_note_envelope_id_fk FOREIGN KEY(envelope_id) REFERENCES envelope_count (envelope_id)
);

CREATE TABLE remittance (
    id UUID NOT NULL,
    book_id INTEGER NOT NULL,
    year INTEGER NOT NULL,
    ordinal BIGINT NOT NULL,
    number TEXT NOT NULL,
    form TEXT NOT NULL,
    envelope_id UUID,
    amount_cents BIGINT NOT NULL,
    transfer_due_id UUID NOT NULL,
    due_on DATE NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT remittance_pk PRIMARY KEY (id),
    CONSTRAINT remittance_book_id_year_ordinal_key UNIQUE (book_id, year, ordinal),
    CONSTRAINT remittance_book_id_number_key UNIQUE (book_id, number),
    CONSTRAINT remittance_envelope_id_key UNIQUE (envelope_id),
    CONSTRAINT remittance_transfer_due_id_key UNIQUE (transfer_due_id),
    CONSTRAINT remittance_form_check CHECK (form IN ('digital', 'notes')),
    CONSTRAINT remittance_amount_check CHECK (amount_cents > 0),
    CONSTRAINT remittance_envelope_check CHECK ((form = 'notes') = (envelope_id IS NOT NULL)),
    CONSTRAINT remittance_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT remittance_envelope_id_fk FOREIGN KEY(envelope_id) REFERENCES envelope (id),
    CONSTRAINT remittance_transfer_due_id_fk FOREIGN KEY(transfer_due_id) REFERENCES transfer_due (id),
    CONSTRAINT remittance_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE remittance_confirmation (
    event_id UUID NOT NULL,
    remittance_id UUID NOT NULL,
    amount_cents BIGINT NOT NULL,
    confirmed_on DATE NOT NULL,
    confirmed_by UUID NOT NULL,
    CONSTRAINT remittance_confirmation_pk PRIMARY KEY (event_id),
    CONSTRAINT remittance_confirmation_amount_check CHECK (amount_cents > 0),
    CONSTRAINT remittance_confirmation_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id),
    CONSTRAINT remittance_confirmation_remittance_id_fk FOREIGN KEY(remittance_id) REFERENCES remittance (id),
    CONSTRAINT remittance_confirmation_confirmed_by_fk FOREIGN KEY(confirmed_by) REFERENCES person (id)
);

CREATE INDEX remittance_confirmation_remittance_index ON remittance_confirmation (remittance_id);

-- Printed notes are looked for among the accounts of a book whose members are many.
CREATE INDEX account_notes_index ON account (book_id, role) WHERE denomination_cents IS NOT NULL;
