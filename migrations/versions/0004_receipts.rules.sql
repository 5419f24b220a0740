-- What the tables of a desk refuse, whatever a program does.

-- One day at a time is open, and days follow each other.
CREATE FUNCTION check_desk_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('desk_day_order', format('the day %s of book %s does not follow the last one', added.business_on, added.book_id))
       FROM added JOIN desk_day AS other ON other.book_id = added.book_id AND other.business_on <> added.business_on
      WHERE other.business_on > added.business_on
         OR NOT EXISTS (SELECT 1 FROM desk_day_closing AS closing
                         WHERE closing.book_id = other.book_id AND closing.business_on = other.business_on);
    RETURN NULL;
END $$;

-- A till has one session at a time, on a day that is open, of a person who is named. Sessions of earlier days are closed with them.
CREATE FUNCTION check_till_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('session_day', format('the day %s of book %s is closed', added.business_on, added.book_id))
       FROM added JOIN desk_day_closing AS closing
         ON closing.book_id = added.book_id AND closing.business_on = added.business_on;
    PERFORM refuse('session_clerk', format('person %s is not named', added.clerk_id))
       FROM added WHERE NOT is_named(added.clerk_id, added.book_id, added.business_on);
    PERFORM refuse('session_till', format('till %s of book %s has two sessions', added.till, added.book_id))
       FROM added
       JOIN till_session AS other ON other.book_id = added.book_id AND other.business_on = added.business_on
        AND other.till = added.till AND other.id <> added.id
      WHERE NOT EXISTS (SELECT 1 FROM till_session_act AS act
                         WHERE act.book_id = other.book_id AND act.session_id = other.id AND act.act = 'closed');
    RETURN NULL;
END $$;

-- The acts of a session are counted from 1; nothing comes after the closing, which comes after a count.
CREATE FUNCTION check_session_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('session_acts', format('act %s of session %s is not in its place', added.act_number, added.session_id))
       FROM added
       LEFT JOIN till_session_act AS before ON before.book_id = added.book_id AND before.session_id = added.session_id
        AND before.act_number = added.act_number - 1
      WHERE (added.act_number > 1 AND before.act IS NULL) OR before.act = 'closed' OR added.act_number < 1
         OR (added.act = 'closed' AND before.act IS DISTINCT FROM 'counted');
    PERFORM refuse('session_clerk', format('person %s is not named', added.clerk_id))
       FROM added JOIN till_session AS session ON session.book_id = added.book_id AND session.id = added.session_id
      WHERE added.act = 'taken_over' AND NOT is_named(added.clerk_id, added.book_id, session.business_on);
    RETURN NULL;
END $$;

