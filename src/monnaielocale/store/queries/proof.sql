-- last_event: The book with an event, or its last one, the last entry written by then, and the instant of its batch.
SELECT book.id AS book_id, COALESCE(%(event)s::bigint, batch.last_event_number) AS event, batch.recorded_at,
       CASE WHEN %(event)s::bigint IS NULL THEN batch.last_entry_number
            ELSE (SELECT COALESCE(max(entry.number), batch.first_entry_number - 1)
                    FROM entry JOIN event ON event.id = entry.event_id AND event.number <= %(event)s AND event.book_id = book.id
                   WHERE entry.book_id = book.id AND entry.batch_number = batch.number) END AS entry
  FROM book JOIN batch ON batch.book_id = book.id
 WHERE book.code = %(book)s
   AND (%(event)s::bigint IS NULL OR %(event)s BETWEEN batch.first_event_number AND batch.last_event_number)
 ORDER BY batch.number DESC LIMIT 1;

-- euro_balances: Natural balances of euro accounts at a business date, as of an entry: the roll-up less what came later.
SELECT account.code, (account.side * (day.cents - later.cents))::bigint AS cents
  FROM account
  JOIN LATERAL (SELECT COALESCE(sum(amount_cents), 0) AS cents FROM account_day
                 WHERE account_day.account_id = account.id AND business_on <= %(on_day)s) AS day ON true
  JOIN LATERAL (SELECT COALESCE(sum(line.amount_cents), 0) AS cents
                  FROM entry JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
                 WHERE entry.book_id = account.book_id AND entry.number > %(entry)s
                   AND line.account_id = account.id AND line.business_on <= %(on_day)s) AS later ON true
 WHERE account.book_id = %(book_id)s AND account.currency = 'EUR' AND day.cents - later.cents <> 0
 ORDER BY account.code;

-- stated_balances: What the statements known at an event say of each bank account at a date: the last closing balance by then,
-- moved by the lines booked after it, and by those that the bank told late.
SELECT bank.iban, bank.purpose, bank.form, last.closing_on, last.closing_cents, last.held, last.file_name,
       COALESCE((SELECT sum(line.amount_cents) FROM bank_line AS line
                   JOIN bank_statement AS its ON its.id = line.statement_id
                   JOIN event ON event.id = line.event_id AND event.number <= %(event)s
                  WHERE line.bank_account_id = bank.id AND line.booked_on <= %(on_day)s
                    AND (line.booked_on > last.closing_on
                         OR (NOT last.held AND its.closing_on > last.closing_on AND event.number > last.event))), 0)::bigint
           AS moved_cents,
       (SELECT max(its.closing_on) FROM bank_statement AS its
          JOIN statement_file AS file ON file.id = its.file_id JOIN event ON event.id = file.event_id
         WHERE its.bank_account_id = bank.id AND NOT its.held AND event.number <= %(event)s) AS known_until
  FROM bank_account AS bank
  LEFT JOIN LATERAL (
        SELECT its.closing_on, its.closing_cents, its.held, document.name AS file_name, event.number AS event
          FROM bank_statement AS its
          JOIN statement_file AS file ON file.id = its.file_id
          JOIN document ON document.sha256 = file.document_sha256
          JOIN event ON event.id = file.event_id AND event.number <= %(event)s
         WHERE its.bank_account_id = bank.id AND its.closing_on <= %(on_day)s
         ORDER BY its.closing_on DESC, its.held, its.new_lines > 0 DESC, event.number DESC LIMIT 1
  ) AS last ON true
 WHERE bank.book_id = %(book_id)s AND bank.recorded_at <= %(recorded_at)s
 ORDER BY bank.iban;

-- own_transfers: Lines explained as moves between own accounts, as of an event and a date; the line paired with each, if any.
SELECT line.id, bank.form, bank.iban, line.booked_on, line.label, line.amount_cents AS line_cents, part.amount_cents,
       part.other_line_id
  FROM match_part AS part
  JOIN match ON match.id = part.match_id AND match.book_id = %(book_id)s
  JOIN match_act AS confirmed ON confirmed.match_id = match.id AND confirmed.act = 'confirmed'
  JOIN event AS confirming ON confirming.id = confirmed.event_id AND confirming.number <= %(event)s
   AND confirming.business_on <= %(on_day)s
  JOIN bank_line AS line ON line.id = match.line_id
  JOIN bank_account AS bank ON bank.id = line.bank_account_id
 WHERE part.kind = 'own_transfer'
   AND NOT EXISTS (SELECT 1 FROM match_act AS undone JOIN event ON event.id = undone.event_id
                    WHERE undone.match_id = match.id AND undone.act = 'undone' AND event.number <= %(event)s
                      AND event.business_on <= %(on_day)s)
 ORDER BY line.booked_on, line.id;

