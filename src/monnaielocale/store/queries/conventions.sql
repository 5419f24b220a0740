-- add_parties: Parties that are not there yet; those that are stay as they are.
INSERT INTO party (id, code, kind, name, name_key, identifier, iban, recorded_at)
SELECT id, code, kind, name, name_key, identifier, '', clock_timestamp()
  FROM unnest(%(ids)s::uuid[], %(codes)s::text[], %(kinds)s::text[], %(names)s::text[], %(name_keys)s::text[],
              %(identifiers)s::text[]) AS new (id, code, kind, name, name_key, identifier)
ON CONFLICT (code) DO NOTHING;

-- add_book: The book of an association, unless it is there.
INSERT INTO book (code, party_id, kind, unit_currency, opened_at)
SELECT %(book)s, party.id, 'issuer', %(unit_currency)s, clock_timestamp() FROM party WHERE party.code = %(issuer)s
ON CONFLICT (code) DO NOTHING;

-- parties_by_code: Parties by their codes.
SELECT id, code, kind, name FROM party WHERE code = ANY (%(codes)s);

-- books_by_code: Books with the party whose accounts they hold.
SELECT book.id, book.code, book.kind, book.unit_currency, party.id AS party_id, party.code AS party_code, party.kind AS party_kind
  FROM book JOIN party ON party.id = book.party_id WHERE book.code = ANY (%(books)s);

-- convention_versions: Every version of every convention kept in the books, with the days on which it stopped.
SELECT convention.id AS convention_id, convention.code, book.code AS book, convention.public_body_id,
       public_body.code AS public_body, version.id AS version_id, version.in_force_on, version.content,
       stopped.suspended_on, stopped.ended_on
  FROM book
  JOIN convention ON convention.book_id = book.id
  JOIN party AS public_body ON public_body.id = convention.public_body_id
  JOIN convention_version AS version ON version.convention_id = convention.id
  LEFT JOIN LATERAL (
        SELECT min(stop.suspended_on) AS suspended_on, min(stop.ended_on) AS ended_on
          FROM convention_version_end AS stop WHERE stop.version_id = version.id
  ) AS stopped ON true
 WHERE book.code = ANY (%(books)s)
 ORDER BY book.id, convention.code, version.in_force_on;

-- bank_accounts_by_iban: Bank accounts known in any book.
SELECT bank_account.id, bank_account.iban, bank_account.purpose, bank_account.form, book.code AS book
  FROM bank_account JOIN book ON book.id = bank_account.book_id WHERE bank_account.iban = ANY (%(ibans)s);

-- bank_accounts_of_books: The bank accounts of the books.
SELECT bank_account.id, bank_account.iban, bank_account.purpose, bank_account.form, book.code AS book
  FROM bank_account JOIN book ON book.id = bank_account.book_id WHERE book.code = ANY (%(books)s) ORDER BY bank_account.iban;

-- may_cause_in_book: Refuses, as for the event itself, a person who may not cause an event of this kind in a book.
SELECT check_rights(ARRAY[%(person_id)s::uuid], ARRAY[%(kind)s::text], id) FROM book WHERE code = %(book)s;
