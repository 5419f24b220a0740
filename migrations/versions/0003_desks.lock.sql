-- What happens at a desk moves two books in one transaction. Whoever locks a desk's book locks with it that of the association which
-- follows its notes, in the order of their ids, and everything written under the lock has one moment.
ALTER FUNCTION lock_books(text[]) RENAME TO lock_heads;
CREATE FUNCTION lock_books(codes text[])
RETURNS TABLE (
    id integer, code text, unit_currency text, batch_number bigint, root bytea,
    entry_number bigint, event_number bigint, recorded_at timestamptz, closed_until date
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    codes := codes || ARRAY(
        SELECT followed.code FROM book
          JOIN desk ON desk.book_id = book.id
          JOIN book AS followed ON followed.id = desk.issuer_book_id
         WHERE book.code = ANY (codes) AND book.kind = 'desk');
    RETURN QUERY
        SELECT head.id, head.code, head.unit_currency, head.batch_number, head.root, head.entry_number, head.event_number,
               max(head.recorded_at) OVER (), head.closed_until
          FROM lock_heads(codes) AS head;
END $$;
REVOKE ALL ON FUNCTION lock_books(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_books(text[]) TO monnaielocale_writer;
