-- Sessions, tokens and jobs, and who may do what. These tables are insert-only as all others are.

CREATE TABLE event_role (
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    CONSTRAINT event_role_pk PRIMARY KEY (kind, role),
    CONSTRAINT event_role_role_check CHECK (role IN ('town_preparer', 'town_signer', 'public_accountant', 'desk_clerk', 'association_operator', 'association_accountant', 'member', 'auditor', 'administrator'))
);

CREATE TABLE login_attempt (
    id UUID NOT NULL,
    login_sha256 BYTEA NOT NULL,
    address_sha256 BYTEA NOT NULL,
    attempted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT NOT NULL,
    CONSTRAINT login_attempt_pk PRIMARY KEY (id),
    CONSTRAINT login_attempt_outcome_check CHECK (outcome IN ('tried', 'admitted'))
);

CREATE INDEX login_attempt_address_index ON login_attempt (address_sha256, attempted_at);

CREATE INDEX login_attempt_login_index ON login_attempt (login_sha256, attempted_at);

CREATE TABLE job (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    action TEXT NOT NULL,
    book TEXT NOT NULL,
    key TEXT NOT NULL,
    request JSONB NOT NULL,
    document_sha256 BYTEA,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT job_pk PRIMARY KEY (id),
    CONSTRAINT job_person_id_fk FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT job_document_sha256_fk FOREIGN KEY(document_sha256) REFERENCES document (sha256)
);

CREATE INDEX job_key_index ON job (person_id, action, key);

CREATE INDEX job_person_index ON job (person_id, recorded_at);

CREATE TABLE login_session (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT login_session_pk PRIMARY KEY (id),
    CONSTRAINT login_session_person_id_fk FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX login_session_person_index ON login_session (person_id);

CREATE TABLE access_token (
    id UUID NOT NULL,
    session_id UUID NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT access_token_pk PRIMARY KEY (id),
    CONSTRAINT access_token_lifetime_check CHECK (expires_at > issued_at),
    CONSTRAINT access_token_session_id_fk FOREIGN KEY(session_id) REFERENCES login_session (id)
);

CREATE TABLE job_end (
    job_id UUID NOT NULL,
    refused BOOLEAN NOT NULL,
    outcome JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT job_end_pk PRIMARY KEY (job_id),
    CONSTRAINT job_end_job_id_fk FOREIGN KEY(job_id) REFERENCES job (id)
);

CREATE TABLE job_progress (
    job_id UUID NOT NULL,
    position INTEGER NOT NULL,
    step TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT job_progress_pk PRIMARY KEY (job_id, position),
    CONSTRAINT job_progress_done_check CHECK (done BETWEEN 0 AND total),
    CONSTRAINT job_progress_job_id_fk FOREIGN KEY(job_id) REFERENCES job (id)
);

CREATE TABLE login_session_end (
    session_id UUID NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT login_session_end_pk PRIMARY KEY (session_id),
    CONSTRAINT login_session_end_reason_check CHECK (reason IN ('logged_out', 'replayed', 'password_changed', 'revoked', 'code_guessed')),
    CONSTRAINT login_session_end_session_id_fk FOREIGN KEY(session_id) REFERENCES login_session (id)
);

CREATE TABLE refresh_token (
    sha256 BYTEA NOT NULL,
    session_id UUID NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT refresh_token_pk PRIMARY KEY (sha256),
    CONSTRAINT refresh_token_lifetime_check CHECK (expires_at > issued_at),
    CONSTRAINT refresh_token_session_id_fk FOREIGN KEY(session_id) REFERENCES login_session (id)
);

CREATE TABLE refresh_token_use (
    sha256 BYTEA NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT refresh_token_use_pk PRIMARY KEY (sha256),
    CONSTRAINT refresh_token_use_sha256_fk FOREIGN KEY(sha256) REFERENCES refresh_token (sha256)
);
