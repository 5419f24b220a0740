-- float_in_notes: What of the float of a desk lies in local notes.
SELECT account.cents
  FROM account_balance AS account
  JOIN book ON book.id = account.book_id AND book.code = %(book)s
 WHERE account.code = %(account)s;
