-- Everything that the way up created, the youngest first.
DROP TABLE refresh_token_use;
DROP TABLE refresh_token;
DROP TABLE login_session_end;
DROP TABLE job_progress;
DROP TABLE job_end;
DROP TABLE access_token;
DROP TABLE login_session;
DROP TABLE job;
DROP TABLE login_attempt;
