-- books_begun: Which of these books hold an entry or a signed opening.
SELECT book.code FROM book
 WHERE book.code = ANY (%(books)s)
   AND (EXISTS (SELECT 1 FROM entry WHERE entry.book_id = book.id)
        OR EXISTS (SELECT 1 FROM book_opening_signature AS signature WHERE signature.book_id = book.id));

-- openings_by_id: Openings as they were prepared.
SELECT opening.id, book.code AS book, opening.business_on, opening.balances, opening.prepared_by
  FROM book_opening AS opening JOIN book ON book.id = opening.book_id
 WHERE opening.id = ANY (%(openings)s) AND book.code = ANY (%(books)s);

-- parties_of_books: Whom the accounts of these books may name: members by number, towns by code.
SELECT book.code AS book, member.number AS account_key, party.id, party.iban, true AS is_member
  FROM unnest(%(books)s::text[]) AS asked (code)
  JOIN book ON book.code = asked.code
  JOIN member ON member.book_id = book.id
  JOIN party ON party.id = member.id
 WHERE NOT EXISTS (SELECT 1 FROM member_departure AS departure WHERE departure.member_id = member.id)
UNION ALL
SELECT book.code, party.code, party.id, party.iban, false
  FROM unnest(%(books)s::text[]) AS asked (code)
  JOIN book ON book.code = asked.code
  JOIN convention ON convention.book_id = book.id
  JOIN party ON party.id = convention.public_body_id;
