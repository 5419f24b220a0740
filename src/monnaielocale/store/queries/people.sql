-- person_by_login: A person with the party they act for and the roles whose last word was a grant.
SELECT person.id, person.login, person.name, person.party_id, COALESCE(party.code, '') AS party_code,
       COALESCE(party.kind, '') AS party_kind,
       ARRAY(SELECT last.role FROM (
                 SELECT DISTINCT ON (role) role, granted FROM person_role
                  WHERE person_role.person_id = person.id ORDER BY role, recorded_at DESC
             ) AS last WHERE last.granted ORDER BY last.role) AS roles
  FROM person LEFT JOIN party ON party.id = person.party_id
 WHERE person.login = %(login)s;

-- people: Every person with their party and the roles they hold, by login.
SELECT person.id, person.login, person.name, person.party_id, COALESCE(party.code, '') AS party_code,
       COALESCE(party.kind, '') AS party_kind,
       ARRAY(SELECT last.role FROM (
                 SELECT DISTINCT ON (role) role, granted FROM person_role
                  WHERE person_role.person_id = person.id ORDER BY role, recorded_at DESC
             ) AS last WHERE last.granted ORDER BY last.role) AS roles
  FROM person LEFT JOIN party ON party.id = person.party_id
 ORDER BY person.login;

-- lock_people: One change of persons and roles at a time, so that two of them cannot contradict each other.
SELECT pg_advisory_xact_lock(hashtext('monnaielocale.people'));

-- name_who_acts: Whoever changes persons, passwords and sessions until the end of this transaction.
SELECT set_config('monnaielocale.actor', %(person_id)s::uuid::text, true);

-- password_of: The valid password hash of a login, and whose it is.
SELECT person.id AS person_id, password.hash FROM person JOIN person_password AS password ON password.person_id = person.id
 WHERE person.login = %(login)s ORDER BY password.recorded_at DESC LIMIT 1;

-- party_by_code: One party by its code.
SELECT id, code, kind, name FROM party WHERE code = %(code)s;

-- people_page: Persons with their party and the roles they hold, by login, after one of them.
SELECT person.id, person.login, person.name, COALESCE(party.code, '') AS party_code,
       ARRAY(SELECT last.role FROM (
                 SELECT DISTINCT ON (role) role, granted FROM person_role
                  WHERE person_role.person_id = person.id ORDER BY role, recorded_at DESC
             ) AS last WHERE last.granted ORDER BY last.role) AS roles
  FROM person LEFT JOIN party ON party.id = person.party_id
 WHERE person.login > %(after)s ORDER BY person.login LIMIT %(most)s;

-- password_under_key: The hash of the password that a login had when a request under a key was carried out.
SELECT password.person_id, password.hash
  FROM idempotency_key AS known
  JOIN person ON person.login = %(login)s
  JOIN person_password AS password ON password.person_id = person.id AND password.recorded_at <= known.recorded_at
 WHERE known.person_id = %(person_id)s AND known.action = %(action)s AND known.key = %(key)s
 ORDER BY password.recorded_at DESC LIMIT 1;
