"""What the demonstration leaves: the proof, the accounts given for runs, and the journal that another program checks."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from ..actions.proof import proof_as_data
from ..formats.hledger import JournalBook, final_balances, parse_balances, write_journal
from ..formats.spreadsheets import write_xlsx
from ..formats.summary import summary_sheets
from ..store.check import check
from ..store.exports import all_books, journal_of
from ..store.queries import query_names
from ..store.summary import run_summary
from ..words import explain, say, word
from . import cast
from .cast import BOOK
from .story import Story, as_json

PROOF, SUMMARY, JOURNAL, RESULT = "proof.json", "summary.xlsx", "journal.hledger", "demo.json"
HLEDGER_TIMEOUT_SECONDS = 60


def check_everything(story: Story) -> None:
    """Every invariant is asked of the database, and the chain computed again."""
    story.teller.act(say("Every invariant, and the artefacts"))
    rules = sum(name.startswith("check_") for name in query_names())
    with story.database.reading() as connection:
        books = len(all_books(connection))
    with story.teller.counting(say("Invariants and chains of the books"), rules + books) as advance:
        findings = check(story.database, progress=lambda _: advance(1))
    for finding in findings:
        story.teller.tell(f"  {word('rule', finding.rule)}: {finding.found}")
    told = say("All {count} invariants hold, and the chains of the {books} books are unbroken.", count=rules, books=books)
    story.judge("invariants_hold", told, not findings)


def write_artefacts(story: Story, folder: Path) -> None:
    """Write everything under a folder, and let hledger judge the journal of each book where it is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [PROOF]
    earlier, last = story.proofs[:-1], story.proofs[-1]
    whole = {**proof_as_data(last), "earlier": [proof_as_data(proof) for proof in earlier]}
    (folder / PROOF).write_bytes(as_json(whole))
    for one in cast.LISTS:
        name = SUMMARY if one is cast.STAFF_LIST else f"summary-{one.reference}.xlsx"
        with story.database.reading() as connection:
            summary = run_summary(connection, book=BOOK, reference=one.reference, explain=explain, word=word)
        written.append(name)
        created_at = datetime.combine(cast.ARRIVAL_DAY, time(), UTC)
        (folder / name).write_bytes(write_xlsx(summary_sheets(summary, say=say, word=word), created_at=created_at))
    for name, data in story.papers.items():
        (folder / name).write_bytes(data)
        written.append(name)
    with story.database.reading() as connection:
        journals = {code: journal_of(connection, code) for code in all_books(connection)}
    for code, journal in journals.items():
        path = folder / (JOURNAL if code == BOOK else f"{code}.{JOURNAL}")
        path.write_bytes(write_journal(journal))
        written.append(path.name)
        let_hledger_judge(story, path, journal)
    story.teller.tell(say("Written in {folder}: {files}.", folder=str(folder), files=written))


def write_result(story: Story, folder: Path) -> dict[str, Any]:
    """What the story showed, for programs: each thing that had to be true, and whether it was."""
    result = {
        "holds": story.holds,
        "verdicts": [{"code": verdict.code, "sentence": verdict.sentence, "holds": verdict.holds} for verdict in story.verdicts],
    }
    (folder / RESULT).write_bytes(as_json(result))
    return result


def let_hledger_judge(story: Story, path: Path, journal: JournalBook) -> None:
    """A program that we did not write reads the journal: it must accept it, and come to our balances."""
    program = shutil.which("hledger")
    if program is None:
        story.teller.tell(say("hledger is not installed here: nobody else checked {file}.", file=path.name))
        return
    accepted = _hledger(program, path, "check", "--strict")
    told = say("hledger accepts {file}: every entry balances and every final balance agrees.", file=path.name)
    story.judge("hledger_accepts", told, accepted.returncode == 0)
    if accepted.returncode != 0:
        story.teller.tell(accepted.stderr.strip()[-500:])
        return
    balances = _hledger(program, path, "balance", "-N", "--flat", "-O", "csv")
    told = say("hledger comes to our balances, to the cent, in {count} accounts.", count=len(final_balances(journal)))
    agree = balances.returncode == 0 and parse_balances(balances.stdout) == final_balances(journal)
    story.judge("hledger_agrees", told, agree)


def _hledger(program: str, journal: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """hledger reads files in the encoding of its surroundings, and options from the user's own folder: both are given here."""
    folder = str(journal.parent.absolute())
    surroundings = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": folder, "XDG_CONFIG_HOME": folder}
    return subprocess.run(
        [program, "-f", journal.name, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=HLEDGER_TIMEOUT_SECONDS,
        check=False,
        cwd=folder,
        env=surroundings,
    )
