-- Who sends, counts, confirms and accounts for what a desk took. The rules that were there stay as they are, under another name.
ALTER FUNCTION roles_for(text) RENAME TO roles_for_before_remittances;
CREATE FUNCTION roles_for(kind text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind IN ('envelope_prepared', 'envelope_handed') THEN ARRAY['desk_clerk']
        WHEN kind IN ('envelope_counted', 'digital_takings_redeemed') THEN ARRAY['association_operator', 'association_accountant']
        WHEN kind IN ('remittance_confirmed', 'refund_paid_by_town') THEN ARRAY['public_accountant']
        WHEN kind = 'takings_accounted' THEN ARRAY['town_signer']
        ELSE roles_for_before_remittances(kind) END
$$;
REVOKE ALL ON FUNCTION roles_for(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION roles_for(text) TO monnaielocale_writer;
