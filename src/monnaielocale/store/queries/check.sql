-- check_entry_sums: Every entry sums to zero in each currency and holds the lines that it states.
SELECT format('book %s, entry %s: %s lines of %s, sums %s', entry.book_id, entry.number, held.lines, entry.line_count, held.sums)
  FROM entry
  LEFT JOIN LATERAL (
        SELECT sum(lines)::integer AS lines, array_agg(cents) AS sums, bool_or(cents <> 0) AS unbalanced
          FROM (SELECT count(*) AS lines, sum(line.amount_cents) AS cents
                  FROM entry_line AS line JOIN account ON account.id = line.account_id
                 WHERE line.book_id = entry.book_id AND line.entry_number = entry.number GROUP BY account.currency) AS by_currency
  ) AS held ON true
 WHERE held.lines IS DISTINCT FROM entry.line_count OR held.unbalanced;

-- check_positions: Each line continues its account: the next number, and the balance before plus its amount.
SELECT format('account %s, line %s', code, account_line_number)
  FROM (SELECT account.code, line.account_line_number, line.amount_cents, line.balance_after_cents,
               lag(line.account_line_number, 1, 0::bigint) OVER lines AS number_before,
               lag(line.balance_after_cents, 1, 0::bigint) OVER lines AS balance_before
          FROM entry_line AS line JOIN account ON account.id = line.account_id
        WINDOW lines AS (PARTITION BY line.account_id ORDER BY line.account_line_number)) AS running
 WHERE account_line_number <> number_before + 1 OR balance_after_cents <> balance_before + amount_cents;

-- check_floors: No wallet, drawer, envelope, stock or debt is below zero, at any line.
SELECT format('account %s holds %s after line %s', account.code, line.balance_after_cents * account.side, line.account_line_number)
  FROM entry_line AS line JOIN account ON account.id = line.account_id
 WHERE account.floored AND line.balance_after_cents * account.side < 0;

-- check_roll_up: The daily roll-up says what the lines say.
SELECT format('account %s on %s: roll-up %s, lines %s', account.code, COALESCE(day.account_day, lines.on_day), day.cents, lines.cents)
  FROM (SELECT account_id, business_on AS account_day, amount_cents AS cents, line_count FROM account_day) AS day
  FULL JOIN (SELECT account_id, business_on AS on_day, sum(amount_cents)::bigint AS cents, count(*) AS line_count
               FROM entry_line GROUP BY account_id, business_on) AS lines
    ON lines.account_id = day.account_id AND lines.on_day = day.account_day
  JOIN account ON account.id = COALESCE(day.account_id, lines.account_id)
 WHERE (day.cents, day.line_count) IS DISTINCT FROM (lines.cents, lines.line_count);

-- check_digital_units: Digital units issued are the wallets here and elsewhere, and the debt towards their holders.
SELECT format('book %s: %s issued, %s in wallets, %s in circulation', book.code, held.issued, held.wallets, held.circulation)
  FROM book
  JOIN LATERAL (
        SELECT COALESCE(sum(cents) FILTER (WHERE role = 'issuance.digital'), 0) AS issued,
               COALESCE(sum(cents) FILTER (WHERE role IN ('wallet', 'wallets_elsewhere', 'wallets_elsewhere.pending')), 0) AS wallets,
               COALESCE(sum(cents) FILTER (WHERE role = 'circulation.digital'), 0) AS circulation
          FROM account_balance WHERE account_balance.book_id = book.id
  ) AS held ON true
 WHERE held.issued <> held.wallets OR held.issued <> held.circulation;

-- check_notes: Every printed note is somewhere, per denomination.
SELECT format('book %s, notes of %s: %s issued, %s found', book.code, held.denomination_cents, held.issued, held.found)
  FROM book
  JOIN LATERAL (
        SELECT denomination_cents, COALESCE(sum(cents) FILTER (WHERE role = 'issuance.notes'), 0) AS issued,
               COALESCE(sum(cents) FILTER (WHERE role LIKE 'notes.%'), 0) AS found
          FROM account_balance WHERE account_balance.book_id = book.id AND denomination_cents IS NOT NULL
         GROUP BY denomination_cents
  ) AS held ON held.issued <> held.found;

