-- Who may do what at a desk, by the database alone.
INSERT INTO event_role (kind, role)
SELECT kind, role FROM (VALUES
    (ARRAY['desk_opened', 'desk_person_named', 'desk_appointment_ended'], ARRAY['town_signer']),
    (ARRAY['float_received', 'float_lowered', 'float_exchanged', 'float_exchanged_back', 'notes_between_tills',
           'to_the_safe', 'from_the_safe', 'paid_in', 'other_means_paid_in'], ARRAY['desk_clerk'])
) AS rights (kinds, roles), unnest(kinds) AS kind, unnest(roles) AS role;

-- In a desk's book the staff of its public body acts and, for what concerns the notes, the association that takes them back; a
-- member of that association pays there. The rules of the association's books stay as they are, under another name.
ALTER FUNCTION check_rights(uuid[], text[], integer) RENAME TO check_rights_at_association;
CREATE FUNCTION check_rights(persons uuid[], kinds text[], into_book integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF (SELECT kind FROM book WHERE id = into_book) IS DISTINCT FROM 'desk' THEN
        PERFORM check_rights_at_association(persons, kinds, into_book);
        RETURN;
    END IF;
    PERFORM refuse_person(CASE WHEN actor.id IS NULL THEN 'event_person'
                               WHEN held.fits IS NULL THEN 'role_missing' ELSE 'acts_for_another' END,
                          asked.person, roles_for(asked.kind))
       FROM (SELECT DISTINCT person, kind FROM unnest(persons, kinds) AS given (person, kind)) AS asked
       LEFT JOIN LATERAL (SELECT id, party_id FROM person WHERE person.id = asked.person LIMIT 1) AS actor ON true
       LEFT JOIN LATERAL (
            SELECT bool_or(CASE WHEN last.role LIKE 'association%' THEN served.party_id = actor.party_id
                                WHEN last.role = 'member' THEN EXISTS (
                                    SELECT 1 FROM member WHERE member.id = actor.party_id AND member.book_id = served.id)
                                ELSE own.party_id = actor.party_id END) AS fits
              FROM (SELECT DISTINCT ON (role) role, granted FROM person_role
                     WHERE person_role.person_id = asked.person AND role = ANY (roles_for(asked.kind))
                     ORDER BY role, recorded_at DESC) AS last
             CROSS JOIN (SELECT party_id FROM book WHERE book.id = into_book) AS own
              LEFT JOIN (SELECT book.id, book.party_id FROM desk JOIN book ON book.id = desk.issuer_book_id
                          WHERE desk.book_id = into_book) AS served ON true
             WHERE last.granted
       ) AS held ON true
      WHERE held.fits IS NOT TRUE;
END $$;

-- A desk stands in a book of its public body, and the book that follows its notes is of an association it has a convention with.
CREATE FUNCTION check_desks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('desk_books', format('desk %s does not stand between its public body and an association', added.code))
       FROM added
       JOIN book AS own ON own.id = added.book_id
      WHERE (own.kind, own.party_id) IS DISTINCT FROM ('desk', added.public_body_id)
         OR NOT EXISTS (SELECT 1 FROM convention
                         WHERE convention.book_id = added.issuer_book_id AND convention.public_body_id = added.public_body_id);
    RETURN NULL;
END $$;

-- Whoever is named for a desk acts for its public body, and a desk has one head at a time.
CREATE FUNCTION check_appointments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('desk_person', format('person %s does not act for the public body of the desk', added.person_id))
       FROM added
       JOIN desk ON desk.book_id = added.book_id
       JOIN person ON person.id = added.person_id
      WHERE person.party_id IS DISTINCT FROM desk.public_body_id;
    PERFORM refuse('desk_heads', format('book %s has two heads at a time', added.book_id))
       FROM added
       JOIN desk_staff AS other ON other.book_id = added.book_id AND other.id <> added.id AND other.rank = 'head'
        AND daterange(other.starts_on, other.ends_on, '[]') && daterange(added.starts_on, added.ends_on, '[]')
      WHERE added.rank = 'head';
    RETURN NULL;
END $$;

-- An appointment ends within its time, and not before the day on which that is said: what was done under it stays done.
CREATE FUNCTION check_appointment_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('appointment_end', format('appointment %s does not end on %s', added.appointment_id, added.ends_on))
       FROM added
       JOIN desk_appointment AS known ON known.book_id = added.book_id AND known.id = added.appointment_id
       LEFT JOIN event ON event.id = added.event_id AND event.kind = 'desk_appointment_ended'
      WHERE event.id IS NULL OR added.ends_on < GREATEST(known.starts_on, event.business_on) OR added.ends_on >= known.ends_on;
    RETURN NULL;
END $$;

DO $$
DECLARE
    checked record;
BEGIN
    FOR checked IN SELECT * FROM (VALUES
        ('desk', 'check_desks'), ('desk_appointment', 'check_appointments'),
        ('desk_appointment_end', 'check_appointment_ends'), ('desk_appointment_end', 'check_event_book'),
        ('desk', 'check_event_book'), ('desk_appointment', 'check_event_book')
    ) AS pairs (table_name, function_name) LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            checked.table_name || replace(checked.function_name, 'check', ''), checked.table_name, checked.function_name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION check_rights(uuid[], text[], integer), check_desks(), check_appointments(),
    check_appointment_ends() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_rights(uuid[], text[], integer) TO monnaielocale_writer;
