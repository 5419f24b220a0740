"""The words for people: every sentence and code has its French, well set, and values are written as the French write them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import NamedTuple
from uuid import UUID

import pytest
from babel.messages.pofile import read_po

import monnaielocale
from monnaielocale.domain.actors import RoleMissing
from monnaielocale.domain.conventions.faults import ConventionFault, ConventionFaults, KeyMisspelt
from monnaielocale.domain.explaining.facts import PartKind
from monnaielocale.domain.explaining.faults import LineExplainedBeyond, PartLacks
from monnaielocale.domain.files import Notice, RowFault, RowsRefused
from monnaielocale.domain.matching.reasons import AMOUNT_ALONE
from monnaielocale.domain.money import AmountUnreadable, Money
from monnaielocale.domain.reasons import Reason
from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.reversals import ReversedElsewhere
from monnaielocale.domain.statements.bank import StatementRemark
from monnaielocale.words import CODED, catalogue_languages, explain, refusal_as_problem, say, shown, speak, word
from tests import catalogue

FRENCH = Path(monnaielocale.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "monnaielocale.po"
NARROW, WIDE = "\u202f", "\u00a0"


class Invented(Refusal):
    """It says {told} at {place}."""

    code = "invented"


# Known to this test alone.
Invented.__module__ = "tests"


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    speak("fr")
    yield
    speak("fr")


class Said(NamedTuple):
    """One entry of the catalogue."""

    context: str
    key: str
    french: str


def entries() -> list[Said]:
    read = read_po(BytesIO(FRENCH.read_bytes()), locale="fr")
    return [Said(message.context or "", str(message.id), str(message.string)) for message in read if message.id]


def as_entry(key: tuple[str, str]) -> str:
    """A catalogue entry to paste and fill in."""
    context = f'msgctxt "{key[0]}"\n' if key[0] else ""
    escaped = key[1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{context}msgid "{escaped}"\nmsgstr ""\n'


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_everything_that_people_may_read_has_its_french() -> None:
    said = {(entry.context, entry.key) for entry in entries() if entry.french}
    missing = [f"#. {place}\n{as_entry(key)}" for key, place in catalogue.expected_keys().items() if key not in said]
    assert not missing, f"{len(missing)} entries are missing:\n\n" + "\n".join(missing)


def test_the_catalogue_says_nothing_that_nobody_says() -> None:
    expected = catalogue.expected_keys()
    unused = [entry.key for entry in entries() if (entry.context, entry.key) not in expected]
    assert not unused, "\n".join(unused)


def test_no_entry_is_doubtful_or_stands_twice() -> None:
    keys = [(entry.context, entry.key) for entry in entries()]
    assert len(keys) == len(set(keys))
    written = FRENCH.read_text(encoding="utf-8")
    assert written.count("\nmsgid ") == len(keys) + 1
    assert "#, fuzzy" not in written


def test_each_french_sentence_names_the_values_of_its_key() -> None:
    different = [entry.key for entry in entries() if placeholders(entry.key) != placeholders(entry.french)]
    assert not different, "\n".join(different)


def test_each_french_sentence_is_set_as_french_is() -> None:
    """Curly apostrophes, no-break spaces before high punctuation and within guillemets, a full stop where the key has one."""
    faults = [entry.french for entry in entries() if not well_set(entry)]
    assert not faults, "\n".join(faults)


def well_set(entry: Said) -> bool:
    """Commands, addresses and values are not French and are left out."""
    text = re.sub(r"`[^`]*`|\{[^}]*\}|\$ [^\n]*|https?:\S+", "x", entry.french)
    return (
        not re.search(r"(?<=\w)'(?=\w)| [:;?!»%]|« |[\w)][;?!»]|[a-zà-ÿ)]:(?=\s|$)", text)
        and not re.search(r"\b([Tt]u|[Tt]on|[Tt]es|[Tt]oi)\b|  ", text)
        and entry.key.endswith(".") == entry.french.endswith(".")
        and entry.french == entry.french.strip()
    )


def test_an_amount_is_written_as_the_french_write_it() -> None:
    assert shown(Money(123456)) == f"1{NARROW}234,56{WIDE}€"
    assert shown(Money(-5)) == f"-0,05{WIDE}€"
    assert shown(Money(123456, "EUS")) == f"1{NARROW}234,56{WIDE}EUS"


def test_a_plain_amount_of_a_refusal_is_written_as_the_french_write_it() -> None:
    refusal = LineExplainedBeyond(asked="1250.00", left="900.50")
    assert explain(refusal) == f"1{NARROW}250,00 dépasse ce qui reste à expliquer de cette ligne, 900,50."


def test_what_people_wrote_is_shown_as_they_wrote_it() -> None:
    assert explain(AmountUnreadable(written="12.345")).startswith("12.345 n’est pas un montant")
    assert explain(AmountUnreadable(written="22.50")).startswith("22.50 n’est pas un montant")


def test_days_and_instants_are_written_day_first_and_in_paris() -> None:
    assert shown(date(2026, 1, 5)) == "05/01/2026"
    assert shown(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "02/07/2026 00:30"


def test_a_list_has_its_conjunction() -> None:
    assert shown((date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7))) == "05/01/2026, 06/01/2026 et 07/01/2026"
    assert shown({"b", "a"}) == "a et b"
    assert shown([]) == ""


def test_counts_are_grouped_and_row_numbers_are_not() -> None:
    assert shown(12000, "most") == f"12{NARROW}000"
    assert shown(12000, "row") == "12000"


def test_yes_no_and_nothing() -> None:
    assert [shown(True), shown(False), shown(None)] == ["oui", "non", ""]


def test_codes_are_said_in_words() -> None:
    assert word("state", "partly_funded") == "alimenté en partie"
    assert word("state", "unheard-of") == "unheard-of"
    refusal = RoleMissing(login="ana", roles="town_signer, public_accountant")
    told = f"ana n’en a pas le droit{WIDE}: il faut le rôle signataire de la collectivité et comptable public."
    assert explain(refusal) == told
    assert f"«{WIDE}rappel de virement{WIDE}»" in explain(PartLacks(kind=PartKind.RECALL, field="payment_id"))
    elsewhere = explain(ReversedElsewhere(kind="run_credited", undone_by="take back a credit"))
    assert (
        elsewhere == f"Un événement «{WIDE}bordereau crédité{WIDE}» se défait par sa propre opération{WIDE}: reprendre un crédit."
    )


def test_every_context_of_codes_is_one_that_sentences_or_pages_say() -> None:
    contexts = {context for each in CODED.values() for context in each}
    said_alone = {"entry", "outcome", "rule", "set_aside", "step"}
    assert {entry.context for entry in entries()} - {""} == contexts | said_alone


def test_a_reason_and_a_notice_are_explained_like_a_refusal() -> None:
    reason = Reason(AMOUNT_ALONE, {"member": "E00001 Ana", "expected_on": date(2026, 1, 31)})
    assert explain(reason).endswith("pour E00001 Ana, attendu le 31/01/2026.")
    assert explain(Notice("The column {heading} is not known and was left aside.", {"heading": "Âge"})) == (
        "La colonne Âge est inconnue et a été laissée de côté."
    )


def test_english_says_the_keys_themselves() -> None:
    speak("en")
    assert say("yes") == "yes"
    assert explain(LineExplainedBeyond(asked="1250.00", left="900.50")) == (
        "1,250.00 is more than the 900.50 of this line that nobody has explained yet."
    )


def test_a_language_without_a_catalogue_is_answered_in_french() -> None:
    assert catalogue_languages() == ["fr"]
    for language in ("oc", "co", "br", "de", ".."):
        speak(language)
        assert [say("yes"), shown(Money(123456))] == ["oui", f"1{NARROW}234,56{WIDE}€"]


def test_a_sentence_that_the_catalogue_lacks_is_said_in_english() -> None:
    assert explain(Invented(told=Money(100), place="here")) == f"It says 1,00{WIDE}€ at here."


def test_a_problem_has_code_message_and_plain_values() -> None:
    told = UUID(int=1)
    problem = refusal_as_problem(Invented(told=told, place=(date(2026, 1, 5), Money(5), PartKind.TOP_UP, None, {"a": 1})))
    assert problem["code"] == "invented"
    assert problem["values"] == {
        "told": str(told),
        "place": ["2026-01-05", {"amount_cents": 5, "currency": "EUR"}, "top_up", None, {"a": 1}],
    }
    assert "faults" not in problem


def test_a_problem_lists_every_fault_where_it_stands() -> None:
    faults = ConventionFaults((ConventionFault(3, "kinds.grnt", "", KeyMisspelt(suggestion="grant")),))
    assert refusal_as_problem(faults) == {
        "code": "convention_faults",
        "message": f"La convention comporte des fautes, 1 en tout{WIDE}: corrigez-les toutes et chargez-la de nouveau.",
        "values": {"count": 1},
        "faults": [
            {
                "line": 3,
                "key": "kinds.grnt",
                "value": "",
                "code": "key_misspelt",
                "message": f"Une convention n’a pas cette clé à cet endroit{WIDE}: s’agit-il de grant{NARROW}?",
            }
        ],
    }
    rows = RowsRefused((RowFault(2, "montant", "12.345", AmountUnreadable(written="12.345")),))
    fault = refusal_as_problem(rows)["faults"][0]
    assert (fault["row_number"], fault["column"], fault["value"], fault["code"]) == (2, "montant", "12.345", "amount_unreadable")


def test_a_remark_on_a_statement_is_explained() -> None:
    assert explain(StatementRemark()) == "La lecture a relevé quelque chose d’inhabituel dans ce relevé."
