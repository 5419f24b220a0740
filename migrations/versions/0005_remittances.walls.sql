-- What an envelope and a remittance may be, by the database alone. Each document is its event's: same book, same person, same cents.

-- One envelope of a desk at a time is open, and its number follows the one before in its year.
CREATE FUNCTION check_envelopes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('envelope_number', format('envelope %s does not follow the one before', added.number))
       FROM added JOIN envelope AS known ON known.book_id = added.book_id AND known.year = added.year
      GROUP BY added.number, added.year, added.opened_on
     HAVING count(*) <> max(known.ordinal) OR added.year <> extract(year FROM added.opened_on);
    PERFORM refuse('envelope_open', format('envelope %s was not handed over before envelope %s', other.number, added.number))
       FROM added
       JOIN envelope AS other ON other.book_id = added.book_id AND other.id <> added.id
      WHERE NOT EXISTS (SELECT 1 FROM envelope_handing WHERE envelope_id = other.id);
    RETURN NULL;
END $$;

-- What is written of an evening is what its event took out of each drawer, and nothing is added once the envelope has left.
CREATE FUNCTION check_envelope_notes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('envelope_handed', format('envelope %s has left', added.envelope_id))
       FROM added JOIN envelope_handing AS handing ON handing.envelope_id = added.envelope_id;
    PERFORM refuse('envelope_notes', format('notes of %s from till %s are not those of the event', put.denomination_cents, put.till))
       FROM added AS put
       JOIN envelope ON envelope.id = put.envelope_id
       JOIN desk ON desk.book_id = envelope.book_id
       JOIN book AS own ON own.id = desk.book_id
       LEFT JOIN event ON event.id = put.event_id AND event.book_id = desk.book_id AND event.kind = 'envelope_prepared'
       LEFT JOIN LATERAL (
            SELECT -line.amount_cents AS cents
              FROM entry
              JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
              JOIN account ON account.id = line.account_id
             WHERE entry.event_id = event.id AND entry.book_id = desk.issuer_book_id
               AND account.code = format('notes.drawer:%s:%s:%s', own.code, put.till, put.denomination_cents)
       ) AS moved ON true
      WHERE moved.cents IS DISTINCT FROM put.note_count * put.denomination_cents;
    RETURN NULL;
END $$;

CREATE FUNCTION check_envelope_handings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(CASE WHEN event.id IS NULL THEN 'event_act' ELSE 'envelope_carrier' END,
                   format('envelope %s is handed over by another event, or to nobody', envelope.number))
       FROM added
       JOIN envelope ON envelope.id = added.envelope_id
       LEFT JOIN event ON event.id = added.event_id
        AND (event.book_id, event.kind, event.acted_by) = (envelope.book_id, 'envelope_handed', added.handed_by)
      WHERE event.id IS NULL OR added.carrier = '';
    RETURN NULL;
END $$;

CREATE FUNCTION check_envelope_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(CASE WHEN event.id IS NULL THEN 'event_act' ELSE 'envelope_not_handed' END,
                   format('envelope %s is counted by another event, or before it left', envelope.number))
       FROM added
       JOIN envelope ON envelope.id = added.envelope_id
       JOIN desk ON desk.book_id = envelope.book_id
       LEFT JOIN event ON event.id = added.event_id
        AND (event.book_id, event.kind, event.acted_by) = (desk.issuer_book_id, 'envelope_counted', added.counted_by)
      WHERE event.id IS NULL OR NOT EXISTS (SELECT 1 FROM envelope_handing AS handing WHERE handing.envelope_id = envelope.id);
    RETURN NULL;
END $$;

