-- Everything that the way up created, the youngest first; what it took the place of gets its name back.
DROP FUNCTION lock_books(text[]);
ALTER FUNCTION lock_heads(text[]) RENAME TO lock_books;
DROP POLICY visitor_of_desk ON event;
DROP POLICY visitor_of_desk ON book;
DROP VIEW desk_staff;
DROP TABLE desk_appointment_end;
DROP TABLE desk_appointment;
DROP TABLE desk;
DROP FUNCTION check_appointment_ends();
DROP FUNCTION check_appointments();
DROP FUNCTION check_desks();
DROP FUNCTION may_see_desk(text);
DROP FUNCTION visitor_served_desks();
DROP FUNCTION visitor_desks();
DROP FUNCTION check_rights(uuid[], text[], integer);
ALTER FUNCTION check_rights_at_association(uuid[], text[], integer) RENAME TO check_rights;
DROP FUNCTION roles_for(text);
ALTER FUNCTION roles_for_other_kind(text) RENAME TO roles_for;
