-- runs_to_credit: Runs by reference, with their public body, their period, the version of the convention, and their acts.
SELECT run.id, book.code AS book, run.reference, run.public_body_id, party.code AS public_body, run.kind, run.period,
       run.period_first_on, run.total_cents, version.content,
       ARRAY(SELECT act FROM run_act WHERE run_act.run_id = run.id) AS acts
  FROM unnest(%(books)s::text[], %(references)s::text[]) AS asked (book, reference)
  JOIN book ON book.code = asked.book
  JOIN payment_run AS run ON run.book_id = book.id AND run.reference = asked.reference
  JOIN party ON party.id = run.public_body_id
  JOIN convention_version AS version ON version.id = run.convention_version_id;

-- payments_to_credit: Every payment of the runs with its positions, its mandate's share and end, and its member's departure.
SELECT position.payment_id AS id, position.run_id, payment.row_number AS row, member.number AS member, member.id AS member_id,
       party.iban, payment.mandate_id, position.amount_cents, position.allocated_cents, position.recalled_cents,
       position.credited_cents, position.taken_back_cents, position.returned_cents, mandate.share_cents,
       EXISTS (SELECT 1 FROM mandate_act WHERE mandate_id = mandate.id AND act = 'revoked') AS revoked,
       (SELECT acted_on FROM mandate_act WHERE mandate_id = mandate.id AND act = 'ended') AS ended_on, departure.left_on
  FROM payment
  JOIN LATERAL (SELECT * FROM payment_position WHERE payment_position.payment_id = payment.id LIMIT 1) AS position ON true
  JOIN collection_mandate AS mandate ON mandate.id = payment.mandate_id
  JOIN member ON member.id = payment.member_id
  JOIN party ON party.id = member.id
  LEFT JOIN member_departure AS departure ON departure.member_id = member.id
 WHERE payment.run_id = ANY (%(runs)s);

-- credited_in_period: What mandates with a share already gave in the period of each run, in every run of that period.
SELECT run.id AS run_id, payment.mandate_id, sum(credit.amount_cents - COALESCE(back.taken_cents, 0))::bigint AS cents
  FROM payment_run AS run
  JOIN payment AS asked ON asked.run_id = run.id
  JOIN collection_mandate AS mandate ON mandate.id = asked.mandate_id AND mandate.share_cents IS NOT NULL
  JOIN payment ON payment.mandate_id = mandate.id
  JOIN payment_run AS other ON other.id = payment.run_id AND other.period = run.period
  JOIN payment_credit AS credit ON credit.payment_id = payment.id
  LEFT JOIN credit_taken_back AS back ON back.credit_id = credit.id
 WHERE run.id = ANY (%(runs)s)
 GROUP BY run.id, payment.mandate_id, asked.id;

-- credits_to_take_back: The credit of each payment that was not taken back, with where it went.
SELECT credit.id, payment.id AS payment_id, credit.amount_cents, credit.elsewhere_reference, member.number AS member,
       party.code AS public_body, run.reference AS run, book.code AS book
  FROM payment_credit AS credit
  JOIN payment ON payment.id = credit.payment_id
  JOIN payment_run AS run ON run.id = payment.run_id
  JOIN book ON book.id = run.book_id
  JOIN party ON party.id = run.public_body_id
  JOIN member ON member.id = payment.member_id
 WHERE payment.id = ANY (%(payments)s)
   AND NOT EXISTS (SELECT 1 FROM credit_taken_back AS back WHERE back.credit_id = credit.id);

-- credits_elsewhere: Credits that were ordered in another system under these references, and their confirmation if it came.
SELECT credit.id, book.code AS book, credit.elsewhere_reference AS reference, credit.amount_cents, confirmed.transaction_number
  FROM payment_credit AS credit
  JOIN payment ON payment.id = credit.payment_id
  JOIN payment_run AS run ON run.id = payment.run_id
  JOIN book ON book.id = run.book_id AND book.code = ANY (%(books)s)
  LEFT JOIN credit_confirmed_elsewhere AS confirmed ON confirmed.credit_id = credit.id
 WHERE credit.elsewhere_reference = ANY (%(references)s);

-- credit_orders_page: Credits ordered in another system and not confirmed, after one of them, in the order of being ordered.
SELECT credit.id, run.reference AS run, payment.row_number, member.number AS member, credit.amount_cents,
       credit.elsewhere_reference AS reference, crediting.credited_on AS ordered_on
  FROM book
  JOIN payment_run AS run ON run.book_id = book.id
  JOIN crediting ON crediting.run_id = run.id
  JOIN payment_credit AS credit ON credit.crediting_id = crediting.id AND credit.elsewhere_reference <> ''
  JOIN payment ON payment.id = credit.payment_id
  JOIN member ON member.id = payment.member_id
 WHERE book.code = %(book)s AND (%(after)s::uuid IS NULL OR credit.id > %(after)s::uuid)
   AND NOT EXISTS (SELECT 1 FROM credit_confirmed_elsewhere AS confirmed WHERE confirmed.credit_id = credit.id)
   AND NOT EXISTS (SELECT 1 FROM credit_taken_back AS back WHERE back.credit_id = credit.id)
 ORDER BY credit.id LIMIT %(limit)s;
