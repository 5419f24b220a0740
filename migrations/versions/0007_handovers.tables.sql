-- Handovers between heads of desks. These tables are insert-only as all others are.

CREATE TABLE desk_handover (
    book_id INTEGER NOT NULL,
    ordinal BIGINT NOT NULL,
    number TEXT NOT NULL,
    drawn_at TIMESTAMP WITH TIME ZONE NOT NULL,
    drawn_by UUID NOT NULL,
    outgoing_id UUID NOT NULL,
    incoming_id UUID NOT NULL,
    begins_on DATE NOT NULL,
    last_receipt BIGINT NOT NULL,
    canonical TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_handover_pk PRIMARY KEY (book_id, ordinal),
    CONSTRAINT desk_handover_book_id_number_key UNIQUE (book_id, number),
    CONSTRAINT desk_handover_two_people_check CHECK (incoming_id NOT IN (outgoing_id, drawn_by)),
    CONSTRAINT desk_handover_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT desk_handover_drawn_by_fk FOREIGN KEY(drawn_by) REFERENCES person (id),
    CONSTRAINT desk_handover_outgoing_id_fk FOREIGN KEY(outgoing_id) REFERENCES person (id),
    CONSTRAINT desk_handover_incoming_id_fk FOREIGN KEY(incoming_id) REFERENCES person (id),
    CONSTRAINT desk_handover_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE desk_handover_acceptance (
    book_id INTEGER NOT NULL,
    ordinal BIGINT NOT NULL,
    accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    accepted_by UUID NOT NULL,
    reservations TEXT NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_handover_acceptance_pk PRIMARY KEY (book_id, ordinal),
    CONSTRAINT desk_handover_acceptance_book_id_ordinal_fk FOREIGN KEY(book_id, ordinal) REFERENCES desk_handover (book_id, ordinal),
    CONSTRAINT desk_handover_acceptance_accepted_by_fk FOREIGN KEY(accepted_by) REFERENCES person (id),
    CONSTRAINT desk_handover_acceptance_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['desk_handover', 'desk_handover_acceptance'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            name || '_insert_only', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO monnaielocale_writer', name);
        EXECUTE format('GRANT SELECT ON %I TO monnaielocale_reader, monnaielocale_visitor', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY program ON %I TO monnaielocale_writer, monnaielocale_reader USING (true) WITH CHECK (true)',
                       name);
        EXECUTE format('CREATE POLICY visitor ON %I TO monnaielocale_visitor USING ('
                       'book_id = ANY ((SELECT visitor_books() || visitor_desks())::integer[]))', name);
    END LOOP;
END $$;
