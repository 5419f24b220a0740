-- The writer inserts and reads, the reader reads; passwords are not for reading, and the roll-up is kept by the database alone.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO monnaielocale_writer, monnaielocale_reader;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO monnaielocale_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO monnaielocale_writer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO monnaielocale_writer;
REVOKE INSERT ON account_day, alembic_version FROM monnaielocale_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO monnaielocale_reader;
REVOKE SELECT ON person_password FROM monnaielocale_reader;
GRANT EXECUTE ON FUNCTION opening_cents(bigint), party_key(uuid, integer) TO monnaielocale_reader;
-- The journal is written by `record_batch` alone.
REVOKE INSERT ON batch, event, entry, entry_line FROM monnaielocale_writer;
