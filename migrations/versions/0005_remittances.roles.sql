-- Who sends, counts, confirms and accounts for what a desk took.
INSERT INTO event_role (kind, role)
SELECT kind, role FROM (VALUES
    (ARRAY['envelope_prepared', 'envelope_handed'], ARRAY['desk_clerk']),
    (ARRAY['envelope_counted', 'digital_takings_redeemed'], ARRAY['association_operator', 'association_accountant']),
    (ARRAY['remittance_confirmed', 'refund_paid_by_town'], ARRAY['public_accountant']),
    (ARRAY['takings_accounted'], ARRAY['town_signer'])
) AS rights (kinds, roles), unnest(kinds) AS kind, unnest(roles) AS role;
