-- book_to_export: A book with the name of the party that keeps it.
SELECT book.id, book.code, party.name, book.unit_currency
  FROM book JOIN party ON party.id = book.party_id WHERE book.code = %(book)s;

-- entries_to_export: Every line of a book with its entry, in the order in which they were written.
SELECT entry.number, entry.business_on, entry.label, event.kind, account.code, line.amount_cents
  FROM entry
  JOIN event ON event.id = entry.event_id
  JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
  JOIN account ON account.id = line.account_id
 WHERE entry.book_id = %(book_id)s
 ORDER BY entry.number, account.code;

-- balances_to_export: What each account of a book holds after its last line, debit positive.
SELECT account.code, account.side * balance.cents AS cents
  FROM account JOIN account_balance AS balance ON balance.account_id = account.id
 WHERE account.book_id = %(book_id)s
 ORDER BY account.code;

-- runs_to_list: The references of a book's runs, the latest first.
SELECT run.reference
  FROM payment_run AS run
  JOIN book ON book.id = run.book_id
  JOIN run_act AS checked ON checked.run_id = run.id AND checked.act = 'checked'
 WHERE book.code = %(book)s
 ORDER BY checked.acted_on DESC, run.id DESC;
