-- statement_files_known: What became of files with these fingerprints, in their books.
SELECT file.id, book.code AS book, file.document_sha256, file.outcome, file.format
  FROM statement_file AS file JOIN book ON book.id = file.book_id
 WHERE book.code = ANY (%(books)s) AND file.document_sha256 = ANY (%(digests)s)
 ORDER BY file.id;

-- last_days: The last day of the last imported statement of each bank account.
SELECT bank_account_id, max(closing_on) AS closing_on
  FROM bank_statement WHERE bank_account_id = ANY (%(accounts)s) AND NOT held GROUP BY bank_account_id;

-- lines_since: The lines of bank accounts from a day on, each with all that files wrote about it.
SELECT line.id, line.bank_account_id, line.booked_on, line.amount_cents, line.occurrence,
       line.label, line.details, line.references_given, line.counterparty,
       COALESCE(later.texts, '[]'::jsonb) AS later_texts
  FROM unnest(%(accounts)s::uuid[], %(days)s::date[]) AS asked (account_id, first_on)
  JOIN bank_line AS line ON line.bank_account_id = asked.account_id AND line.booked_on >= asked.first_on
  LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(more.label, more.details, more.references_given, more.counterparty)
                         ORDER BY more.statement_id) AS texts
          FROM bank_line_text AS more WHERE more.line_id = line.id
  ) AS later ON true
 ORDER BY line.bank_account_id, line.booked_on, line.amount_cents, line.occurrence;

-- latest_mappings: The columns last used for the CSV statements of each bank account of the books.
SELECT DISTINCT ON (bank.id) bank.id AS bank_account_id, bank.iban, book.code AS book, remembered.mapping
  FROM book
  JOIN bank_account AS bank ON bank.book_id = book.id
  JOIN bank_account_mapping AS remembered ON remembered.bank_account_id = bank.id
 WHERE book.code = ANY (%(books)s)
 ORDER BY bank.id, remembered.recorded_at DESC;

-- statements_page: Statements that were imported or held, the latest first, before one of them.
SELECT statement.id, statement.file_id, document.name AS file_name, file.format, file.outcome, bank.iban, statement.covers_from,
       statement.closing_on, statement.opening_cents, statement.closing_cents, statement.new_lines,
       file.explanation -> bank.iban AS explanation
  FROM book
  JOIN statement_file AS file ON file.book_id = book.id
  JOIN document ON document.sha256 = file.document_sha256
  JOIN bank_statement AS statement ON statement.file_id = file.id
  JOIN bank_account AS bank ON bank.id = statement.bank_account_id
 WHERE book.code = %(book)s AND (%(before)s::uuid IS NULL OR statement.id < %(before)s::uuid)
   AND (%(outcome)s::text IS NULL OR file.outcome = %(outcome)s::text)
 ORDER BY statement.id DESC LIMIT %(limit)s;
