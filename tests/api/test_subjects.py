"""Each subject's routes are tried for the addresses that begin as theirs, and all of them are found."""

from monnaielocale.api.routes import SUBJECTS
from monnaielocale.api.subjects import VARIABLE, SubjectRouter
from monnaielocale.api.watching import PREFIX


def test_no_address_begins_with_something_variable() -> None:
    for subject in SUBJECTS:
        assert isinstance(subject, SubjectRouter)
        assert all(part and "{" not in part for part in subject._parts), subject._parts


def test_a_subject_takes_no_address_of_another() -> None:
    (payments,) = [subject for subject in SUBJECTS if subject.prefix == "/payments"]
    for path in (f"{PREFIX}/payment", f"{PREFIX}/paymentsx", "/payments", PREFIX, f"{PREFIX}/", "/"):
        assert payments.matches({"type": "http", "path": path, "method": "POST"})[0].name == "NONE"


def test_a_name_that_may_hold_slashes_is_looked_for_whatever_its_parts() -> None:
    parts = {first: thirds for subject in SUBJECTS for first, thirds in subject._parts.items()}
    assert all(VARIABLE in parts[first] for first in ("members", "accounts"))
    assert parts["payments"] == {""}
