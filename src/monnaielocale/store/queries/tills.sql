-- desk_days_latest: The last day of each desk, with its Z and its seal if it has them.
SELECT book.code AS book, day.business_on, closing.closed_at, closing.closed_by, seal.sealed_at, seal.sealed_by
  FROM book
  JOIN LATERAL (SELECT * FROM desk_day WHERE desk_day.book_id = book.id ORDER BY business_on DESC LIMIT 1) AS day ON true
  LEFT JOIN desk_day_closing AS closing ON closing.book_id = day.book_id AND closing.business_on = day.business_on
  LEFT JOIN desk_day_seal AS seal ON seal.book_id = day.book_id AND seal.business_on = day.business_on
 WHERE book.code = ANY (%(books)s);

-- till_sessions_of_day: The sessions of the last day of each desk: those of earlier days are closed.
SELECT book.code AS book, session.id, session.till, session.clerk_id, session.business_on, session.opened_at, session.count,
       session.booked_euros_cents, session.after_receipt
  FROM book
  JOIN LATERAL (SELECT business_on FROM desk_day WHERE desk_day.book_id = book.id ORDER BY business_on DESC LIMIT 1) AS day ON true
  JOIN till_session AS session ON session.book_id = book.id AND session.business_on = day.business_on
 WHERE book.code = ANY (%(books)s) ORDER BY session.id;

-- till_session_acts: What became of the sessions of the last day of each desk.
SELECT book.code AS book, act.*
  FROM book
  JOIN LATERAL (SELECT business_on FROM desk_day WHERE desk_day.book_id = book.id ORDER BY business_on DESC LIMIT 1) AS day ON true
  JOIN till_session AS session ON session.book_id = book.id AND session.business_on = day.business_on
  JOIN till_session_act AS act ON act.book_id = session.book_id AND act.session_id = session.id
 WHERE book.code = ANY (%(books)s) ORDER BY act.session_id, act.act_number;

-- tills_left: What the last session of each till left in it.
SELECT asked.book, asked.till, closed.count, closed.booked_euros_cents
  FROM unnest(%(books)s::text[], %(tills)s::text[]) AS asked (book, till)
  JOIN book ON book.code = asked.book
  JOIN LATERAL (SELECT * FROM till_session WHERE till_session.book_id = book.id AND till_session.till = asked.till
                 ORDER BY id DESC LIMIT 1) AS session ON true
  JOIN till_session_act AS closed ON closed.book_id = session.book_id AND closed.session_id = session.id AND closed.act = 'closed';

-- receipt_heads: Where the receipts of each desk stand: the end of the chain, and the last number of each series in a year.
SELECT book.code AS book, COALESCE(last.chain_number, 0) AS chain_number, last.link, last.issued_at,
       COALESCE(tills.series_number, 0) AS till_number, COALESCE(papers.series_number, 0) AS paper_number
  FROM unnest(%(books)s::text[], %(years)s::integer[]) AS asked (book, year)
  JOIN book ON book.code = asked.book
  LEFT JOIN LATERAL (SELECT chain_number, link, issued_at FROM receipt WHERE receipt.book_id = book.id
                      ORDER BY chain_number DESC LIMIT 1) AS last ON true
  LEFT JOIN LATERAL (SELECT series_number FROM receipt
                      WHERE receipt.book_id = book.id AND series = 'till' AND year = asked.year
                      ORDER BY series_number DESC LIMIT 1) AS tills ON true
  LEFT JOIN LATERAL (SELECT series_number FROM receipt
                      WHERE receipt.book_id = book.id AND series = 'paper' AND year = asked.year
                      ORDER BY series_number DESC LIMIT 1) AS papers ON true;

-- session_slips: Card slips and cheques that receipts brought into tills since their last counts.
SELECT asked.session_id, COALESCE(sum(given.card_cents), 0)::bigint AS card_cents,
       COALESCE(sum(given.cheque_cents), 0)::bigint AS cheque_cents
  FROM unnest(%(books)s::text[], %(sessions)s::uuid[], %(afters)s::bigint[], %(since)s::timestamptz[])
       AS asked (book, session_id, after_receipt, since)
  JOIN book ON book.code = asked.book
  LEFT JOIN LATERAL (
        SELECT card_cents, cheque_cents FROM receipt
         WHERE receipt.book_id = book.id AND receipt.session_id = asked.session_id
           AND receipt.chain_number > asked.after_receipt AND (card_cents <> 0 OR cheque_cents <> 0)
        UNION ALL
        SELECT card_cents, cheque_cents FROM receipt_refund AS refund
         WHERE refund.book_id = book.id AND refund.session_id = asked.session_id AND refund.paid_at > asked.since
  ) AS given ON true
 GROUP BY asked.session_id;
