-- euros_unexplained: Of each book, the bank lines that nobody has explained whole: how many, how many cents, and since when.
SELECT book.code AS book, count(line.id) AS lines,
       COALESCE(sum(abs(line.amount_cents) - line.explained_cents), 0)::bigint AS cents, min(line.booked_on) AS since
  FROM book
  LEFT JOIN bank_line_position AS line ON line.book_id = book.id AND abs(line.amount_cents) > line.explained_cents
 WHERE book.kind = 'issuer'
 GROUP BY book.code ORDER BY book.code;

-- runs_awaiting_euros: Of each book, the signed runs whose euros have not all arrived: how many, and how many cents are missing.
SELECT book.code AS book, count(run.id) AS runs, COALESCE(sum(run.total_cents - euros.cents), 0)::bigint AS cents
  FROM book
  LEFT JOIN LATERAL (
        SELECT payment_run.id, payment_run.total_cents FROM payment_run
          JOIN run_act AS signed ON signed.run_id = payment_run.id AND signed.act = 'signed'
         WHERE payment_run.book_id = book.id AND NOT EXISTS (
                SELECT 1 FROM run_act AS ended
                 WHERE ended.run_id = payment_run.id AND ended.act IN ('cancelled', 'closed', 'accounted'))
  ) AS run ON true
  LEFT JOIN LATERAL (
        SELECT sum(position.allocated_cents) AS cents FROM payment_position AS position WHERE position.run_id = run.id
  ) AS euros ON true
 WHERE book.kind = 'issuer' AND (run.id IS NULL OR run.total_cents > euros.cents)
 GROUP BY book.code ORDER BY book.code;

-- transfers_to_make: Of each book, the transfers due that no bank line shows yet: how many, and how many cents.
SELECT book.code AS book, count(due.id) AS transfers, COALESCE(sum(due.open_cents), 0)::bigint AS cents
  FROM book LEFT JOIN transfer_due_position AS due ON due.book_id = book.id AND due.open_cents > 0
 WHERE book.kind = 'issuer'
 GROUP BY book.code ORDER BY book.code;

-- jobs_unfinished: Jobs that were asked for and have not ended.
SELECT count(*) AS jobs FROM job WHERE NOT EXISTS (SELECT 1 FROM job_end WHERE job_end.job_id = job.id);

-- schema_revision: The migration that the database stands at.
SELECT version_num AS revision FROM alembic_version;
