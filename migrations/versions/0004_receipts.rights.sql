-- The new tables take insertions only, like all others. Who paid a request from which account is not for everybody who sees it.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['desk_day', 'till_session', 'till_session_act', 'receipt', 'receipt_line', 'receipt_vat',
                                'receipt_cancelled_line', 'receipt_refund', 'receipt_duplicate', 'desk_day_closing',
                                'desk_day_seal', 'desk_period_closing', 'payment_request', 'payment_request_act'] LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            name || '_insert_only', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO monnaielocale_writer', name);
        EXECUTE format('GRANT SELECT ON %I TO monnaielocale_reader', name);
        IF name <> 'payment_request_act' THEN
            EXECUTE format('GRANT SELECT ON %I TO monnaielocale_visitor', name);
        END IF;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY program ON %I TO monnaielocale_writer, monnaielocale_reader USING (true) WITH CHECK (true)',
                       name);
    END LOOP;
END $$;
GRANT SELECT (reference, book_id, issuer_book_id, act, acted_at, transaction_number, chain_number, event_id)
    ON payment_request_act TO monnaielocale_visitor;
