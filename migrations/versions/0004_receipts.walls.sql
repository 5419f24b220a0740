-- Who may do what at a desk at work, by the database alone.
ALTER FUNCTION roles_for(text) RENAME TO roles_for_other_desk_kind;
CREATE FUNCTION roles_for(kind text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind IN ('desk_day_opened', 'desk_day_closed', 'desk_day_sealed', 'desk_period_closed', 'till_session_opened',
                      'till_session_taken_over', 'till_session_counted', 'till_session_closed', 'receipt_taken',
                      'receipt_entered_late', 'receipt_cancelled', 'receipt_duplicated', 'receipt_refunded', 'payment_requested',
                      'payment_request_withdrawn', 'payment_confirmed_elsewhere')
            THEN ARRAY['desk_clerk']
        WHEN kind = 'payment_approved' THEN ARRAY['member']
        ELSE roles_for_other_desk_kind(kind) END
$$;
REVOKE ALL ON FUNCTION roles_for(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roles_for(text) TO monnaielocale_writer;

-- What happens at a desk takes units from the desk's own wallet, or from that of the member who approves. `record_batch` asks for
-- it when a batch has entries of events of another book.
CREATE OR REPLACE FUNCTION check_movers_elsewhere(into_book integer, into_batch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_person('acts_for_another', event.acted_by, NULL)
       FROM (SELECT book_id, first_entry_number, last_entry_number FROM batch WHERE book_id = into_book AND number = into_batch) AS lines
       JOIN LATERAL (SELECT number, event_id FROM entry
                      WHERE entry.book_id = lines.book_id
                        AND entry.number BETWEEN lines.first_entry_number AND lines.last_entry_number OFFSET 0) AS entry ON true
       JOIN LATERAL (SELECT book_id, acted_by, kind FROM event WHERE event.id = entry.event_id LIMIT 1) AS event
         ON event.book_id <> lines.book_id
       JOIN LATERAL (SELECT code FROM book WHERE book.id = event.book_id AND book.kind = 'desk' LIMIT 1) AS desk_book ON true
       JOIN LATERAL (SELECT account_id FROM entry_line AS line
                      WHERE line.book_id = lines.book_id AND line.entry_number = entry.number AND line.amount_cents < 0
                     OFFSET 0) AS line ON true
       JOIN LATERAL (SELECT role, code FROM account WHERE account.id = line.account_id LIMIT 1) AS account
         ON account.role = 'wallet' AND account.code <> 'wallet:' || desk_book.code
       LEFT JOIN LATERAL (SELECT 'wallet:' || member.number AS wallet FROM person
                            JOIN member ON member.id = person.party_id AND member.book_id = lines.book_id
                           WHERE person.id = event.acted_by LIMIT 1) AS own ON true
      WHERE (event.kind = 'payment_approved' AND account.code = own.wallet) IS NOT TRUE;
END $$;

-- A person is named for the desk on the day on which they work there.
CREATE FUNCTION is_named(person uuid, desk_book integer, on_day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM desk_appointment
                    WHERE person_id = person AND book_id = desk_book AND on_day BETWEEN starts_on AND COALESCE(ends_on, 'infinity'))
$$;
REVOKE ALL ON FUNCTION check_movers_elsewhere(integer, bigint), is_named(uuid, integer, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_named(uuid, integer, date) TO monnaielocale_writer;
