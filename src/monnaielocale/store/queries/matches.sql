-- open_lines: Every line of a book of which something is unexplained, the oldest first, with all that files wrote about it.
SELECT line.id, bank.iban, bank.form, line.booked_on, line.amount_cents, line.label, line.details, line.references_given,
       line.counterparty, abs(line.amount_cents) - line.explained_cents AS open_cents,
       ARRAY(SELECT part.other_line_id FROM live_match JOIN match_part AS part ON part.match_id = live_match.id
              WHERE live_match.line_id = line.id AND part.other_line_id IS NOT NULL) AS paired_with,
       COALESCE(later.texts, '[]'::jsonb) AS later_texts
  FROM book
  JOIN bank_line_position AS line ON line.book_id = book.id AND abs(line.amount_cents) > line.explained_cents
  JOIN bank_account AS bank ON bank.id = line.bank_account_id
  LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(more.label, more.details, more.references_given, more.counterparty)
                         ORDER BY more.statement_id) AS texts
          FROM bank_line_text AS more WHERE more.line_id = line.id
  ) AS later ON true
 WHERE book.code = %(book)s
 ORDER BY line.booked_on, line.id;

-- lines_by_id: Bank lines of a book with what of them is unexplained.
SELECT line.id, bank.iban, bank.form, line.booked_on, line.amount_cents, line.label, line.details, line.references_given,
       line.counterparty, abs(line.amount_cents) - line.explained_cents AS open_cents,
       ARRAY(SELECT part.other_line_id FROM live_match JOIN match_part AS part ON part.match_id = live_match.id
              WHERE live_match.line_id = line.id AND part.other_line_id IS NOT NULL) AS paired_with,
       (SELECT COALESCE(sum(part.amount_cents), 0)::bigint
          FROM live_match JOIN match_part AS part ON part.match_id = live_match.id
         WHERE live_match.line_id = line.id AND part.kind = 'own_transfer' AND part.other_line_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM match_part AS its JOIN live_match AS other ON other.id = its.match_id
                            WHERE its.other_line_id = line.id)) AS lone_cents
  FROM book
  JOIN bank_line_position AS line ON line.book_id = book.id AND line.id = ANY (%(ids)s)
  JOIN bank_account AS bank ON bank.id = line.bank_account_id
 WHERE book.code = %(book)s;

-- lines_page: Bank lines in the order of days, after a place or one alone, with how far each is explained and what waits for it.
-- Lines are asked for that are explained or not, and of the latter those for which something is proposed or not.
SELECT line.id, bank.iban, bank.form, line.booked_on, line.value_on, line.amount_cents, line.label, line.counterparty,
       line.details, line.references_given, abs(line.amount_cents) - line.explained_cents AS open_cents,
       ARRAY(SELECT match.id FROM match
              WHERE match.line_id = line.id AND NOT EXISTS (SELECT 1 FROM match_act WHERE match_act.match_id = match.id)
              ORDER BY match.id) AS proposals
  FROM book
  JOIN bank_line_position AS line ON line.book_id = book.id
  JOIN bank_account AS bank ON bank.id = line.bank_account_id
 WHERE book.code = %(book)s
   AND (%(id)s::uuid IS NULL OR line.id = %(id)s::uuid)
   AND (%(after_on)s::date IS NULL OR (line.booked_on, line.id) > (%(after_on)s::date, %(after_id)s::uuid))
   AND (%(explained)s::boolean IS NULL OR (abs(line.amount_cents) <= line.explained_cents) = %(explained)s::boolean)
   AND (%(proposed)s::boolean IS NULL OR %(proposed)s::boolean = EXISTS (
            SELECT 1 FROM match
             WHERE match.line_id = line.id AND NOT EXISTS (SELECT 1 FROM match_act WHERE match_act.match_id = match.id)))
 ORDER BY line.booked_on, line.id LIMIT %(limit)s;

-- open_payments: Payments of signed runs that wait for euros, and when each is expected at the earliest.
SELECT payment.id, payment.run_id, payment.row_number, run.reference, public_body.code AS public_body,
       member.number AS member_number,
       party.name AS member_name, payment.payment_order, run.period, run.period_first_on, run.period_last_on,
       signed.acted_on AS signed_on,
       position.amount_cents - position.allocated_cents AS open_cents,
       position.allocated_cents - position.recalled_cents - position.credited_cents + position.taken_back_cents
         - position.returned_cents AS held_cents
  FROM book
  JOIN payment_run AS run ON run.book_id = book.id
  JOIN run_act AS signed ON signed.run_id = run.id AND signed.act = 'signed'
  JOIN party AS public_body ON public_body.id = run.public_body_id
  JOIN payment ON payment.run_id = run.id
  JOIN LATERAL (SELECT * FROM payment_position WHERE payment_position.payment_id = payment.id LIMIT 1) AS position
    ON position.allocated_cents < position.amount_cents
  JOIN member ON member.id = payment.member_id
  JOIN party ON party.id = member.id
 WHERE book.code = %(book)s
   AND NOT EXISTS (SELECT 1 FROM run_act AS stopped WHERE stopped.run_id = run.id AND stopped.act IN ('cancelled', 'closed'))
 ORDER BY run.period_first_on, run.reference, payment.row_number;

