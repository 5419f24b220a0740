-- Positions that several rules and pages ask for. Each follows from facts; none is stored.

-- The balance of every account, in its natural sense: after its last line.
CREATE VIEW account_balance WITH (security_invoker = true) AS
    SELECT account.id AS account_id, account.book_id, account.code, account.role, account.denomination_cents,
           (account.side * COALESCE(last.balance_after_cents, 0))::bigint AS cents
      FROM account
      LEFT JOIN LATERAL (
            SELECT balance_after_cents FROM entry_line AS line
             WHERE line.account_id = account.id ORDER BY line.account_line_number DESC LIMIT 1
      ) AS last ON true;

-- Matches that count: confirmed and not undone.
CREATE VIEW live_match WITH (security_invoker = true) AS
    SELECT match.*, confirmed.event_id AS confirmed_event_id, confirmed.acted_on AS confirmed_on
      FROM match JOIN match_act AS confirmed ON confirmed.match_id = match.id AND confirmed.act = 'confirmed'
     WHERE NOT EXISTS (SELECT 1 FROM match_act AS undone WHERE undone.match_id = match.id AND undone.act = 'undone');

-- How much of each bank line is explained.
CREATE VIEW bank_line_position WITH (security_invoker = true) AS
    SELECT line.*, COALESCE(explained.cents, 0)::bigint AS explained_cents
      FROM bank_line AS line
      LEFT JOIN LATERAL (
            SELECT sum(part.amount_cents) AS cents
              FROM live_match JOIN match_part AS part ON part.match_id = live_match.id
             WHERE live_match.line_id = line.id
      ) AS explained ON true;

-- What is still to be sent of each transfer due; nothing once the event that made it was reversed. Where to is in the table alone,
-- since not everyone who may know of a transfer may read an account number.
CREATE VIEW transfer_due_position WITH (security_invoker = true) AS
    SELECT transfer.id, transfer.book_id, transfer.kind, transfer.form, transfer.party_id, transfer.amount_cents,
           transfer.payment_id, transfer.run_id, transfer.reason, transfer.details, transfer.event_id,
           CASE WHEN EXISTS (SELECT 1 FROM event WHERE event.reverses_event_id = transfer.event_id) THEN 0
                ELSE transfer.amount_cents - COALESCE(made.cents, 0) END::bigint AS open_cents
      FROM transfer_due AS transfer
      LEFT JOIN LATERAL (
            SELECT sum(part.amount_cents) AS cents
              FROM match_part AS part JOIN live_match ON live_match.id = part.match_id
             WHERE part.transfer_due_id = transfer.id
      ) AS made ON true;

-- What the opening put on an account, in its natural sense: balances that no later document explains.
CREATE FUNCTION opening_cents(asked bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT (account.side * COALESCE(sum(line.amount_cents), 0))::bigint
      FROM account
      JOIN entry_line AS line ON line.account_id = account.id
      JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
      JOIN event ON event.id = entry.event_id AND event.kind = 'opening'
     WHERE account.id = asked GROUP BY account.side
$$;

-- How account codes name a party: a member by their number, anyone else by their code.
CREATE FUNCTION party_key(party_id uuid, book integer) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT COALESCE((SELECT member.number FROM member WHERE member.id = party_id AND member.book_id = book),
                    (SELECT party.code FROM party WHERE party.id = party_id))
$$;

-- What each payment got, gave and lost: the euros that confirmed matches allocate to it, and what became of them. OFFSET keeps the
-- planner on the payment's own few parts: from a match of 10,000 parts it would read all of them for each payment.
CREATE VIEW payment_position WITH (security_invoker = true) AS
    SELECT payment.id AS payment_id, payment.run_id, payment.amount_cents,
           COALESCE(matched.allocated_cents, 0)::bigint AS allocated_cents,
           COALESCE(matched.recalled_cents, 0)::bigint AS recalled_cents,
           COALESCE(credited.credited_cents, 0)::bigint AS credited_cents,
           COALESCE(credited.taken_back_cents, 0)::bigint AS taken_back_cents,
           COALESCE(due.returned_cents, 0)::bigint AS returned_cents
      FROM payment
      LEFT JOIN LATERAL (
            SELECT sum(part.amount_cents) FILTER (WHERE part.kind = 'allocation') AS allocated_cents,
                   sum(part.amount_cents) FILTER (WHERE part.kind = 'recall') AS recalled_cents
              FROM (SELECT match_id, kind, amount_cents FROM match_part
                     WHERE match_part.payment_id = payment.id OFFSET 0) AS part
             WHERE EXISTS (SELECT 1 FROM match_act WHERE match_act.match_id = part.match_id AND match_act.act = 'confirmed')
               AND NOT EXISTS (SELECT 1 FROM match_act WHERE match_act.match_id = part.match_id AND match_act.act = 'undone')
      ) AS matched ON true
      LEFT JOIN LATERAL (
            SELECT sum(credit.amount_cents) AS credited_cents, sum(back.taken_cents) AS taken_back_cents
              FROM payment_credit AS credit LEFT JOIN credit_taken_back AS back ON back.credit_id = credit.id
             WHERE credit.payment_id = payment.id
      ) AS credited ON true
      LEFT JOIN LATERAL (
            SELECT sum(transfer.amount_cents) AS returned_cents FROM transfer_due AS transfer WHERE transfer.payment_id = payment.id
      ) AS due ON true;
