-- What one person sees. The reading role of the API, the visitor, sees rows and not tables: those of the person whom the transaction
-- names in monnaielocale.person, at this moment. Nobody named, nothing seen. Every table is closed first; the writer and the
-- reader, for whom the program itself asks the questions, see all of it.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY program ON %I TO monnaielocale_writer, monnaielocale_reader USING (true) WITH CHECK (true)',
                       name);
    END LOOP;
END $$;

-- The functions below say who the visitor is. They run as the owner, whom no policy stops, and a policy asks each of them inside
-- (SELECT ...), so that it is answered once for a statement and not once for a row.

CREATE FUNCTION visitor_id() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT NULLIF(current_setting('monnaielocale.person', true), '')::uuid
$$;

-- The roles that a person holds at this moment: those whose last word was a grant.
CREATE FUNCTION held_roles(person uuid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT last.role
                   FROM (SELECT DISTINCT ON (role) role, granted FROM person_role
                          WHERE person_id = person ORDER BY role, recorded_at DESC) AS last
                  WHERE last.granted)
$$;

CREATE FUNCTION visitor_party() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT party_id FROM person WHERE id = (SELECT visitor_id())
$$;

CREATE FUNCTION visitor_administers() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'administrator' = ANY (held_roles((SELECT visitor_id())))
$$;

-- An auditor without a party audits everything; with one, what its staff sees.
CREATE FUNCTION visitor_audits() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT COALESCE((SELECT 'auditor' = ANY (held_roles(id)) FROM person WHERE id = (SELECT visitor_id()) AND party_id IS NULL), false)
$$;

-- The party whose staff the visitor belongs to, as association, public body or its auditor. A member is nobody's staff.
CREATE FUNCTION visitor_office() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT party.id FROM person JOIN party ON party.id = person.party_id
     WHERE person.id = (SELECT visitor_id())
       AND held_roles(person.id) && CASE party.kind
               WHEN 'issuer' THEN ARRAY['association_operator', 'association_accountant', 'auditor']
               WHEN 'public_body' THEN ARRAY['town_preparer', 'town_signer', 'public_accountant', 'auditor']
               ELSE ARRAY[]::text[] END
$$;

-- The books of which the visitor sees everything.
CREATE FUNCTION visitor_books() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT id FROM book WHERE party_id = (SELECT visitor_office()) OR (SELECT visitor_audits()))
$$;

-- The public body (collectivité) for which the visitor acts.
CREATE FUNCTION visitor_town() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM party WHERE id = (SELECT visitor_office()) AND kind = 'public_body'
$$;

-- The member (adhérent) that the visitor is.
CREATE FUNCTION visitor_member() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT member.id FROM person JOIN member ON member.id = person.party_id
     WHERE person.id = (SELECT visitor_id()) AND 'member' = ANY (held_roles(person.id))
$$;

-- The books that the visitor may name, whatever they see of them.
CREATE FUNCTION visitor_named_books() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT id FROM book WHERE id = ANY ((SELECT visitor_books())::integer[]) OR (SELECT visitor_administers())
                 UNION SELECT book_id FROM convention WHERE public_body_id = (SELECT visitor_town())
                 UNION SELECT book_id FROM member WHERE id = (SELECT visitor_member()))
$$;

-- The member's own account: its lines are the statement that they read.
CREATE FUNCTION visitor_wallets() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT account.id FROM member JOIN account ON account.book_id = member.book_id
                    AND account.code = 'wallet:' || member.number
                  WHERE member.id = (SELECT visitor_member()))
$$;

-- The runs (bordereaux) that the visitor sees with all their payments.
CREATE FUNCTION visitor_runs() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT id FROM payment_run
                  WHERE book_id = ANY ((SELECT visitor_books())::integer[]) OR public_body_id = (SELECT visitor_town()))
$$;

-- Creditings and matches in which a payment of the member stands; the member sees of them that they happened.
CREATE FUNCTION visitor_creditings() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT credit.crediting_id FROM payment JOIN payment_credit AS credit ON credit.payment_id = payment.id
                  WHERE payment.member_id = (SELECT visitor_member()))
