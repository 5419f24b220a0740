"""The routes, by subject."""

from . import books, conventions, jobs, mandates, members, payments, people, tokens

SUBJECTS = (
    tokens.router,
    people.router,
    conventions.router,
    books.router,
    members.router,
    mandates.router,
    payments.router,
    jobs.router,
)
