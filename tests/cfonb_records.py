"""CFONB120 records laid out from the positions of the brochure, independently of the reader and the writer."""

BANK, BRANCH, NUMBER = "30002", "00550", "0000157845Z"


def balance(code: str, amount: str, on: str = "010326", **fields: str) -> str:
    return record({**{"code": code, "currency": "EUR", "decimals": "2", "date": on, "amount": amount}, **fields})


def movement(amount: str, on: str = "020326", **fields: str) -> str:
    return record({**{"code": "04", "currency": "EUR", "decimals": "2", "date": on, "amount": amount}, **fields})


def complement(detail: str, text: str) -> str:
    return record({"code": "05", "date": "020326", "detail": detail, "text": text})


def record(fields: dict[str, str]) -> str:
    """A record laid out from the positions of the brochure, independently of the reader and the writer."""
    places = {
        "code": 0,
        "bank": 2,
        "branch": 11,
        "currency": 16,
        "decimals": 19,
        "account": 21,
        "interbank": 32,
        "date": 34,
        "reject": 40,
        "value": 42,
        "detail": 45,
        "label": 48,
        "text": 48,
        "entry": 81,
        "amount": 90,
        "reference": 104,
    }
    cells = [" "] * 120
    for name, text in {"bank": BANK, "branch": BRANCH, "account": NUMBER, **fields}.items():
        cells[places[name] : places[name] + len(text)] = text
    return "".join(cells)


def file_of(*records: str, end: str = "\n") -> bytes:
    return end.join(records).encode("cp1252")


OPENING = balance("01", "0000000010000{")
CLOSING = balance("07", "0000000011250{", on="020326")
RECEIPT = movement("0000000001250{")
