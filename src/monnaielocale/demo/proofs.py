"""How the backing proof is shown."""

from datetime import date

from ..domain.money import Money
from ..domain.proof import FormProof, Proof
from ..words import say, word
from .story import Story, euros, told_on


def show_proof(story: Story, on: date) -> Proof:
    """Prove the backing on a day, show it, and keep it for the artefacts."""
    proof = story.prove(on)
    story.proofs.append(proof)
    tell_proof(story, proof, "EUS")
    return proof


def tell_proof(story: Story, proof: Proof, unit: str) -> None:
    """The equation of each form, what is on the road with its document and age, and each cause of a difference."""
    story.teller.tell(told_on(proof.on, say("The backing proof, as of event {event}:", event=proof.event)))
    headings = (
        say("Form"),
        say("At the bank"),
        say("Owed to others"),
        say("Reserve"),
        say("On the road"),
        say("In circulation"),
        say("Difference"),
    )
    story.teller.table(headings, [_equation(form, unit) for form in proof.forms])
    for form in proof.forms:
        if form.on_the_road:
            story.teller.table(
                (say("On the road: its document"), say("Since"), say("Age in days"), say("Euros")),
                [(one.document, one.since, (proof.on - one.since).days, euros(one.amount_cents)) for one in form.on_the_road],
            )
        for cause in form.causes:
            told = say("{amount}: {reason}.", amount=euros(cause.amount_cents), reason=say(cause.reason))
            story.teller.tell(told)
            story.teller.table(
                (say("Document of the cause"), say("Since"), say("Euros")),
                [(one.document, one.since, euros(one.amount_cents)) for one in cause.documents],
            )


def _equation(form: FormProof, unit: str) -> tuple[str | Money, ...]:
    return (
        word("form", form.form.value),
        euros(form.bank_cents),
        euros(form.owed_to_others_cents),
        euros(form.reserve_cents),
        euros(form.on_the_road_cents),
        Money(form.circulation_cents, unit),
        euros(form.difference_cents),
    )
