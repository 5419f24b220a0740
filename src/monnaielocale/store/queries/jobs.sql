-- lock_job_key: One request at a time under the same person, action and key, until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'monnaielocale.job', %(person)s::text, %(action)s::text, %(key)s::text), 0));

-- job_under_key: The last job under a person, action and key that was not refused.
SELECT job.id, job.request
  FROM job LEFT JOIN job_end ON job_end.job_id = job.id
 WHERE job.person_id = %(person)s AND job.action = %(action)s AND job.key = %(key)s AND job_end.refused IS NOT TRUE
 ORDER BY job.recorded_at DESC, job.id DESC LIMIT 1;

-- count_jobs_waiting: How many jobs of a person have not ended.
SELECT count(*) AS jobs FROM job
 WHERE person_id = %(person)s AND NOT EXISTS (SELECT FROM job_end WHERE job_end.job_id = job.id);

-- keep_job_documents: Documents of a job that are not kept yet.
INSERT INTO document (sha256, name, content, received_at)
SELECT sha256, name, content, now()
  FROM unnest(%(fingerprints)s::bytea[], %(names)s::text[], %(contents)s::bytea[]) AS given (sha256, name, content)
ON CONFLICT (sha256) DO NOTHING;

-- keep_job: A job that was asked for.
INSERT INTO job (id, person_id, action, book, key, request, document_sha256, recorded_at)
VALUES (%(id)s, %(person)s, %(action)s, %(book)s, %(key)s, %(request)s, %(document)s, now());

-- jobs_unended: The jobs that have not ended, the oldest first.
SELECT job.id FROM job WHERE NOT EXISTS (SELECT FROM job_end WHERE job_end.job_id = job.id)
 ORDER BY job.recorded_at, job.id;

-- claim_job: Whether this session alone may run a job from now on; the claim ends with the session, however that ends.
SELECT pg_try_advisory_lock(hashtextextended('monnaielocale.job/' || %(id)s::text, 0)) AS claimed;

-- job_to_run: A job that has not ended, with who asked for it and what its attempts told so far.
SELECT job.id, job.person_id, person.login, job.action, job.book, job.key, job.request,
       count(*) FILTER (WHERE told.step = 'begun') AS begun, count(*) FILTER (WHERE told.step = 'postponed') AS postponed,
       COALESCE(max(told.position), 0) AS position
  FROM job JOIN person ON person.id = job.person_id LEFT JOIN job_progress AS told ON told.job_id = job.id
 WHERE job.id = %(id)s AND NOT EXISTS (SELECT FROM job_end WHERE job_end.job_id = job.id)
 GROUP BY job.id, person.login;

-- documents_by_fingerprint: Documents by their fingerprints.
SELECT sha256, content FROM document WHERE sha256 = ANY (%(fingerprints)s::bytea[]);

-- tell_job_progress: How far a job is.
INSERT INTO job_progress (job_id, position, step, done, total, recorded_at)
VALUES (%(id)s, %(position)s, %(step)s, %(done)s, %(total)s, clock_timestamp());

-- end_job: How a job ended; it ends once.
INSERT INTO job_end (job_id, refused, outcome, recorded_at) VALUES (%(id)s, %(refused)s, %(outcome)s, now())
ON CONFLICT (job_id) DO NOTHING;

-- job_to_show: A job of a person, with its last progress and its end.
SELECT job.id, job.action, job.book, job.recorded_at, begun.attempts, begun.first_at AS started_at,
       last.step, last.done, last.total, job_end.recorded_at AS ended_at, job_end.refused, job_end.outcome
  FROM job LEFT JOIN job_end ON job_end.job_id = job.id
  LEFT JOIN LATERAL (
           SELECT count(*) AS attempts, min(recorded_at) AS first_at FROM job_progress
            WHERE job_id = job.id AND step = 'begun'
       ) AS begun ON true
  LEFT JOIN LATERAL (
           SELECT step, done, total FROM job_progress WHERE job_id = job.id ORDER BY position DESC LIMIT 1
       ) AS last ON true
 WHERE job.person_id = %(person)s AND job.id = %(id)s;

-- jobs_to_show: Jobs of a person, the latest first, before a place in that order; how they ended in one word.
SELECT job.id, job.action, job.book, job.recorded_at, begun.attempts, begun.first_at AS started_at,
       last.step, last.done, last.total, job_end.recorded_at AS ended_at, job_end.refused, NULL::jsonb AS outcome
  FROM job LEFT JOIN job_end ON job_end.job_id = job.id
  LEFT JOIN LATERAL (
           SELECT count(*) AS attempts, min(recorded_at) AS first_at FROM job_progress
            WHERE job_id = job.id AND step = 'begun'
       ) AS begun ON true
  LEFT JOIN LATERAL (
           SELECT step, done, total FROM job_progress WHERE job_id = job.id ORDER BY position DESC LIMIT 1
       ) AS last ON true
 WHERE job.person_id = %(person)s
   AND (%(before_at)s::timestamptz IS NULL OR (job.recorded_at, job.id) < (%(before_at)s, %(before_id)s::uuid))
 ORDER BY job.recorded_at DESC, job.id DESC LIMIT %(most)s;