-- A receipt continues the chain of its desk and the numbers of its series, and says in its canonical form what stands in its row.
-- Its session and its day are open and its clerk is named: the same for many receipts of a batch, and asked once.
--
-- Several indexes of receipts begin with the book. While the table is small each of them looks as good as the key, and a plan that
-- was made then would read every receipt of the desk later. Asking for the nearest row in the order of the key fits the key alone.
CREATE FUNCTION check_receipts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(fault.rule, format('receipt %s of book %s', fault.number, fault.book_id))
       FROM (
            SELECT added.book_id, added.number,
                   CASE WHEN added.chain_number <> COALESCE(before.chain_number, 0) + 1
                          OR added.link <> sha256(COALESCE(before.link, decode(repeat('00', 32), 'hex'))
                                                  || convert_to(added.canonical, 'UTF8'))
                          OR added.issued_at < before.issued_at THEN 'receipt_chain'
                        WHEN added.series_number <> COALESCE(numbered.series_number, 0) + 1 THEN 'receipt_number'
                        WHEN (said.number, said.series, said.till, said.day, said.total_cents, said.clerk, said.session)
                             IS DISTINCT FROM (added.number, added.series, added.till, added.business_on::text,
                                               added.total_cents, added.clerk_id::text, added.session_id::text)
                        THEN 'receipt_canonical' END AS rule
              FROM added
              LEFT JOIN LATERAL (SELECT chain_number, link, issued_at FROM receipt
                                  WHERE receipt.book_id = added.book_id AND receipt.chain_number < added.chain_number
                                  ORDER BY receipt.chain_number DESC LIMIT 1) AS before ON true
              LEFT JOIN LATERAL (SELECT series_number FROM receipt
                                  WHERE receipt.book_id = added.book_id AND receipt.series = added.series
                                    AND receipt.year = added.year AND receipt.series_number < added.series_number
                                  ORDER BY receipt.series_number DESC LIMIT 1) AS numbered ON true
             CROSS JOIN LATERAL jsonb_to_record(added.canonical::jsonb)
                   AS said (number text, series text, till text, day text, total_cents bigint, clerk text, session text)
       ) AS fault
      WHERE fault.rule IS NOT NULL;
    PERFORM refuse(fault.rule, format('a receipt of session %s of book %s', fault.session_id, fault.book_id))
       FROM (
            SELECT added.book_id, added.session_id,
                   CASE WHEN session.till IS DISTINCT FROM added.till OR session.business_on <> added.business_on
                          OR session.closed THEN 'receipt_session'
                        WHEN day.closed IS NOT FALSE THEN 'receipt_day'
                        WHEN NOT EXISTS (SELECT 1 FROM desk_staff AS named
                                          WHERE named.person_id = added.clerk_id AND named.book_id = added.book_id
                                            AND added.business_on BETWEEN named.starts_on AND COALESCE(named.ends_on, 'infinity'))
                        THEN 'receipt_clerk' END AS rule
              FROM (SELECT DISTINCT book_id, session_id, till, clerk_id, business_on FROM added) AS added
              LEFT JOIN LATERAL (SELECT till, business_on, EXISTS (
                                        SELECT 1 FROM till_session_act AS act WHERE act.book_id = till_session.book_id
                                           AND act.session_id = till_session.id AND act.act = 'closed') AS closed
                                   FROM till_session
                                  WHERE till_session.book_id = added.book_id AND till_session.id = added.session_id
                                  LIMIT 1) AS session ON true
              LEFT JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM desk_day_closing AS closing
                                                 WHERE closing.book_id = desk_day.book_id
                                                   AND closing.business_on = desk_day.business_on) AS closed
                                   FROM desk_day
                                  WHERE desk_day.book_id = added.book_id AND desk_day.business_on = added.business_on
                                  LIMIT 1) AS day ON true
       ) AS fault
      WHERE fault.rule IS NOT NULL;
    RETURN NULL;
END $$;

-- The lines of a receipt, and its amounts by rate, come to its total.
CREATE FUNCTION check_receipt_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('receipt_total', format('receipt %s of book %s is not what its lines come to', sums.chain_number, sums.book_id))
       FROM (SELECT book_id, chain_number, sum(total_cents) AS cents FROM added GROUP BY book_id, chain_number) AS sums
       LEFT JOIN LATERAL (SELECT chain_number, total_cents FROM receipt
                           WHERE receipt.book_id = sums.book_id AND receipt.chain_number >= sums.chain_number
                           ORDER BY receipt.chain_number LIMIT 1) AS whole ON true
      WHERE (whole.chain_number, whole.total_cents) IS DISTINCT FROM (sums.chain_number, sums.cents);
    RETURN NULL;
END $$;
CREATE FUNCTION check_receipt_vat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('receipt_total', format('receipt %s of book %s is not what its rates come to', sums.chain_number, sums.book_id))
       FROM (SELECT book_id, chain_number, sum(including_cents) AS cents FROM added GROUP BY book_id, chain_number) AS sums
       LEFT JOIN LATERAL (SELECT chain_number, total_cents FROM receipt
                           WHERE receipt.book_id = sums.book_id AND receipt.chain_number >= sums.chain_number
                           ORDER BY receipt.chain_number LIMIT 1) AS whole ON true
      WHERE (whole.chain_number, whole.total_cents) IS DISTINCT FROM (sums.chain_number, sums.cents);
    RETURN NULL;
END $$;

