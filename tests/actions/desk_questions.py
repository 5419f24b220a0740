"""Actions at a desk whose outcome its charter decides, each carried out in a world of its own; a question answers plain data."""

from datetime import timedelta
from typing import Any

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import PayRefund, pay_refunds
from monnaielocale.store.alarms import alarms_of_desks
from monnaielocale.words import explain
from tests.actions.key_questions import Question, Scene
from tests.bank_files import on
from tests.counter import CLERK, COINS, Counter
from tests.desks import POOL, TILL, Pool

NOTES = ((100, 20), (500, 2))


def pool_at_work(scene: Scene) -> Counter:
    """The pool has its day open, and a session with its float on the first till."""
    scene.move_notes("printed", (100, 300_00), (500, 300_00))
    scene.move_notes("sold", (100, 200_00), (500, 200_00), slip="slip of the public")
    counter = Counter(Pool.opened(scene))
    counter.at(10)
    counter.pool.receive(80_00)
    counter.pool.exchange(*NOTES)
    counter.open_day()
    counter.open_till(count=CountGiven(NOTES, COINS))
    return counter


def receipt_taken(service: Any = "entry", **given: Any) -> Question:
    """A clerk takes payment for a service, four euros and a half unless something else is given."""

    def ask(scene: Scene) -> Any:
        pool_at_work(scene).receipt(service, **(given or {"euros_cents": 4_50}))
        with scene.database.reading() as connection:
            return connection.execute(
                "SELECT number, service, label, quantity, unit_cents, vat_basis_points, vat_exemption, revenue_account"
                " FROM receipt JOIN receipt_line USING (book_id, chain_number)"
            ).fetchall()

    return ask


def refund_left_till(scene: Scene) -> Any:
    """A receipt of a day that was closed is cancelled on the next, and its refund is asked for at the till."""
    counter = pool_at_work(scene)
    number = counter.receipt("entry", euros_cents=4_50)["number"]
    closed(counter)
    counter.next_day()
    counter.open_day()
    counter.open_till(count=CountGiven(NOTES, (*COINS, (50, 9))), float_euros_cents=0)
    minus = counter.cancel(number)["number"]
    return scene.do(pay_refunds, PayRefund(scene.actor(CLERK), POOL, counter.sessions[TILL], minus))["refunded_cents"]


def closed(counter: Counter) -> None:
    """The evening: nine coins of fifty cents more than in the morning."""
    counter.count(CountGiven(NOTES, tuple(sorted({**dict(COINS), 50: dict(COINS).get(50, 0) + 9}.items()))))
    counter.close_till()
    counter.close_day()


def alarms_raised(scene: Scene) -> Any:
    """What should be looked after a fortnight later: takings, a day without a seal, an envelope and a claim."""
    counter = pool_at_work(scene)
    counter.receipt("entry", euros_cents=4_50)
    closed(counter)
    pool = counter.pool
    for _ in range(2):
        pool.take((500, 1))
        envelope = str(pool.fill((500, 1))["envelope"])
        if envelope.endswith("1"):
            pool.hand(envelope)
            pool.count(envelope, (500, 1))
    pool.take(euros=350_00)
    with scene.database.reading() as connection:
        return [(alarm.kind, explain(alarm.told)) for alarm in alarms_of_desks(connection, on(5) + timedelta(days=14))]