-- check_notes_in_circulation: The debt for notes is what the public, the desks and the envelopes hold.
SELECT format('book %s: %s in circulation, %s held', book.code, held.circulation, held.outside)
  FROM book
  JOIN LATERAL (
        SELECT COALESCE(sum(cents) FILTER (WHERE role = 'circulation.notes'), 0) AS circulation,
               COALESCE(sum(cents) FILTER (WHERE role IN ('notes.public', 'notes.drawer', 'notes.envelope', 'notes.transit_in')), 0)
                   AS outside
          FROM account_balance WHERE account_balance.book_id = book.id
  ) AS held ON held.circulation <> held.outside;

-- check_bank_balances: Each bank account stands where the last statement imported for it closed.
SELECT format('account %s: books %s, statement of %s %s', bank.iban, COALESCE(balance.cents, 0), last.closing_on, last.closing_cents)
  FROM bank_account AS bank
  JOIN LATERAL (SELECT closing_on, closing_cents FROM bank_statement AS its
                 WHERE its.bank_account_id = bank.id AND NOT its.held
                 ORDER BY closing_on DESC, new_lines > 0 DESC, id DESC LIMIT 1) AS last ON true
  LEFT JOIN account_balance AS balance ON balance.book_id = bank.book_id AND balance.code = 'bank:' || bank.iban
 WHERE COALESCE(balance.cents, 0) <> last.closing_cents;

-- check_bank_lines: Each movement of a bank account in the books is one statement line, or the opening, and the other way round.
SELECT format('bank line %s of %s: statement %s, books %s', line.id, bank.iban, line.amount_cents, booked.cents)
  FROM bank_line AS line JOIN bank_account AS bank ON bank.id = line.bank_account_id
  LEFT JOIN LATERAL (
        SELECT sum(moved.amount_cents) AS cents FROM entry
          JOIN entry_line AS moved ON moved.book_id = entry.book_id AND moved.entry_number = entry.number
          JOIN account ON account.id = moved.account_id AND account.code = 'bank:' || bank.iban
         WHERE entry.event_id = line.event_id
  ) AS booked ON true
 WHERE booked.cents IS DISTINCT FROM line.amount_cents
UNION ALL
SELECT format('entry %s moves %s without a statement line', line.entry_number, account.code)
  FROM entry_line AS line JOIN account ON account.id = line.account_id AND account.role = 'bank'
  JOIN entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  JOIN event ON event.id = entry.event_id
 WHERE event.kind <> 'opening' AND NOT EXISTS (SELECT 1 FROM bank_line WHERE bank_line.event_id = event.id);

-- check_explanations: No bank line is explained beyond its amount, and what is unexplained is what the books hold as such.
SELECT format('bank line %s of %s: %s explained', line.id, line.amount_cents, line.explained_cents)
  FROM bank_line_position AS line WHERE line.explained_cents > abs(line.amount_cents)
UNION ALL
SELECT format('%s: books %s, lines %s', account.code, account.cents, COALESCE(open.cents, 0))
  FROM account_balance AS account
  LEFT JOIN LATERAL (
        SELECT sum(abs(line.amount_cents) - line.explained_cents) AS cents
          FROM bank_line_position AS line JOIN bank_account AS bank ON bank.id = line.bank_account_id
         WHERE bank.book_id = account.book_id
           AND account.role = CASE WHEN line.amount_cents > 0 THEN 'received_unattributed.' ELSE 'paid_unattributed.' END || bank.form
  ) AS open ON true
 WHERE account.role IN ('received_unattributed.digital', 'received_unattributed.notes',
                        'paid_unattributed.digital', 'paid_unattributed.notes')
   AND account.cents - COALESCE(opening_cents(account.account_id), 0) <> COALESCE(open.cents, 0);

-- check_desks: What a desk's book says of its notes, its digital units and its claim is what the association and the papers say.
SELECT format('desk %s: %s of %s in its book, %s in that of the association', own.code, position.cents, position.what,
              position.followed_cents)
  FROM desk_position AS position JOIN book AS own ON own.id = position.book_id
 WHERE position.cents <> position.followed_cents;

