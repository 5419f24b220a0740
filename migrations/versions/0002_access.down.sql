-- Everything that the way up created, the youngest first: policies before the functions that they ask.
DO $$
DECLARE
    name text;
    policy record;
    asked regprocedure;
BEGIN
    FOR policy IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', policy.policyname, policy.tablename);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND rowsecurity LOOP
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
    END LOOP;
    FOR asked IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'visitor\_%' LOOP
        EXECUTE format('DROP FUNCTION %s', asked);
    END LOOP;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM monnaielocale_visitor;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM monnaielocale_visitor;
    REVOKE ALL ON SCHEMA public FROM monnaielocale_visitor;
END $$;
DROP FUNCTION held_roles(uuid);
DROP FUNCTION book_of_match(uuid);
DROP FUNCTION iban_of_party(uuid);
DROP FUNCTION iban_of_transfer(uuid);
DROP FUNCTION reason_of_departure(uuid);
DROP FUNCTION may_see_book(text);
DROP FUNCTION may_see_proof(text);
DROP TABLE refresh_token_use;
DROP TABLE refresh_token;
DROP TABLE login_session_end;
DROP TABLE job_progress;
DROP TABLE job_end;
DROP TABLE access_token;
DROP TABLE login_session;
DROP TABLE job;
DROP TABLE login_attempt;
