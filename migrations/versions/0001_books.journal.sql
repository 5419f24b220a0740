-- The journal has one door. The application may not insert into its tables: it locks the heads of books, reads, decides, and
-- calls `record_batch`, which checks a batch whole and writes it. Both functions run as the owner of the tables.

-- Takes the head lock of the books and answers what the next batch continues. Under READ COMMITTED each statement of it sees
-- what was committed before the lock was granted.
CREATE FUNCTION lock_books(codes text[])
RETURNS TABLE (
    id integer, code text, unit_currency text, batch_number bigint, root bytea,
    entry_number bigint, event_number bigint, recorded_at timestamptz, closed_until date
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM book WHERE book.code = ANY (codes) ORDER BY book.id FOR UPDATE;
    RETURN QUERY
        SELECT book.id, book.code, book.unit_currency, COALESCE(last.number, 0),
               COALESCE(last.root, decode(repeat('00', 32), 'hex')),
               COALESCE(last.last_entry_number, 0), COALESCE(last.last_event_number, 0),
               GREATEST(clock_timestamp(), last.recorded_at),
               (SELECT max(closing.closed_until) FROM book_closing AS closing WHERE closing.book_id = book.id)
          FROM book
          LEFT JOIN LATERAL (
                SELECT * FROM batch WHERE batch.book_id = book.id ORDER BY batch.number DESC LIMIT 1
          ) AS last ON true
         WHERE book.code = ANY (codes);
END $$;

-- Writes a batch that continues the one before it, with the keys of its effects, and links it. It says which one that is by its
-- number and its root, which a writer knows before that one is written: it may send the next batch behind one that is on its way,
-- and both are refused when the first is. No other batch has the same root, since the identifiers of its events are in it.
--
-- Each array is a column. What follows from a row's place is not passed: numbers of events and entries. A line says by a place to
-- which entry it belongs. Without a moment the batch is dated here, under the lock: for a writer who knows the head from before.
--
-- Columns are unnested side by side in a SELECT list, which hands each row on; in FROM each of them would be stored first, and a
-- small batch would spend more time on that than on its rows.
CREATE FUNCTION record_batch(
    into_book integer, batch_number bigint, dated timestamptz, first_event bigint, first_entry bigint,
    sealed_root bytea, continued_root bytea,
    event_ids uuid[], event_kinds text[], event_days date[], event_persons uuid[], event_reverses uuid[], event_reasons text[],
    event_details jsonb[],
    entry_events uuid[], entry_days date[], entry_counts integer[], entry_labels text[],
    line_accounts bigint[], line_numbers bigint[], line_places integer[], line_cents bigint[], line_balances bigint[],
    key_persons uuid[], key_actions text[], key_texts text[], key_hashes bytea[], key_answers jsonb[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    into_code text;
    into_kind text;
    last record;
    moment timestamptz;
    sealed_after bytea;
BEGIN
    SELECT book.code, book.kind INTO into_code, into_kind FROM book WHERE book.id = into_book FOR UPDATE;
    -- A statement of its own sees what was committed before the lock was granted.
    SELECT batch.*, (SELECT max(closing.closed_until) FROM book_closing AS closing WHERE closing.book_id = into_book) AS closed_until
      INTO last
      FROM (SELECT) AS always
      LEFT JOIN LATERAL (SELECT * FROM batch WHERE book_id = into_book ORDER BY number DESC LIMIT 1) AS batch ON true;
    IF (batch_number, first_event, first_entry, continued_root) IS DISTINCT FROM (
            COALESCE(last.number, 0) + 1, COALESCE(last.last_event_number, 0) + 1, COALESCE(last.last_entry_number, 0) + 1,
            COALESCE(last.root, decode(repeat('00', 32), 'hex'))) OR dated < last.recorded_at THEN
        PERFORM refuse('batch_chain', format('batch %s of book %s does not continue the chain', batch_number, into_book));
    END IF;
    moment := COALESCE(dated, GREATEST(clock_timestamp(), last.recorded_at));
    sealed_after := COALESCE(last.hash, decode(repeat('00', 32), 'hex'));
    INSERT INTO batch (book_id, number, recorded_at, first_entry_number, last_entry_number, first_event_number,
                       last_event_number, root, previous_hash, hash)
    VALUES (into_book, batch_number, moment, first_entry, first_entry - 1 + cardinality(entry_events),
            first_event, first_event - 1 + cardinality(event_ids), sealed_root, sealed_after,
            sha256(sealed_after || convert_to(format(
                '[%s,%s,"%s+00:00",%s,%s]', to_json(into_code), batch_number,
                to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), first_event, first_entry), 'UTF8') || sealed_root));
    INSERT INTO event (book_id, batch_number, recorded_at, number, id, kind, business_on, acted_by, reverses_event_id, reason,
                       details)
    SELECT into_book, batch_number, moment, first_event - 1 + place, id, kind, business_on, acted_by, reverses, reason, details
      FROM (SELECT generate_series(1, cardinality(event_ids)) AS place, unnest(event_ids) AS id, unnest(event_kinds) AS kind,
                   unnest(event_days) AS business_on, unnest(event_persons) AS acted_by, unnest(event_reverses) AS reverses,
                   unnest(event_reasons) AS reason, unnest(event_details) AS details) AS added;
    IF array_remove(event_reverses, NULL) <> '{}' THEN
        PERFORM check_reversals(into_book, event_ids, event_reverses);
    END IF;
    IF last.closed_until >= ANY (entry_days) THEN
        PERFORM refuse('entry_period', format('book %s is closed until %s', into_book, last.closed_until));
    END IF;
    INSERT INTO entry (book_id, batch_number, number, event_id, business_on, line_count, label)
    SELECT into_book, batch_number, first_entry - 1 + place, event_id, business_on, lines, label
      FROM (SELECT generate_series(1, cardinality(entry_events)) AS place, unnest(entry_events) AS event_id,
                   unnest(entry_days) AS business_on, unnest(entry_counts) AS lines, unnest(entry_labels) AS label) AS added;
    INSERT INTO entry_line (book_id, recorded_at, account_id, account_line_number, entry_number, amount_cents,
                            balance_after_cents, business_on)
    SELECT into_book, moment, account_id, number, first_entry - 1 + place, cents, balance, entry_days[place]
      FROM (SELECT unnest(line_accounts) AS account_id, unnest(line_numbers) AS number, unnest(line_places) AS place,
                   unnest(line_cents) AS cents, unnest(line_balances) AS balance) AS added;
    INSERT INTO account_day AS day (account_id, business_on, amount_cents, line_count)
    SELECT account_id, entry_days[place], sum(cents), count(*)
      FROM (SELECT unnest(line_accounts) AS account_id, unnest(line_places) AS place, unnest(line_cents) AS cents) AS added
     GROUP BY 1, 2
        ON CONFLICT (account_id, business_on) DO UPDATE
           SET amount_cents = day.amount_cents + EXCLUDED.amount_cents, line_count = day.line_count + EXCLUDED.line_count;
    INSERT INTO idempotency_key (person_id, action, key, request_hash, answer, recorded_at)
    SELECT person_id, action, key, request_hash, answer, moment
      FROM (SELECT unnest(key_persons) AS person_id, unnest(key_actions) AS action, unnest(key_texts) AS key,
                   unnest(key_hashes) AS request_hash, unnest(key_answers) AS answer) AS added;
    PERFORM check_acts(into_book, batch_number, event_persons, event_kinds);
    IF into_kind = 'desk' THEN
        PERFORM check_named(into_book, event_persons, event_kinds, event_days);
    END IF;
    -- The usual batch has one entry for each of its events, in their order.
    IF entry_events <> event_ids THEN
        PERFORM check_entry_events(into_book, batch_number, moment, event_ids, entry_events);
    END IF;
    PERFORM check_lines(into_book, first_entry, entry_events, entry_days, entry_counts,
                        line_accounts, line_numbers, line_places, line_cents, line_balances);
END $$;

-- Each entry belongs to an event of its moment, in this book or in another that is written in the same transaction: whoever caused
-- that one acts in this book as well.
CREATE FUNCTION check_entry_events(
    into_book integer, batch_number bigint, moment timestamptz, event_ids uuid[], entry_events uuid[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('entry_event', format('an entry of book %s has no event of its moment', into_book))
       FROM unnest(entry_events) AS added (event_id)
       LEFT JOIN LATERAL (SELECT recorded_at FROM event WHERE event.id = added.event_id LIMIT 1) AS event ON true
      WHERE event.recorded_at IS DISTINCT FROM moment;
    PERFORM check_acts(into_book, batch_number, array_agg(event.acted_by), array_agg(event.kind))
       FROM (SELECT unnest(entry_events) AS id EXCEPT SELECT unnest(event_ids)) AS elsewhere
       JOIN LATERAL (SELECT acted_by, kind FROM event WHERE event.id = elsewhere.id LIMIT 1) AS event ON true
     HAVING count(*) > 0;
    PERFORM check_movers_elsewhere(into_book, batch_number);
END $$;

-- Whose units the events of other books move in this one: said where there are such books, which takes the place of this.
CREATE FUNCTION check_movers_elsewhere(into_book integer, into_batch bigint) RETURNS void LANGUAGE sql AS '';

-- Who is named for a desk: said where there are desks, which takes the place of this.
CREATE FUNCTION check_named(into_book integer, event_persons uuid[], event_kinds text[], event_days date[]) RETURNS void
LANGUAGE sql AS '';

-- Somebody did each event of a batch. Which persons may do what is said by the next migration, which replaces this.
CREATE FUNCTION check_acts(into_book integer, batch_number bigint, event_persons uuid[], event_kinds text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('event_person', format('an event of book %s was done by nobody', into_book))
       FROM unnest(event_persons) AS given (id)
      WHERE NOT EXISTS (SELECT FROM person WHERE person.id = given.id);
END $$;

-- An event reverses only what came before it in its book and is no reversal itself.
CREATE FUNCTION check_reversals(into_book integer, event_ids uuid[], event_reverses uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('event_reversal', format('event %s reverses %s', event.number, added.reverses))
       FROM unnest(event_ids, event_reverses) AS added (id, reverses)
       JOIN event ON event.id = added.id
       LEFT JOIN event AS earlier ON earlier.id = added.reverses
      WHERE added.reverses IS NOT NULL
        AND (earlier.book_id, earlier.number < event.number, earlier.reverses_event_id IS NULL)
            IS DISTINCT FROM (into_book, true, true);
END $$;

-- Each line continues the running balance of its account and leaves nothing below zero that may not be; a bank account moves with
-- a statement line or the opening only. Each entry has the lines that it states, which sum to zero in each currency and, for notes,
-- in each denomination. What holders have changes with the debt towards them, for notes and for digital units apart.
--
-- The lines are in their table already, and each look-up reads one row by its key. The plan is kept for as long as a connection
-- lives, and one made while a table was small could read all of it once it is large: hence LATERAL with a LIMIT, conditions that
-- fit one index only, and the writer's sessions that scan no table in sequence.
CREATE FUNCTION check_lines(
    into_book integer, first_entry bigint, entry_events uuid[], entry_days date[], entry_counts integer[],
    line_accounts bigint[], line_numbers bigint[], line_places integer[], line_cents bigint[], line_balances bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entries bigint;
    with_notes boolean;
    with_bank boolean;
    wrong text[];
BEGIN
    -- The usual batch is looked at once: one query says what is wrong, if anything is, and whether more is to be looked at.
    SELECT count(*), bool_or(in_notes), bool_or(at_bank),
           min(ARRAY[rule, format('entry %s has %s lines of %s, sums %s and %s, held and not owed %s in notes and %s digital',
                                  first_entry - 1 + place, lines, stated, euros, total - euros, notes, digital)])
               FILTER (WHERE rule IS NOT NULL)
      INTO entries, with_notes, with_bank, wrong
      FROM (
        SELECT *, COALESCE(fault, CASE WHEN stated IS DISTINCT FROM lines THEN 'entry_whole'
                                       WHEN euros <> 0 OR total <> 0 THEN 'entry_balance'
                                       WHEN notes <> 0 OR digital <> 0 THEN 'entry_circulation' END) AS rule
          FROM (
            SELECT place, entry_counts[place] AS stated, count(*) AS lines, sum(cents) AS total,
                   COALESCE(sum(cents) FILTER (WHERE currency = 'EUR'), 0) AS euros,
                   COALESCE(sum(cents) FILTER (WHERE role IN ('circulation.notes', 'notes.public', 'notes.drawer',
                                                              'notes.envelope', 'notes.transit_in')), 0) AS notes,
                   COALESCE(sum(cents) FILTER (WHERE role IN ('circulation.digital', 'wallet', 'wallets_elsewhere',
                                                              'wallets_elsewhere.pending')), 0) AS digital,
                   bool_or(denomination_cents IS NOT NULL) AS in_notes, bool_or(role = 'bank') AS at_bank,
                   min(CASE WHEN book_id IS DISTINCT FROM into_book THEN 'line_account'
                            WHEN cents % denomination_cents <> 0 THEN 'line_denomination'
                            WHEN added.balance - cents <> COALESCE(before.balance, 0)
                              OR (number <> 1 AND before.balance IS NULL) THEN 'line_position'
                            WHEN floored AND added.balance * side < 0 AND cents * side < 0 THEN 'balance_below_zero' END) AS fault
              FROM (SELECT unnest(line_accounts) AS account_id, unnest(line_numbers) AS number, unnest(line_places) AS place,
                           unnest(line_cents) AS cents, unnest(line_balances) AS balance) AS added
              LEFT JOIN LATERAL (
                    SELECT book_id, side, role, currency, floored, denomination_cents FROM account
                     WHERE account.id = added.account_id LIMIT 1
              ) AS account ON true
              LEFT JOIN LATERAL (
                    SELECT balance_after_cents AS balance FROM entry_line AS written
                     WHERE written.account_id = added.account_id AND written.account_line_number = added.number - 1 LIMIT 1
              ) AS before ON true
             GROUP BY place
          ) AS summed
      ) AS entry;
    IF with_bank THEN
        PERFORM refuse('bank_line_only', format('entry %s moves %s without a statement line', first_entry - 1 + place, code))
           FROM (SELECT unnest(line_accounts) AS account_id, unnest(line_places) AS place) AS added
           JOIN LATERAL (SELECT code, role FROM account WHERE account.id = added.account_id LIMIT 1) AS account ON role = 'bank'
           JOIN LATERAL (SELECT kind FROM event WHERE event.id = entry_events[place] LIMIT 1) AS event
             ON kind NOT IN ('bank_line', 'opening');
    END IF;
    IF wrong IS NOT NULL THEN
        PERFORM refuse(wrong[1], wrong[2]);
    END IF;
    -- Each entry has its lines: none is without. Arrays that begin elsewhere than at 1 would say two things by one place.
    IF entries <> cardinality(entry_counts)
       OR 1 <> ANY (ARRAY[array_lower(entry_events, 1), array_lower(entry_days, 1), array_lower(entry_counts, 1)]) THEN
        PERFORM refuse('entry_whole', format('the entries of book %s state other lines than theirs', into_book));
    END IF;
    IF with_notes THEN
        PERFORM refuse('entry_denomination',
                       format('entry %s makes notes of %s: %s', first_entry - 1 + place, denomination_cents, sum(cents)))
           FROM (SELECT unnest(line_accounts) AS account_id, unnest(line_places) AS place, unnest(line_cents) AS cents) AS added
           JOIN account ON account.id = added.account_id
          WHERE denomination_cents IS NOT NULL
          GROUP BY place, denomination_cents HAVING sum(cents) <> 0;
    END IF;
END $$;
