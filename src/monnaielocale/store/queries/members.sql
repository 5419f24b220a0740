-- wallets_to_pay: Wallets of members by number, with their position and the day on which the member left, if they did.
SELECT %(book)s AS book, (SELECT party_id FROM book WHERE book.code = %(book)s) AS keeper_id,
       member.number AS member_number, member.id AS member_id,
       (SELECT left_on FROM member_departure AS departure WHERE departure.member_id = member.id) AS left_on,
       account.id AS account_id, COALESCE(last.account_line_number, 0) AS line_number,
       COALESCE(last.balance_after_cents, 0) AS cents
  FROM unnest(%(numbers)s::text[]) AS asked (number)
  JOIN LATERAL (
        SELECT id, number FROM member
         WHERE member.book_id = (SELECT id FROM book WHERE book.code = %(book)s) AND member.number = asked.number LIMIT 1
  ) AS member ON true
  LEFT JOIN LATERAL (
        SELECT id FROM account
         WHERE account.book_id = (SELECT id FROM book WHERE book.code = %(book)s)
           AND account.code = 'wallet:' || asked.number LIMIT 1
  ) AS account ON true
  LEFT JOIN LATERAL (
        SELECT account_line_number, balance_after_cents FROM entry_line
         WHERE entry_line.account_id = account.id ORDER BY account_line_number DESC LIMIT 1
  ) AS last ON true;

-- members_by_number: Members with their party, by book and number, and the day on which they left.
SELECT member.id, book.code AS book, member.number, party.name, party.kind, party.iban, party.identifier, member.joined_on,
       departure.left_on
  FROM unnest(%(books)s::text[], %(numbers)s::text[]) AS asked (book, number)
  JOIN book ON book.code = asked.book
  JOIN member ON member.book_id = book.id AND member.number = asked.number
  JOIN party ON party.id = member.id
  LEFT JOIN member_departure AS departure ON departure.member_id = member.id;

-- members_page: Members of a book by number, after one of them; whose number begins with what is sought, or a word of whose name
-- does. The IBAN is answered to those it concerns and to no one else.
SELECT member.number, party.kind, party.name, party.identifier, member.joined_on, departure.left_on,
       iban_of_party(party.id) AS iban, reason_of_departure(member.id) AS reason
  FROM book
  JOIN member ON member.book_id = book.id
  JOIN party ON party.id = member.id
  LEFT JOIN member_departure AS departure ON departure.member_id = member.id
 WHERE book.code = %(book)s AND member.number > %(after)s
   AND (%(number)s::text IS NULL OR member.number = %(number)s)
   AND (%(number_begins)s::text IS NULL OR starts_with(member.number, %(number_begins)s)
        OR %(word_begins)s <> '' AND strpos(' ' || party.name_key, ' ' || %(word_begins)s) > 0)
 ORDER BY member.number LIMIT %(most)s;
