-- Service desks. These tables are insert-only as all others are.

CREATE TABLE desk (
    book_id INTEGER NOT NULL,
    issuer_book_id INTEGER NOT NULL,
    public_body_id UUID NOT NULL,
    code TEXT NOT NULL,
    opened_on DATE NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_pk PRIMARY KEY (book_id),
    CONSTRAINT desk_public_body_id_code_key UNIQUE (public_body_id, code),
    CONSTRAINT desk_own_book_check CHECK (book_id <> issuer_book_id),
    CONSTRAINT desk_book_id_fk FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT desk_issuer_book_id_fk FOREIGN KEY(issuer_book_id) REFERENCES book (id),
    CONSTRAINT desk_public_body_id_fk FOREIGN KEY(public_body_id) REFERENCES party (id),
    CONSTRAINT desk_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE TABLE desk_appointment (
    book_id INTEGER NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    rank TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    event_id UUID NOT NULL,
    CONSTRAINT desk_appointment_pk PRIMARY KEY (book_id, id),
    CONSTRAINT desk_appointment_rank_check CHECK (rank IN ('head', 'deputy', 'clerk')),
    CONSTRAINT desk_appointment_days_check CHECK (ends_on >= starts_on),
    CONSTRAINT desk_appointment_book_id_fk FOREIGN KEY(book_id) REFERENCES desk (book_id),
    CONSTRAINT desk_appointment_person_id_fk FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT desk_appointment_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

CREATE INDEX desk_appointment_person_index ON desk_appointment (person_id);

CREATE TABLE desk_appointment_end (
    book_id INTEGER NOT NULL,
    appointment_id UUID NOT NULL,
    ends_on DATE NOT NULL,
    event_id UUID NOT NULL,
    CONSTRAINT desk_appointment_end_pk PRIMARY KEY (book_id, appointment_id),
    CONSTRAINT desk_appointment_end_book_id_appointment_id_fk FOREIGN KEY(book_id, appointment_id)
        REFERENCES desk_appointment (book_id, id),
    CONSTRAINT desk_appointment_end_event_id_fk FOREIGN KEY(event_id) REFERENCES event (id)
);

-- Who is named for a desk, until when: an appointment whose end was not known gets one later, or an earlier one.
CREATE VIEW desk_staff WITH (security_invoker = true) AS
SELECT appointment.book_id, appointment.id, appointment.person_id, appointment.rank, appointment.starts_on,
       COALESCE(ended.ends_on, appointment.ends_on) AS ends_on
  FROM desk_appointment AS appointment
  LEFT JOIN desk_appointment_end AS ended ON ended.book_id = appointment.book_id AND ended.appointment_id = appointment.id;
