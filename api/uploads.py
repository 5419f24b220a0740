"""Files that come with a form: a name that can be kept, and all of the bytes, bounded by the route that takes them."""

from fastapi import UploadFile

from monnaielocale.domain.text import clean_text

FILE_NAME_LENGTH_MAX = 200
# Larger than anything that a reader of ours accepts, so that the reader says what is too large.
FORM_BYTES = 64 * 1024 * 1024


def content_of(file: UploadFile) -> tuple[str, bytes]:
    """The name of the file and its bytes, which the form reader has put aside; TextUnacceptable, TextTooLong."""
    name = clean_text((file.filename or "").replace("\\", "/").rpartition("/")[2], max_length=FILE_NAME_LENGTH_MAX)
    return name, file.file.read()
