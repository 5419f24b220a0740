-- The books enforce themselves: whatever a program does, the rules below hold.

-- One way to say no, with a name that the program can translate.
CREATE FUNCTION refuse(rule text, explanation text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = rule, MESSAGE = rule || ': ' || explanation;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('insert_only', format('%s is refused on %s', TG_OP, TG_TABLE_NAME));
    RETURN NULL;
END $$;

-- The checks below read a handful of rows by their whole key for each row added. Their plans are kept for as long as a connection
-- lives, and a plan made while a table was small would read all of it once it is large: hence LATERAL with a LIMIT, which can only
-- be a look-up, and the writer's sessions that scan no table in sequence.

-- The books are closed a little further each time, never less.
CREATE FUNCTION check_closings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('closing_lowered', format('book %s is already closed beyond %s', added.book_id, added.closed_until))
       FROM added JOIN book_closing AS later ON later.book_id = added.book_id AND later.closed_until > added.closed_until;
    RETURN NULL;
END $$;

-- A payment belongs to a run of the same public body as its mandate, and to the member who gave that mandate.
CREATE FUNCTION check_payments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('payment_references', format('row %s of a run names another''s mandate', added.row_number))
       FROM added
       LEFT JOIN payment_run AS run ON run.id = added.run_id
       LEFT JOIN collection_mandate AS mandate ON mandate.id = added.mandate_id
      WHERE run.id IS NULL OR mandate.id IS NULL OR mandate.member_id <> added.member_id
         OR mandate.public_body_id <> run.public_body_id OR mandate.kind <> run.kind;
    PERFORM refuse('run_totals', format('run %s does not hold the payments that it declares', run.reference))
       FROM (SELECT DISTINCT run_id FROM added) AS touched JOIN payment_run AS run ON run.id = touched.run_id
       JOIN LATERAL (SELECT count(*) AS payments, sum(amount_cents) AS cents FROM payment WHERE payment.run_id = run.id) AS held ON true
      WHERE run.payment_count <> held.payments OR run.total_cents <> held.cents;
    RETURN NULL;
END $$;

-- The euros of a payment: never more allocated than it asks for, never more credited or returned than was allocated.
CREATE FUNCTION check_payment_positions(payments uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse(CASE WHEN allocated_cents > amount_cents THEN 'payment_allocated_beyond' ELSE 'payment_credited_beyond' END,
                   format('payment %s: %s allocated, %s credited, %s returned', payment_id, allocated_cents, credited_cents,
                          returned_cents))
       FROM unnest(payments) AS asked (id)
       JOIN LATERAL (SELECT * FROM payment_position WHERE payment_position.payment_id = asked.id LIMIT 1) AS position ON true
      WHERE allocated_cents > amount_cents
         OR credited_cents - taken_back_cents + returned_cents + recalled_cents > allocated_cents;
END $$;

CREATE FUNCTION check_credits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('credit_run', format('payment %s is credited with another run', added.payment_id))
       FROM added
       LEFT JOIN payment ON payment.id = added.payment_id
       LEFT JOIN crediting ON crediting.id = added.crediting_id
      WHERE payment.run_id IS DISTINCT FROM crediting.run_id OR payment.run_id IS NULL
         OR NOT EXISTS (SELECT 1 FROM run_act WHERE run_act.run_id = payment.run_id AND run_act.act = 'signed');
    PERFORM check_payment_positions(ARRAY(SELECT payment_id FROM added));
    RETURN NULL;
END $$;

CREATE FUNCTION check_transfers_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_payment_positions(ARRAY(SELECT payment_id FROM added WHERE payment_id IS NOT NULL));
    RETURN NULL;
END $$;

-- A line explains no more cents than it has; a match acts once it has parts, and is undone only after it was confirmed.
CREATE FUNCTION check_match_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('match_undone_first', format('match %s was not confirmed', added.match_id))
       FROM added WHERE added.act = 'undone' AND NOT EXISTS (
                SELECT 1 FROM match_act WHERE match_act.match_id = added.match_id AND match_act.act = 'confirmed');
    PERFORM refuse('match_settled', format('match %s was confirmed and rejected', added.match_id))
       FROM added JOIN match_act AS other ON other.match_id = added.match_id
        AND (added.act, other.act) IN (('confirmed', 'rejected'), ('rejected', 'confirmed'));
    PERFORM refuse('line_explained_beyond', format('bank line %s is explained beyond its amount', line.id))
       FROM bank_line AS line
       JOIN (SELECT DISTINCT match.line_id FROM added JOIN match ON match.id = added.match_id) AS touched ON touched.line_id = line.id
      WHERE abs(line.amount_cents) < (
                SELECT COALESCE(sum(part.amount_cents), 0)
                  FROM live_match JOIN match_part AS part ON part.match_id = live_match.id
                 WHERE live_match.line_id = line.id);
    PERFORM check_payment_positions(ARRAY(
        SELECT DISTINCT part.payment_id FROM added JOIN match_part AS part ON part.match_id = added.match_id
         WHERE part.payment_id IS NOT NULL));
    RETURN NULL;
END $$;

-- A signature or an acceptance is another person's than the one who entered the document; one mandate at a time is active.
CREATE FUNCTION check_mandate_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('mandate_second_person', 'a mandate is accepted by another person than the one who entered it')
       FROM added JOIN mandate_act AS drafted ON drafted.mandate_id = added.mandate_id AND drafted.act = 'drafted'
      WHERE added.act = 'accepted' AND added.acted_by = drafted.acted_by;
    PERFORM refuse('mandate_signed_first', 'a mandate is accepted once it is signed')
       FROM added WHERE added.act = 'accepted' AND NOT EXISTS (
                SELECT 1 FROM mandate_act AS signed WHERE signed.mandate_id = added.mandate_id AND signed.act = 'signed');
    PERFORM refuse('mandate_active_twice', format('mandate %s overlaps mandate %s', mandate.number, other.number))
       FROM added
       JOIN collection_mandate AS mandate ON mandate.id = added.mandate_id AND added.act = 'accepted'
       JOIN collection_mandate AS other
         ON other.member_id = mandate.member_id AND other.public_body_id = mandate.public_body_id AND other.kind = mandate.kind
        AND other.subject = mandate.subject AND other.id <> mandate.id
        AND daterange(other.starts_on, other.ends_on, '[]') && daterange(mandate.starts_on, mandate.ends_on, '[]')
       JOIN mandate_act AS accepted ON accepted.mandate_id = other.id AND accepted.act = 'accepted'
      WHERE NOT EXISTS (SELECT 1 FROM mandate_act AS gone
                         WHERE gone.mandate_id = other.id AND gone.act IN ('revoked', 'ended')
                           AND gone.acted_on - (gone.act = 'revoked')::integer < GREATEST(other.starts_on, mandate.starts_on));
    RETURN NULL;
END $$;

CREATE FUNCTION check_run_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('run_second_person', 'a run is signed by another person than the one who prepared it')
       FROM added JOIN payment_run AS run ON run.id = added.run_id
      WHERE added.act = 'signed' AND added.acted_by = run.prepared_by;
    PERFORM refuse('run_cancelled', format('run %s is cancelled', run.reference))
       FROM added JOIN payment_run AS run ON run.id = added.run_id
       JOIN run_act AS other ON other.run_id = added.run_id
        AND (added.act, other.act) IN (('signed', 'cancelled'), ('accounted', 'cancelled'), ('closed', 'cancelled'));
    RETURN NULL;
END $$;

CREATE FUNCTION check_openings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('opening_second_person', 'an opening is signed by another person than the one who prepared it')
       FROM added JOIN book_opening AS opening ON opening.id = added.opening_id
      WHERE opening.prepared_by = added.signed_by OR opening.book_id <> added.book_id;
    RETURN NULL;
END $$;

-- A run's identity is free again only when the attempt before it was cancelled.
CREATE FUNCTION check_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse('run_identity_taken', format('run %s repeats one that is not cancelled', added.reference))
       FROM added
      WHERE added.attempt > 1 AND NOT EXISTS (
                SELECT 1 FROM payment_run AS before
                  JOIN run_act ON run_act.run_id = before.id AND run_act.act = 'cancelled'
                 WHERE before.public_body_id = added.public_body_id AND before.kind = added.kind
                   AND before.period = added.period AND before.list_number = added.list_number
                   AND before.attempt = added.attempt - 1);
    RETURN NULL;
END $$;

DO $$
DECLARE
    checked record;
    name text;
BEGIN
    FOR checked IN SELECT * FROM (VALUES
        ('book_closing', 'check_closings'), ('payment', 'check_payments'), ('payment_credit', 'check_credits'),
        ('transfer_due', 'check_transfers_due'), ('match_act', 'check_match_acts'), ('mandate_act', 'check_mandate_acts'),
        ('run_act', 'check_run_acts'), ('book_opening_signature', 'check_openings'), ('payment_run', 'check_runs')
    ) AS pairs (table_name, function_name) LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            checked.table_name || '_checked', checked.table_name, checked.function_name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('account_day', 'alembic_version')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            name || '_insert_only', name);
    END LOOP;
END $$;
