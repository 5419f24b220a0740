-- add_desk_book: The book of a desk, in the currency of the association's book that follows its notes, unless it is there.
INSERT INTO book (code, party_id, kind, unit_currency, opened_at)
SELECT %(book)s, %(public_body_id)s, 'desk', followed.unit_currency, clock_timestamp()
  FROM book AS followed WHERE followed.code = %(issuer_book)s
ON CONFLICT (code) DO NOTHING;

-- desks_by_book: Desks by the codes of their books, with the association's book.
SELECT book.code AS book, book.id AS book_id, desk.code, desk.public_body_id, public_body.code AS public_body,
       followed.code AS issuer_book, desk.opened_on, followed.id AS issuer_book_id, followed.party_id AS issuer_id
  FROM book
  JOIN desk ON desk.book_id = book.id
  JOIN book AS followed ON followed.id = desk.issuer_book_id
  JOIN party AS public_body ON public_body.id = desk.public_body_id
 WHERE book.code = ANY (%(books)s);

-- desk_appointments: Everyone who was ever named for the desks, in the order in which they were named.
SELECT book.code AS book, appointment.id, appointment.person_id, appointment.rank, appointment.starts_on, appointment.ends_on
  FROM book JOIN desk_staff AS appointment ON appointment.book_id = book.id
 WHERE book.code = ANY (%(books)s) ORDER BY appointment.id;

-- persons_by_login: Persons by their logins, with the party they act for.
SELECT id, login, party_id FROM person WHERE login = ANY (%(logins)s);

-- desks_seen: The desks that may be seen, by the codes of their books, after one of them.
SELECT book.code AS book, desk.code, desk.opened_on FROM desk JOIN book ON book.id = desk.book_id
 WHERE book.code > %(after)s ORDER BY book.code LIMIT %(most)s;

-- desk_people: Everyone who was ever named for a desk, in the order in which they were named.
SELECT appointment.id AS appointment_id, person.login, person.name, appointment.rank, appointment.starts_on, appointment.ends_on
  FROM book
  JOIN desk_staff AS appointment ON appointment.book_id = book.id
  JOIN person ON person.id = appointment.person_id
 WHERE book.code = %(book)s ORDER BY appointment.id;

-- logins_by_person: The logins of persons.
SELECT id, login FROM person WHERE id = ANY (%(people)s::uuid[]);