-- runs_awaited: Signed runs of a book that were neither cancelled nor closed: those open, and those funded, which may be paid twice.
SELECT run.id, run.reference, public_body.code AS public_body, run.total_cents
  FROM book
  JOIN payment_run AS run ON run.book_id = book.id
  JOIN run_act AS signed ON signed.run_id = run.id AND signed.act = 'signed'
  JOIN party AS public_body ON public_body.id = run.public_body_id
 WHERE book.code = %(book)s
   AND NOT EXISTS (SELECT 1 FROM run_act AS stopped WHERE stopped.run_id = run.id AND stopped.act IN ('cancelled', 'closed'));

-- payments_by_id: Payments of a book: what each waits for, what it holds, and what was credited and is missing.
SELECT payment.id, payment.run_id, payment.row_number, run.reference, public_body.code AS public_body,
       member.number AS member_number,
       CASE WHEN run_acts.acts @> ARRAY['cancelled'] THEN 'cancelled' WHEN run_acts.acts @> ARRAY['closed'] THEN 'closed'
            WHEN run_acts.acts @> ARRAY['signed'] THEN '' ELSE 'not signed' END AS state,
       position.amount_cents - position.allocated_cents AS open_cents,
       position.allocated_cents - position.recalled_cents - position.credited_cents + position.taken_back_cents
         - position.returned_cents AS held_cents,
       (COALESCE(back.missing_cents, 0) - COALESCE(recalled.cents, 0))::bigint AS missing_cents
  FROM unnest(%(ids)s::uuid[]) AS asked (id)
  JOIN LATERAL (SELECT * FROM payment WHERE payment.id = asked.id LIMIT 1) AS payment ON true
  JOIN LATERAL (SELECT * FROM payment_position WHERE payment_position.payment_id = asked.id LIMIT 1) AS position ON true
  JOIN payment_run AS run ON run.id = payment.run_id
  JOIN book ON book.id = run.book_id
  JOIN party AS public_body ON public_body.id = run.public_body_id
  JOIN member ON member.id = payment.member_id
  JOIN LATERAL (SELECT array_agg(act) AS acts FROM run_act WHERE run_act.run_id = run.id) AS run_acts ON true
  LEFT JOIN LATERAL (
        SELECT sum(taken.missing_cents) AS missing_cents
          FROM payment_credit AS credit JOIN credit_taken_back AS taken ON taken.credit_id = credit.id
         WHERE credit.payment_id = payment.id
  ) AS back ON true
  LEFT JOIN LATERAL (
        SELECT sum(part.amount_cents) AS cents
          FROM (SELECT * FROM match_part WHERE match_part.payment_id = payment.id OFFSET 0) AS part
          JOIN live_match ON live_match.id = part.match_id
         WHERE part.kind = 'recall_missing'
  ) AS recalled ON true
 WHERE book.code = %(book)s;

-- dues_open: Transfers that a book still has to make: neither taken back nor settled by a confirmed line.
SELECT due.id, due.kind, due.form, due.amount_cents, due.open_cents, transfer.iban, party.name AS party_name,
       party_key(party.id, book.id) AS party
  FROM book
  JOIN transfer_due_position AS due ON due.book_id = book.id AND due.open_cents > 0
  JOIN transfer_due AS transfer ON transfer.id = due.id
  JOIN party ON party.id = due.party_id
 WHERE book.code = %(book)s
 ORDER BY due.id;

-- dues_by_id: Transfers of a book by their identifiers, with what of them is still to be made.
SELECT due.id, due.kind, due.form, due.amount_cents, due.open_cents, party_key(due.party_id, book.id) AS party
  FROM book JOIN transfer_due_position AS due ON due.book_id = book.id AND due.id = ANY (%(ids)s)
 WHERE book.code = %(book)s;

-- parties_of_book: Members, towns with a convention, and the unknown payer of a book, under the keys of its accounts.
SELECT member.id, asked.key, party.iban, true AS is_member, departure.left_on
  FROM unnest(%(keys)s::text[]) AS asked (key)
  JOIN LATERAL (
        SELECT id FROM member
         WHERE member.book_id = (SELECT id FROM book WHERE book.code = %(book)s) AND member.number = asked.key LIMIT 1
  ) AS member ON true
  JOIN party ON party.id = member.id
  LEFT JOIN member_departure AS departure ON departure.member_id = member.id
UNION ALL
SELECT party.id, asked.key, party.iban, false, NULL
  FROM unnest(%(keys)s::text[]) AS asked (key)
  JOIN book ON book.code = %(book)s
  JOIN party ON party.code = asked.key
 WHERE asked.key = book.code || ':unknown-payer'
    OR EXISTS (SELECT 1 FROM convention WHERE convention.book_id = book.id AND convention.public_body_id = party.id);

