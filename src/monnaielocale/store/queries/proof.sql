-- last_event: The book with the last event and entry of the batch that holds an event, or of the last batch.
SELECT book.id AS book_id, batch.last_event_number AS event, batch.last_entry_number AS entry, batch.recorded_at
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
-- moved by the lines that later statements book by then.
SELECT bank.iban, bank.purpose, bank.form, last.closing_on, last.closing_cents, last.held, last.file_name,
       first.opening_cents AS first_opening_cents, first.covers_from AS first_covers_from,
       COALESCE((SELECT sum(line.amount_cents) FROM bank_line AS line
                   JOIN bank_statement AS its ON its.id = line.statement_id
                   JOIN event ON event.id = line.event_id AND event.number <= %(event)s
                  WHERE line.bank_account_id = bank.id AND line.booked_on <= %(on_day)s
                    AND (last.closing_on IS NULL OR its.closing_on > last.closing_on)), 0)::bigint AS moved_cents,
       (SELECT max(its.closing_on) FROM bank_statement AS its
          JOIN statement_file AS file ON file.id = its.file_id JOIN event ON event.id = file.event_id
         WHERE its.bank_account_id = bank.id AND NOT its.held AND event.number <= %(event)s) AS known_until
  FROM bank_account AS bank
  LEFT JOIN LATERAL (
        SELECT its.closing_on, its.closing_cents, its.held, document.name AS file_name
          FROM bank_statement AS its
          JOIN statement_file AS file ON file.id = its.file_id
          JOIN document ON document.sha256 = file.document_sha256
          JOIN event ON event.id = file.event_id AND event.number <= %(event)s
         WHERE its.bank_account_id = bank.id AND its.closing_on <= %(on_day)s
         ORDER BY its.closing_on DESC, its.held, its.new_lines > 0 DESC, event.number DESC LIMIT 1
  ) AS last ON true
  LEFT JOIN LATERAL (
        SELECT its.opening_cents, its.covers_from
          FROM bank_statement AS its JOIN statement_file AS file ON file.id = its.file_id
          JOIN event ON event.id = file.event_id AND event.number <= %(event)s
         WHERE its.bank_account_id = bank.id AND NOT its.held ORDER BY its.covers_from, event.number LIMIT 1
  ) AS first ON true
 WHERE bank.book_id = %(book_id)s
 ORDER BY bank.iban;

-- departures: Lines that left for an own account and have not been seen to arrive, as of an event and a date.
SELECT bank.form, bank.iban, line.booked_on, line.label, part.amount_cents
  FROM match_part AS part
  JOIN match ON match.id = part.match_id AND match.book_id = %(book_id)s
  JOIN match_act AS confirmed ON confirmed.match_id = match.id AND confirmed.act = 'confirmed'
  JOIN event AS confirming ON confirming.id = confirmed.event_id AND confirming.number <= %(event)s
  JOIN bank_line AS line ON line.id = match.line_id AND line.amount_cents < 0 AND line.booked_on <= %(on_day)s
  JOIN bank_account AS bank ON bank.id = line.bank_account_id
 WHERE part.kind = 'own_transfer'
   AND NOT EXISTS (SELECT 1 FROM match_act AS undone JOIN event ON event.id = undone.event_id
                    WHERE undone.match_id = match.id AND undone.act = 'undone' AND event.number <= %(event)s)
   AND NOT EXISTS (
        SELECT 1 FROM match_part AS arrived
          JOIN match AS its ON its.id = arrived.match_id
          JOIN match_act AS seen ON seen.match_id = its.id AND seen.act = 'confirmed'
          JOIN event AS seeing ON seeing.id = seen.event_id AND seeing.number <= %(event)s
          JOIN bank_line AS there ON there.id = its.line_id AND there.booked_on <= %(on_day)s
         WHERE arrived.kind = 'own_transfer' AND (arrived.other_line_id = line.id OR part.other_line_id = there.id)
           AND there.amount_cents > 0
           AND NOT EXISTS (SELECT 1 FROM match_act AS gone JOIN event ON event.id = gone.event_id
                            WHERE gone.match_id = its.id AND gone.act = 'undone' AND event.number <= %(event)s))
 ORDER BY line.booked_on, line.id;

-- cash_sales: Notes sold for cash, the youngest first, each with its slip, as of an event and a date.
SELECT movement.amount_cents, movement.slip, event.business_on
  FROM notes_movement AS movement
  JOIN event ON event.id = movement.event_id AND event.number <= %(event)s AND event.business_on <= %(on_day)s
 WHERE movement.book_id = %(book_id)s AND movement.kind = 'sold'
   AND NOT EXISTS (SELECT 1 FROM event AS back WHERE back.reverses_event_id = event.id AND back.number <= %(event)s)
 ORDER BY event.number DESC;

-- causes_of_difference: The documents behind euros that back nothing: lines nobody explained, charges, losses, debtors.
SELECT 'paid_unattributed' AS kind, bank.form, -line.amount_cents AS amount_cents, line.label AS document, line.booked_on AS since
  FROM bank_line AS line
  JOIN bank_account AS bank ON bank.id = line.bank_account_id AND bank.book_id = %(book_id)s
  JOIN event ON event.id = line.event_id AND event.number <= %(event)s
 WHERE line.amount_cents < 0 AND line.booked_on <= %(on_day)s
   AND NOT EXISTS (
        SELECT 1 FROM match JOIN match_act AS confirmed ON confirmed.match_id = match.id AND confirmed.act = 'confirmed'
          JOIN event AS confirming ON confirming.id = confirmed.event_id AND confirming.number <= %(event)s
         WHERE match.line_id = line.id
           AND NOT EXISTS (SELECT 1 FROM match_act AS undone JOIN event AS undoing ON undoing.id = undone.event_id
                            WHERE undone.match_id = match.id AND undone.act = 'undone' AND undoing.number <= %(event)s))
UNION ALL
SELECT 'operating', substring(account.role FROM '[a-z]+$'), line.amount_cents, entry.label, line.business_on
  FROM account
  JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents > 0 AND line.business_on <= %(on_day)s
  JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number AND entry.number <= %(entry)s
 WHERE account.book_id = %(book_id)s AND account.role LIKE 'operating.%%'
   AND NOT EXISTS (SELECT 1 FROM event WHERE event.reverses_event_id = entry.event_id AND event.number <= %(event)s)
UNION ALL
SELECT 'owed_by', substring(account.role FROM '[a-z]+$'), line.amount_cents, account.code, line.business_on
  FROM account
  JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents > 0 AND line.business_on <= %(on_day)s
   AND line.entry_number <= %(entry)s
 WHERE account.book_id = %(book_id)s AND account.role LIKE 'owed_by.%%'
 ORDER BY since, kind, document, amount_cents;
