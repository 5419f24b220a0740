-- begin_visit: Name the person whose eyes the transaction has; nobody is named once it ends.
SELECT set_config('monnaielocale.person', %(person_id)s::text, true);

-- may_see_book: Whether the visitor sees all of a book.
SELECT may_see_book(%(book)s);

-- may_see_proof: Whether the visitor may see the backing proof of a book, which adds up accounts that they do not see.
SELECT may_see_proof(%(book)s);

-- may_see_desk: Whether the visitor sees all of a service desk.
SELECT may_see_desk(%(book)s);