-- check_envelopes: The notes in envelopes and on their way are those that were written down, per denomination.
SELECT format('desk %s, notes of %s %s: books %s, written %s', own.code, told.denomination_cents, told.place,
              COALESCE(booked.cents, 0), COALESCE(written.cents, 0))
  FROM desk
  JOIN book AS own ON own.id = desk.book_id
  JOIN (SELECT DISTINCT denomination_cents, place FROM account, (VALUES ('envelope'), ('transit_in')) AS places (place)
         WHERE denomination_cents IS NOT NULL) AS told ON true
  LEFT JOIN LATERAL (
        SELECT cents FROM account_balance
         WHERE account_balance.book_id = desk.issuer_book_id
           AND account_balance.code = format('notes.%s:%s:%s', told.place, own.code, told.denomination_cents)
  ) AS booked ON true
  LEFT JOIN LATERAL (
        SELECT sum(note.denomination_cents * note.note_count) AS cents
          FROM envelope
          JOIN envelope_note AS note ON note.envelope_id = envelope.id AND note.denomination_cents = told.denomination_cents
          LEFT JOIN envelope_handing AS handing ON handing.envelope_id = envelope.id
          LEFT JOIN envelope_count AS counted ON counted.envelope_id = envelope.id
         WHERE envelope.book_id = desk.book_id AND counted.envelope_id IS NULL
           AND (handing.envelope_id IS NULL) = (told.place = 'envelope')
  ) AS written ON true
 WHERE COALESCE(booked.cents, 0) <> COALESCE(written.cents, 0);

-- check_claims: What the desks of a public body claim is what the association owes it, and has sent and nobody confirmed.
SELECT format('%s of book %s: desks claim %s, %s owed or sent', party.code, asked.issuer_book_id, claimed.cents, owed.cents + sent.cents)
  FROM (SELECT DISTINCT public_body_id, issuer_book_id FROM desk) AS asked
  JOIN party ON party.id = asked.public_body_id
  JOIN LATERAL (
        SELECT COALESCE(sum(cents), 0) AS cents FROM desk JOIN account_balance ON account_balance.book_id = desk.book_id
         WHERE role = 'claim_on_issuer'
           AND (desk.public_body_id, desk.issuer_book_id) = (asked.public_body_id, asked.issuer_book_id)
  ) AS claimed ON true
  JOIN LATERAL (
        SELECT COALESCE(sum(cents), 0) AS cents FROM account_balance
         WHERE book_id = asked.issuer_book_id
           AND code IN ('redemption_due.notes:' || party.code, 'redemption_due.digital:' || party.code)
  ) AS owed ON true
  JOIN LATERAL (
        SELECT COALESCE(sum(due.amount_cents - due.open_cents - COALESCE(told.cents, 0)), 0) AS cents
          FROM desk
          JOIN remittance ON remittance.book_id = desk.book_id
          JOIN transfer_due_position AS due ON due.id = remittance.transfer_due_id
          LEFT JOIN LATERAL (SELECT sum(amount_cents) AS cents FROM remittance_confirmation
                              WHERE remittance_id = remittance.id) AS told ON true
         WHERE (desk.public_body_id, desk.issuer_book_id) = (asked.public_body_id, asked.issuer_book_id)
  ) AS sent ON true
 WHERE claimed.cents <> owed.cents + sent.cents;

-- check_payments: No payment got more euros than it asks for, nor gave more than it got.
SELECT format('payment %s: %s asked, %s allocated, %s credited, %s taken back, %s returned, %s recalled', payment_id, amount_cents,
              allocated_cents, credited_cents, taken_back_cents, returned_cents, recalled_cents)
  FROM payment_position
 WHERE allocated_cents > amount_cents
    OR credited_cents - taken_back_cents + returned_cents + recalled_cents > allocated_cents;

