-- lock_tries: One look at the tries of a login and of an address at a time, so that a hundred at once count as a hundred.
SELECT pg_advisory_xact_lock(hashtextextended('monnaielocale.login' || %(login)s::bytea::text, 0)),
       pg_advisory_xact_lock(hashtextextended('monnaielocale.address' || %(address)s::bytea::text, 0));

-- tries_to_log_in: What was tried in vain of late: for this login since it was last admitted, from this address, and for the two
-- together; and whether the login was admitted from this address not long ago.
WITH of_login AS (
    SELECT address_sha256, attempted_at, outcome FROM login_attempt
     WHERE login_sha256 = %(login)s AND attempted_at > %(known_since)s
), admitted AS (
    SELECT max(attempted_at) AS anywhere_at, max(attempted_at) FILTER (WHERE address_sha256 = %(address)s) AS here_at
      FROM of_login WHERE outcome = 'admitted'
), login_tries AS (
    SELECT count(*) FILTER (WHERE attempted_at > COALESCE(admitted.anywhere_at, '-infinity')) AS number,
           max(attempted_at) FILTER (WHERE attempted_at > COALESCE(admitted.anywhere_at, '-infinity')) AS last_at,
           count(*) FILTER (WHERE address_sha256 = %(address)s AND attempted_at > admitted.here_at) AS number_here,
           max(attempted_at) FILTER (WHERE address_sha256 = %(address)s AND attempted_at > admitted.here_at) AS last_here_at
      FROM of_login CROSS JOIN admitted WHERE outcome = 'tried' AND attempted_at > %(since)s
), address_tries AS (
    SELECT count(*) FILTER (WHERE outcome = 'tried') - count(*) FILTER (WHERE outcome = 'admitted') AS number,
           max(attempted_at) AS last_at
      FROM login_attempt WHERE address_sha256 = %(address)s AND attempted_at > %(since)s
)
SELECT login_tries.number AS login_number, login_tries.last_at AS login_last_at, login_tries.number_here AS here_number,
       login_tries.last_here_at AS here_last_at, address_tries.number AS address_number,
       address_tries.last_at AS address_last_at, admitted.here_at IS NOT NULL AS known_here
  FROM admitted, login_tries, address_tries;

-- lock_sessions_of: One change of a person's sessions and password at a time.
SELECT pg_advisory_xact_lock(hashtextextended('monnaielocale.sessions' || %(person)s::uuid::text, 0));

-- renewable: The session of a refresh token, whether the token was used before, and whether the session has ended.
SELECT token.session_id, session.person_id, session.started_at, token.expires_at, used.sha256 IS NOT NULL AS used,
       ended.session_id IS NOT NULL AS ended
  FROM refresh_token AS token
  JOIN login_session AS session ON session.id = token.session_id
  LEFT JOIN refresh_token_use AS used ON used.sha256 = token.sha256
  LEFT JOIN login_session_end AS ended ON ended.session_id = session.id
 WHERE token.sha256 = %(sha256)s;

-- session_of_token: The session that an access token belongs to.
SELECT session_id FROM access_token WHERE id = %(token)s;

-- end_session: A session ends, unless it has.
INSERT INTO login_session_end (session_id, ended_at, reason) VALUES (%(session)s, %(now)s, %(reason)s)
ON CONFLICT (session_id) DO NOTHING;

-- end_sessions: Every session of a person ends that has not.
INSERT INTO login_session_end (session_id, ended_at, reason)
SELECT session.id, %(now)s, %(reason)s FROM login_session AS session WHERE session.person_id = %(person)s
   AND NOT EXISTS (SELECT FROM login_session_end AS ended WHERE ended.session_id = session.id)
ON CONFLICT (session_id) DO NOTHING;

-- callers: The persons behind access tokens that are good at this moment, with the roles that they hold and the books that they may
-- name. What belongs to a person is looked up once, however many tokens they have; OFFSET 0 keeps it from being looked up again.
WITH good AS MATERIALIZED (
    SELECT token.id AS token_id, token.session_id, session.person_id
      FROM unnest(%(tokens)s::uuid[]) AS asked (id)
      JOIN access_token AS token ON token.id = asked.id AND token.expires_at > %(now)s
      JOIN login_session AS session ON session.id = token.session_id
     WHERE NOT EXISTS (SELECT FROM login_session_end AS ended WHERE ended.session_id = token.session_id)
), known AS MATERIALIZED (
    SELECT person.id, person.login, person.name, person.party_id, held.roles
      FROM (SELECT DISTINCT person_id FROM good) AS asked
      JOIN person ON person.id = asked.person_id
     CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT last.role FROM (
                             SELECT DISTINCT ON (role) role, granted FROM person_role
                              WHERE person_role.person_id = person.id ORDER BY role, recorded_at DESC
                         ) AS last WHERE last.granted ORDER BY last.role) AS roles
            OFFSET 0
      ) AS held
), reaching AS MATERIALIZED (
    SELECT known.*, COALESCE(party.code, '') AS party_code, COALESCE(party.kind, '') AS party_kind, named.books, named.desks
      FROM known LEFT JOIN party ON party.id = known.party_id
     CROSS JOIN LATERAL (
            SELECT COALESCE(array_agg(code ORDER BY code) FILTER (WHERE kind <> 'desk'), '{}') AS books,
                   COALESCE(array_agg(code ORDER BY code) FILTER (WHERE kind = 'desk'), '{}') AS desks
              FROM (SELECT code, kind FROM book
                     WHERE 'administrator' = ANY (known.roles) OR (known.party_id IS NULL AND 'auditor' = ANY (known.roles))
                     UNION SELECT code, kind FROM book WHERE party_id = known.party_id AND known.roles <> '{}'
                     UNION SELECT book.code, book.kind FROM convention JOIN book ON book.id = convention.book_id
                            WHERE convention.public_body_id = known.party_id AND known.roles <> '{}'
                     UNION SELECT book.code, book.kind FROM member JOIN book ON book.id = member.book_id
                            WHERE member.id = known.party_id AND known.roles <> '{}') AS reached
            OFFSET 0
      ) AS named
)
SELECT good.token_id, good.session_id, EXISTS (SELECT FROM login_shift WHERE session_id = good.session_id) AS of_shift,
       reaching.*
  FROM good JOIN reaching ON reaching.id = good.person_id;
