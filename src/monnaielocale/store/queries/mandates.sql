-- mandates_by_number: Mandates by book and number, with the days of what happened to them.
SELECT book.code AS book, mandate.id, mandate.number, public_body.code AS public_body, member.number AS member, mandate.kind,
       mandate.subject, mandate.share_mode, mandate.share_cents, mandate.period_kind, mandate.starts_on, mandate.ends_on,
       acts.drafted_by, acts.signed_on, acts.accepted_on, acts.ended_on, acts.revoked_on
  FROM unnest(%(books)s::text[], %(numbers)s::text[]) AS asked (book, number)
  JOIN book ON book.code = asked.book
  JOIN collection_mandate AS mandate ON mandate.book_id = book.id AND mandate.number = asked.number
  JOIN party AS public_body ON public_body.id = mandate.public_body_id
  JOIN member ON member.id = mandate.member_id
  JOIN LATERAL (
        SELECT max(acted_on) FILTER (WHERE act = 'signed') AS signed_on,
               max(acted_on) FILTER (WHERE act = 'accepted') AS accepted_on,
               max(acted_on) FILTER (WHERE act = 'ended') AS ended_on,
               max(acted_on) FILTER (WHERE act = 'revoked') AS revoked_on,
               (array_agg(acted_by) FILTER (WHERE act = 'drafted'))[1] AS drafted_by
          FROM mandate_act WHERE mandate_act.mandate_id = mandate.id
  ) AS acts ON true;

-- mandates_of_members: Mandates of members, by book and member number, with the days of what happened to them.
SELECT book.code AS book, mandate.id, mandate.number, public_body.code AS public_body, member.number AS member, mandate.kind,
       mandate.subject, mandate.share_mode, mandate.share_cents, mandate.period_kind, mandate.starts_on, mandate.ends_on,
       acts.drafted_by, acts.signed_on, acts.accepted_on, acts.ended_on, acts.revoked_on
  FROM unnest(%(books)s::text[], %(members)s::text[]) AS asked (book, member)
  JOIN book ON book.code = asked.book
  JOIN member ON member.book_id = book.id AND member.number = asked.member
  JOIN collection_mandate AS mandate ON mandate.member_id = member.id
  JOIN party AS public_body ON public_body.id = mandate.public_body_id
  JOIN LATERAL (
        SELECT max(acted_on) FILTER (WHERE act = 'signed') AS signed_on,
               max(acted_on) FILTER (WHERE act = 'accepted') AS accepted_on,
               max(acted_on) FILTER (WHERE act = 'ended') AS ended_on,
               max(acted_on) FILTER (WHERE act = 'revoked') AS revoked_on,
               (array_agg(acted_by) FILTER (WHERE act = 'drafted'))[1] AS drafted_by
          FROM mandate_act WHERE mandate_act.mandate_id = mandate.id
  ) AS acts ON true
 ORDER BY mandate.starts_on, mandate.number;

-- last_mandate_numbers: The highest number that the program gave in each book.
SELECT book.code AS book, max(substring(mandate.number FROM '^M-(\d{1,15})$')::bigint) AS last
  FROM book JOIN collection_mandate AS mandate ON mandate.book_id = book.id
 WHERE book.code = ANY (%(books)s) GROUP BY book.code;

-- mandate_history: Everything that happened to one mandate, in the order in which it was recorded. Who acted is not shown to all.
SELECT mandate_act.act, mandate_act.acted_on, mandate_act.reason, COALESCE(person.login, '') AS login,
       COALESCE(person.name, '') AS person, event.recorded_at, event.id AS event_id, document.name AS document_name,
       mandate_act.document_sha256
  FROM book
  JOIN collection_mandate AS mandate ON mandate.book_id = book.id AND mandate.number = %(number)s
  JOIN mandate_act ON mandate_act.mandate_id = mandate.id
  LEFT JOIN person ON person.id = mandate_act.acted_by
  JOIN event ON event.id = mandate_act.event_id
  LEFT JOIN document ON document.sha256 = mandate_act.document_sha256
 WHERE book.code = %(book)s
 ORDER BY mandate_act.position;

-- mandates_page: Mandates of a book by number, after one of them, with the beneficiary's name and the days of what happened.
SELECT party.name AS member_name, mandate.id, mandate.number, public_body.code AS public_body, member.number AS member,
       mandate.kind, mandate.subject, mandate.share_mode, mandate.share_cents, mandate.period_kind, mandate.starts_on,
       mandate.ends_on, acts.drafted_by, acts.signed_on, acts.accepted_on, acts.ended_on, acts.revoked_on
  FROM book
  JOIN collection_mandate AS mandate ON mandate.book_id = book.id
  JOIN party AS public_body ON public_body.id = mandate.public_body_id
  JOIN member ON member.id = mandate.member_id
  JOIN party ON party.id = member.id
  JOIN LATERAL (
        SELECT max(acted_on) FILTER (WHERE act = 'signed') AS signed_on,
               max(acted_on) FILTER (WHERE act = 'accepted') AS accepted_on,
               max(acted_on) FILTER (WHERE act = 'ended') AS ended_on,
               max(acted_on) FILTER (WHERE act = 'revoked') AS revoked_on,
               (array_agg(acted_by) FILTER (WHERE act = 'drafted'))[1] AS drafted_by
          FROM mandate_act WHERE mandate_act.mandate_id = mandate.id
  ) AS acts ON true
 WHERE book.code = %(book)s AND mandate.number > %(after)s
   AND (%(number)s::text IS NULL OR mandate.number = %(number)s)
   AND (%(member)s::text IS NULL OR member.number = %(member)s)
   AND (%(public_body)s::text IS NULL OR public_body.code = %(public_body)s)
 ORDER BY mandate.number LIMIT %(most)s;

-- mandate_document: The document by which a mandate was signed.
SELECT document.name, document.content, document.sha256
  FROM book
  JOIN collection_mandate AS mandate ON mandate.book_id = book.id AND mandate.number = %(number)s
  JOIN mandate_act ON mandate_act.mandate_id = mandate.id AND mandate_act.act = 'signed'
  JOIN document ON document.sha256 = mandate_act.document_sha256
 WHERE book.code = %(book)s;

-- beneficiaries_in_document: How many beneficiaries signed in one document.
SELECT count(DISTINCT mandate.member_id) AS beneficiaries
  FROM mandate_act JOIN collection_mandate AS mandate ON mandate.id = mandate_act.mandate_id
 WHERE mandate_act.document_sha256 = %(document)s;
