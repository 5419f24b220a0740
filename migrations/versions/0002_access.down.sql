-- Everything that the way up created, the youngest first: policies before the functions that they ask.
DO $$
DECLARE
    name text;
    found record;
    asked regprocedure;
BEGIN
    FOR found IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND rowsecurity LOOP
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
    END LOOP;
    FOR found IN SELECT tgname, tgrelid::regclass::text AS tablename FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
                   WHERE proname IN ('check_event_book', 'check_run_rights',
                                     'check_mandate_rights', 'check_redeemers', 'check_givers',
                                     'check_person_changes') LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.tablename);
    END LOOP;
    FOR asked IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'visitor\_%' LOOP
        EXECUTE format('DROP FUNCTION %s', asked);
    END LOOP;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM monnaielocale_visitor;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM monnaielocale_visitor;
    REVOKE ALL ON SCHEMA public FROM monnaielocale_visitor;
END $$;
DROP FUNCTION check_person_changes();
DROP FUNCTION check_givers();
DROP FUNCTION check_redeemers();
DROP FUNCTION check_mandate_rights();
DROP FUNCTION check_run_rights();
DROP FUNCTION check_event_book();
DROP FUNCTION check_movers(integer, bigint);
CREATE OR REPLACE FUNCTION check_acts(into_book integer, batch_number bigint, event_persons uuid[], event_kinds text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('event_person', format('an event of book %s was done by nobody', into_book))
       FROM unnest(event_persons) AS given (id)
      WHERE NOT EXISTS (SELECT FROM person WHERE person.id = given.id);
END $$;
DROP FUNCTION keeps_book(uuid, text, integer);
DROP FUNCTION check_rights(uuid[], text[], integer);
DROP FUNCTION refuse_person(text, uuid, text[]);
DROP FUNCTION roles_for(text);
DROP FUNCTION held_roles(uuid);
DROP FUNCTION book_of_match(uuid);
DROP FUNCTION iban_of_party(uuid);
DROP FUNCTION open_of_transfer(uuid);
DROP FUNCTION iban_of_transfer(uuid);
DROP FUNCTION reason_of_departure(uuid);
DROP FUNCTION may_see_book(text);
DROP FUNCTION may_see_proof(text);
DROP TABLE event_role;
DROP TABLE refresh_token_use;
DROP TABLE refresh_token;
DROP TABLE login_session_end;
DROP TABLE job_progress;
DROP TABLE job_end;
DROP TABLE access_token;
DROP TABLE login_session;
DROP TABLE job;
DROP TABLE login_attempt;
