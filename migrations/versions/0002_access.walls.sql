-- Who may do what, once more and by the database alone: the program asks the same of each item before it decides, and a mistake
-- there must not become a row here. Rights are those of this moment. All checks look at a batch as a whole.

-- Which roles may cause which events, to which later migrations add theirs. A kind that is not named is nobody's to cause.
INSERT INTO event_role (kind, role)
SELECT kind, role FROM (VALUES
    (ARRAY['wallet_payment', 'redemption', 'mandate_revoked'], ARRAY['association_operator', 'association_accountant', 'member']),
    (ARRAY['run_checked'], ARRAY['town_preparer', 'association_operator']),
    (ARRAY['run_signed'], ARRAY['town_signer', 'association_operator', 'association_accountant']),
    (ARRAY['run_cancelled'], ARRAY['town_preparer', 'town_signer', 'association_operator', 'association_accountant']),
    (ARRAY['convention_loaded'], ARRAY['administrator', 'association_accountant']),
    (ARRAY['opening', 'books_closed', 'run_closed', 'credit_taken_back'], ARRAY['association_accountant']),
    (ARRAY['opening_prepared', 'member_enrolled', 'member_departed', 'mandate_drafted', 'mandate_signed',
           'mandate_accepted', 'mandate_ended', 'statement_imported', 'statement_held', 'bank_line', 'match_proposed',
           'match_confirmed', 'match_rejected', 'match_undone', 'run_credited', 'euros_to_return',
           'credits_confirmed_elsewhere', 'run_accounted', 'reversal', 'notes_printed', 'notes_sold', 'notes_lost',
           'notes_put_on_account', 'notes_withdrawn', 'notes_sorted_again', 'notes_destroyed', 'notes_sent_out',
           'notes_brought_back', 'notes_found', 'notes_counterfeit'], ARRAY['association_operator', 'association_accountant'])
) AS rights (kinds, roles), unnest(kinds) AS kind, unnest(roles) AS role;

CREATE FUNCTION roles_for(act text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT role FROM event_role WHERE kind = act ORDER BY role)
$$;

