-- receipts_by_number: Receipts by the codes of their desks' books and their numbers, with the last copy that was printed.
SELECT book.code AS book, receipt.chain_number, receipt.number, receipt.canonical, receipt.link, receipt.cancels,
       COALESCE((SELECT max(copy_number) FROM receipt_duplicate AS copy
                  WHERE copy.book_id = receipt.book_id AND copy.chain_number = receipt.chain_number), 0)::bigint AS copies
  FROM unnest(%(books)s::text[], %(numbers)s::text[]) AS asked (book, number)
  JOIN book ON book.code = asked.book
  JOIN receipt ON receipt.book_id = book.id AND receipt.number = asked.number;

-- receipts_in_place: Receipts by the codes of their desks' books and their places in the chain.
SELECT book.code AS book, receipt.chain_number, receipt.number, receipt.canonical, receipt.link, receipt.cancels, 0 AS copies
  FROM unnest(%(books)s::text[], %(places)s::bigint[]) AS asked (book, place)
  JOIN book ON book.code = asked.book
  JOIN receipt ON receipt.book_id = book.id AND receipt.chain_number = asked.place;

-- receipt_journal: The receipts of a desk after a place in its chain, in their order: those of some days or all, so many or all.
SELECT receipt.chain_number, receipt.canonical, receipt.link
  FROM book JOIN receipt ON receipt.book_id = book.id
 WHERE book.code = %(book)s AND receipt.chain_number > %(after)s
   AND receipt.business_on BETWEEN COALESCE(%(first_on)s, '-infinity'::date) AND COALESCE(%(last_on)s, 'infinity'::date)
 ORDER BY receipt.chain_number LIMIT %(most)s::bigint;

-- receipt_chain: How many receipts a desk has, the last link of its chain, and the first number that does not follow, if any.
WITH chain AS (
    SELECT receipt.number, receipt.chain_number, receipt.link,
           receipt.chain_number = lag(receipt.chain_number, 1, 0::bigint) OVER places + 1
           AND receipt.link = sha256(lag(receipt.link, 1, decode(repeat('00', 32), 'hex')) OVER places
                                     || convert_to(receipt.canonical, 'UTF8')) AS follows
      FROM book JOIN receipt ON receipt.book_id = book.id
     WHERE book.code = %(book)s
    WINDOW places AS (ORDER BY receipt.chain_number)
)
SELECT count(*) AS receipt_count, encode((array_agg(link ORDER BY chain_number DESC))[1], 'hex') AS link,
       (array_agg(number ORDER BY chain_number) FILTER (WHERE NOT follows))[1] AS first_broken
  FROM chain;

-- minus_receipts: The minus receipts of receipts, in their order, each with what was refunded for it from a till.
SELECT book.code AS book, minus.cancels, minus.chain_number, minus.canonical, refund.settlement
  FROM unnest(%(books)s::text[], %(places)s::bigint[]) AS asked (book, place)
  JOIN book ON book.code = asked.book
  JOIN receipt AS minus ON minus.book_id = book.id AND minus.cancels = asked.place
  LEFT JOIN receipt_refund AS refund ON refund.book_id = minus.book_id AND refund.chain_number = minus.chain_number
 ORDER BY minus.chain_number;

-- papers_known: Which numbers of the paper receipt book were entered already.
SELECT book.code AS book, receipt.paper_number
  FROM unnest(%(books)s::text[], %(papers)s::text[]) AS asked (book, paper)
  JOIN book ON book.code = asked.book
  JOIN receipt ON receipt.book_id = book.id AND receipt.paper_number = asked.paper;

-- payers_of: The accounts that paid requests.
SELECT reference, payer FROM payment_request_act WHERE act = 'approved' AND reference = ANY (%(references)s::text[]);

