-- Everything that the way up created, the youngest first.
DROP TABLE login_shift_act;
DROP TABLE login_shift;
DROP FUNCTION check_shifts();