-- Says no to a person, with what the program needs to say it in words.
CREATE FUNCTION refuse_person(rule text, person uuid, roles text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule,
        MESSAGE = format('%s: person %s', rule, person),
        DETAIL = json_build_object('login', COALESCE((SELECT login FROM person AS known WHERE known.id = person), person::text),
                                   'roles', COALESCE(array_to_string(roles, ', '), ''));
END $$;

-- Whether each person may cause events of a kind in a book: they hold one of its roles, and the role reaches this book. An
-- association's role reaches the book of its party, a town's role the books with a convention, a member's the book they belong to.
CREATE FUNCTION check_rights(persons uuid[], kinds text[], into_book integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM refuse_person(CASE WHEN actor.id IS NULL THEN 'event_person'
                               WHEN held.fits IS NULL THEN 'role_missing' ELSE 'acts_for_another' END,
                          asked.person, roles_for(asked.kind))
       FROM (SELECT DISTINCT person, kind FROM unnest(persons, kinds) AS given (person, kind)) AS asked
       LEFT JOIN LATERAL (SELECT id, party_id FROM person WHERE person.id = asked.person LIMIT 1) AS actor ON true
       LEFT JOIN LATERAL (
            SELECT bool_or(CASE last.role
                        WHEN 'administrator' THEN true
                        WHEN 'member' THEN EXISTS (
                            SELECT 1 FROM member WHERE member.id = actor.party_id AND member.book_id = into_book)
                        WHEN 'association_operator' THEN book.party_id = actor.party_id
                        WHEN 'association_accountant' THEN book.party_id = actor.party_id
                        ELSE EXISTS (SELECT 1 FROM convention
                                      WHERE convention.book_id = into_book AND convention.public_body_id = actor.party_id)
                    END) AS fits
              FROM (SELECT DISTINCT ON (role) role, granted FROM person_role
                     WHERE person_role.person_id = asked.person AND role = ANY (roles_for(asked.kind))
                     ORDER BY role, recorded_at DESC) AS last
             CROSS JOIN (SELECT party_id FROM book WHERE book.id = into_book) AS book
             WHERE last.granted
       ) AS held ON true
      WHERE held.fits IS NOT TRUE;
END $$;

-- Whether a person acts for whoever keeps a book, the association or the public body of a desk, in a role that may cause events of a
-- kind. Most events are such acts, and this asks for few look-ups.
CREATE FUNCTION keeps_book(actor uuid, act text, into_book integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM person
          JOIN book ON book.id = into_book AND book.party_id = person.party_id
          JOIN event_role AS asked ON asked.kind = act
           AND (asked.role LIKE 'association%') = (book.kind = 'issuer') AND asked.role NOT IN ('member', 'administrator')
          JOIN LATERAL (
                SELECT granted FROM person_role
                 WHERE person_role.person_id = person.id AND person_role.role = asked.role ORDER BY recorded_at DESC LIMIT 1
          ) AS last ON last.granted
         WHERE person.id = actor);
END $$;

-- Who did the events of a batch, and whose units moved: called by `record_batch` when all of it is written.
CREATE OR REPLACE FUNCTION check_acts(into_book integer, batch_number bigint, event_persons uuid[], event_kinds text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    persons uuid[];
    kinds text[];
BEGIN
    -- The usual batch is one person's, of one kind.
    IF event_persons[1] = ALL (event_persons) AND event_kinds[1] = ALL (event_kinds)
       AND keeps_book(event_persons[1], event_kinds[1], into_book) THEN
        RETURN;
    END IF;
    SELECT array_agg(acts.person), array_agg(acts.kind) INTO persons, kinds
      FROM (SELECT DISTINCT unnest(event_persons) AS person, unnest(event_kinds) AS kind) AS acts
     WHERE NOT keeps_book(acts.person, acts.kind, into_book);
    IF persons IS NOT NULL THEN
        PERFORM check_rights(persons, kinds, into_book);
        PERFORM check_movers(into_book, batch_number);
    END IF;
END $$;

-- Whoever is not of the association that keeps the book gives from their own account only.
CREATE FUNCTION check_movers(into_book integer, into_batch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Each is found by its whole key: LATERAL with a LIMIT can only be a look-up.
    PERFORM refuse_person('acts_for_another', event.acted_by, NULL)
       FROM book
       JOIN batch ON batch.book_id = book.id AND batch.number = into_batch
       JOIN event ON event.book_id = book.id AND event.number BETWEEN batch.first_event_number AND batch.last_event_number
        AND event.kind IN ('wallet_payment', 'redemption')
       JOIN LATERAL (SELECT party_id FROM person WHERE person.id = event.acted_by LIMIT 1) AS actor
         ON actor.party_id IS DISTINCT FROM book.party_id
       LEFT JOIN LATERAL (SELECT 'wallet:' || number AS wallet FROM member
                           WHERE member.id = actor.party_id AND member.book_id = book.id LIMIT 1) AS own ON true
       JOIN LATERAL (SELECT number FROM entry
                      WHERE entry.event_id = event.id AND entry.book_id = book.id LIMIT 1) AS entry ON true
       JOIN LATERAL (SELECT account_id FROM entry_line AS line
                      WHERE line.book_id = book.id AND line.entry_number = entry.number
                        AND line.amount_cents < 0 OFFSET 0) AS line ON true
       JOIN LATERAL (SELECT role, code FROM account WHERE account.id = line.account_id LIMIT 1) AS account
         ON account.role = 'wallet' AND account.code IS DISTINCT FROM own.wallet
      WHERE book.id = into_book;
END $$;

-- What is written with an event stands in the event's book.
CREATE FUNCTION check_event_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('event_book', format('a row of %s stands in another book than its event', TG_TABLE_NAME))
       FROM added LEFT JOIN LATERAL (SELECT book_id FROM event WHERE event.id = added.event_id LIMIT 1) AS event ON true
      WHERE event.book_id IS DISTINCT FROM added.book_id;
    RETURN NULL;
END $$;

-- An act on a run is its event's: same person, same book, same act. A town acts on its own runs, and what it entered itself only it
-- takes back; the association acts on the runs of its book. Whoever signs holds a role that signs under the run's convention.
CREATE FUNCTION check_run_rights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_person(CASE WHEN NOT told.fits THEN 'event_act' ELSE 'acts_for_another' END, told.acted_by, NULL)
       FROM (SELECT added.acted_by, added.act, run.entered_for, run.public_body_id, book.party_id AS issuer_id, actor.party_id,
                    COALESCE((event.acted_by, event.book_id, event.kind) = (added.acted_by, run.book_id, 'run_' || added.act),
                             false) AS fits
               FROM added
               JOIN payment_run AS run ON run.id = added.run_id
               JOIN book ON book.id = run.book_id
               LEFT JOIN person AS actor ON actor.id = added.acted_by
               LEFT JOIN event ON event.id = added.event_id) AS told
      WHERE NOT told.fits
         OR (told.party_id = CASE WHEN told.act IN ('closed', 'accounted') THEN told.issuer_id
                                  WHEN told.act = 'signed' AND told.party_id = told.issuer_id THEN told.issuer_id
                                  WHEN told.act = 'signed' OR told.entered_for = 'public_body' THEN told.public_body_id
                                  ELSE told.issuer_id END) IS NOT TRUE;
    PERFORM refuse_person('role_missing', added.acted_by, agreed.roles)
       FROM added
       JOIN payment_run AS run ON run.id = added.run_id
       JOIN convention_version AS version ON version.id = run.convention_version_id
      CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT jsonb_array_elements_text(version.content::jsonb #> '{runs,signed_by}'))) AS agreed (roles)
      WHERE added.act = 'signed' AND NOT held_roles(added.acted_by) && agreed.roles;
    RETURN NULL;
END $$;

-- An act on a mandate is its event's as well; members revoke their own, and the association does everything else.
CREATE FUNCTION check_mandate_rights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_person(CASE WHEN NOT told.fits THEN 'event_act' ELSE 'acts_for_another' END, told.acted_by, NULL)
       FROM (SELECT added.acted_by, added.act, mandate.member_id, book.party_id AS issuer_id, actor.party_id,
                    COALESCE((event.acted_by, event.book_id, event.kind)
                             = (added.acted_by, mandate.book_id, 'mandate_' || added.act), false) AS fits
               FROM added
               JOIN collection_mandate AS mandate ON mandate.id = added.mandate_id
               JOIN book ON book.id = mandate.book_id
               LEFT JOIN person AS actor ON actor.id = added.acted_by
               LEFT JOIN event ON event.id = added.event_id) AS told
      WHERE NOT told.fits
         OR (told.party_id = told.issuer_id OR (told.act = 'revoked' AND told.party_id = told.member_id)) IS NOT TRUE;
    RETURN NULL;
END $$;

-- A member who gives units back is owed the euros, and nobody else.
CREATE FUNCTION check_redeemers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_person('acts_for_another', event.acted_by, NULL)
       FROM added
       JOIN event ON event.id = added.event_id
       JOIN book ON book.id = added.book_id
       LEFT JOIN person AS actor ON actor.id = event.acted_by
      WHERE added.kind = 'redemption' AND (actor.party_id IN (book.party_id, added.party_id)) IS NOT TRUE;
    RETURN NULL;
END $$;

-- Roles are given and taken by administrators; the first of them by whoever installs the program.
CREATE FUNCTION check_givers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_person('role_missing', COALESCE(given.given_by, given.person_id), ARRAY['administrator'])
       FROM (SELECT DISTINCT given_by, person_id, recorded_at FROM added) AS given
      WHERE CASE WHEN given.given_by IS NULL THEN EXISTS (
                      SELECT 1 FROM person_role AS known
                       WHERE known.role = 'administrator' AND known.granted
                         AND NOT EXISTS (SELECT 1 FROM added AS own WHERE own.person_id = known.person_id
                                            AND own.role = known.role AND own.recorded_at = known.recorded_at))
                 ELSE (SELECT last.granted FROM person_role AS last
                        WHERE last.person_id = given.given_by AND last.role = 'administrator'
                          AND NOT EXISTS (SELECT 1 FROM added AS own WHERE own.person_id = last.person_id
                                             AND own.role = last.role AND own.recorded_at = last.recorded_at)
                        ORDER BY last.recorded_at DESC LIMIT 1) IS NOT TRUE END;
    RETURN NULL;
END $$;

-- Persons are added by administrators. Everybody sets their own password and ends their own sessions, an administrator those of
-- others. The program names who acts in monnaielocale.actor; nobody is named when the first administrator is added.
CREATE FUNCTION check_person_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    acting uuid := NULLIF(current_setting('monnaielocale.actor', true), '')::uuid;
    changed uuid;
BEGIN
    IF 'administrator' = ANY (held_roles(acting)) THEN
        RETURN NULL;
    ELSIF TG_TABLE_NAME = 'person' THEN
        SELECT id INTO changed FROM added WHERE id IS DISTINCT FROM acting LIMIT 1;
    ELSIF TG_TABLE_NAME = 'person_password' THEN
        SELECT person_id INTO changed FROM added WHERE person_id IS DISTINCT FROM acting LIMIT 1;
    ELSE
        SELECT session.person_id INTO changed FROM added JOIN login_session AS session ON session.id = added.session_id
         WHERE added.reason IN ('password_changed', 'revoked') AND session.person_id IS DISTINCT FROM acting LIMIT 1;
    END IF;
    IF changed IS NOT NULL AND (acting IS NOT NULL
            OR EXISTS (SELECT 1 FROM person_role WHERE role = 'administrator' AND granted AND person_id <> changed)
            OR (SELECT count(*) > 1 FROM person_password WHERE person_id = changed)) THEN
        PERFORM refuse_person('role_missing', COALESCE(acting, changed), ARRAY['administrator']);
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    checked record;
BEGIN
    FOR checked IN
        SELECT * FROM (VALUES
            ('run_act', 'check_run_rights'), ('mandate_act', 'check_mandate_rights'), ('transfer_due', 'check_redeemers'), ('person_role', 'check_givers'),
            ('person', 'check_person_changes'), ('person_password', 'check_person_changes'),
            ('login_session_end', 'check_person_changes')
        ) AS pairs (table_name, function_name)
        UNION ALL
        SELECT unnest(ARRAY['member', 'payment_run', 'transfer_due', 'statement_file', 'bank_line', 'match', 'notes_movement',
                            'book_opening', 'book_opening_signature', 'book_closing']), 'check_event_book'
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            checked.table_name || replace(checked.function_name, 'check', ''), checked.table_name, checked.function_name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION roles_for(text), keeps_book(uuid, text, integer), refuse_person(text, uuid, text[]),
    check_rights(uuid[], text[], integer), check_movers(integer, bigint), check_event_book(), check_run_rights(),
    check_mandate_rights(), check_redeemers(), check_givers(), check_person_changes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roles_for(text), refuse_person(text, uuid, text[]), check_rights(uuid[], text[], integer)
    TO monnaielocale_writer;
