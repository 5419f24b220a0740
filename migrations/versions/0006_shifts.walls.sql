-- A shift begins in the session of somebody who works at the desk: they hold the role at this moment and are named for the desk on
-- the day.
CREATE FUNCTION check_shifts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_person(CASE WHEN told.holds THEN 'acts_for_another' ELSE 'role_missing' END, told.person_id, ARRAY['desk_clerk'])
       FROM (SELECT session.person_id, 'desk_clerk' = ANY (held_roles(session.person_id)) AS holds,
                    EXISTS (SELECT 1 FROM desk_staff AS named
                             WHERE named.book_id = added.desk_book_id AND named.person_id = session.person_id
                               AND (added.began_at AT TIME ZONE 'Europe/Paris')::date
                                   BETWEEN named.starts_on AND COALESCE(named.ends_on, 'infinity')) AS named
               FROM added JOIN login_session AS session ON session.id = added.session_id) AS told
      WHERE NOT (told.holds AND told.named);
    RETURN NULL;
END $$;
CREATE TRIGGER login_shift_shifts AFTER INSERT ON login_shift REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_shifts();
REVOKE ALL ON FUNCTION check_shifts() FROM PUBLIC;
