-- Everything that the way up created, the youngest first.
DROP TABLE desk_handover_acceptance;
DROP TABLE desk_handover;
DROP FUNCTION check_handover_acceptances();
DROP FUNCTION check_handovers();
