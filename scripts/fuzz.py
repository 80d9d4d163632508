"""Schemathesis on the published contract of a running server: python -m scripts.fuzz SCHEMATHESIS [CASES]

SCHEMATHESIS is the program (`make fuzz` installs it in a place of its own); schemathesis.toml says what it leaves out.
After it every naughty string of the tests goes in at each door, and bodies that are far too long. Exit status 1 when a
check failed, fewer cases were sent than asked for, or a string or a body was not met as it should be.
"""

import base64
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx

from assistant.settings import ROOT
from scripts.served import Served, run, served

_STRINGS: Final = ROOT / "tests/security/naughty_strings.b64"
_CONFIG: Final = Path(__file__).with_name("schemathesis.toml")
_JSON: Final = {"Content-Type": "application/json"}
_SHARE: Final = 10
"""Of all cases, those for each operation and phase. Some take fewer, and every body comes fitting and not fitting."""

_GROWTH: Final = 20.0
"""MB that no body may cost more than."""

_LONGEST_ERROR: Final = 1024


def main(program: str, cases: int) -> int:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        done = run("ingest.py", DATA_DIR=folder / "data")
        if done.returncode:
            raise RuntimeError(done.stderr)
        with served(folder / "log.txt", DATA_DIR=folder / "data") as server:
            sent, failed = _contract(program, server, folder, cases)
            naughty = sum(not told for told in _naughty(server))
            grown, refused = _swollen(server)
    print(f"cases: {sent}, runs with a failed check: {failed}")
    print(f"naughty strings that were neither answered nor refused as told: {naughty}")
    print(f"bodies of 1 MB and 300 MB: {'refused' if refused else 'NOT refused'}, memory +{grown:.1f} MB")
    return 1 if failed or sent < cases or naughty or not refused or grown > _GROWTH else 0


def _contract(program: str, server: Served, folder: Path, cases: int) -> tuple[int, int]:
    """Cases sent, and runs that found something: one of the whole contract, one of questions asked for events."""
    sent = failed = 0
    for options in ((), ("--include-path", "/api/ask", "--header", "Accept: text/event-stream")):
        command = [program, "--config-file", str(_CONFIG), "run", f"{server.http.base_url}/openapi.json"]
        command += ["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--seed", "1"]
        command += ["--max-examples", str(cases // _SHARE), "--request-timeout", "30", *options]
        found = subprocess.run(command, capture_output=True, text=True, cwd=folder)  # noqa: S603
        made = re.search(r"(\d+) generated", found.stdout)
        sent += int(made.group(1)) if made else 0
        failed += bool(found.returncode)
        print(found.stdout[-4000:], found.stderr[-1000:])
    return sent, failed


def _naughty(server: Served) -> Iterator[bool]:
    """For each string and door, whether it was answered, or refused in few words and none of its own."""
    for line in _STRINGS.read_text().split():
        text = base64.b64decode(line).decode("utf-8", "surrogatepass")
        for path, body in {
            "/api/ask": {"question": text, "conversation": text},
            "/api/feedback": {"answer": text, "useful": True, "reason": text},
            "/v1/chat/completions": {"messages": [{"role": "user", "content": text}]},
        }.items():
            reply = server.http.post(path, content=json.dumps(body), headers=_JSON)
            repeated = len(text) >= 12 and text in reply.text
            refused = reply.status_code in (400, 404, 422) and len(reply.content) <= _LONGEST_ERROR and not repeated
            yield reply.status_code == httpx.codes.OK or refused


def _swollen(server: Served) -> tuple[float, bool]:
    """How many MB the server grew at its worst by what is far too long, and whether all of that was refused."""
    before = _memory(server, "VmRSS")
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    long = server.http.post("/api/ask", content=b'{"question":"' + b"a" * 1_000_000 + b'"}', headers=_JSON)
    told = server.http.post("/api/ask", content=_flood(), headers=_JSON | {"Content-Length": "300000000"})
    untold = server.http.post("/api/ask", content=_flood(), headers=_JSON)
    refused = all(reply.status_code == 413 and len(reply.content) <= _LONGEST_ERROR for reply in (long, told, untold))
    return _memory(server, "VmHWM") - before, refused and server.alive


def _flood() -> Iterator[bytes]:
    for _ in range(300):
        yield b"a" * 1_000_000


def _memory(server: Served, kind: str) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split(f"{kind}:")[1].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2000))
