-- The new tables take insertions only, like all others; tokens and attempts to log in are not for reading by readers.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['login_session', 'login_session_end', 'access_token', 'refresh_token', 'refresh_token_use',
                                'login_attempt', 'job', 'job_progress', 'job_end'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            name || '_insert_only', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO monnaielocale_writer', name);
    END LOOP;
END $$;
GRANT SELECT ON job, job_progress, job_end TO monnaielocale_reader;
-- Who may do what is not for the program to say: migrations do.
CREATE TRIGGER event_role_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_role
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT ON event_role TO monnaielocale_writer, monnaielocale_reader;
