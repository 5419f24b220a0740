-- handovers: Handovers of desks in their order, after one of them, with who leaves, who begins and whether it was accepted.
SELECT book.code AS book, handover.ordinal, handover.number, handover.canonical, handover.drawn_at, handover.begins_on,
       handover.incoming_id, outgoing.login AS outgoing, incoming.login AS incoming, drawing.login AS drawn_by,
       acceptance.accepted_at, acceptance.reservations
  FROM book
  JOIN desk_handover AS handover ON handover.book_id = book.id
  JOIN person AS outgoing ON outgoing.id = handover.outgoing_id
  JOIN person AS incoming ON incoming.id = handover.incoming_id
  JOIN person AS drawing ON drawing.id = handover.drawn_by
  LEFT JOIN desk_handover_acceptance AS acceptance ON acceptance.book_id = handover.book_id AND acceptance.ordinal = handover.ordinal
 WHERE book.code = ANY (%(books)s) AND handover.ordinal > %(after)s
   AND (%(number)s::text IS NULL OR handover.number = %(number)s::text)
 ORDER BY book.code, handover.ordinal LIMIT %(limit)s;

-- held_by_desks: What each account of the books of desks holds, in its natural sense.
SELECT book.code AS book, held.code, held.cents
  FROM book JOIN account_balance AS held ON held.book_id = book.id
 WHERE book.code = ANY (%(books)s) AND held.cents <> 0 ORDER BY book.code, held.code;

-- journals_of_desks: The last receipt and the last Z of desks.
SELECT book.code AS book, COALESCE(receipt.chain_number, 0) AS receipt_count, COALESCE(receipt.number, '') AS last_receipt,
       COALESCE(receipt.link, '') AS receipt_link, COALESCE(closing.number, '') AS last_closing,
       COALESCE(closing.link, '') AS closing_link
  FROM book
  LEFT JOIN LATERAL (SELECT chain_number, number, link FROM receipt WHERE receipt.book_id = book.id
                      ORDER BY chain_number DESC LIMIT 1) AS receipt ON true
  LEFT JOIN LATERAL (SELECT number, link FROM desk_day_closing WHERE desk_day_closing.book_id = book.id
                      ORDER BY business_on DESC LIMIT 1) AS closing ON true
 WHERE book.code = ANY (%(books)s);

-- check_handovers: Each handover is what its event sealed, and is accepted by the head for whom it was drawn up.
SELECT format('book %s, %s', book.code, handover.number)
  FROM desk_handover AS handover
  JOIN book ON book.id = handover.book_id
  LEFT JOIN event ON event.id = handover.event_id
   AND (event.book_id, event.kind, event.acted_by) = (handover.book_id, 'desk_handed_over', handover.drawn_by)
  LEFT JOIN desk_handover_acceptance AS acceptance ON acceptance.book_id = handover.book_id AND acceptance.ordinal = handover.ordinal
 WHERE event.details ->> 'sha256' IS DISTINCT FROM encode(sha256(convert_to(handover.canonical, 'UTF8')), 'hex')
    OR acceptance.accepted_by <> handover.incoming_id
    OR handover.ordinal <> (SELECT count(*) FROM desk_handover AS known
                             WHERE known.book_id = handover.book_id AND known.ordinal <= handover.ordinal);
