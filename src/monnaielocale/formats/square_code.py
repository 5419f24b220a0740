"""Square codes (QR) of payment requests, as drawings that scale and as pictures."""

from io import BytesIO

import segno

SCALE = 8
BORDER = 4


def square_svg(text: str) -> bytes:
    """The code of a text as an SVG document of its own."""
    out = BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", scale=SCALE, border=BORDER, xmldecl=True, nl=False)
    return out.getvalue()


def square_png(text: str) -> bytes:
    """The code of a text as a PNG picture."""
    out = BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=SCALE, border=BORDER)
    return out.getvalue()
