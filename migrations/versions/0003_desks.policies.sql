-- What one person sees of desks: the staff of the public body everything, the people named for a desk their own desk, and the
-- association which desks it serves, with the events that moved its own book.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['desk', 'desk_appointment', 'desk_appointment_end'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY program ON %I TO monnaielocale_writer, monnaielocale_reader USING (true) WITH CHECK (true)',
                       name);
    END LOOP;
END $$;

-- The books of the desks for which the visitor is named on this day.
CREATE FUNCTION visitor_desks() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT book_id FROM desk_staff
                  WHERE person_id = (SELECT visitor_id()) AND 'desk_clerk' = ANY (held_roles(person_id))
                    AND (now() AT TIME ZONE 'Europe/Paris')::date BETWEEN starts_on AND COALESCE(ends_on, 'infinity'))
$$;

-- The books of the desks whose notes the visitor's association follows.
CREATE FUNCTION visitor_served_desks() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT book_id FROM desk WHERE issuer_book_id = ANY ((SELECT visitor_books())::integer[]))
$$;

CREATE POLICY visitor ON desk TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books() || visitor_desks() || visitor_served_desks())::integer[]));
CREATE POLICY visitor ON desk_appointment TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books() || visitor_desks())::integer[]));
CREATE POLICY visitor ON desk_appointment_end TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books() || visitor_desks())::integer[]));
CREATE POLICY visitor_of_desk ON book TO monnaielocale_visitor USING (
    id = ANY ((SELECT visitor_desks() || visitor_served_desks())::integer[]));
-- An entry in the association's book is told by its event, which happened at the desk.
CREATE POLICY visitor_of_desk ON event TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_served_desks())::integer[])
    AND EXISTS (SELECT 1 FROM entry WHERE entry.event_id = event.id AND entry.book_id = ANY ((SELECT visitor_books())::integer[])));

-- Whether the visitor sees all of a desk: its public body's staff, the people named for it, and the association that serves it.
CREATE FUNCTION may_see_desk(asked text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM book JOIN desk ON desk.book_id = book.id
                    WHERE book.code = asked
                      AND book.id = ANY ((SELECT visitor_books() || visitor_desks() || visitor_served_desks())::integer[]))
$$;

REVOKE ALL ON FUNCTION visitor_desks(), visitor_served_desks(), may_see_desk(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION visitor_desks(), visitor_served_desks(), may_see_desk(text) TO monnaielocale_visitor;
