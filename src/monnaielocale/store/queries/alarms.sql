-- desks_watched: Every desk that may be seen, with its public body and the association's book.
SELECT own.code AS book FROM desk JOIN book AS own ON own.id = desk.book_id
 WHERE %(books)s::text[] IS NULL OR own.code = ANY (%(books)s::text[])
 ORDER BY own.code;

-- cash_in_hand: Of each desk, the takings in euros in tills and safe, and since when: the first takings after the last pay-in, or
-- the day of that pay-in for what it left.
SELECT own.code AS book, COALESCE(held.cents, 0)::bigint AS cents, COALESCE(taken.since_on, last.paid_in_on) AS since_on
  FROM book AS own
  LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM account_balance
                      WHERE account_balance.book_id = own.id AND role IN ('till.euro', 'safe.euro')) AS held ON true
  LEFT JOIN LATERAL (
        SELECT line.entry_number, event.business_on AS paid_in_on
          FROM account
          JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents < 0
          JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
          JOIN event ON event.id = entry.event_id AND event.kind = 'paid_in'
         WHERE account.book_id = own.id AND account.code = 'safe.euro'
         ORDER BY line.account_line_number DESC LIMIT 1
  ) AS last ON true
  LEFT JOIN LATERAL (
        SELECT min(line.business_on) AS since_on
          FROM account
          JOIN entry_line AS line ON line.account_id = account.id AND line.amount_cents > 0
           AND line.entry_number > COALESCE(last.entry_number, 0)
         WHERE account.book_id = own.id AND account.role = 'till.euro'
  ) AS taken ON true
 WHERE own.code = ANY (%(books)s);

-- days_not_sealed: The days of desks that are open, or closed and not yet sealed.
SELECT own.code AS book, day.business_on, closing.closed_at, closing.closed_by
  FROM book AS own
  JOIN desk_day AS day ON day.book_id = own.id
  LEFT JOIN desk_day_closing AS closing ON closing.book_id = day.book_id AND closing.business_on = day.business_on
 WHERE own.code = ANY (%(books)s)
   AND NOT EXISTS (SELECT 1 FROM desk_day_seal AS seal WHERE seal.book_id = day.book_id AND seal.business_on = day.business_on)
 ORDER BY own.code, day.business_on;

-- envelopes_waiting: Envelopes that nobody has come for.
SELECT own.code AS book, envelope.number, envelope.opened_on
  FROM book AS own
  JOIN envelope ON envelope.book_id = own.id
 WHERE own.code = ANY (%(books)s)
   AND NOT EXISTS (SELECT 1 FROM envelope_handing AS handing WHERE handing.envelope_id = envelope.id)
 ORDER BY envelope.number;

-- tills_that_differed: The days on which a closing of a till found a difference, not long ago.
SELECT DISTINCT own.code AS book, session.till, session.business_on
  FROM book AS own
  JOIN till_session AS session ON session.book_id = own.id AND session.business_on > %(after)s
  JOIN till_session_act AS closed
    ON closed.book_id = session.book_id AND closed.session_id = session.id AND closed.act = 'closed' AND closed.difference_cents <> 0
 WHERE own.code = ANY (%(books)s)
 ORDER BY own.code, session.till, session.business_on;

-- claims_unpaid: What the association owes desks, with the day since which it does.
SELECT own.code AS book, remittance.due_on,
       remittance.amount_cents - COALESCE(paid_of_remittance(remittance.id), due.amount_cents - due.open_cents) AS cents
  FROM book AS own
  JOIN remittance ON remittance.book_id = own.id
  LEFT JOIN transfer_due_position AS due ON due.id = remittance.transfer_due_id
 WHERE own.code = ANY (%(books)s)
   AND remittance.amount_cents > COALESCE(paid_of_remittance(remittance.id), due.amount_cents - due.open_cents)
 ORDER BY own.code, remittance.number;

-- handovers_unsigned: Since when the head of a desk, who followed another, has not accepted what was handed over.
SELECT own.code AS book, begins.starts_on
  FROM book AS own
  JOIN desk_staff AS begins ON begins.book_id = own.id AND begins.rank = 'head'
   AND %(today)s BETWEEN begins.starts_on AND COALESCE(begins.ends_on, 'infinity')
  JOIN LATERAL (SELECT person_id FROM desk_staff AS leaves
                 WHERE leaves.book_id = own.id AND leaves.rank = 'head' AND leaves.starts_on < begins.starts_on
                 ORDER BY leaves.starts_on DESC LIMIT 1) AS before ON before.person_id <> begins.person_id
 WHERE own.code = ANY (%(books)s)
   AND NOT EXISTS (SELECT 1 FROM desk_handover AS handover
                     JOIN desk_handover_acceptance AS signed ON signed.book_id = handover.book_id AND signed.ordinal = handover.ordinal
                    WHERE handover.book_id = own.id
                      AND (handover.incoming_id, handover.begins_on) = (begins.person_id, begins.starts_on))
 ORDER BY own.code;
