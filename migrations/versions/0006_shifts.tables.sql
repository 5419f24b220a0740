-- Clerks' sessions at desks. These tables are insert-only as all others are, and not for reading by readers.

CREATE TABLE login_shift (
    session_id UUID NOT NULL,
    desk_book_id INTEGER NOT NULL,
    device_sha256 BYTEA NOT NULL,
    code_hash TEXT NOT NULL,
    idle_seconds INTEGER NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT login_shift_pk PRIMARY KEY (session_id),
    CONSTRAINT login_shift_device_sha256_key UNIQUE (device_sha256),
    CONSTRAINT login_shift_idle_check CHECK (idle_seconds > 0),
    CONSTRAINT login_shift_lifetime_check CHECK (ends_at > began_at),
    CONSTRAINT login_shift_session_id_fk FOREIGN KEY(session_id) REFERENCES login_session (id),
    CONSTRAINT login_shift_desk_book_id_fk FOREIGN KEY(desk_book_id) REFERENCES desk (book_id)
);

CREATE TABLE login_shift_act (
    session_id UUID NOT NULL,
    act TEXT NOT NULL,
    acted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT login_shift_act_pk PRIMARY KEY (session_id, act, acted_at),
    CONSTRAINT login_shift_act_act_check CHECK (act IN ('seen', 'locked', 'guessed', 'unlocked')),
    CONSTRAINT login_shift_act_session_id_fk FOREIGN KEY(session_id) REFERENCES login_shift (session_id)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['login_shift', 'login_shift_act'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            name || '_insert_only', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY program ON %I TO monnaielocale_writer, monnaielocale_reader USING (true) WITH CHECK (true)',
                       name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO monnaielocale_writer', name);
    END LOOP;
END $$;