$$;
CREATE FUNCTION visitor_matches() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT part.match_id FROM payment JOIN match_part AS part ON part.payment_id = payment.id
                  WHERE payment.member_id = (SELECT visitor_member()))
$$;

-- The events that made the documents of a town or of a member: who did what to these, and when.
CREATE FUNCTION visitor_events() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH run AS (SELECT id FROM payment_run WHERE public_body_id = (SELECT visitor_town())),
         mandate AS (SELECT id FROM collection_mandate
                      WHERE (SELECT visitor_town()) IS NOT NULL AND public_body_id = (SELECT visitor_town())
                      UNION ALL SELECT id FROM collection_mandate WHERE member_id = (SELECT visitor_member()))
    SELECT ARRAY(SELECT run_act.event_id FROM run JOIN run_act ON run_act.run_id = run.id
                 UNION SELECT crediting.event_id FROM run JOIN crediting ON crediting.run_id = run.id
                 UNION SELECT event_id FROM transfer_due
                  WHERE (SELECT visitor_town()) IS NOT NULL AND run_id IN (SELECT id FROM run)
                 UNION SELECT event_id FROM transfer_due WHERE party_id IN ((SELECT visitor_town()), (SELECT visitor_member()))
                 UNION SELECT mandate_act.event_id FROM mandate JOIN mandate_act ON mandate_act.mandate_id = mandate.id
                 UNION SELECT version.event_id FROM convention JOIN convention_version AS version
                    ON version.convention_id = convention.id WHERE convention.public_body_id = (SELECT visitor_town())
                 UNION SELECT event_id FROM member WHERE id = (SELECT visitor_member())
                 UNION SELECT event_id FROM member_departure WHERE member_id = (SELECT visitor_member()))
$$;

-- The persons who acted on what a town sees, or who brought the conventions of an association.
CREATE FUNCTION visitor_actors() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT acted_by FROM event
                  WHERE (SELECT visitor_town()) IS NOT NULL AND id = ANY ((SELECT visitor_events())::uuid[])
                 UNION SELECT event.acted_by FROM convention
                  JOIN convention_version AS version ON version.convention_id = convention.id
                  JOIN event ON event.id = version.event_id
                  WHERE convention.book_id = ANY ((SELECT visitor_books())::integer[]))
$$;

-- The parties that are named in what the visitor sees, besides members: associations, public bodies, and the unknown payer.
CREATE FUNCTION visitor_parties() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT visitor_party()
                 UNION SELECT party_id FROM book WHERE id = ANY ((SELECT visitor_named_books())::integer[])
                 UNION SELECT public_body_id FROM convention WHERE book_id = ANY ((SELECT visitor_books())::integer[])
                 UNION SELECT public_body_id FROM collection_mandate WHERE member_id = (SELECT visitor_member())
                 UNION SELECT party.id FROM book JOIN party ON party.code = book.code || ':unknown-payer'
                  WHERE book.id = ANY ((SELECT visitor_books())::integer[]))
$$;

