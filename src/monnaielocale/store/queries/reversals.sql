-- events_to_reverse: Events of the books by their ids, and whether each was reversed.
SELECT event.id, book.code AS book, event.number, event.kind, event.business_on,
       EXISTS (SELECT 1 FROM event AS back WHERE back.reverses_event_id = event.id) AS reversed
  FROM event JOIN book ON book.id = event.book_id
 WHERE event.id = ANY (%(events)s) AND book.code = ANY (%(books)s);

-- lines_written_by: Every line that events wrote, in every book.
SELECT entry.event_id, book.code AS book, entry.business_on, entry.label, account.code AS account, account.currency,
       line.amount_cents
  FROM entry
  JOIN book ON book.id = entry.book_id
  JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
  JOIN account ON account.id = line.account_id
 WHERE entry.event_id = ANY (%(events)s)
 ORDER BY entry.event_id, entry.book_id, entry.number, account.code;

-- transfers_made_for_events: The event that settled a transfer due which one of these events made.
SELECT transfer.event_id, settling.id, settling.number, settling.kind, settling.business_on
  FROM transfer_due AS transfer
  JOIN match_part AS part ON part.transfer_due_id = transfer.id
  JOIN live_match ON live_match.id = part.match_id
  JOIN event AS settling ON settling.id = live_match.confirmed_event_id
 WHERE transfer.event_id = ANY (%(events)s);

-- latest_taker: The last event that took from an account after another one gave to it.
SELECT event.id, event.number, event.kind, event.business_on
  FROM book
  JOIN account ON account.book_id = book.id AND account.code = %(account)s
  JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents * account.side < 0
  JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  JOIN event ON event.id = entry.event_id
 WHERE book.code = %(book)s AND event.number > %(number)s
   AND NOT EXISTS (SELECT 1 FROM event AS back WHERE back.reverses_event_id = event.id) AND event.reverses_event_id IS NULL
 ORDER BY line.account_line_number DESC LIMIT 1;

-- events_to_show: Events of a book after a number, each with who did it and with what reverses it or is reversed by it.
SELECT event.id, event.number, event.kind, event.business_on, event.recorded_at, COALESCE(person.login, '') AS login,
       event.reason, event.details, earlier.number AS reverses, back.number AS reversed_by
  FROM book
  JOIN event ON event.book_id = book.id
  LEFT JOIN person ON person.id = event.acted_by
  LEFT JOIN event AS earlier ON earlier.id = event.reverses_event_id
  LEFT JOIN event AS back ON back.reverses_event_id = event.id
 WHERE book.code = %(book)s AND event.number > %(after)s
 ORDER BY event.number LIMIT %(most)s;

-- number_of_event: The number of an event in its book.
SELECT event.number FROM event JOIN book ON book.id = event.book_id WHERE book.code = %(book)s AND event.id = %(event)s;