-- members_present: Members of a book who may be topped up, with their names.
SELECT member.number, party.name
  FROM book JOIN member ON member.book_id = book.id JOIN party ON party.id = member.id
 WHERE book.code = %(book)s
   AND NOT EXISTS (SELECT 1 FROM member_departure WHERE member_departure.member_id = member.id)
 ORDER BY member.number;

-- grants_received: How many instalments of support grants arrived, by town and by the grant's name.
SELECT party.code AS party, part.note AS label, count(*)::integer AS received
  FROM book
  JOIN live_match ON live_match.book_id = book.id
  JOIN match_part AS part ON part.match_id = live_match.id AND part.kind = 'grant'
  JOIN party ON party.id = part.party_id
 WHERE book.code = %(book)s
 GROUP BY party.code, part.note;

-- matches_by_id: Matches of a book with their parts and acts.
SELECT match.id, match.line_id, match.origin, match.kind, match.reason, match.proposed_by,
       ARRAY(SELECT act FROM match_act WHERE match_act.match_id = match.id ORDER BY position) AS acts,
       (SELECT event_id FROM match_act WHERE match_act.match_id = match.id AND act = 'confirmed') AS confirmed_event_id,
       (SELECT jsonb_agg(jsonb_build_object(
                   'kind', part.kind, 'amount_cents', part.amount_cents, 'payment_id', part.payment_id,
                   'party', COALESCE(party_key(part.party_id, match.book_id), ''), 'transfer_due_id', part.transfer_due_id,
                   'other_line_id', part.other_line_id, 'note', part.note) ORDER BY part.position)
          FROM match_part AS part WHERE part.match_id = match.id) AS parts
  FROM book JOIN match ON match.book_id = book.id AND match.id = ANY (%(ids)s)
 WHERE book.code = %(book)s;

-- matches_of_lines: Every match that was ever made for these lines, the oldest first.
SELECT match.id, match.line_id, match.origin, match.kind, match.reason, match.proposed_by,
       ARRAY(SELECT act FROM match_act WHERE match_act.match_id = match.id ORDER BY position) AS acts,
       (SELECT event_id FROM match_act WHERE match_act.match_id = match.id AND act = 'confirmed') AS confirmed_event_id,
       (SELECT jsonb_agg(jsonb_build_object(
                   'kind', part.kind, 'amount_cents', part.amount_cents, 'payment_id', part.payment_id,
                   'party', COALESCE(party_key(part.party_id, match.book_id), ''), 'transfer_due_id', part.transfer_due_id,
                   'other_line_id', part.other_line_id, 'note', part.note) ORDER BY part.position)
          FROM match_part AS part WHERE part.match_id = match.id) AS parts
  FROM book JOIN match ON match.book_id = book.id AND match.line_id = ANY (%(lines)s)
 WHERE book.code = %(book)s
 ORDER BY match.id;

-- lines_of_events: The lines that events wrote in a book.
SELECT entry.event_id, account.code, line.amount_cents
  FROM book
  JOIN entry ON entry.book_id = book.id AND entry.event_id = ANY (%(events)s)
  JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
  JOIN account ON account.id = line.account_id
 WHERE book.code = %(book)s
 ORDER BY entry.number, account.code;

-- uses_of_payments: The last event that took euros of each payment out of those to credit; a crediting comes first.
SELECT DISTINCT ON (used.payment_id) used.payment_id, event.number, event.kind AS event_kind, event.business_on
  FROM (
        SELECT credit.payment_id, crediting.event_id, 1 AS rank
          FROM payment_credit AS credit JOIN crediting ON crediting.id = credit.crediting_id
         WHERE credit.payment_id = ANY (%(payments)s)
         UNION ALL
        SELECT due.payment_id, due.event_id, 2 FROM transfer_due AS due WHERE due.payment_id = ANY (%(payments)s)
         UNION ALL
        SELECT part.payment_id, live_match.confirmed_event_id, 2
          FROM match_part AS part JOIN live_match ON live_match.id = part.match_id
         WHERE part.payment_id = ANY (%(payments)s) AND part.kind = 'recall'
       ) AS used
  JOIN event ON event.id = used.event_id
 ORDER BY used.payment_id, used.rank, event.number DESC;

-- dues_made_by: Transfers that these events made due, and the match that settled each, if one did.
SELECT due.id, due.event_id AS made_by, event.number, event.kind AS event_kind, event.business_on
  FROM transfer_due AS due
  LEFT JOIN LATERAL (
        SELECT live_match.confirmed_event_id
          FROM match_part AS part JOIN live_match ON live_match.id = part.match_id WHERE part.transfer_due_id = due.id
  ) AS settled ON true
  LEFT JOIN event ON event.id = settled.confirmed_event_id
 WHERE due.event_id = ANY (%(events)s);

-- last_use_of_account: The last event that took something from an account.
SELECT event.number, event.kind AS event_kind, event.business_on
  FROM book
  JOIN account ON account.book_id = book.id AND account.code = %(account)s
  JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents * account.side < 0
  JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  JOIN event ON event.id = entry.event_id
 WHERE book.code = %(book)s
 ORDER BY line.account_line_number DESC LIMIT 1;