-- Whose book a match stands in, without asking who may see the match: parts and matches are seen by each other.
CREATE FUNCTION book_of_match(asked uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT book_id FROM match WHERE id = asked
$$;

-- What a town may not read of its beneficiaries is not in the columns granted below: it is asked here, by those it concerns.
CREATE FUNCTION iban_of_party(asked uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT iban FROM party
     WHERE id = asked
       AND (id IN ((SELECT visitor_office()), (SELECT visitor_member()))
            OR (SELECT book_id FROM member WHERE member.id = asked) = ANY ((SELECT visitor_books())::integer[])
            OR EXISTS (SELECT 1 FROM convention
                        WHERE public_body_id = asked AND book_id = ANY ((SELECT visitor_books())::integer[])))
$$;
CREATE FUNCTION iban_of_transfer(asked uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT iban FROM transfer_due
     WHERE id = asked AND (book_id = ANY ((SELECT visitor_books())::integer[])
                           OR party_id IN ((SELECT visitor_office()), (SELECT visitor_member())))
$$;
-- What is still to be sent of a transfer follows from a bank line that the party to whom it is owed does not see.
CREATE FUNCTION open_of_transfer(asked uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT open_cents FROM transfer_due_position
     WHERE id = asked AND (book_id = ANY ((SELECT visitor_books())::integer[]) OR run_id = ANY ((SELECT visitor_runs())::uuid[])
                           OR party_id IN ((SELECT visitor_office()), (SELECT visitor_member())))
$$;
CREATE FUNCTION reason_of_departure(asked uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT departure.reason FROM member_departure AS departure JOIN member ON member.id = departure.member_id
     WHERE member.id = asked
       AND (member.book_id = ANY ((SELECT visitor_books())::integer[]) OR member.id = (SELECT visitor_member()))
$$;

-- Two questions that a visit asks before it reads a book whole: the proof of the backing is shown to the towns as well.
CREATE FUNCTION may_see_book(asked text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM book WHERE code = asked AND id = ANY ((SELECT visitor_books())::integer[]))
$$;
CREATE FUNCTION may_see_proof(asked text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT may_see_book(asked)
        OR EXISTS (SELECT 1 FROM book JOIN convention ON convention.book_id = book.id
                    WHERE book.code = asked AND convention.public_body_id = (SELECT visitor_town()))
$$;

-- Who exists.
CREATE POLICY visitor ON person TO monnaielocale_visitor USING (
    id = (SELECT visitor_id()) OR (SELECT visitor_administers() OR visitor_audits())
    OR party_id = (SELECT visitor_office())
    OR id = ANY ((SELECT visitor_actors())::uuid[])
    OR (SELECT visitor_books() <> '{}') AND (
        party_id IN (SELECT convention.public_body_id FROM convention)
        OR (SELECT member.book_id FROM member WHERE member.id = person.party_id) = ANY ((SELECT visitor_books())::integer[])));
CREATE POLICY visitor ON person_role TO monnaielocale_visitor USING (
    person_id = (SELECT visitor_id()) OR (SELECT visitor_administers() OR visitor_audits())
    OR (SELECT person.party_id FROM person WHERE person.id = person_role.person_id) = (SELECT visitor_office()));
CREATE POLICY visitor ON party TO monnaielocale_visitor USING (
    (SELECT visitor_administers() OR visitor_audits()) OR id = ANY ((SELECT visitor_parties())::uuid[])
    OR (SELECT true FROM member WHERE member.id = party.id));
CREATE POLICY visitor ON member TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]) OR id = (SELECT visitor_member())
    OR (SELECT visitor_town()) IS NOT NULL AND EXISTS (
        SELECT 1 FROM collection_mandate AS mandate
         WHERE mandate.member_id = member.id AND mandate.public_body_id = (SELECT visitor_town())));
CREATE POLICY visitor ON member_departure TO monnaielocale_visitor USING (
    (SELECT true FROM member WHERE member.id = member_departure.member_id));

-- The books.
CREATE POLICY visitor ON book TO monnaielocale_visitor USING (id = ANY ((SELECT visitor_named_books())::integer[]));
CREATE POLICY visitor ON batch TO monnaielocale_visitor USING (book_id = ANY ((SELECT visitor_books())::integer[]));
CREATE POLICY visitor ON book_closing TO monnaielocale_visitor USING (book_id = ANY ((SELECT visitor_books())::integer[]));
CREATE POLICY visitor ON event TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[])
    OR id = ANY ((SELECT visitor_events())::uuid[]) OR reverses_event_id = ANY ((SELECT visitor_events())::uuid[])
    OR (SELECT visitor_wallets() <> '{}') AND EXISTS (SELECT 1 FROM entry WHERE entry.event_id = event.id));
CREATE POLICY visitor ON entry TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[])
    OR (SELECT visitor_wallets() <> '{}') AND EXISTS (
        SELECT 1 FROM entry_line AS line
         WHERE line.book_id = entry.book_id AND line.entry_number = entry.number
           AND line.account_id = ANY ((SELECT visitor_wallets())::bigint[])));
