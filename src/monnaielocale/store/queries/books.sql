-- lock_books: Take the head lock of the books and answer what the next batch continues.
SELECT * FROM lock_books(%(codes)s);

-- positions: The last line of each account, by code; an account that has no line yet is at zero. Each is found by its whole key:
-- LATERAL with a LIMIT keeps the planner from reading a book's accounts whole, whatever it believes of their number.
SELECT account.code, account.id, COALESCE(last.account_line_number, 0) AS number, COALESCE(last.balance_after_cents, 0) AS cents
  FROM unnest(%(accounts)s::text[]) AS asked (code)
  JOIN LATERAL (
        SELECT id, code FROM account
         WHERE account.book_id = (SELECT id FROM book WHERE book.code = %(book)s) AND account.code = asked.code LIMIT 1
  ) AS account ON true
  LEFT JOIN LATERAL (
        SELECT account_line_number, balance_after_cents FROM entry_line
         WHERE entry_line.account_id = account.id ORDER BY account_line_number DESC LIMIT 1
  ) AS last ON true;

-- open_accounts: Create the accounts that are not yet there.
INSERT INTO account (book_id, code, role, currency, side, floored, denomination_cents)
SELECT %(book_id)s, * FROM unnest(%(codes)s::text[], %(roles)s::text[], %(currencies)s::text[], %(sides)s::smallint[],
                                  %(floored)s::boolean[], %(denominations)s::bigint[])
RETURNING code, id;

-- record_batch: Write a batch with its events, entries and lines in one statement, so that each trigger sees the whole.
WITH new_batch AS (
    INSERT INTO batch (book_id, number, recorded_at, first_entry_number, last_entry_number, first_event_number,
                       last_event_number, root, previous_hash, hash)
    VALUES (%(book_id)s, %(number)s, %(recorded_at)s, %(first_entry)s, %(last_entry)s, %(first_event)s, %(last_event)s,
            %(root)s, %(previous_hash)s, %(hash)s)
), new_events AS (
    INSERT INTO event (book_id, batch_number, recorded_at, id, number, kind, business_on, acted_by, reverses_event_id, reason,
                       details)
    SELECT %(book_id)s, %(number)s, %(recorded_at)s, *
      FROM unnest(%(event_ids)s::uuid[], %(event_numbers)s::bigint[], %(event_kinds)s::text[], %(event_days)s::date[],
                  %(event_persons)s::uuid[], %(event_reverses)s::uuid[], %(event_reasons)s::text[], %(event_details)s::jsonb[])
), new_entries AS (
    INSERT INTO entry (book_id, batch_number, number, event_id, business_on, line_count, label)
    SELECT %(book_id)s, %(number)s, *
      FROM unnest(%(entry_numbers)s::bigint[], %(entry_events)s::uuid[], %(entry_days)s::date[], %(entry_counts)s::integer[],
                  %(entry_labels)s::text[])
)
INSERT INTO entry_line (book_id, recorded_at, account_id, account_line_number, entry_number, amount_cents,
                        balance_after_cents, business_on)
SELECT %(book_id)s, %(recorded_at)s, *
  FROM unnest(%(line_accounts)s::bigint[], %(line_numbers)s::bigint[], %(line_entries)s::bigint[], %(line_cents)s::bigint[],
              %(line_balances)s::bigint[], %(line_days)s::date[]);

-- known_keys: What was answered to requests that carried these keys.
SELECT asked.person_id, %(action)s AS action, asked.key, known.request_hash, known.answer
  FROM unnest(%(persons)s::uuid[], %(keys)s::text[]) AS asked (person_id, key)
  JOIN LATERAL (
        SELECT request_hash, answer FROM idempotency_key AS known
         WHERE known.person_id = asked.person_id AND known.action = %(action)s AND known.key = asked.key LIMIT 1
  ) AS known ON true;

-- account_asked: An account of a book by its code.
SELECT account.id, account.side, account.currency
  FROM account JOIN book ON book.id = account.book_id AND book.code = %(book)s WHERE account.code = %(account)s;

-- balance_at_moment: The balance of an account after the last line recorded at or before an instant: one look-up in its index.
SELECT balance_after_cents FROM entry_line
 WHERE account_id = %(account_id)s AND recorded_at <= %(moment)s
 ORDER BY recorded_at DESC, account_line_number DESC LIMIT 1;

-- balance_on_day: The balance of an account at the end of a business day, from the daily roll-up.
SELECT COALESCE(sum(amount_cents), 0)::bigint FROM account_day
 WHERE account_id = %(account_id)s AND business_on <= %(on_day)s;

-- lines_of_account: Lines of an account after an order number, the oldest first: its statement, in the order of recording.
SELECT line.account_line_number AS number, line.business_on, line.recorded_at, line.entry_number, entry.label,
       line.amount_cents, line.balance_after_cents
  FROM entry_line AS line
  JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
 WHERE line.account_id = %(account_id)s AND line.account_line_number > %(after)s
 ORDER BY line.account_line_number LIMIT %(most)s;