-- check_to_credit: Euros that wait to be credited to a run are its allocations less what was credited, returned and recalled.
SELECT format('run %s: books %s, payments %s', run.reference, COALESCE(balance.cents, 0), held.cents)
  FROM payment_run AS run
  JOIN party ON party.id = run.public_body_id
  JOIN LATERAL (SELECT sum(allocated_cents - credited_cents + taken_back_cents - returned_cents - recalled_cents) AS cents
                  FROM payment_position WHERE payment_position.run_id = run.id) AS held ON true
  LEFT JOIN account_balance AS balance
         ON balance.book_id = run.book_id AND balance.code = 'to_credit:' || party.code || ':' || run.reference
 WHERE COALESCE(balance.cents, 0) <> held.cents;

-- check_creditings: Each crediting gave its payments what its entry took from the run.
SELECT format('crediting %s: payments %s, entry %s', crediting.id, given.cents, booked.cents)
  FROM crediting
  JOIN LATERAL (SELECT sum(amount_cents) AS cents FROM payment_credit WHERE crediting_id = crediting.id) AS given ON true
  LEFT JOIN LATERAL (
        SELECT sum(line.amount_cents) AS cents FROM entry
          JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
          JOIN account ON account.id = line.account_id AND account.role = 'to_credit'
         WHERE entry.event_id = crediting.event_id
  ) AS booked ON true
 WHERE given.cents IS DISTINCT FROM booked.cents;

-- check_transfers_due: Euros owed to each party are the transfers due to it that have not been made; an opening's become such.
SELECT format('%s: books %s, transfers due %s', account.code, account.cents, COALESCE(due.cents, 0))
  FROM account_balance AS account
  LEFT JOIN LATERAL (
        SELECT sum(position.open_cents) AS cents
          FROM transfer_due_position AS position JOIN party ON party.id = position.party_id
         WHERE position.book_id = account.book_id
           AND account.code = CASE position.kind WHEN 'redemption' THEN 'redemption_due.' ELSE 'to_return.' END || position.form
               || ':' || party_key(party.id, position.book_id)
  ) AS due ON true
 WHERE (account.role LIKE 'to_return.%' OR account.role LIKE 'redemption_due.%')
   AND account.cents <> COALESCE(due.cents, 0);

-- check_reversals: A reversal mirrors the whole event that it reverses.
SELECT format('event %s does not mirror event %s', back.number, first.number)
  FROM event AS back JOIN event AS first ON first.id = back.reverses_event_id
 WHERE EXISTS (
        SELECT line.book_id, line.account_id FROM entry
          JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
         WHERE entry.event_id IN (back.id, first.id)
         GROUP BY line.book_id, line.account_id HAVING sum(line.amount_cents) <> 0);

-- check_second_persons: Nobody signed, accepted or confirmed what they had entered themselves.
SELECT format('run %s', run.reference) FROM payment_run AS run JOIN run_act ON run_act.run_id = run.id AND run_act.act = 'signed'
 WHERE run_act.acted_by = run.prepared_by
UNION ALL
SELECT format('mandate %s', mandate.number) FROM collection_mandate AS mandate
  JOIN mandate_act AS drafted ON drafted.mandate_id = mandate.id AND drafted.act = 'drafted'
  JOIN mandate_act AS accepted ON accepted.mandate_id = mandate.id AND accepted.act = 'accepted'
 WHERE drafted.acted_by = accepted.acted_by
UNION ALL
SELECT format('match %s', match.id) FROM match JOIN match_act AS confirmed ON confirmed.match_id = match.id
   AND confirmed.act = 'confirmed' AND confirmed.acted_by = match.proposed_by
 WHERE match.origin <> 'automatic'
UNION ALL
SELECT format('opening %s', opening.id) FROM book_opening AS opening
  JOIN book_opening_signature AS signature ON signature.opening_id = opening.id AND signature.signed_by = opening.prepared_by;

-- check_credited_after_signature: No payment was credited unless its run was signed and its mandate stood on that day.
SELECT format('payment %s of run %s', payment.row_number, run.reference)
  FROM payment_credit AS credit
  JOIN crediting ON crediting.id = credit.crediting_id
  JOIN payment ON payment.id = credit.payment_id
  JOIN payment_run AS run ON run.id = payment.run_id
 WHERE NOT EXISTS (SELECT 1 FROM run_act WHERE run_act.run_id = run.id AND run_act.act = 'signed')
    OR EXISTS (SELECT 1 FROM mandate_act AS revoked JOIN event AS ending ON ending.id = revoked.event_id
                 JOIN event AS giving ON giving.id = crediting.event_id
                WHERE revoked.mandate_id = payment.mandate_id AND revoked.act = 'revoked' AND ending.number < giving.number);

