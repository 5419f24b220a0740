-- transfers_page: Transfers that a book has to make or has made, after one of them, in the order in which they fell due.
SELECT due.id, due.kind, due.form, COALESCE(member.number, party.code) AS party, party.name AS party_name,
       iban_of_transfer(due.id) AS iban, due.amount_cents, still.open_cents, run.reference AS run, payment.row_number,
       due.reason, event.business_on AS due_on, due.event_id,
       COALESCE((event.details ->> 'amount_cents')::bigint, (event.details ->> 'remainder_cents')::bigint) AS given_cents
  FROM book
  JOIN transfer_due AS due ON due.book_id = book.id
 CROSS JOIN LATERAL (SELECT open_of_transfer(due.id) AS open_cents) AS still
  JOIN party ON party.id = due.party_id
  JOIN event ON event.id = due.event_id
  LEFT JOIN member ON member.id = due.party_id AND member.book_id = book.id
  LEFT JOIN payment ON payment.id = due.payment_id
  LEFT JOIN payment_run AS run ON run.id = due.run_id
 WHERE book.code = %(book)s AND (%(after)s::uuid IS NULL OR due.id > %(after)s::uuid)
   AND (%(kind)s::text IS NULL OR due.kind = %(kind)s::text)
   AND (member.id IS NOT NULL OR NOT %(members)s::boolean)
   AND (%(party)s::uuid IS NULL OR due.party_id = %(party)s::uuid)
   AND (%(open)s::boolean IS NULL OR (still.open_cents > 0) = %(open)s::boolean)
 ORDER BY due.id LIMIT %(limit)s;

-- notes_places: Where printed notes are, by place and denomination.
SELECT account.role, account.code, account.denomination_cents, account.cents
  FROM book JOIN account_balance AS account ON account.book_id = book.id AND account.role LIKE 'notes.%%' AND account.cents > 0
 WHERE book.code = %(book)s
 ORDER BY account.role, account.code, account.denomination_cents;
