-- requests_by_reference: Payment requests by their references, with what became of them.
SELECT request.reference, book.code AS book, request.session_id, request.amount_cents, request.requested_at, request.expires_at,
       request.draft, done.act, done.acted_at, done.payer, done.transaction_number
  FROM payment_request AS request
  JOIN book ON book.id = request.book_id
  LEFT JOIN payment_request_act AS done ON done.reference = request.reference
 WHERE request.reference = ANY (%(references)s::text[]);

-- wallets_of_members: The members' numbers by their identifiers, with the day on which they left.
SELECT member.id, book.code AS book, member.number, departure.left_on
  FROM member
  JOIN book ON book.id = member.book_id
  LEFT JOIN member_departure AS departure ON departure.member_id = member.id
 WHERE member.id = ANY (%(members)s::uuid[]);

-- transactions_known: Which transaction numbers of another system already paid a request of an association.
SELECT book.code AS book, done.transaction_number
  FROM unnest(%(books)s::text[], %(numbers)s::text[]) AS asked (book, number)
  JOIN book ON book.code = asked.book
  JOIN payment_request_act AS done ON done.issuer_book_id = book.id AND done.transaction_number = asked.number;

-- request_shown: A payment request as whoever reads its reference is shown it.
SELECT * FROM payment_request_shown(%(reference)s);
