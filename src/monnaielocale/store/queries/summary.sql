-- payments_to_summarise: Names of a run's beneficiaries, the last days of euros and credits, to whom and why euros go back. OFFSET
-- keeps the planner on a payment's own few parts: from a match of 10,000 parts it would read all of them for each payment.
SELECT payment.id, party.name,
       (SELECT max(crediting.credited_on)
          FROM payment_credit AS credit JOIN crediting ON crediting.id = credit.crediting_id
         WHERE credit.payment_id = payment.id) AS credited_on,
       (SELECT max(line.booked_on)
          FROM (SELECT match_id FROM match_part
                 WHERE match_part.payment_id = payment.id AND match_part.kind = 'allocation' OFFSET 0) AS part
          JOIN live_match ON live_match.id = part.match_id
          JOIN bank_line AS line ON line.id = live_match.line_id) AS funded_on,
       returned.name AS returned_to, returned.reason
  FROM payment
  JOIN party ON party.id = payment.member_id
  LEFT JOIN LATERAL (
        SELECT to_party.name, due.reason
          FROM transfer_due AS due JOIN party AS to_party ON to_party.id = due.party_id
         WHERE due.payment_id = payment.id
         ORDER BY due.id DESC
         LIMIT 1
  ) AS returned ON true
 WHERE payment.run_id = %(run)s;

-- lines_of_run: The bank lines that confirmed matches give to a run, with the part of each that they give.
SELECT line.booked_on, line.amount_cents, line.references_given, line.label, sum(part.amount_cents)::bigint AS allocated_cents
  FROM payment
  JOIN match_part AS part ON part.payment_id = payment.id AND part.kind = 'allocation'
  JOIN live_match ON live_match.id = part.match_id
  JOIN bank_line AS line ON line.id = live_match.line_id
 WHERE payment.run_id = %(run)s
 GROUP BY line.id
 ORDER BY line.booked_on, line.amount_cents, line.id;
