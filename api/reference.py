"""The reference of the API as a page, written from its own description: what it shows is what programs read."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from .openapi import Document, operations
from .pages import page, prose, table, words

DEEPEST = 6
SHARED = "shared-refusals"
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} elements",
    "maxItems": "at most {} elements",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "pattern": "in the form {}",
    "default": "{} when left out",
}


def reference_page(document: Document) -> str:
    """The whole reference: one section per operation, by subject."""
    info = document["info"]
    subjects: dict[str, list[tuple[str, str, Document]]] = {}
    for path, method, operation in operations(document):
        subjects.setdefault(next(iter(operation.get("tags", ())), "other"), []).append((path, method, operation))
    head = f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>{prose(info.get('description', ''))}"
    head += (
        '<p>For programs: <a href="/v1/openapi.json">the description in OpenAPI 3.1</a>. '
        'Every refusal by its code: <a href="/problems">the problems</a>.</p>'
    )
    reader = _Reader(document)
    sections = "".join(
        f'<h2 id="{escape(subject)}">{escape(subject.capitalize())}</h2>'
        + "".join(reader.operation(path, method, operation) for path, method, operation in found)
        for subject, found in subjects.items()
    )
    return page(f"{info['title']}: the API", head + sections + reader.shared_answers(), contents=_contents(subjects))


def _contents(subjects: dict[str, list[tuple[str, str, Document]]]) -> str:
    parts = []
    for subject, found in subjects.items():
        links = "".join(
            f'<li><a href="#{escape(operation["operationId"])}"><span class="method">{method}</span>'
            f"{escape(operation.get('summary', path))}</a></li>"
            for path, method, operation in found
        )
        parts.append(f'<strong><a href="#{escape(subject)}">{escape(subject.capitalize())}</a></strong><ul>{links}</ul>')
    return "".join([*parts, f'<strong><a href="#{SHARED}">Refusals that requests share</a></strong>'])


class _Reader:
    """Follows the references of one description."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def operation(self, path: str, method: str, operation: Document) -> str:
        """The section of one operation."""
        name = escape(operation["operationId"])
        parts = [
            f'<section class="operation"><h3 id="{name}"><span class="method">{method}</span><code>{escape(path)}</code></h3>',
            prose(operation.get("description") or operation.get("summary", "")),
        ]
        if parameters := operation.get("parameters"):
            parts += [
                "<h4>Parameters</h4>",
                table(["Name", "In", "Value", "Meaning"], [self._parameter(each) for each in parameters]),
            ]
        if body := operation.get("requestBody"):
            parts += [self._content(kind, content) for kind, content in body["content"].items()]
        answers = operation["responses"].items()
        parts += ["<h4>Answers</h4>", *(self._answer(status, answer) for status, answer in answers if "$ref" not in answer)]
        shared = [
            f'<a href="#{answer["$ref"].split("/")[-1]}"><code>{escape(status)}</code></a>'
            for status, answer in answers
            if "$ref" in answer
        ]
        return "".join([*parts, f"<p>As elsewhere: {', '.join(shared)}</p>" if shared else "", "</section>"])

    def shared_answers(self) -> str:
        """The section of the refusals that many operations share, by status."""
        found = self._document.get("components", {}).get("responses", {})
        told = "".join(
            f'<section class="operation" id="{escape(name)}">{self._answer(name.removeprefix("Problem"), answer)}</section>'
            for name, answer in found.items()
        )
        return f'<h2 id="{SHARED}">Refusals that requests share</h2>{told}'

    def _parameter(self, parameter: Document) -> list[str]:
        schema = parameter.get("schema", {})
        needed = ' <span class="needed">required</span>' if parameter.get("required") else ""
        meaning = words(parameter.get("description") or schema.get("description", ""))
        return [f"<code>{escape(parameter['name'])}</code>{needed}", parameter["in"], self._kind(schema), meaning]

    def _content(self, kind: str, content: Document) -> str:
        rows = list(self._fields("", content["schema"], 0))
        shown = f"<h4>Body: <code>{escape(kind)}</code></h4>"
        if rows:
            shown += table(["Field", "Value", "Meaning"], rows)
        if kind == "application/json":
            sample = content["example"] if "example" in content else self._sample(content["schema"], 0)
            shown += f"<pre>{escape(json.dumps(sample, ensure_ascii=False, indent=2))}</pre>"
        return shown

    def _answer(self, status: str, answer: Document) -> str:
        inside = ""
        for kind, content in answer.get("content", {}).items():
            if examples := content.get("examples"):
                rows = [
                    [f'<a href="/problems/{escape(code)}"><code>{escape(code)}</code></a>', words(told["summary"])]
                    for code, told in examples.items()
                ]
                inside += table(["Code", "For example"], rows)
            elif "schema" in content:
                inside += self._content(kind, content)
        summary = f"<code>{escape(status)}</code> {words(answer.get('description', ''))}"
        if not inside:
            return f"<p>{summary}</p>"
        unfolded = " open" if status.startswith("2") else ""
        return f"<details{unfolded}><summary>{summary}</summary>{inside}</details>"

    def _resolved(self, schema: Document) -> Document:
        """The schema that a reference names; of several, the one that is not null."""
        while "$ref" in schema:
            found: Any = self._document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        if len(choices) == 1:
            return {**self._resolved(choices[0]), **{key: value for key, value in schema.items() if key != "anyOf"}}
        return schema

    def _fields(self, before: str, schema: Document, depth: int) -> Iterator[list[str]]:
        """One row per field, those of inner objects below the field that holds them."""
        resolved = self._resolved(schema)
        if resolved.get("type") == "array":
            yield from self._fields(f"{before}[]", resolved.get("items", {}), depth)
            return
        for name, given in resolved.get("properties", {}).items():
            field = self._resolved(given)
            needed = ' <span class="needed">required</span>' if name in resolved.get("required", ()) else ""
            place = f"{before}.{name}" if before else name
            yield [f"<code>{escape(place)}</code>{needed}", self._kind(given), words(str(field.get("description", "")))]
            if depth < DEEPEST:
                yield from self._fields(place, given, depth + 1) if field.get("type") in ("object", "array") else ()

    def _kind(self, schema: Document) -> str:
        """What values a field takes, in words."""
        resolved = self._resolved(schema)
        kind = str(resolved.get("format") or resolved.get("type") or "any")
        if kind == "array":
            kind = f"list of {self._resolved(resolved.get('items', {})).get('type', 'any')}"
        if "enum" in resolved:
            kind = "one of " + ", ".join(map(str, resolved["enum"]))
        # An empty or absent value by default needs no words.
        limits = [
            limit.format(f"<code>{escape(str(resolved[key]))}</code>")
            for key, limit in _LIMITS.items()
            if resolved.get(key) not in (None, "", 0) or (key == "exclusiveMinimum" and key in resolved)
        ]
        rule = f'<br><span class="rule">{"; ".join(limits)}</span>' if limits else ""
        return escape(kind) + rule

    def _sample(self, schema: Document, depth: int) -> Any:
        """A value as it may be sent, made of the examples of the fields."""
        resolved = self._resolved(schema)
        for key in ("examples", "example", "default", "const", "enum"):
            given = resolved.get(key)
            if given is not None:
                return given[0] if key in ("examples", "enum") else given
        kind = resolved.get("type")
        if kind == "object" and depth < DEEPEST:
            return {name: self._sample(field, depth + 1) for name, field in resolved.get("properties", {}).items()}
        if kind == "array" and depth < DEEPEST:
            return [self._sample(resolved.get("items", {}), depth + 1)]
        plain = {"uuid": "01890a5d-ac96-774b-bcce-b302099a8057", "date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31"}
        return plain.get(str(resolved.get("format")), {"integer": 1, "boolean": True, "string": "..."}.get(str(kind)))
