-- Four roles: the owner migrates, the writer inserts and reads, the reader reads, and the visitor reads what one person may see.
-- Nobody but the owner changes or deletes.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['monnaielocale_owner', 'monnaielocale_writer', 'monnaielocale_reader',
                                     'monnaielocale_visitor'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- Another database of this server was migrated at the same moment.
            END;
        END IF;
        -- From PostgreSQL 16 on, whoever creates a role may give it away but not yet act as it.
        BEGIN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        EXCEPTION WHEN insufficient_privilege THEN
            NULL; -- Somebody else prepared the roles, and said who may act as them.
        END;
    END LOOP;
END $$;
GRANT USAGE, CREATE ON SCHEMA public TO monnaielocale_owner;
