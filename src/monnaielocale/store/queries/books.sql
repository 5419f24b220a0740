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

-- record_batch: Check a batch with its events, entries and lines, and write it.
SELECT record_batch(
    %(book_id)s, %(number)s, %(recorded_at)s, %(first_event)s, %(first_entry)s, %(root)s, %(continues)s,
    %(event_ids)s, %(event_kinds)s, %(event_days)s, %(event_persons)s, %(event_reverses)s, %(event_reasons)s, %(event_details)s,
    %(entry_events)s, %(entry_days)s, %(entry_counts)s, %(entry_labels)s,
    %(line_accounts)s, %(line_numbers)s, %(line_places)s, %(line_cents)s, %(line_balances)s,
    %(key_persons)s, %(key_actions)s, %(key_texts)s, %(key_hashes)s, %(key_answers)s);

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

-- accounts_page: Accounts of a book with what each holds now, after a code in their order.
SELECT account.code, account.role, account.currency, account.denomination_cents,
       (account.side * COALESCE(last.balance_after_cents, 0))::bigint AS balance_cents
  FROM book
  JOIN account ON account.book_id = book.id
  LEFT JOIN LATERAL (
        SELECT balance_after_cents FROM entry_line AS line
         WHERE line.account_id = account.id ORDER BY line.account_line_number DESC LIMIT 1
  ) AS last ON true
 WHERE book.code = %(book)s AND account.code > %(after)s
   AND (%(role)s::text IS NULL OR account.role = %(role)s::text OR account.role LIKE %(role)s::text || '.%%')
   AND (%(only)s::text IS NULL OR account.code = %(only)s::text)
 ORDER BY account.code LIMIT %(limit)s;

-- entry_numbers: Numbers of a book's entries after one of them, of a span of days.
SELECT entry.number
  FROM book JOIN entry ON entry.book_id = book.id
 WHERE book.code = %(book)s AND entry.number > %(after)s
   AND (%(from_on)s::date IS NULL OR entry.business_on >= %(from_on)s::date)
   AND (%(to_on)s::date IS NULL OR entry.business_on <= %(to_on)s::date)
 ORDER BY entry.number LIMIT %(limit)s;

-- entry_numbers_of_account: The same for the entries that moved an account, found by the account's own lines.
SELECT line.entry_number AS number
  FROM entry_line AS line
 WHERE line.account_id = %(account_id)s AND line.entry_number > %(after)s
   AND (%(from_on)s::date IS NULL OR line.business_on >= %(from_on)s::date)
   AND (%(to_on)s::date IS NULL OR line.business_on <= %(to_on)s::date)
 GROUP BY line.entry_number ORDER BY line.entry_number LIMIT %(limit)s;

-- entries_by_number: Entries of a book with the events that wrote them.
SELECT entry.number, event.id AS event_id, event.number AS event_number, event.kind, entry.business_on, event.recorded_at,
       entry.label
  FROM book
  JOIN entry ON entry.book_id = book.id AND entry.number = ANY (%(numbers)s)
  JOIN event ON event.id = entry.event_id
 WHERE book.code = %(book)s
 ORDER BY entry.number;

-- lines_of_entries: The lines of entries, debits first.
SELECT line.entry_number, account.code AS account, account.currency, line.amount_cents
  FROM book
  JOIN entry_line AS line ON line.book_id = book.id AND line.entry_number = ANY (%(numbers)s)
  JOIN account ON account.id = line.account_id
 WHERE book.code = %(book)s
 ORDER BY line.entry_number, line.amount_cents < 0, account.code;
