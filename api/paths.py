"""Names in addresses that stand where a word of ours may stand too, told apart by their form: each address has one meaning.

`POST /members/import` and `GET /members/{number}` share a place; without this, asking to GET the former would be answered as an
unfit number, and not with the methods that it takes.
"""

from starlette.convertors import Convertor, register_url_convertor


class _AsWritten(Convertor[str]):
    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _MemberNumber(_AsWritten):
    # A number may hold a slash, so it takes the rest of the address, up to what is done to the member.
    regex = "[A-Z0-9][A-Z0-9._/-]{0,19}"


class _RunReference(_AsWritten):
    regex = "RF[0-9]{2}[A-Z0-9]{1,21}"


class _ReceiptNumber(_AsWritten):
    regex = "[A-Z0-9-]{1,40}"


MEMBER_NUMBER = "{number:member_number}"
RUN_REFERENCE = "{reference:run_reference}"
RECEIPT_NUMBER = "{number:receipt_number}"
register_url_convertor("member_number", _MemberNumber())
register_url_convertor("run_reference", _RunReference())
register_url_convertor("receipt_number", _ReceiptNumber())
