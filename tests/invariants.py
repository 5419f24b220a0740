"""What every flow ends with."""

from monnaielocale.store.check import check
from monnaielocale.store.database import Database


def check_invariants(database: Database) -> None:
    """Every invariant of the books holds, and the chain is unbroken."""
    findings = check(database)
    assert not findings, "\n".join(f"{finding.rule}: {finding.found}" for finding in findings)