-- A Z closes a day of which every session is closed, continues the numbers, the chain and the perpetual total of its desk, and
-- counts every receipt of the day.
CREATE FUNCTION check_day_closings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(fault.rule, format('Z %s of book %s', fault.number, fault.book_id))
       FROM (
            SELECT added.book_id, added.number,
                   CASE WHEN added.link <> sha256(COALESCE(before.link, decode(repeat('00', 32), 'hex'))
                                                  || convert_to(added.canonical, 'UTF8')) THEN 'closing_chain'
                        WHEN added.year_number > 1 AND numbered.number IS NULL OR added.year_number < 1 THEN 'closing_number'
                        WHEN EXISTS (SELECT 1 FROM till_session AS session
                                      WHERE session.book_id = added.book_id AND session.business_on = added.business_on
                                        AND NOT EXISTS (SELECT 1 FROM till_session_act AS act
                                                         WHERE act.book_id = session.book_id AND act.session_id = session.id
                                                           AND act.act = 'closed')) THEN 'closing_sessions'
                        WHEN (added.receipt_count, added.taken_cents, added.given_back_cents, added.perpetual_cents)
                             IS DISTINCT FROM (held.receipts, held.taken, held.back,
                                               COALESCE(before.perpetual_cents, 0) + held.taken - held.back)
                          OR added.last_receipt <> COALESCE(before.last_receipt, 0) + held.receipts THEN 'closing_totals'
                   END AS rule
              FROM added
              LEFT JOIN LATERAL (SELECT link, perpetual_cents, last_receipt FROM desk_day_closing AS closing
                                  WHERE closing.book_id = added.book_id AND closing.business_on < added.business_on
                                  ORDER BY closing.business_on DESC LIMIT 1) AS before ON true
              LEFT JOIN LATERAL (SELECT number FROM desk_day_closing AS closing
                                  WHERE closing.book_id = added.book_id AND closing.year = added.year
                                    AND closing.year_number = added.year_number - 1 LIMIT 1) AS numbered ON true
             CROSS JOIN LATERAL (SELECT count(*) AS receipts, COALESCE(sum(GREATEST(total_cents, 0)), 0)::bigint AS taken,
                                        COALESCE(sum(GREATEST(-total_cents, 0)), 0)::bigint AS back
                                   FROM receipt
                                  WHERE receipt.book_id = added.book_id AND receipt.business_on = added.business_on) AS held
       ) AS fault
      WHERE fault.rule IS NOT NULL;
    RETURN NULL;
END $$;

-- A request is approved before it expires, for the receipt that says so; the first act is the only one, by its key.
CREATE FUNCTION check_request_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('request_act', format('request %s', added.reference))
       FROM added
       JOIN payment_request AS request ON request.reference = added.reference
       JOIN desk ON desk.book_id = request.book_id
       LEFT JOIN receipt ON receipt.book_id = added.book_id AND receipt.chain_number = added.chain_number
      WHERE (request.book_id, desk.issuer_book_id) IS DISTINCT FROM (added.book_id, added.issuer_book_id)
         OR (added.act = 'approved' AND (added.acted_at >= request.expires_at OR added.acted_at < request.requested_at
             OR receipt.session_id IS DISTINCT FROM request.session_id OR receipt.digital_cents < request.amount_cents
             OR receipt.event_id IS DISTINCT FROM added.event_id));
    RETURN NULL;
END $$;

DO $$
DECLARE
    checked record;
BEGIN
    FOR checked IN
        SELECT * FROM (VALUES
            ('desk_day', 'check_desk_days'), ('till_session', 'check_till_sessions'), ('till_session_act', 'check_session_acts'),
            ('receipt', 'check_receipts'), ('receipt_line', 'check_receipt_lines'), ('receipt_vat', 'check_receipt_vat'),
            ('desk_day_closing', 'check_day_closings'), ('payment_request_act', 'check_request_acts')
        ) AS pairs (table_name, function_name)
        UNION ALL
        SELECT unnest(ARRAY['desk_day', 'till_session', 'till_session_act', 'receipt', 'receipt_refund', 'receipt_duplicate',
                            'desk_day_closing', 'desk_day_seal', 'desk_period_closing', 'payment_request',
                            'payment_request_act']), 'check_event_book'
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            checked.table_name || replace(checked.function_name, 'check', ''), checked.table_name, checked.function_name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION check_desk_days(), check_till_sessions(), check_session_acts(), check_receipts(), check_receipt_lines(),
    check_receipt_vat(), check_day_closings(), check_request_acts() FROM PUBLIC;
