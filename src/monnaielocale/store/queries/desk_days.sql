-- closings_before: The last Z of each desk, with the last number of the year of the day that is closed next.
SELECT asked.book, last.canonical, last.link, COALESCE(last.last_receipt, 0) AS last_receipt,
       COALESCE(numbered.year_number, 0) AS year_number
  FROM unnest(%(books)s::text[], %(years)s::integer[]) AS asked (book, year)
  JOIN book ON book.code = asked.book
  LEFT JOIN LATERAL (SELECT * FROM desk_day_closing AS closing WHERE closing.book_id = book.id
                      ORDER BY business_on DESC LIMIT 1) AS last ON true
  LEFT JOIN LATERAL (SELECT year_number FROM desk_day_closing AS closing
                      WHERE closing.book_id = book.id AND closing.year = asked.year
                      ORDER BY year_number DESC LIMIT 1) AS numbered ON true;

-- totals_by_means: What the receipts of a desk after a place in its chain come to, by means of payment.
SELECT asked.book, held.*
  FROM unnest(%(books)s::text[], %(afters)s::bigint[]) AS asked (book, after_receipt)
  JOIN book ON book.code = asked.book
 CROSS JOIN LATERAL (
        SELECT count(*) AS receipts, COALESCE(sum(GREATEST(total_cents, 0)), 0)::bigint AS taken_cents,
               COALESCE(sum(GREATEST(-total_cents, 0)), 0)::bigint AS given_back_cents,
               COALESCE(sum(notes_cents), 0)::bigint AS notes, COALESCE(sum(euros_cents), 0)::bigint AS euros,
               COALESCE(sum(digital_cents), 0)::bigint AS digital, COALESCE(sum(card_cents), 0)::bigint AS card,
               COALESCE(sum(cheque_cents), 0)::bigint AS cheque, COALESCE(sum(to_refund_cents), 0)::bigint AS to_refund
          FROM receipt WHERE receipt.book_id = book.id AND receipt.chain_number > asked.after_receipt
  ) AS held;

-- totals_by_service: The same by service.
SELECT asked.book, line.service, sum(line.total_cents)::bigint AS cents
  FROM unnest(%(books)s::text[], %(afters)s::bigint[]) AS asked (book, after_receipt)
  JOIN book ON book.code = asked.book
  JOIN receipt_line AS line ON line.book_id = book.id AND line.chain_number > asked.after_receipt
 GROUP BY asked.book, line.service;

-- totals_by_vat: The same by rate or exemption, with the VAT that each receipt says.
SELECT asked.book, rate.basis_points, rate.exemption, sum(rate.including_cents)::bigint AS including_cents,
       sum(rate.vat_cents)::bigint AS vat_cents
  FROM unnest(%(books)s::text[], %(afters)s::bigint[]) AS asked (book, after_receipt)
  JOIN book ON book.code = asked.book
  JOIN receipt_vat AS rate ON rate.book_id = book.id AND rate.chain_number > asked.after_receipt
 GROUP BY asked.book, rate.basis_points, rate.exemption;

-- differences_of_days: What the counts of days found more or less than expected.
SELECT book.code AS book, COALESCE(sum(found.difference_cents), 0)::bigint AS cents
  FROM unnest(%(books)s::text[], %(days)s::date[]) AS asked (book, business_on)
  JOIN book ON book.code = asked.book
  JOIN till_session AS session ON session.book_id = book.id AND session.business_on = asked.business_on
 CROSS JOIN LATERAL (
        SELECT session.difference_cents
        UNION ALL
        SELECT difference_cents FROM till_session_act AS act
         WHERE act.book_id = session.book_id AND act.session_id = session.id
  ) AS found
 GROUP BY book.code;

-- desk_days_known: Days of desks by their dates, with the Z and the seal if they have them.
SELECT book.code AS book, day.business_on, closing.closed_at, closing.closed_by, seal.sealed_at, seal.sealed_by
  FROM unnest(%(books)s::text[], %(days)s::date[]) AS asked (book, business_on)
  JOIN book ON book.code = asked.book
  JOIN desk_day AS day ON day.book_id = book.id AND day.business_on = asked.business_on
  LEFT JOIN desk_day_closing AS closing ON closing.book_id = day.book_id AND closing.business_on = day.business_on
  LEFT JOIN desk_day_seal AS seal ON seal.book_id = day.book_id AND seal.business_on = day.business_on;

-- closings_of_periods: The Zs of each period, in their order, and the last one before it.
SELECT DISTINCT ON (asked.book, closing.business_on) asked.book, closing.business_on, closing.canonical
  FROM unnest(%(books)s::text[], %(firsts)s::date[], %(lasts)s::date[]) AS asked (book, first_on, last_on)
  JOIN book ON book.code = asked.book
  JOIN desk_day_closing AS closing ON closing.book_id = book.id AND closing.business_on <= asked.last_on
   AND closing.business_on >= COALESCE((SELECT max(business_on) FROM desk_day_closing AS before
                                         WHERE before.book_id = book.id AND before.business_on < asked.first_on), '-infinity')
 ORDER BY asked.book, closing.business_on;

-- days_without_closing: Days of desks that have no Z.
SELECT book.code AS book, day.business_on
  FROM book
  JOIN desk_day AS day ON day.book_id = book.id
 WHERE book.code = ANY (%(books)s)
   AND NOT EXISTS (SELECT 1 FROM desk_day_closing AS closing
                    WHERE closing.book_id = day.book_id AND closing.business_on = day.business_on);

-- periods_closed: Which periods of desks are closed.
SELECT book.code AS book, closed.first_on, closed.last_on
  FROM book JOIN desk_period_closing AS closed ON closed.book_id = book.id
 WHERE book.code = ANY (%(books)s);

-- check_desk_closings: Each Z continues the one before it, counts every receipt of its day, and adds them to the perpetual total.
SELECT format('book %s, %s', book.code, closing.number)
  FROM (SELECT closing.*, lag(link, 1, decode(repeat('00', 32), 'hex')) OVER days AS link_before,
               lag(perpetual_cents, 1, 0::bigint) OVER days AS perpetual_before,
               lag(last_receipt, 1, 0::bigint) OVER days AS receipt_before,
               row_number() OVER (PARTITION BY book_id, year ORDER BY year_number) AS place, canonical::jsonb AS said
          FROM desk_day_closing AS closing WINDOW days AS (PARTITION BY book_id ORDER BY business_on)) AS closing
  JOIN book ON book.id = closing.book_id
 CROSS JOIN LATERAL (SELECT count(*) AS receipts, COALESCE(sum(total_cents), 0) AS cents, max(chain_number) AS last,
                            min(chain_number) AS first
                       FROM receipt WHERE receipt.book_id = closing.book_id AND receipt.business_on = closing.business_on) AS held
  LEFT JOIN receipt AS last ON last.book_id = closing.book_id AND last.chain_number = closing.last_receipt
 WHERE closing.link <> sha256(link_before || convert_to(closing.canonical, 'UTF8')) OR closing.year_number <> closing.place
    OR (closing.receipt_count, closing.taken_cents - closing.given_back_cents, closing.perpetual_cents)
       IS DISTINCT FROM (held.receipts, held.cents::bigint, (closing.perpetual_before + held.cents)::bigint)
    OR held.last <> closing.last_receipt OR held.first <= closing.receipt_before
    OR closing.said ->> 'number' <> closing.number
    OR (closing.said #>> '{perpetual_totals,total_cents}')::bigint <> closing.perpetual_cents
    OR closing.said ->> 'last_receipt' <> encode(COALESCE(last.link, decode(repeat('00', 32), 'hex')), 'hex');
