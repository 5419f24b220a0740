-- The books enforce themselves: whatever a program does, the rules below hold.

-- Takes the head lock of the books and answers what the next batch continues: under READ COMMITTED each statement of this function
-- sees what was committed before the lock was granted. It runs as its owner because a lock needs a right that the writer has not.
CREATE FUNCTION lock_books(codes text[])
RETURNS TABLE (
    id integer, code text, unit_currency text, batch_number bigint, hash bytea,
    entry_number bigint, event_number bigint, recorded_at timestamptz, closed_until date
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM book WHERE book.code = ANY (codes) ORDER BY book.id FOR UPDATE;
    RETURN QUERY
        SELECT book.id, book.code, book.unit_currency, COALESCE(last.number, 0), COALESCE(last.hash, '\x00'::bytea),
               COALESCE(last.last_entry_number, 0), COALESCE(last.last_event_number, 0),
               GREATEST(clock_timestamp(), last.recorded_at),
               (SELECT max(closing.closed_until) FROM book_closing AS closing WHERE closing.book_id = book.id)
          FROM book
          LEFT JOIN LATERAL (
                SELECT * FROM batch WHERE batch.book_id = book.id ORDER BY batch.number DESC LIMIT 1
          ) AS last ON true
         WHERE book.code = ANY (codes);
END $$;

-- One way to say no, with a name that the program can translate.
CREATE FUNCTION refuse(rule text, explanation text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule, MESSAGE = rule || ': ' || explanation;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('insert_only', format('%s is refused on %s', TG_OP, TG_TABLE_NAME));
    RETURN NULL;
END $$;

-- The checks below read a handful of rows by their whole key for each row added. Their plans are kept for as long as a connection
-- lives, and a plan made while a table was small would read all of it once it is large: hence LATERAL with a LIMIT, which can only
-- be a look-up, and the writer's sessions that scan no table in sequence.

-- A batch continues the one before it, and is complete when the statement that writes it ends.
CREATE FUNCTION check_batches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('batch_chain', format('batch %s of book %s does not continue the chain', added.number, added.book_id))
       FROM added LEFT JOIN batch AS previous ON previous.book_id = added.book_id AND previous.number = added.number - 1
      WHERE (previous.number IS NULL AND added.number <> 1)
         OR added.previous_hash <> COALESCE(previous.hash, decode(repeat('00', 32), 'hex'))
         OR added.first_entry_number <> COALESCE(previous.last_entry_number, 0) + 1
         OR added.first_event_number <> COALESCE(previous.last_event_number, 0) + 1
         OR added.recorded_at < previous.recorded_at;
    PERFORM refuse('batch_complete', format('batch %s of book %s lacks entries or events', added.number, added.book_id))
       FROM added
      WHERE added.last_entry_number - added.first_entry_number + 1 <> (
                SELECT count(*) FROM entry WHERE entry.book_id = added.book_id
                   AND entry.number BETWEEN added.first_entry_number AND added.last_entry_number)
         OR added.last_event_number - added.first_event_number + 1 <> (
                SELECT count(*) FROM event WHERE event.book_id = added.book_id
                   AND event.number BETWEEN added.first_event_number AND added.last_event_number);
    RETURN NULL;
END $$;

-- An event belongs to the batch that its number falls in, names a person who exists, and reverses only what exists in its book.
CREATE FUNCTION check_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(CASE WHEN person.id IS NULL THEN 'event_person'
                        WHEN batch.recorded_at IS NULL OR added.recorded_at <> batch.recorded_at
                          OR added.number NOT BETWEEN batch.first_event_number AND batch.last_event_number THEN 'event_batch'
                        ELSE 'event_reversal' END,
                   format('event %s of batch %s', added.number, added.batch_number))
       FROM added
       LEFT JOIN LATERAL (SELECT recorded_at, first_event_number, last_event_number FROM batch
                           WHERE batch.book_id = added.book_id AND batch.number = added.batch_number LIMIT 1) AS batch ON true
       LEFT JOIN LATERAL (SELECT id FROM person WHERE person.id = added.acted_by LIMIT 1) AS person ON true
      WHERE person.id IS NULL OR batch.recorded_at IS NULL OR added.recorded_at <> batch.recorded_at
         OR added.number NOT BETWEEN batch.first_event_number AND batch.last_event_number
         OR (added.reverses_event_id IS NOT NULL AND NOT COALESCE((
                SELECT first.book_id = added.book_id AND first.number < added.number AND first.reverses_event_id IS NULL
                  FROM event AS first WHERE first.id = added.reverses_event_id), false));
    RETURN NULL;
END $$;

-- An entry belongs to its batch and to an event of the same transaction, has lines, and is dated in an open period.
CREATE FUNCTION check_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(CASE WHEN line.entry_number IS NULL THEN 'entry_lines'
                        WHEN added.business_on <= (SELECT max(closed_until) FROM book_closing
                                                    WHERE book_closing.book_id = added.book_id) THEN 'entry_period'
                        ELSE 'entry_batch' END,
                   format('entry %s of %s in batch %s', added.number, added.business_on, added.batch_number))
       FROM added
       LEFT JOIN LATERAL (SELECT recorded_at, first_entry_number, last_entry_number FROM batch
                           WHERE batch.book_id = added.book_id AND batch.number = added.batch_number LIMIT 1) AS batch ON true
       LEFT JOIN LATERAL (SELECT recorded_at FROM event WHERE event.id = added.event_id LIMIT 1) AS event ON true
       LEFT JOIN LATERAL (SELECT entry_number FROM entry_line AS line
                           WHERE line.book_id = added.book_id AND line.entry_number = added.number LIMIT 1) AS line ON true
      WHERE batch.recorded_at IS NULL OR event.recorded_at IS DISTINCT FROM batch.recorded_at OR line.entry_number IS NULL
         OR added.number NOT BETWEEN batch.first_entry_number AND batch.last_entry_number
         OR added.business_on <= (SELECT max(closed_until) FROM book_closing WHERE book_closing.book_id = added.book_id);
    RETURN NULL;
END $$;

-- Lines enter with their whole entry, in one statement; they sum to zero in each currency, continue the running balance of their
-- account, and leave nothing below zero that may not be. A bank account moves with a statement line or the opening only.
CREATE FUNCTION check_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refuse(fault.rule, fault.explanation)
       FROM (
            WITH line AS MATERIALIZED (
                SELECT added.*, account.side, account.role, account.currency, account.floored, account.denomination_cents,
                       previous.balance_after_cents AS balance_before_cents
                  FROM added
                  LEFT JOIN LATERAL (
                        SELECT side, role, currency, floored, denomination_cents FROM account
                         WHERE account.id = added.account_id AND account.book_id = added.book_id LIMIT 1
                  ) AS account ON true
                  LEFT JOIN LATERAL (
                        SELECT balance_after_cents FROM entry_line AS before
                         WHERE before.account_id = added.account_id
                           AND before.account_line_number = added.account_line_number - 1 LIMIT 1
                  ) AS previous ON true
            )
            SELECT CASE WHEN side IS NULL THEN 'line_account'
                        WHEN amount_cents % denomination_cents <> 0 THEN 'line_denomination'
                        WHEN balance_after_cents <> COALESCE(balance_before_cents, 0) + amount_cents
                          OR (balance_before_cents IS NULL AND account_line_number <> 1) THEN 'line_position'
                        WHEN role = 'bank' THEN 'bank_line_only'
                        ELSE 'balance_below_zero' END AS rule,
                   format('line %s of account %s in entry %s', account_line_number, account_id, entry_number) AS explanation
              FROM line
             WHERE side IS NULL
                OR amount_cents % denomination_cents <> 0
                OR balance_after_cents <> COALESCE(balance_before_cents, 0) + amount_cents
                OR (balance_before_cents IS NULL AND account_line_number <> 1)
                OR (floored AND balance_after_cents * side < 0 AND amount_cents * side < 0)
                OR (role = 'bank' AND (
                        SELECT event.kind NOT IN ('bank_line', 'opening') FROM entry JOIN event ON event.id = entry.event_id
                         WHERE entry.book_id = line.book_id AND entry.number = line.entry_number))
            UNION ALL
            SELECT CASE WHEN written.euros = 0 AND written.units = 0 OR entry.line_count IS DISTINCT FROM written.lines
                        THEN 'entry_whole' ELSE 'entry_balance' END,
                   format('the lines of entry %s do not enter whole with it, or do not sum to zero', written.entry_number)
              FROM (SELECT book_id, entry_number, count(*) AS lines,
                           COALESCE(sum(amount_cents) FILTER (WHERE currency = 'EUR'), 0) AS euros,
                           COALESCE(sum(amount_cents) FILTER (WHERE currency <> 'EUR'), 0) AS units,
                           min(business_on) AS first_on, max(business_on) AS last_on,
                           min(recorded_at) AS first_at, max(recorded_at) AS last_at
                      FROM line GROUP BY book_id, entry_number) AS written
              LEFT JOIN LATERAL (
                    SELECT entry.line_count, entry.business_on, batch.recorded_at
                      FROM entry JOIN batch ON batch.book_id = entry.book_id AND batch.number = entry.batch_number
                     WHERE entry.book_id = written.book_id AND entry.number = written.entry_number LIMIT 1
              ) AS entry ON true
             WHERE entry.line_count IS DISTINCT FROM written.lines OR written.euros <> 0 OR written.units <> 0
                OR entry.business_on <> written.first_on OR entry.business_on <> written.last_on
                OR entry.recorded_at <> written.first_at OR entry.recorded_at <> written.last_at
       ) AS fault;
    -- One range for the whole batch: had an entry other lines than those added, the table would hold more of them than were added.
    PERFORM refuse('entry_whole', format('entries %s to %s of book %s had lines before', first_number, last_number, book_id))
       FROM (SELECT book_id, min(entry_number) AS first_number, max(entry_number) AS last_number, count(*) AS lines
               FROM added GROUP BY book_id) AS written
      WHERE written.lines <> (SELECT count(*) FROM entry_line AS line
                               WHERE line.book_id = written.book_id
                                 AND line.entry_number BETWEEN written.first_number AND written.last_number);
    INSERT INTO account_day AS day (account_id, business_on, amount_cents, line_count)
        SELECT account_id, business_on, sum(amount_cents), count(*) FROM added GROUP BY account_id, business_on
        ON CONFLICT (account_id, business_on) DO UPDATE
            SET amount_cents = day.amount_cents + EXCLUDED.amount_cents, line_count = day.line_count + EXCLUDED.line_count;
    RETURN NULL;
END $$;

-- The books are closed a little further each time, never less.
CREATE FUNCTION check_closings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('closing_lowered', format('book %s is already closed beyond %s', added.book_id, added.closed_until))
       FROM added JOIN book_closing AS later ON later.book_id = added.book_id AND later.closed_until > added.closed_until;
    RETURN NULL;
END $$;

-- A payment belongs to a run of the same public body as its mandate, and to the member who gave that mandate.
CREATE FUNCTION check_payments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('payment_references', format('row %s of a run names another''s mandate', added.row_number))
       FROM added
       LEFT JOIN payment_run AS run ON run.id = added.run_id
       LEFT JOIN collection_mandate AS mandate ON mandate.id = added.mandate_id
      WHERE run.id IS NULL OR mandate.id IS NULL OR mandate.member_id <> added.member_id
         OR mandate.public_body_id <> run.public_body_id OR mandate.kind <> run.kind;
    PERFORM refuse('run_totals', format('run %s does not hold the payments that it declares', run.reference))
       FROM (SELECT DISTINCT run_id FROM added) AS touched JOIN payment_run AS run ON run.id = touched.run_id
       JOIN LATERAL (SELECT count(*) AS payments, sum(amount_cents) AS cents FROM payment WHERE payment.run_id = run.id) AS held ON true
      WHERE run.payment_count <> held.payments OR run.total_cents <> held.cents;
    RETURN NULL;
END $$;

-- The euros of a payment: never more allocated than it asks for, never more credited or returned than was allocated.
CREATE FUNCTION check_payment_positions(payments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(CASE WHEN allocated_cents > amount_cents THEN 'payment_allocated_beyond' ELSE 'payment_credited_beyond' END,
                   format('payment %s: %s allocated, %s credited, %s returned', payment_id, allocated_cents, credited_cents,
                          returned_cents))
       FROM unnest(payments) AS asked (id)
       JOIN LATERAL (SELECT * FROM payment_position WHERE payment_position.payment_id = asked.id LIMIT 1) AS position ON true
      WHERE allocated_cents > amount_cents
         OR credited_cents - taken_back_cents + returned_cents + recalled_cents > allocated_cents;
END $$;

CREATE FUNCTION check_credits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('credit_run', format('payment %s is credited with another run', added.payment_id))
       FROM added
       LEFT JOIN payment ON payment.id = added.payment_id
       LEFT JOIN crediting ON crediting.id = added.crediting_id
      WHERE payment.run_id IS DISTINCT FROM crediting.run_id OR payment.run_id IS NULL
         OR NOT EXISTS (SELECT 1 FROM run_act WHERE run_act.run_id = payment.run_id AND run_act.act = 'signed');
    PERFORM check_payment_positions(ARRAY(SELECT payment_id FROM added));
    RETURN NULL;
END $$;

CREATE FUNCTION check_transfers_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_payment_positions(ARRAY(SELECT payment_id FROM added WHERE payment_id IS NOT NULL));
    RETURN NULL;
END $$;

-- A line explains no more cents than it has; a match acts once it has parts, and is undone only after it was confirmed.
CREATE FUNCTION check_match_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('match_undone_first', format('match %s was not confirmed', added.match_id))
       FROM added WHERE added.act = 'undone' AND NOT EXISTS (
                SELECT 1 FROM match_act WHERE match_act.match_id = added.match_id AND match_act.act = 'confirmed');
    PERFORM refuse('match_settled', format('match %s was confirmed and rejected', added.match_id))
       FROM added JOIN match_act AS other ON other.match_id = added.match_id
        AND (added.act, other.act) IN (('confirmed', 'rejected'), ('rejected', 'confirmed'));
    PERFORM refuse('line_explained_beyond', format('bank line %s is explained beyond its amount', line.id))
       FROM bank_line AS line
       JOIN (SELECT DISTINCT match.line_id FROM added JOIN match ON match.id = added.match_id) AS touched ON touched.line_id = line.id
      WHERE abs(line.amount_cents) < (
                SELECT COALESCE(sum(part.amount_cents), 0)
                  FROM live_match JOIN match_part AS part ON part.match_id = live_match.id
                 WHERE live_match.line_id = line.id);
    PERFORM check_payment_positions(ARRAY(
        SELECT DISTINCT part.payment_id FROM added JOIN match_part AS part ON part.match_id = added.match_id
         WHERE part.payment_id IS NOT NULL));
    RETURN NULL;
END $$;

-- A signature or an acceptance is another person's than the one who entered the document; one mandate at a time is active.
CREATE FUNCTION check_mandate_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('mandate_second_person', 'a mandate is accepted by another person than the one who entered it')
       FROM added JOIN mandate_act AS drafted ON drafted.mandate_id = added.mandate_id AND drafted.act = 'drafted'
      WHERE added.act = 'accepted' AND added.acted_by = drafted.acted_by;
    PERFORM refuse('mandate_signed_first', 'a mandate is accepted once it is signed')
       FROM added WHERE added.act = 'accepted' AND NOT EXISTS (
                SELECT 1 FROM mandate_act AS signed WHERE signed.mandate_id = added.mandate_id AND signed.act = 'signed');
    PERFORM refuse('mandate_active_twice', format('mandate %s overlaps mandate %s', mandate.number, other.number))
       FROM added
       JOIN collection_mandate AS mandate ON mandate.id = added.mandate_id AND added.act = 'accepted'
       JOIN collection_mandate AS other
         ON other.member_id = mandate.member_id AND other.public_body_id = mandate.public_body_id AND other.kind = mandate.kind
        AND other.subject = mandate.subject AND other.id <> mandate.id
        AND daterange(other.starts_on, other.ends_on, '[]') && daterange(mandate.starts_on, mandate.ends_on, '[]')
       JOIN mandate_act AS accepted ON accepted.mandate_id = other.id AND accepted.act = 'accepted'
      WHERE NOT EXISTS (SELECT 1 FROM mandate_act AS gone
                         WHERE gone.mandate_id = other.id AND gone.act IN ('revoked', 'ended')
                           AND gone.acted_on - (gone.act = 'revoked')::integer < GREATEST(other.starts_on, mandate.starts_on));
    RETURN NULL;
END $$;

CREATE FUNCTION check_run_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('run_second_person', 'a run is signed by another person than the one who prepared it')
       FROM added JOIN payment_run AS run ON run.id = added.run_id
      WHERE added.act = 'signed' AND added.acted_by = run.prepared_by;
    PERFORM refuse('run_cancelled', format('run %s is cancelled', run.reference))
       FROM added JOIN payment_run AS run ON run.id = added.run_id
       JOIN run_act AS other ON other.run_id = added.run_id
        AND (added.act, other.act) IN (('signed', 'cancelled'), ('accounted', 'cancelled'), ('closed', 'cancelled'));
    RETURN NULL;
END $$;

CREATE FUNCTION check_openings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('opening_second_person', 'an opening is signed by another person than the one who prepared it')
       FROM added JOIN book_opening AS opening ON opening.id = added.opening_id
      WHERE opening.prepared_by = added.signed_by OR opening.book_id <> added.book_id;
    RETURN NULL;
END $$;

-- A run's identity is free again only when the attempt before it was cancelled.
CREATE FUNCTION check_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('run_identity_taken', format('run %s repeats one that is not cancelled', added.reference))
       FROM added
      WHERE added.attempt > 1 AND NOT EXISTS (
                SELECT 1 FROM payment_run AS before
                  JOIN run_act ON run_act.run_id = before.id AND run_act.act = 'cancelled'
                 WHERE before.public_body_id = added.public_body_id AND before.kind = added.kind
                   AND before.period = added.period AND before.list_number = added.list_number
                   AND before.attempt = added.attempt - 1);
    RETURN NULL;
END $$;

DO $$
DECLARE
    checked record;
    name text;
BEGIN
    FOR checked IN SELECT * FROM (VALUES
        ('batch', 'check_batches'), ('event', 'check_events'), ('entry', 'check_entries'), ('entry_line', 'check_lines'),
        ('book_closing', 'check_closings'), ('payment', 'check_payments'), ('payment_credit', 'check_credits'),
        ('transfer_due', 'check_transfers_due'), ('match_act', 'check_match_acts'), ('mandate_act', 'check_mandate_acts'),
        ('run_act', 'check_run_acts'), ('book_opening_signature', 'check_openings'), ('payment_run', 'check_runs')
    ) AS pairs (table_name, function_name) LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            checked.table_name || '_checked', checked.table_name, checked.function_name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('account_day', 'alembic_version')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            name || '_insert_only', name);
    END LOOP;
END $$;
