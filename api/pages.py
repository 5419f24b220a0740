"""The frame of the pages that the API serves to people: plain HTML that needs no script and loads nothing from elsewhere."""

import re
from html import escape

STYLE_PATH = "/docs/style.css"
# Nothing but our own style sheet is loaded, and nothing runs.
POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_CODE = re.compile(r"`([^`]+)`")

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --ground: #ffffff; --raised: #f6f8fa;
  --link: #0b57a4; --good: #1a6b33; --bad: #a32020; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --soft: #a4adb8; --line: #3a424c; --ground: #14181d; --raised: #1d232a;
    --link: #7ab8ff; --good: #7fd89a; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: .5rem; }
.frame { display: grid; grid-template-columns: minmax(14rem, 20rem) minmax(0, 1fr); max-width: 90rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 1.5rem 1rem; font-size: .9rem;
  border-right: 1px solid var(--line); }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
nav li { margin: .2rem 0; }
main { padding: 1.5rem 2rem 4rem; min-width: 0; }
main.alone { max-width: 60rem; margin: 0 auto; }
h1 { line-height: 1.2; margin: 0 0 .5rem; }
h2 { margin: 3rem 0 1rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2.5rem 0 .5rem; font-size: 1.15rem; overflow-wrap: anywhere; }
h4 { margin: 1.2rem 0 .4rem; font-size: .95rem; color: var(--soft); }
code, pre, .method { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .875em; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: .4rem; padding: .8rem; overflow: auto; }
.method { font-weight: 700; text-transform: uppercase; color: var(--good); margin-right: .4rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
.needed { color: var(--bad); font-size: .85em; white-space: nowrap; }
.rule { color: var(--soft); font-size: .88em; }
details { margin: .4rem 0; }
summary { cursor: pointer; }
@media (max-width: 50rem) { .frame { display: block; } main { padding: 1rem; }
  nav { position: static; max-height: none; border: 0; } }
@media print { nav, .skip { display: none; } .frame { display: block; } section.operation { break-inside: avoid; }
  pre { white-space: pre-wrap; } }
"""


def page(title: str, content: str, *, contents: str = "", language: str = "en") -> str:
    """A whole page; `contents` is its list of links, beside it on wide screens."""
    main = f'<main id="main">{content}</main>' if contents else f'<main id="main" class="alone">{content}</main>'
    body = f'<div class="frame"><nav aria-label="Contents">{contents}</nav>{main}</div>' if contents else main
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="{STYLE_PATH}">\n</head>\n<body>\n'
        f'<a class="skip" href="#main">Skip to the content</a>\n{body}\n</body>\n</html>\n'
    )


def prose(text: str) -> str:
    """Paragraphs parted by empty lines, with `code` between backticks."""
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "".join(f"<p>{words(paragraph)}</p>" for paragraph in paragraphs if paragraph)


def words(text: str) -> str:
    """A line of text, with `code` between backticks."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def table(headings: list[str], rows: list[list[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
