"""A bare HTTP client under whose load the API is measured: some connections, each waiting for its answer before it asks again.

It runs as a process of its own, so that it takes no time from the server's, and writes what it saw as JSON.
"""

import asyncio
import json
import sys
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

OK = (b"HTTP/1.1 200", b"HTTP/1.1 201", b"HTTP/1.1 204")


async def _caller(plan: dict[str, Any], caller: int, seconds: list[float]) -> None:
    address = urlsplit(plan["url"])
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for number in range(plan["each"]):
            request = _request(plan, caller, number)
            began = perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
            body = await reader.readexactly(length)
            seconds.append(perf_counter() - began)
            if not head.startswith(OK):
                raise SystemExit(f"{head.decode(errors='replace')}{body.decode(errors='replace')}")
    finally:
        writer.close()


def _request(plan: dict[str, Any], caller: int, number: int) -> bytes:
    body = b""
    path, token = (plan[name][caller % len(plan[name])] for name in ("paths", "tokens"))
    lines = [f"{plan['method']} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    if plan["bodies"]:
        body = plan["bodies"][caller % len(plan["bodies"])].encode()
        lines += ["Content-Type: application/json", f"Idempotency-Key: {plan['round']}/{caller}/{number}"]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def _load(plan: dict[str, Any]) -> dict[str, Any]:
    seconds: list[float] = []
    began = perf_counter()
    await asyncio.gather(*(_caller(plan, caller, seconds) for caller in range(plan["connections"])))
    total = perf_counter() - began
    seconds.sort()
    return {
        "rate": len(seconds) / total,
        "p50": seconds[len(seconds) // 2],
        "p99": seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)],
    }


if __name__ == "__main__":
    json.dump(asyncio.run(_load(json.load(sys.stdin))), sys.stdout)
