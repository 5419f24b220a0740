-- envelopes: Envelopes of desks: those of these numbers with those not yet counted, or all of them by number after one.
SELECT book.code AS book, envelope.id, envelope.number, envelope.opened_on,
       handing.carrier, handing.handed_on, handing.handed_at, handing.handed_by,
       counted.reason, counted.counted_on, counted.counted_at, counted.counted_by,
       remittance.number AS remittance, COALESCE(remittance.amount_cents, 0) AS owed_cents,
       COALESCE(paid_of_remittance(remittance.id), due.amount_cents - due.open_cents, 0) AS paid_cents,
       COALESCE((SELECT sum(told.amount_cents) FROM remittance_confirmation AS told WHERE told.remittance_id = remittance.id), 0)::bigint
           AS confirmed_cents
  FROM book
  JOIN envelope ON envelope.book_id = book.id
  LEFT JOIN envelope_handing AS handing ON handing.envelope_id = envelope.id
  LEFT JOIN envelope_count AS counted ON counted.envelope_id = envelope.id
  LEFT JOIN remittance ON remittance.envelope_id = envelope.id
  LEFT JOIN transfer_due_position AS due ON due.id = remittance.transfer_due_id
 WHERE book.code = ANY (%(books)s)
   AND (%(numbers)s::text[] IS NULL OR envelope.number = ANY (%(numbers)s::text[]) OR counted.envelope_id IS NULL)
   AND (%(after)s::text IS NULL OR envelope.number > %(after)s::text)
 ORDER BY envelope.number COLLATE "C" LIMIT %(limit)s;

-- envelope_notes: What each day put into the envelopes, by denomination.
SELECT note.envelope_id, note.put_on, note.denomination_cents, sum(note.note_count)::bigint AS note_count
  FROM envelope_note AS note WHERE note.envelope_id = ANY (%(envelopes)s)
 GROUP BY note.envelope_id, note.put_on, note.denomination_cents
 ORDER BY note.envelope_id, note.put_on, note.denomination_cents;

-- envelope_count_notes: What the association found in the envelopes, by denomination.
SELECT found.envelope_id, found.denomination_cents, found.note_count
  FROM envelope_count_note AS found WHERE found.envelope_id = ANY (%(envelopes)s)
 ORDER BY found.envelope_id, found.denomination_cents;

-- last_ordinals: How far the numbers of envelopes and of remittances have come, by desk and year.
SELECT book.code AS book, told.what, told.year, told.ordinal
  FROM book
  JOIN LATERAL (
        SELECT 'envelope' AS what, year, max(ordinal) AS ordinal FROM envelope WHERE envelope.book_id = book.id GROUP BY year
         UNION ALL
        SELECT 'remittance', year, max(ordinal) FROM remittance WHERE remittance.book_id = book.id GROUP BY year
  ) AS told ON true
 WHERE book.code = ANY (%(books)s);

-- remittances: What the association owes or owed desks: those of these numbers, or all of them by number after one.
SELECT book.code AS book, remittance.id, remittance.number, remittance.form, envelope.number AS envelope, remittance.due_on,
       remittance.amount_cents,
       COALESCE(paid_of_remittance(remittance.id), due.amount_cents - due.open_cents) AS paid_cents,
       COALESCE((SELECT sum(told.amount_cents) FROM remittance_confirmation AS told WHERE told.remittance_id = remittance.id), 0)::bigint
           AS confirmed_cents
  FROM book
  JOIN remittance ON remittance.book_id = book.id
  LEFT JOIN envelope ON envelope.id = remittance.envelope_id
  LEFT JOIN transfer_due_position AS due ON due.id = remittance.transfer_due_id
 WHERE book.code = ANY (%(books)s)
   AND (%(numbers)s::text[] IS NULL OR remittance.number = ANY (%(numbers)s::text[]))
   AND (%(after)s::text IS NULL OR remittance.number > %(after)s::text)
 ORDER BY remittance.number COLLATE "C" LIMIT %(limit)s;

-- iban_of_public_bodies: Where the euros of public bodies are sent, as far as it is known.
SELECT id, iban FROM party WHERE id = ANY (%(parties)s);

-- drawers_of_desks: The notes in the drawers of desks, by the codes of their accounts.
SELECT own.code AS book, account.code AS account, account.denomination_cents, account.cents
  FROM book AS own
  JOIN desk ON desk.book_id = own.id
  JOIN account_balance AS account
    ON account.book_id = desk.issuer_book_id AND account.denomination_cents IS NOT NULL AND account.role = 'notes.drawer'
   AND split_part(account.code, ':', 2) = own.code
 WHERE own.code = ANY (%(books)s) AND account.cents > 0
 ORDER BY account.code;

-- confirmations_of_transfers: The last confirmation of each transfer's euros by the Treasury.
SELECT DISTINCT ON (remittance.transfer_due_id) remittance.transfer_due_id, event.number, event.kind AS event_kind, event.business_on
  FROM remittance
  JOIN remittance_confirmation AS told ON told.remittance_id = remittance.id
  JOIN event ON event.id = told.event_id
 WHERE remittance.transfer_due_id = ANY (%(transfers)s)
 ORDER BY remittance.transfer_due_id, event.number DESC;