-- check_closed_periods: Nothing was recorded in a period after it was closed.
SELECT format('entry %s of %s', entry.number, entry.business_on)
  FROM book_closing AS closing
  JOIN event AS shut ON shut.id = closing.event_id
  JOIN entry ON entry.book_id = closing.book_id AND entry.business_on <= closing.closed_until
  JOIN event ON event.id = entry.event_id AND event.number > shut.number;

-- check_guards: Every table refuses changes by trigger, and the application's roles have no right to them.
SELECT format('table %s has no insert-only trigger', tables.tablename)
  FROM pg_tables AS tables
 WHERE tables.schemaname = 'public' AND tables.tablename NOT IN ('account_day', 'alembic_version')
   AND NOT EXISTS (SELECT 1 FROM pg_trigger
                    WHERE tgrelid = format('%I', tables.tablename)::regclass AND tgname = tables.tablename || '_insert_only'
                      AND tgenabled = 'O')
UNION ALL
SELECT format('%s may %s on %s', role_name, action, tables.tablename)
  FROM pg_tables AS tables,
       unnest(ARRAY['monnaielocale_writer', 'monnaielocale_reader', 'monnaielocale_visitor']) AS role_name,
       unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS action
 WHERE tables.schemaname = 'public' AND has_table_privilege(role_name, format('%I', tables.tablename), action)
UNION ALL
SELECT format('%s may INSERT on %s beside record_batch', role_name, table_name)
  FROM unnest(ARRAY['monnaielocale_writer', 'monnaielocale_reader']) AS role_name,
       unnest(ARRAY['batch', 'event', 'entry', 'entry_line', 'account_day']) AS table_name
 WHERE has_table_privilege(role_name, table_name, 'INSERT')
UNION ALL
SELECT format('trigger %s on %s is off', tgname, tgrelid::regclass) FROM pg_trigger
 WHERE NOT tgisinternal AND tgenabled <> 'O';

-- check_durability: What is committed survives a crash: the server's settings for it are on.
SELECT format('%s is %s', name, setting) FROM pg_settings
 WHERE (name IN ('fsync', 'full_page_writes', 'data_checksums') AND setting <> 'on')
    OR (name = 'synchronous_commit' AND setting = 'off');

-- sealed_batches: Every batch of a book in its order.
SELECT number, recorded_at, first_entry_number, first_event_number, last_event_number, last_entry_number, root, previous_hash, hash
  FROM batch WHERE book_id = %(book_id)s ORDER BY number;

-- sealed_events: The events of a batch by their numbers, then those of other books in the order of their entries in this one.
SELECT event.id, event.number, event.kind, event.acted_by, event.business_on, event.reverses_event_id, event.reason, event.details,
       0 AS entry_number
  FROM event WHERE event.book_id = %(book_id)s AND event.number BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT event.id, 0, event.kind, event.acted_by, event.business_on, event.reverses_event_id, event.reason, event.details,
       entry.number
  FROM entry JOIN event ON event.id = entry.event_id AND event.book_id <> entry.book_id
 WHERE entry.book_id = %(book_id)s AND entry.number BETWEEN %(first_entry)s AND %(last_entry)s
 ORDER BY entry_number, number;

-- sealed_lines: The entries of a range with their lines, in the order in which they were written.
SELECT entry.number, entry.event_id, entry.business_on, entry.label, account.code, line.account_line_number, line.amount_cents,
       line.balance_after_cents
  FROM entry
  JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
  JOIN account ON account.id = line.account_id
 WHERE entry.book_id = %(book_id)s AND entry.number BETWEEN %(first)s AND %(last)s
 ORDER BY entry.number, account.code;

-- all_books: Every book.
SELECT id, code FROM book ORDER BY id;

-- issuer_books: The books of associations, without those of service desks.
SELECT code FROM book WHERE kind = 'issuer' ORDER BY id;
