-- What the two books and the documents say of one thing at a desk: each row says it twice, and the two are equal.
CREATE VIEW desk_position WITH (security_invoker = true) AS
    SELECT desk.book_id, 'notes' AS what, COALESCE(here.cents, 0)::bigint AS cents, COALESCE(there.cents, 0)::bigint AS followed_cents
      FROM desk
      JOIN book AS own ON own.id = desk.book_id
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.book_id AND role IN ('values.notes', 'float.notes')) AS here ON true
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.issuer_book_id AND denomination_cents IS NOT NULL
                            AND role = 'notes.drawer' AND split_part(account_balance.code, ':', 2) = own.code) AS there ON true
    UNION ALL
    SELECT desk.book_id, 'envelopes', COALESCE(here.cents, 0), COALESCE(there.cents, 0)
      FROM desk
      JOIN book AS own ON own.id = desk.book_id
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.book_id AND role = 'values.envelope') AS here ON true
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.issuer_book_id AND denomination_cents IS NOT NULL
                            AND role IN ('notes.envelope', 'notes.transit_in')
                            AND split_part(account_balance.code, ':', 2) = own.code) AS there ON true
    UNION ALL
    SELECT desk.book_id, 'envelopes written', COALESCE(here.cents, 0), COALESCE(written.cents, 0)
      FROM desk
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.book_id AND role = 'values.envelope') AS here ON true
      LEFT JOIN LATERAL (SELECT sum(note.denomination_cents * note.note_count) AS cents
                           FROM envelope JOIN envelope_note AS note ON note.envelope_id = envelope.id
                          WHERE envelope.book_id = desk.book_id
                            AND NOT EXISTS (SELECT 1 FROM envelope_count AS counted WHERE counted.envelope_id = envelope.id)
                ) AS written ON true
    UNION ALL
    SELECT desk.book_id, 'digital units', COALESCE(here.cents, 0), COALESCE(there.cents, 0)
      FROM desk
      JOIN book AS own ON own.id = desk.book_id
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.book_id AND role = 'digital_received') AS here ON true
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.issuer_book_id
                            AND account_balance.code = 'wallet:' || own.code) AS there ON true
    UNION ALL
    SELECT desk.book_id, 'claims', COALESCE(here.cents, 0), COALESCE(owed.cents, 0) - COALESCE(confirmed.cents, 0)
      FROM desk
      LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                          WHERE account_balance.book_id = desk.book_id AND role = 'claim_on_issuer') AS here ON true
      LEFT JOIN LATERAL (SELECT sum(amount_cents) AS cents FROM remittance WHERE remittance.book_id = desk.book_id) AS owed ON true
      LEFT JOIN LATERAL (SELECT sum(told.amount_cents) AS cents
                           FROM remittance JOIN remittance_confirmation AS told ON told.remittance_id = remittance.id
                          WHERE remittance.book_id = desk.book_id) AS confirmed ON true;
GRANT SELECT ON desk_position TO monnaielocale_reader, monnaielocale_writer;

-- The two books of a desk are written one after the other: when the transaction ends they say the same, of what it moved.
CREATE FUNCTION check_desk_positions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    moved record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM desk WHERE NEW.book_id IN (desk.book_id, desk.issuer_book_id)) THEN
        RETURN NULL;
    END IF;
    FOR moved IN
        SELECT served.book_id, array_agg(DISTINCT what.what) AS parts
          FROM (SELECT DISTINCT account_id FROM entry_line
                 WHERE entry_line.book_id = NEW.book_id
                   AND entry_number BETWEEN NEW.first_entry_number AND NEW.last_entry_number) AS line
          JOIN LATERAL (SELECT role, split_part(code, ':', 2) AS desk FROM account WHERE account.id = line.account_id LIMIT 1)
            AS account ON true
          JOIN (VALUES ('values.notes', 'notes'), ('float.notes', 'notes'), ('notes.drawer', 'notes'),
                       ('values.envelope', 'envelopes'), ('values.envelope', 'envelopes written'), ('notes.envelope', 'envelopes'),
                       ('notes.transit_in', 'envelopes'), ('digital_received', 'digital units'), ('wallet', 'digital units'),
                       ('claim_on_issuer', 'claims')) AS what (role, what) ON what.role = account.role
          JOIN (SELECT desk.book_id, desk.issuer_book_id, own.code FROM desk JOIN book AS own ON own.id = desk.book_id) AS served
            ON served.book_id = NEW.book_id OR served.issuer_book_id = NEW.book_id AND served.code = account.desk
         GROUP BY served.book_id
    LOOP
        PERFORM refuse('desk_position', format('desk %s: %s of %s in its book, and %s', moved.book_id, position.cents, position.what,
                                               position.followed_cents))
           FROM desk_position AS position
          WHERE position.book_id = moved.book_id AND position.what = ANY (moved.parts)
            AND position.cents <> position.followed_cents;
    END LOOP;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION check_desk_positions() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER batch_desk_positions AFTER INSERT ON batch DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_desk_positions();
