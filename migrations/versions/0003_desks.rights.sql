-- The new tables take insertions only, like all others.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['desk', 'desk_appointment', 'desk_appointment_end'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            name || '_insert_only', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO monnaielocale_writer', name);
        EXECUTE format('GRANT SELECT ON %I TO monnaielocale_reader, monnaielocale_visitor', name);
    END LOOP;
END $$;
GRANT SELECT ON desk_staff TO monnaielocale_reader, monnaielocale_visitor, monnaielocale_writer;
