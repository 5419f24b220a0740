-- runs_by_reference: The runs that are asked for by book and reference.
SELECT book.code AS book, run.reference, run.id, run.payment_count
  FROM unnest(%(books)s::text[], %(references)s::text[]) AS asked (book, reference)
  JOIN book ON book.code = asked.book
  JOIN payment_run AS run ON run.book_id = book.id AND run.reference = asked.reference;

-- runs_by_identity: The latest attempt of each identity: public body, kind, period and the town's own list number.
SELECT DISTINCT ON (book.code, public_body.code, run.kind, run.period, run.list_number)
       book.code AS book, public_body.code AS public_body, run.kind, run.period, run.list_number, run.id
  FROM unnest(%(books)s::text[], %(public_bodies)s::text[], %(kinds)s::text[], %(periods)s::text[], %(list_numbers)s::text[])
       AS asked (book, public_body, kind, period, list_number)
  JOIN book ON book.code = asked.book
  JOIN party AS public_body ON public_body.code = asked.public_body
  JOIN payment_run AS run ON run.book_id = book.id AND run.public_body_id = public_body.id AND run.kind = asked.kind
   AND run.period = asked.period AND run.list_number = asked.list_number
 ORDER BY book.code, public_body.code, run.kind, run.period, run.list_number, run.attempt DESC;

-- run_facts: Runs with the days of their acts and what happened to their euros.
SELECT run.id, book.code AS book, run.reference, public_body.code AS public_body, run.public_body_id, run.convention_version_id,
       run.kind, run.period, run.period_first_on, run.period_last_on, run.list_number, run.attempt, run.payment_count,
       run.content_sha256, run.document_sha256, run.entered_for, run.prepared_by, run.total_cents,
       euros.allocated_cents, euros.recalled_cents, euros.credited_cents, euros.taken_back_cents, euros.returned_cents,
       unconfirmed.cents AS unconfirmed_cents,
       acts.checked_on, acts.signed_on, acts.cancelled_on, acts.closed_on, acts.accounted_on
  FROM payment_run AS run
  JOIN book ON book.id = run.book_id
  JOIN party AS public_body ON public_body.id = run.public_body_id
  JOIN LATERAL (
        SELECT max(acted_on) FILTER (WHERE act = 'checked') AS checked_on,
               max(acted_on) FILTER (WHERE act = 'signed') AS signed_on,
               max(acted_on) FILTER (WHERE act = 'cancelled') AS cancelled_on,
               max(acted_on) FILTER (WHERE act = 'closed') AS closed_on,
               max(acted_on) FILTER (WHERE act = 'accounted') AS accounted_on
          FROM run_act WHERE run_act.run_id = run.id
  ) AS acts ON true
  JOIN LATERAL (
        SELECT sum(allocated_cents)::bigint AS allocated_cents, sum(recalled_cents)::bigint AS recalled_cents,
               sum(credited_cents)::bigint AS credited_cents, sum(taken_back_cents)::bigint AS taken_back_cents,
               sum(returned_cents)::bigint AS returned_cents
          FROM payment_position WHERE payment_position.run_id = run.id
  ) AS euros ON true
  JOIN LATERAL (
        SELECT COALESCE(sum(credit.amount_cents), 0)::bigint AS cents
          FROM crediting
          JOIN payment_credit AS credit ON credit.crediting_id = crediting.id AND credit.elsewhere_reference <> ''
          LEFT JOIN credit_confirmed_elsewhere AS confirmed ON confirmed.credit_id = credit.id
          LEFT JOIN credit_taken_back AS back ON back.credit_id = credit.id
         WHERE crediting.run_id = run.id AND confirmed.credit_id IS NULL AND back.credit_id IS NULL
  ) AS unconfirmed ON true
 WHERE run.id = ANY (%(runs)s);

-- payments_of_runs: The payments of runs after a row, with what happened to their euros, and what became of mandate and member.
SELECT payment.id, payment.run_id, payment.row_number, member.number AS member, payment.member_id, mandate.number AS mandate,
       payment.mandate_id, payment.subject, payment.payment_order, payment.label, payment.amount_cents,
       euros.allocated_cents, euros.recalled_cents, euros.credited_cents, euros.taken_back_cents, euros.returned_cents,
       unconfirmed.cents AS unconfirmed_cents, revoked.acted_on AS revoked_on, departure.left_on
  FROM payment
  JOIN payment_position AS euros ON euros.payment_id = payment.id
  JOIN member ON member.id = payment.member_id
  JOIN collection_mandate AS mandate ON mandate.id = payment.mandate_id
  LEFT JOIN mandate_act AS revoked ON revoked.mandate_id = payment.mandate_id AND revoked.act = 'revoked'
  LEFT JOIN member_departure AS departure ON departure.member_id = payment.member_id
  JOIN LATERAL (
        SELECT COALESCE(sum(credit.amount_cents), 0)::bigint AS cents
          FROM payment_credit AS credit
          LEFT JOIN credit_confirmed_elsewhere AS confirmed ON confirmed.credit_id = credit.id
          LEFT JOIN credit_taken_back AS back ON back.credit_id = credit.id
         WHERE credit.payment_id = payment.id AND credit.elsewhere_reference <> ''
           AND confirmed.credit_id IS NULL AND back.credit_id IS NULL
  ) AS unconfirmed ON true
 WHERE payment.run_id = ANY (%(runs)s) AND payment.row_number > %(after)s
 ORDER BY payment.run_id, payment.row_number LIMIT %(most)s::bigint;