CREATE POLICY visitor ON entry_line TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]) OR account_id = ANY ((SELECT visitor_wallets())::bigint[]));
CREATE POLICY visitor ON account TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]) OR id = ANY ((SELECT visitor_wallets())::bigint[]));
CREATE POLICY visitor ON account_day TO monnaielocale_visitor USING (
    account_id = ANY ((SELECT visitor_wallets())::bigint[])
    OR (SELECT true FROM account WHERE account.id = account_day.account_id));

-- What was agreed, and what came as paper.
CREATE POLICY visitor ON convention TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]) OR public_body_id = (SELECT visitor_town())
    OR (SELECT visitor_administers()));
CREATE POLICY visitor ON convention_version TO monnaielocale_visitor USING (
    (SELECT true FROM convention WHERE convention.id = convention_version.convention_id));
CREATE POLICY visitor ON convention_version_end TO monnaielocale_visitor USING (
    (SELECT true FROM convention_version AS version WHERE version.id = convention_version_end.version_id));
CREATE POLICY visitor ON book_opening TO monnaielocale_visitor USING (book_id = ANY ((SELECT visitor_books())::integer[]));
CREATE POLICY visitor ON book_opening_signature TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]));
CREATE POLICY visitor ON notes_movement TO monnaielocale_visitor USING (book_id = ANY ((SELECT visitor_books())::integer[]));
-- A document is seen with what it belongs to.
CREATE POLICY visitor ON document TO monnaielocale_visitor USING (
    EXISTS (SELECT 1 FROM payment_run WHERE payment_run.document_sha256 = document.sha256)
    OR EXISTS (SELECT 1 FROM mandate_act WHERE mandate_act.document_sha256 = document.sha256)
    OR EXISTS (SELECT 1 FROM statement_file WHERE statement_file.document_sha256 = document.sha256)
    OR EXISTS (SELECT 1 FROM book_opening WHERE book_opening.document_sha256 = document.sha256)
    OR EXISTS (SELECT 1 FROM job WHERE job.person_id = (SELECT visitor_id()) AND job.document_sha256 = document.sha256));

-- Mandates and runs.
CREATE POLICY visitor ON collection_mandate TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]) OR public_body_id = (SELECT visitor_town())
    OR member_id = (SELECT visitor_member()));
CREATE POLICY visitor ON mandate_act TO monnaielocale_visitor USING (
    (SELECT true FROM collection_mandate AS mandate WHERE mandate.id = mandate_act.mandate_id));
CREATE POLICY visitor ON payment_run TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]) OR public_body_id = (SELECT visitor_town()));
CREATE POLICY visitor ON run_act TO monnaielocale_visitor USING (run_id = ANY ((SELECT visitor_runs())::uuid[]));
CREATE POLICY visitor ON payment TO monnaielocale_visitor USING (
    run_id = ANY ((SELECT visitor_runs())::uuid[]) OR member_id = (SELECT visitor_member()));
CREATE POLICY visitor ON crediting TO monnaielocale_visitor USING (
    run_id = ANY ((SELECT visitor_runs())::uuid[]) OR id = ANY ((SELECT visitor_creditings())::uuid[]));
CREATE POLICY visitor ON payment_credit TO monnaielocale_visitor USING (
    (SELECT true FROM payment WHERE payment.id = payment_credit.payment_id));
CREATE POLICY visitor ON credit_taken_back TO monnaielocale_visitor USING (
    (SELECT true FROM payment_credit AS credit WHERE credit.id = credit_taken_back.credit_id));
CREATE POLICY visitor ON credit_confirmed_elsewhere TO monnaielocale_visitor USING (
    (SELECT true FROM payment_credit AS credit WHERE credit.id = credit_confirmed_elsewhere.credit_id));
CREATE POLICY visitor ON transfer_due TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[]) OR party_id IN ((SELECT visitor_town()), (SELECT visitor_member()))
    OR run_id = ANY ((SELECT visitor_runs())::uuid[]));

-- The bank. A town sees of it the lines that pay its runs, with the parts that do; of a match that was only proposed, nothing.
CREATE POLICY visitor ON bank_account TO monnaielocale_visitor USING (book_id = ANY ((SELECT visitor_books())::integer[]));
CREATE POLICY visitor ON bank_account_mapping TO monnaielocale_visitor USING (
    (SELECT true FROM bank_account WHERE bank_account.id = bank_account_mapping.bank_account_id));
