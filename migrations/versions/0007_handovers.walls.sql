-- What a handover may be, by the database alone.

-- It is drawn up when every day of the desk is closed and its takings in euros and other means are paid in, for somebody who is named
-- as head from the day that it names, after the head who leaves; its canonical form is the one that its event seals.
CREATE FUNCTION check_handovers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(fault.rule, format('handover %s', fault.number))
       FROM (
            SELECT added.number,
                   CASE WHEN added.ordinal <> (SELECT count(*) FROM desk_handover AS known
                                                WHERE known.book_id = added.book_id AND known.ordinal <= added.ordinal)
                        THEN 'handover_number'
                        WHEN event.id IS NULL THEN 'event_act'
                        WHEN event.details ->> 'sha256' IS DISTINCT FROM encode(sha256(convert_to(added.canonical, 'UTF8')), 'hex')
                          OR (said.number, said.outgoing, said.incoming, said.begins_on, said.receipts -> 0)
                             IS DISTINCT FROM (added.number, added.outgoing_id::text, added.incoming_id::text,
                                               added.begins_on::text, to_jsonb(added.last_receipt))
                        THEN 'handover_canonical'
                        WHEN added.last_receipt <> COALESCE((SELECT max(chain_number) FROM receipt
                                                              WHERE receipt.book_id = added.book_id), 0)
                          OR EXISTS (SELECT 1 FROM desk_day AS day
                                      WHERE day.book_id = added.book_id
                                        AND NOT EXISTS (SELECT 1 FROM desk_day_closing AS closing
                                                         WHERE closing.book_id = day.book_id
                                                           AND closing.business_on = day.business_on))
                        THEN 'handover_journal'
                        WHEN EXISTS (SELECT 1 FROM account_balance
                                      WHERE account_balance.book_id = added.book_id AND cents <> 0
                                        AND role IN ('till.euro', 'safe.euro', 'other_means'))
                        THEN 'handover_takings'
                        WHEN NOT EXISTS (SELECT 1 FROM desk_staff AS begins
                                          WHERE begins.book_id = added.book_id AND begins.rank = 'head'
                                            AND (begins.person_id, begins.starts_on) = (added.incoming_id, added.begins_on))
                          OR added.outgoing_id IS DISTINCT FROM (
                                SELECT leaves.person_id FROM desk_staff AS leaves
                                 WHERE leaves.book_id = added.book_id AND leaves.rank = 'head' AND leaves.starts_on < added.begins_on
                                 ORDER BY leaves.starts_on DESC LIMIT 1)
                        THEN 'handover_heads' END AS rule
              FROM added
              LEFT JOIN event ON event.id = added.event_id
               AND (event.book_id, event.kind, event.acted_by) = (added.book_id, 'desk_handed_over', added.drawn_by)
             CROSS JOIN LATERAL jsonb_to_record(added.canonical::jsonb)
                   AS said (number text, outgoing text, incoming text, begins_on text, receipts jsonb)
       ) AS fault
      WHERE fault.rule IS NOT NULL;
    RETURN NULL;
END $$;

-- The last handover of a desk is accepted by the head who begins, from their first day on.
CREATE FUNCTION check_handover_acceptances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(CASE WHEN event.id IS NULL THEN 'event_act' ELSE 'handover_acceptance' END,
                   format('handover %s is accepted by another, too early, or was drawn up again', handover.number))
       FROM added
       JOIN desk_handover AS handover ON handover.book_id = added.book_id AND handover.ordinal = added.ordinal
       LEFT JOIN event ON event.id = added.event_id
        AND (event.book_id, event.kind, event.acted_by) = (added.book_id, 'desk_taken_over', added.accepted_by)
      WHERE event.id IS NULL OR added.accepted_by <> handover.incoming_id OR event.business_on < handover.begins_on
         OR EXISTS (SELECT 1 FROM desk_handover AS later
                     WHERE later.book_id = added.book_id AND later.ordinal > added.ordinal);
    RETURN NULL;
END $$;

DO $$
DECLARE
    checked record;
BEGIN
    FOR checked IN SELECT * FROM (VALUES
        ('desk_handover', 'check_handovers'), ('desk_handover', 'check_event_book'),
        ('desk_handover_acceptance', 'check_handover_acceptances'), ('desk_handover_acceptance', 'check_event_book')
    ) AS pairs (table_name, function_name) LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            checked.table_name || replace(checked.function_name, 'check', ''), checked.table_name, checked.function_name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION check_handovers(), check_handover_acceptances() FROM PUBLIC;