-- A remittance is owed to the public body of the desk by one transfer of the same event and amount; for an envelope it is the notes
-- that were counted in it. Its number follows the one before in its year.
CREATE FUNCTION check_remittances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('remittance_number', format('remittance %s does not follow the one before', told.number))
       FROM (SELECT added.number, added.year, added.due_on, count(*) AS known, max(known.ordinal) AS latest
               FROM added JOIN remittance AS known ON known.book_id = added.book_id AND known.year = added.year
              GROUP BY added.number, added.year, added.due_on) AS told
      WHERE told.known <> told.latest OR told.year <> extract(year FROM told.due_on);
    PERFORM refuse('remittance_due', format('remittance %s is not what is owed for it', added.number))
       FROM added
       JOIN desk ON desk.book_id = added.book_id
       LEFT JOIN transfer_due AS due ON due.id = added.transfer_due_id
       LEFT JOIN event ON event.id = added.event_id
       LEFT JOIN envelope ON envelope.id = added.envelope_id AND envelope.book_id = added.book_id
       LEFT JOIN envelope_count AS counted ON counted.envelope_id = envelope.id AND counted.event_id = added.event_id
       LEFT JOIN LATERAL (SELECT sum(found.denomination_cents * found.note_count) AS cents FROM envelope_count_note AS found
                           WHERE found.envelope_id = counted.envelope_id) AS notes ON true
      WHERE (due.book_id, due.kind, due.form, due.party_id, due.amount_cents, due.event_id)
            IS DISTINCT FROM (desk.issuer_book_id, 'redemption', added.form, desk.public_body_id, added.amount_cents, added.event_id)
         OR CASE added.form WHEN 'notes' THEN notes.cents IS DISTINCT FROM added.amount_cents
                            ELSE event.kind IS DISTINCT FROM 'digital_takings_redeemed' END;
    RETURN NULL;
END $$;

-- No more is confirmed than the bank showed to be paid, whatever comes later.
CREATE FUNCTION check_confirmed(remittances uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('remittance_confirmed', format('remittance %s: %s confirmed, %s paid', remittance.number, told.cents,
                                                  due.amount_cents - due.open_cents))
       FROM remittance
       JOIN LATERAL (SELECT sum(amount_cents) AS cents FROM remittance_confirmation
                      WHERE remittance_confirmation.remittance_id = remittance.id) AS told ON true
       JOIN transfer_due_position AS due ON due.id = remittance.transfer_due_id
      WHERE remittance.id = ANY (remittances) AND told.cents > due.amount_cents - due.open_cents;
END $$;

CREATE FUNCTION check_remittance_confirmations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('event_act', format('remittance %s is confirmed by another event', remittance.number))
       FROM added
       JOIN remittance ON remittance.id = added.remittance_id
       LEFT JOIN event ON event.id = added.event_id
        AND (event.book_id, event.kind, event.acted_by) = (remittance.book_id, 'remittance_confirmed', added.confirmed_by)
      WHERE event.id IS NULL;
    PERFORM check_confirmed(ARRAY(SELECT remittance_id FROM added));
    RETURN NULL;
END $$;

CREATE FUNCTION check_remittances_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_confirmed(ARRAY(
        SELECT remittance.id FROM added
          JOIN match_part AS part ON part.match_id = added.match_id AND part.transfer_due_id IS NOT NULL
          JOIN remittance ON remittance.transfer_due_id = part.transfer_due_id
         WHERE added.act = 'undone'));
    RETURN NULL;
END $$;

DO $$
DECLARE
    checked record;
BEGIN
    FOR checked IN SELECT * FROM (VALUES
        ('envelope', 'check_envelopes'), ('envelope_note', 'check_envelope_notes'), ('envelope_handing', 'check_envelope_handings'),
        ('envelope_count', 'check_envelope_counts'), ('remittance', 'check_remittances'),
        ('remittance_confirmation', 'check_remittance_confirmations'), ('match_act', 'check_remittances_undone'),
        ('envelope', 'check_event_book')
    ) AS pairs (table_name, function_name) LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            checked.table_name || replace(checked.function_name, 'check', ''), checked.table_name, checked.function_name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION check_envelopes(), check_envelope_notes(), check_envelope_handings(), check_envelope_counts(),
    check_remittances(), check_confirmed(uuid[]), check_remittance_confirmations(), check_remittances_undone() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_confirmed(uuid[]) TO monnaielocale_writer;