-- runs_page: Runs of a book after a place in their list, the latest first, narrowed by acts that they must or must not have.
SELECT run.id, checked.acted_on AS checked_on
  FROM book
  JOIN payment_run AS run ON run.book_id = book.id
  JOIN party AS public_body ON public_body.id = run.public_body_id
  JOIN run_act AS checked ON checked.run_id = run.id AND checked.act = 'checked'
 WHERE book.code = %(book)s
   AND (%(after_on)s::date IS NULL OR (checked.acted_on, run.id) < (%(after_on)s::date, %(after_id)s::uuid))
   AND (%(period)s::text IS NULL OR run.period = %(period)s::text)
   AND (%(public_body)s::text IS NULL OR public_body.code = %(public_body)s::text)
   AND ARRAY(SELECT act FROM run_act WHERE run_act.run_id = run.id) @> %(acts)s::text[]
   AND NOT ARRAY(SELECT act FROM run_act WHERE run_act.run_id = run.id) && %(no_acts)s::text[]
 ORDER BY checked.acted_on DESC, run.id DESC LIMIT %(limit)s;

-- run_contents: What the payments of runs say, without their euros.
SELECT payment.run_id, member.number AS member, payment.subject, payment.payment_order, payment.amount_cents, payment.label
  FROM payment JOIN member ON member.id = payment.member_id
 WHERE payment.run_id = ANY (%(runs)s);

-- asked_in_periods: Cents already asked for under each mandate by runs of a public body, kind and period that were not cancelled.
-- Of a closed run only what was paid counts, because the rest of it will never come.
SELECT payment.mandate_id, run.period,
       sum(CASE WHEN closed.run_id IS NULL THEN payment.amount_cents
                ELSE (SELECT position.allocated_cents - position.recalled_cents FROM payment_position AS position
                       WHERE position.payment_id = payment.id) END)::bigint AS cents
  FROM (SELECT DISTINCT * FROM unnest(%(books)s::text[], %(public_bodies)s::text[], %(kinds)s::text[], %(periods)s::text[]))
       AS asked (book, public_body, kind, period)
  JOIN book ON book.code = asked.book
  JOIN party AS public_body ON public_body.code = asked.public_body
  JOIN payment_run AS run ON run.book_id = book.id AND run.public_body_id = public_body.id AND run.kind = asked.kind
   AND run.period = asked.period
  JOIN payment ON payment.run_id = run.id
  LEFT JOIN run_act AS closed ON closed.run_id = run.id AND closed.act = 'closed'
 WHERE NOT EXISTS (SELECT 1 FROM run_act AS gone WHERE gone.run_id = run.id AND gone.act = 'cancelled')
 GROUP BY payment.mandate_id, run.period;

-- asked_in_all: Cents already asked for under mandates given once, by all runs that were not cancelled.
SELECT payment.mandate_id,
       sum(CASE WHEN closed.run_id IS NULL THEN payment.amount_cents
                ELSE (SELECT position.allocated_cents - position.recalled_cents FROM payment_position AS position
                       WHERE position.payment_id = payment.id) END)::bigint AS cents
  FROM payment
  LEFT JOIN run_act AS closed ON closed.run_id = payment.run_id AND closed.act = 'closed'
 WHERE payment.mandate_id = ANY (%(mandates)s)
   AND NOT EXISTS (SELECT 1 FROM run_act AS gone WHERE gone.run_id = payment.run_id AND gone.act = 'cancelled')
 GROUP BY payment.mandate_id;

-- runs_with_contents: Runs of a public body and kind, not cancelled, whose payments say exactly the same.
SELECT book.code AS book, public_body.code AS public_body, run.kind, run.content_sha256, run.reference, run.period, run.list_number
  FROM unnest(%(books)s::text[], %(public_bodies)s::text[], %(kinds)s::text[], %(contents)s::bytea[])
       AS asked (book, public_body, kind, content_sha256)
  JOIN book ON book.code = asked.book
  JOIN party AS public_body ON public_body.code = asked.public_body
  JOIN payment_run AS run ON run.book_id = book.id AND run.public_body_id = public_body.id AND run.kind = asked.kind
   AND run.content_sha256 = asked.content_sha256
 WHERE NOT EXISTS (SELECT 1 FROM run_act AS gone WHERE gone.run_id = run.id AND gone.act = 'cancelled')
 ORDER BY run.period_first_on, run.list_number;
