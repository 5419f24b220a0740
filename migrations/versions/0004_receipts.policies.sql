-- What one person sees of a desk at work: the staff of the public body everything, the people named for a desk their own desk, and
-- the association the payments of its members at the desks that it serves. A payer knows a request by its reference alone.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['desk_day', 'till_session', 'till_session_act', 'receipt', 'receipt_line', 'receipt_vat',
                                'receipt_cancelled_line', 'receipt_refund', 'receipt_duplicate', 'desk_day_closing',
                                'desk_day_seal', 'desk_period_closing', 'payment_request'] LOOP
        EXECUTE format('CREATE POLICY visitor ON %I TO monnaielocale_visitor USING ('
                       'book_id = ANY ((SELECT visitor_books() || visitor_desks())::integer[]))', name);
    END LOOP;
END $$;
CREATE POLICY visitor ON payment_request_act TO monnaielocale_visitor USING (
    book_id = ANY ((SELECT visitor_books() || visitor_desks() || visitor_served_desks())::integer[]));

-- What somebody who reads a reference is shown: the desk, the amount, until when, and whether it is settled.
CREATE FUNCTION payment_request_shown(asked text)
RETURNS TABLE (reference text, book text, public_body text, label text, currency text, amount_cents bigint, requested_at timestamptz,
               expires_at timestamptz, act text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT request.reference, book.code, public_body.name, desk.code, book.unit_currency, request.amount_cents,
           request.requested_at, request.expires_at, done.act
      FROM payment_request AS request
      JOIN desk ON desk.book_id = request.book_id
      JOIN book ON book.id = desk.book_id
      JOIN party AS public_body ON public_body.id = desk.public_body_id
      LEFT JOIN payment_request_act AS done ON done.reference = request.reference
     WHERE request.reference = asked
$$;
REVOKE ALL ON FUNCTION payment_request_shown(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payment_request_shown(text) TO monnaielocale_visitor, monnaielocale_reader, monnaielocale_writer;
