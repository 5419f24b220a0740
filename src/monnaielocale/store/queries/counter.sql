-- receipt_journal: The receipts of a desk in their order, those of some days or all.
SELECT receipt.canonical, receipt.link
  FROM receipt
  JOIN book ON book.id = receipt.book_id AND book.code = %(book)s
 WHERE receipt.business_on BETWEEN COALESCE(%(first_on)s, '-infinity'::date) AND COALESCE(%(last_on)s, 'infinity'::date)
 ORDER BY receipt.chain_number;

-- float_in_notes: What of the float of a desk lies in local notes.
SELECT account.cents
  FROM account_balance AS account
  JOIN book ON book.id = account.book_id AND book.code = %(book)s
 WHERE account.code = %(account)s;