-- cash_sales: Notes sold for cash and given to desks for their floats, the youngest first, as of an event, an entry and a date;
-- each with its slip, which for a desk is its book and the number of the event there.
SELECT movement.amount_cents, movement.slip, event.business_on, entry.number
  FROM notes_movement AS movement
  JOIN event ON event.id = movement.event_id AND event.number <= %(event)s AND event.business_on <= %(on_day)s
  JOIN entry ON entry.event_id = event.id AND entry.book_id = movement.book_id
 WHERE movement.book_id = %(book_id)s AND movement.kind = 'sold'
   AND NOT EXISTS (SELECT 1 FROM event AS back WHERE back.reverses_event_id = event.id AND back.number <= %(event)s
                      AND back.business_on <= %(on_day)s)
UNION ALL
SELECT line.amount_cents, format('%%s/%%s', desk.code, event.number), event.business_on, entry.number
  FROM desk AS its
  JOIN book AS desk ON desk.id = its.book_id
  JOIN event ON event.book_id = desk.id AND event.kind = 'float_exchanged' AND event.business_on <= %(on_day)s
  JOIN entry ON entry.event_id = event.id AND entry.book_id = %(book_id)s AND entry.number <= %(entry)s
  JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
  JOIN account ON account.id = line.account_id AND account.code = 'cash_in_hand.notes'
 WHERE its.issuer_book_id = %(book_id)s
 ORDER BY 4 DESC;

-- causes_of_difference: The documents behind euros that back nothing: lines nobody explained, charges, losses, debtors.
SELECT 'paid_unattributed' AS kind, bank.form, (-line.amount_cents - COALESCE(explained.cents, 0))::bigint AS amount_cents,
       line.label AS document, line.booked_on AS since
  FROM bank_line AS line
  JOIN bank_account AS bank ON bank.id = line.bank_account_id AND bank.book_id = %(book_id)s
  JOIN event ON event.id = line.event_id AND event.number <= %(event)s AND event.business_on <= %(on_day)s
  LEFT JOIN LATERAL (
        SELECT sum(part.amount_cents) AS cents
          FROM match JOIN match_part AS part ON part.match_id = match.id
          JOIN match_act AS confirmed ON confirmed.match_id = match.id AND confirmed.act = 'confirmed'
          JOIN event AS confirming ON confirming.id = confirmed.event_id AND confirming.number <= %(event)s
           AND confirming.business_on <= %(on_day)s
         WHERE match.line_id = line.id
           AND NOT EXISTS (SELECT 1 FROM match_act AS undone JOIN event AS undoing ON undoing.id = undone.event_id
                            WHERE undone.match_id = match.id AND undone.act = 'undone' AND undoing.number <= %(event)s
                              AND undoing.business_on <= %(on_day)s)
  ) AS explained ON true
 WHERE line.amount_cents < 0 AND -line.amount_cents > COALESCE(explained.cents, 0)
UNION ALL
SELECT 'operating', substring(account.role FROM '[a-z]+$'), line.amount_cents, COALESCE(explained.label, entry.label),
       line.business_on
  FROM account
  JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents > 0 AND line.business_on <= %(on_day)s
  JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number AND entry.number <= %(entry)s
  JOIN event AS its ON its.id = entry.event_id
  LEFT JOIN bank_line AS explained
    ON explained.id = CASE WHEN its.kind = 'match_confirmed' THEN (its.details ->> 'line')::uuid END
 WHERE account.book_id = %(book_id)s AND account.role LIKE 'operating.%%'
   AND NOT EXISTS (SELECT 1 FROM event WHERE event.reverses_event_id = entry.event_id AND event.number <= %(event)s
                      AND event.business_on <= %(on_day)s)
UNION ALL
SELECT 'owed_by', substring(account.role FROM '[a-z]+$'), line.amount_cents, account.code, line.business_on
  FROM account
  JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents > 0 AND line.business_on <= %(on_day)s
   AND line.entry_number <= %(entry)s
 WHERE account.book_id = %(book_id)s AND account.role LIKE 'owed_by.%%'
 ORDER BY since, kind, document, amount_cents;

-- batch_of_event: The batch of a book that seals one of its events.
SELECT book.id AS book_id, batch.number, batch.recorded_at, batch.first_entry_number, batch.first_event_number,
       batch.last_event_number, batch.last_entry_number, batch.root, batch.previous_hash, batch.hash, event.number AS event_number
  FROM book
  JOIN event ON event.book_id = book.id AND event.id = %(event)s
  JOIN batch ON batch.book_id = book.id AND batch.number = event.batch_number
 WHERE book.code = %(book)s;
