-- Who may do what at a desk at work, by the database alone.
INSERT INTO event_role (kind, role)
SELECT kind, role FROM (VALUES
    (ARRAY['desk_day_opened', 'desk_day_closed', 'desk_day_sealed', 'desk_period_closed', 'till_session_opened',
           'till_session_taken_over', 'till_session_counted', 'till_session_closed', 'receipt_taken',
           'receipt_entered_late', 'receipt_cancelled', 'receipt_duplicated', 'receipt_refunded', 'payment_requested',
           'payment_request_withdrawn', 'payment_confirmed_elsewhere', 'desk_handed_over', 'desk_taken_over'],
     ARRAY['desk_clerk']),
    (ARRAY['payment_approved'], ARRAY['member'])
) AS rights (kinds, roles), unnest(kinds) AS kind, unnest(roles) AS role;

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

-- Which ranks may cause what the staff of a desk does; NULL for what others do.
CREATE FUNCTION ranks_for(kind text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN kind IN ('desk_day_sealed', 'desk_period_closed', 'float_received', 'float_lowered', 'float_exchanged',
                      'float_exchanged_back', 'from_the_safe', 'paid_in', 'other_means_paid_in', 'desk_handed_over', 'desk_taken_over')
            THEN ARRAY['head', 'deputy']
        WHEN roles_for(kind) = ARRAY['desk_clerk'] THEN ARRAY['head', 'deputy', 'clerk'] END
$$;

-- Whoever works at a desk is named for it, and for some acts as its head or a deputy, on the day of the act. A session that was
-- left open is counted and closed by whoever heads the desk later.
CREATE OR REPLACE FUNCTION check_named(into_book integer, event_persons uuid[], event_kinds text[], event_days date[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_unnamed(CASE WHEN named.ranks IS NULL THEN 'not_named_to_collect' ELSE 'head_or_deputy_needed' END,
                           acts.person, into_book, acts.day)
       FROM (SELECT DISTINCT unnest(event_persons) AS person, unnest(event_kinds) AS kind, unnest(event_days) AS day) AS acts
       LEFT JOIN LATERAL (
            SELECT array_agg(rank) AS ranks FROM desk_staff
             WHERE person_id = acts.person AND book_id = into_book AND acts.day <= COALESCE(ends_on, 'infinity')
               AND (acts.day >= starts_on OR acts.kind IN ('till_session_counted', 'till_session_closed'))
       ) AS named ON true
      WHERE ranks_for(acts.kind) IS NOT NULL AND (named.ranks && ranks_for(acts.kind)) IS NOT TRUE;
END $$;

-- Says no to a person who is not named, with what the program needs to say it in words.
CREATE FUNCTION refuse_unnamed(rule text, person uuid, desk_book integer, on_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule,
        MESSAGE = format('%s: person %s', rule, person),
        DETAIL = json_build_object('login', COALESCE((SELECT login FROM person AS known WHERE known.id = person), person::text),
                                   'desk', (SELECT code FROM book WHERE book.id = desk_book), 'day', on_day);
END $$;

-- A person is named for the desk on the day on which they work there.
CREATE FUNCTION is_named(person uuid, desk_book integer, on_day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM desk_staff
                    WHERE person_id = person AND book_id = desk_book AND on_day BETWEEN starts_on AND COALESCE(ends_on, 'infinity'))
$$;
REVOKE ALL ON FUNCTION check_movers_elsewhere(integer, bigint), is_named(uuid, integer, date), ranks_for(text),
    check_named(integer, uuid[], text[], date[]), refuse_unnamed(text, uuid, integer, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_named(uuid, integer, date) TO monnaielocale_writer;
