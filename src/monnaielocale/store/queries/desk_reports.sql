-- journal_of_receipts: The receipts of a desk in a period, in the order of their chain.
SELECT receipt.number, receipt.business_on, receipt.till,
       (SELECT string_agg(line.label || ' × ' || line.quantity, ', ' ORDER BY line.place) FROM receipt_line AS line
         WHERE line.book_id = receipt.book_id AND line.chain_number = receipt.chain_number) AS services,
       receipt.total_cents, receipt.notes_cents, receipt.digital_cents, receipt.euros_cents, receipt.card_cents,
       receipt.cheque_cents, receipt.to_refund_cents, COALESCE(cancelled.number, '') AS cancels,
       COALESCE(receipt.paper_number, '') AS paper_number
  FROM receipt
  LEFT JOIN receipt AS cancelled ON cancelled.book_id = receipt.book_id AND cancelled.chain_number = receipt.cancels
 WHERE receipt.book_id = %(book_id)s AND receipt.business_on BETWEEN %(first_on)s AND %(last_on)s
 ORDER BY receipt.chain_number;

-- takings_by_service: What came in for each service of a desk in a period, and the VAT in it. The VAT of a receipt is told by rate:
-- it is shared among the lines of the rate as they add up, so that the shares come to it to the cent.
SELECT service, label, revenue_account, sum(quantity)::bigint AS quantity, sum(total_cents)::bigint AS cents,
       sum(vat_so_far - vat_before)::bigint AS vat_cents
  FROM (
        SELECT line.*, COALESCE(lag(vat_so_far) OVER lines, 0) AS vat_before
          FROM (
                SELECT line.*, COALESCE(round(rate.vat_cents * sum(line.total_cents) OVER lines / NULLIF(rate.including_cents, 0)), 0)
                           AS vat_so_far
                  FROM receipt
                  JOIN receipt_line AS line ON line.book_id = receipt.book_id AND line.chain_number = receipt.chain_number
                  JOIN receipt_vat AS rate ON rate.book_id = line.book_id AND rate.chain_number = line.chain_number
                   AND (rate.basis_points, rate.exemption) = (line.vat_basis_points, line.vat_exemption)
                 WHERE receipt.book_id = %(book_id)s AND receipt.business_on BETWEEN %(first_on)s AND %(last_on)s
                WINDOW lines AS (PARTITION BY line.chain_number, line.vat_basis_points, line.vat_exemption ORDER BY line.place)
          ) AS line
        WINDOW lines AS (PARTITION BY line.chain_number, line.vat_basis_points, line.vat_exemption ORDER BY line.place)
  ) AS line
 GROUP BY service, label, revenue_account ORDER BY service, label, revenue_account;

-- takings_by_rate: What came in at each rate of VAT, or under each exemption.
SELECT told.basis_points, told.exemption, sum(told.including_cents)::bigint AS including_cents, sum(told.vat_cents)::bigint AS vat_cents
  FROM receipt
  JOIN receipt_vat AS told ON told.book_id = receipt.book_id AND told.chain_number = receipt.chain_number
 WHERE receipt.book_id = %(book_id)s AND receipt.business_on BETWEEN %(first_on)s AND %(last_on)s
 GROUP BY told.basis_points, told.exemption ORDER BY told.basis_points DESC, told.exemption;

-- desk_holdings: What each account of a desk's book holds at the end of a day, in its natural sense.
SELECT account.code, (account.side * sum(day.amount_cents))::bigint AS cents
  FROM account JOIN account_day AS day ON day.account_id = account.id AND day.business_on <= %(last_on)s
 WHERE account.book_id = %(book_id)s
 GROUP BY account.id HAVING sum(day.amount_cents) <> 0 ORDER BY account.code;

-- moves_to_treasury: Pay-ins, confirmations, revenue titles and refunds by the town in a period, with what their papers say.
SELECT event.business_on, event.kind, sum(line.amount_cents) FILTER (WHERE line.amount_cents > 0)::bigint AS cents,
       COALESCE(event.details ->> 'slip', event.details ->> 'title', event.details ->> 'remittance', '') AS paper
  FROM event
  JOIN entry ON entry.event_id = event.id AND entry.book_id = event.book_id
  JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
 WHERE event.book_id = %(book_id)s AND event.business_on BETWEEN %(first_on)s AND %(last_on)s
   AND event.kind IN ('paid_in', 'other_means_paid_in', 'remittance_confirmed', 'takings_accounted', 'refund_paid_by_town')
 GROUP BY event.id ORDER BY event.number;

-- receipts_booked: What a desk's book says of its receipts in a period: revenue, and notes that entered its values.
SELECT COALESCE(-sum(line.amount_cents) FILTER (WHERE account.role = 'revenue'), 0)::bigint AS revenue_cents,
       COALESCE(sum(line.amount_cents) FILTER (WHERE account.role = 'values.notes'), 0)::bigint AS notes_cents
  FROM receipt
  JOIN entry ON entry.event_id = receipt.event_id AND entry.book_id = receipt.book_id
  JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
  JOIN account ON account.id = line.account_id AND account.role IN ('revenue', 'values.notes')
 WHERE receipt.book_id = %(book_id)s AND receipt.business_on BETWEEN %(first_on)s AND %(last_on)s;
