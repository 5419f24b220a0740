-- What one person sees of envelopes and remittances: both sides see every step. The town's staff and the people named for a desk see
-- those of their desks, the association those of the desks that it serves.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['envelope', 'envelope_note', 'envelope_handing', 'envelope_count', 'envelope_count_note', 'remittance',
                                'remittance_confirmation'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY program ON %I TO monnaielocale_writer, monnaielocale_reader USING (true) WITH CHECK (true)',
                       name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['envelope', 'remittance'] LOOP
        EXECUTE format('CREATE POLICY visitor ON %I TO monnaielocale_visitor USING ('
                       'book_id = ANY ((SELECT visitor_books() || visitor_desks() || visitor_served_desks())::integer[]))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['envelope_note', 'envelope_handing', 'envelope_count', 'envelope_count_note'] LOOP
        EXECUTE format('CREATE POLICY visitor ON %1$I TO monnaielocale_visitor USING ('
                       '(SELECT true FROM envelope WHERE envelope.id = %1$I.envelope_id))', name);
    END LOOP;
END $$;
CREATE POLICY visitor ON remittance_confirmation TO monnaielocale_visitor USING (
    (SELECT true FROM remittance WHERE remittance.id = remittance_confirmation.remittance_id));
-- The association counts in its own book: who did it is told to the town whose envelope it is, also when nothing was in it.
CREATE POLICY visitor_of_count ON event TO monnaielocale_visitor USING (
    (SELECT visitor_town()) IS NOT NULL AND id IN (SELECT event_id FROM envelope_count));

-- A town sees of the bank also how the transfers that are due to it were made.
CREATE POLICY visitor_of_transfer ON match_part TO monnaielocale_visitor USING (
    transfer_due_id IN (SELECT id FROM transfer_due WHERE party_id = (SELECT visitor_town())));

-- What was paid of a remittance follows from a bank line that the desk does not see.
CREATE FUNCTION paid_of_remittance(asked uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT due.amount_cents - due.open_cents
      FROM remittance JOIN transfer_due_position AS due ON due.id = remittance.transfer_due_id
     WHERE remittance.id = asked
       AND remittance.book_id = ANY ((SELECT visitor_books() || visitor_desks() || visitor_served_desks())::integer[])
$$;
REVOKE ALL ON FUNCTION paid_of_remittance(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION paid_of_remittance(uuid) TO monnaielocale_reader, monnaielocale_visitor, monnaielocale_writer;
