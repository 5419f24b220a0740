-- books_page: The books that somebody may name, after a code, with the association that keeps each of them.
SELECT book.code, book.unit_currency, party.code AS keeper, party.name AS keeper_name
  FROM book JOIN party ON party.id = book.party_id
 WHERE book.code > %(after)s ORDER BY book.code LIMIT %(most)s;

-- book_seen: One book with the association that keeps it.
SELECT book.code, book.unit_currency, party.code AS keeper, party.name AS keeper_name
  FROM book JOIN party ON party.id = book.party_id WHERE book.code = %(book)s;

-- closed_until_of: The day until which a book is closed, NULL when it never was; no row when there is no such book.
SELECT max(closing.closed_until) AS closed_until
  FROM book LEFT JOIN book_closing AS closing ON closing.book_id = book.id WHERE book.code = %(book)s GROUP BY book.id;

-- openings_page: Openings that were prepared for a book, the first one first, after the number of an event; who signed which.
SELECT opening.id, opening.business_on, preparing.number AS event, preparing.recorded_at AS prepared_at,
       preparer.login AS prepared_by, document.name AS file_name, opening.document_sha256,
       signing.recorded_at AS signed_at, signer.login AS signed_by, opening.balances
  FROM book
  JOIN book_opening AS opening ON opening.book_id = book.id
  JOIN event AS preparing ON preparing.id = opening.event_id
  JOIN document ON document.sha256 = opening.document_sha256
  LEFT JOIN person AS preparer ON preparer.id = opening.prepared_by
  LEFT JOIN book_opening_signature AS signature ON signature.opening_id = opening.id
  LEFT JOIN event AS signing ON signing.id = signature.event_id
  LEFT JOIN person AS signer ON signer.id = signature.signed_by
 WHERE book.code = %(book)s AND preparing.number > %(after)s
   AND (%(opening)s::uuid IS NULL OR opening.id = %(opening)s)
 ORDER BY preparing.number LIMIT %(most)s;