CREATE POLICY visitor ON statement_file TO monnaielocale_visitor USING (book_id = ANY ((SELECT visitor_books())::integer[]));
CREATE POLICY visitor ON bank_statement TO monnaielocale_visitor USING (
    (SELECT true FROM statement_file WHERE statement_file.id = bank_statement.file_id));
CREATE POLICY visitor ON bank_line TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[])
    OR (SELECT visitor_town()) IS NOT NULL AND EXISTS (
        SELECT 1 FROM match WHERE match.line_id = bank_line.id
           AND NOT EXISTS (SELECT 1 FROM match_act WHERE match_act.match_id = match.id AND match_act.act = 'undone')));
CREATE POLICY visitor ON bank_line_text TO monnaielocale_visitor USING (
    (SELECT true FROM bank_line WHERE bank_line.id = bank_line_text.line_id));
CREATE POLICY visitor ON match TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books())::integer[])
    OR (SELECT visitor_town()) IS NOT NULL
       AND EXISTS (SELECT 1 FROM match_part AS part WHERE part.match_id = match.id)
       AND EXISTS (SELECT 1 FROM match_act WHERE match_act.match_id = match.id AND match_act.act = 'confirmed'));
CREATE POLICY visitor ON match_part TO monnaielocale_visitor USING (
    CASE WHEN payment_id IS NOT NULL THEN (SELECT true FROM payment WHERE payment.id = match_part.payment_id)
         ELSE book_of_match(match_id) = ANY ((SELECT visitor_books())::integer[]) END);
CREATE POLICY visitor ON match_act TO monnaielocale_visitor USING (
    match_id = ANY ((SELECT visitor_matches())::uuid[])
    OR (SELECT visitor_books() <> '{}') AND book_of_match(match_id) = ANY ((SELECT visitor_books())::integer[])
    OR (SELECT visitor_town()) IS NOT NULL
       AND EXISTS (SELECT 1 FROM match_part AS part WHERE part.match_id = match_act.match_id));

-- Jobs are their own person's.
CREATE POLICY visitor ON job TO monnaielocale_visitor USING (person_id = (SELECT visitor_id()));
CREATE POLICY visitor ON job_progress TO monnaielocale_visitor USING (
    (SELECT true FROM job WHERE job.id = job_progress.job_id));
CREATE POLICY visitor ON job_end TO monnaielocale_visitor USING ((SELECT true FROM job WHERE job.id = job_end.job_id));

-- The visitor reads a table that has a policy for it, and no other; of three tables without the columns that are asked above.
GRANT USAGE ON SCHEMA public TO monnaielocale_visitor;
DO $$
DECLARE
    name text;
    hidden text[];
    shown text;
BEGIN
    FOR name IN SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'visitor' LOOP
        hidden := CASE name WHEN 'party' THEN ARRAY['iban'] WHEN 'transfer_due' THEN ARRAY['iban']
                            WHEN 'member_departure' THEN ARRAY['reason'] END;
        SELECT '(' || string_agg(quote_ident(column_name), ', ') || ')' INTO shown FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = name AND column_name <> ALL (hidden);
        EXECUTE format('GRANT SELECT %s ON %I TO monnaielocale_visitor', COALESCE(shown, ''), name);
    END LOOP;
END $$;
GRANT SELECT ON account_balance, live_match, bank_line_position, transfer_due_position, payment_position TO monnaielocale_visitor;
DO $$
DECLARE
    asked regprocedure;
BEGIN
    FOR asked IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
           AND (proname LIKE 'visitor\_%' OR proname IN ('book_of_match', 'iban_of_party', 'iban_of_transfer',
                    'open_of_transfer', 'reason_of_departure', 'may_see_book', 'may_see_proof', 'held_roles')) LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', asked);
        IF asked <> 'held_roles(uuid)'::regprocedure THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO monnaielocale_visitor', asked);
        END IF;
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION held_roles(uuid) TO monnaielocale_writer;
GRANT EXECUTE ON FUNCTION opening_cents(bigint), party_key(uuid, integer) TO monnaielocale_visitor;
