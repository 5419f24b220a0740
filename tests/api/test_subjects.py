"""Each subject's routes are tried for the addresses that begin as theirs, and all of them are found."""

from monnaielocale.api.routes import SUBJECTS
from monnaielocale.api.subjects import SubjectRouter
from monnaielocale.api.watching import PREFIX


def test_no_address_begins_with_something_variable() -> None:
    for subject in SUBJECTS:
        assert isinstance(subject, SubjectRouter)
        assert all(part and "{" not in part for part in subject._beginnings), subject._beginnings


def test_a_subject_takes_no_address_of_another() -> None:
    (payments,) = [subject for subject in SUBJECTS if subject.prefix == "/payments"]
    for path in (f"{PREFIX}/payment", f"{PREFIX}/paymentsx", "/payments", PREFIX, f"{PREFIX}/", "/"):
        assert payments.matches({"type": "http", "path": path, "method": "POST"})[0].name == "NONE"