-- check_receipt_chain: The receipts of a desk follow each other, each with the hash of the one before and its own content.
SELECT format('book %s, receipt %s', book.code, number)
  FROM (SELECT receipt.*, lag(chain_number, 1, 0::bigint) OVER chain AS place_before,
               lag(link, 1, decode(repeat('00', 32), 'hex')) OVER chain AS link_before, canonical::jsonb AS said
          FROM receipt WINDOW chain AS (PARTITION BY book_id ORDER BY chain_number)) AS receipt
  JOIN book ON book.id = receipt.book_id
 WHERE chain_number <> place_before + 1 OR link <> sha256(link_before || convert_to(canonical, 'UTF8'))
    OR (said ->> 'number', said ->> 'day', (said ->> 'total_cents')::bigint, said ->> 'till', said ->> 'clerk', said ->> 'session')
       IS DISTINCT FROM (number, business_on::text, total_cents, till, clerk_id::text, session_id::text);

-- check_receipt_numbers: The numbers of each series count from one each year, without a hole.
SELECT format('book %s, receipt %s', book.code, number)
  FROM (SELECT book_id, number, series_number, row_number() OVER (PARTITION BY book_id, series, year ORDER BY series_number) AS place,
               chain_number, lag(chain_number, 1, 0::bigint) OVER (PARTITION BY book_id, series, year ORDER BY series_number) AS before
          FROM receipt) AS numbered
  JOIN book ON book.id = numbered.book_id
 WHERE series_number <> place OR chain_number <= before;

-- check_receipt_amounts: A receipt comes to its lines, to its rates, and to what the desk's book took for it.
SELECT format('book %s, receipt %s: %s, lines %s, rates %s, books %s', book.code, receipt.number, receipt.total_cents,
              lines.cents, rates.cents, booked.cents)
  FROM receipt
  JOIN book ON book.id = receipt.book_id
  LEFT JOIN LATERAL (SELECT sum(total_cents) AS cents FROM receipt_line AS line
                      WHERE line.book_id = receipt.book_id AND line.chain_number = receipt.chain_number) AS lines ON true
  LEFT JOIN LATERAL (SELECT sum(including_cents) AS cents FROM receipt_vat AS rate
                      WHERE rate.book_id = receipt.book_id AND rate.chain_number = receipt.chain_number) AS rates ON true
  LEFT JOIN LATERAL (
        SELECT COALESCE(-sum(line.amount_cents) FILTER (WHERE account.role = 'revenue'), 0) AS cents,
               COALESCE(sum(line.amount_cents) FILTER (WHERE account.role = 'values.notes'), 0) AS notes,
               COALESCE(sum(line.amount_cents) FILTER (WHERE account.role = 'till.euro'), 0) AS euros,
               COALESCE(sum(line.amount_cents) FILTER (WHERE account.role = 'digital_received'), 0) AS digital,
               COALESCE(sum(line.amount_cents) FILTER (WHERE account.role = 'other_means'), 0) AS other
          FROM entry
          JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
          JOIN account ON account.id = line.account_id
         WHERE entry.event_id = receipt.event_id AND entry.book_id = receipt.book_id
  ) AS booked ON true
 WHERE (lines.cents, rates.cents, booked.cents) IS DISTINCT FROM (receipt.total_cents, receipt.total_cents, receipt.total_cents)
    OR (booked.notes, booked.euros, booked.digital, booked.other)
       IS DISTINCT FROM (receipt.notes_cents, receipt.euros_cents, receipt.digital_cents, receipt.card_cents + receipt.cheque_cents);

-- check_cancelled_lines: A line is cancelled by a minus receipt of its receipt.
SELECT format('book %s, line %s of receipt %s', book.code, line.place, line.chain_number)
  FROM receipt_cancelled_line AS line
  JOIN book ON book.id = line.book_id
  JOIN receipt AS minus ON minus.book_id = line.book_id AND minus.chain_number = line.cancelled_by
 WHERE minus.cancels IS DISTINCT FROM line.chain_number;

-- check_payment_requests: A request is approved for a receipt that was paid with it, before it expired.
SELECT format('request %s', request.reference)
  FROM payment_request_act AS done
  JOIN payment_request AS request ON request.reference = done.reference
  LEFT JOIN receipt ON receipt.book_id = done.book_id AND receipt.chain_number = done.chain_number
 WHERE done.act = 'approved'
   AND (done.acted_at >= request.expires_at OR receipt.digital_cents IS DISTINCT FROM request.amount_cents);
