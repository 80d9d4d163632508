"""The public scanner garak against a running server that quotes: python -m scripts.scan PYTHON [PROMPTS]

PYTHON is the interpreter of an environment of its own with garak 0.17.1, PROMPTS the most that a probe may send. Each
probe is put to our server and, as the control, to one that says whatever it is told; what a detector found in our
answers is listed by how the answer begins. Exit status 1 when the control fails too few pairs of a probe and a detector
to show that the scan can find anything. Nothing is fetched while it scans.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx

from assistant.domain import MAX_QUESTION
from scripts.served import Served, run, served

_PROBES: Final = Path(__file__).with_name("scan_probes.txt")
_PAIRS: Final = 30
"""Of a probe and a detector that the control has to fail."""

_TOO_LONG: Final = "messages has"
"""How a refusal of a prompt begins that is longer than a question may be."""

Pair = tuple[str, str]
Say = Callable[[str], str]


@dataclass(frozen=True)
class Found:
    """What one pair came to: hits of answers looked at."""

    hits: int
    looked: int


def main(python: str, prompts: int) -> int:
    with tempfile.TemporaryDirectory(prefix="scan-") as name:
        folder = Path(name)
        done = run("ingest.py", DATA_DIR=folder / "data")
        if done.returncode:
            raise RuntimeError(done.stderr)
        with served(folder / "log.txt", DATA_DIR=folder / "data") as server:
            ours = _scanned(python, folder / "ours", prompts, lambda prompt: _said(server, prompt))
        control = _scanned(python, folder / "control", prompts, lambda prompt: prompt)
        print(_table(ours, control))
        for hit in _hits(folder / "ours"):
            print(hit)
    failed = sum(found.hits > 0 for found in control.values())
    print(f"ours: {_total(ours)} in {sum(one.hits > 0 for one in ours.values())} of {len(ours)} pairs")
    print(f"control: {_total(control)} in {failed} of {len(control)} pairs")
    return 0 if failed >= _PAIRS and ours.keys() == control.keys() else 1


def _said(server: Served, prompt: str) -> str:
    """All that a person would read. A prompt that is too long is refused; then its end is asked as well."""
    replies = [_reply(server, prompt)]
    if len(prompt) > MAX_QUESTION:
        replies.append(_reply(server, prompt[-MAX_QUESTION:]))
    return "\n".join(replies)


def _reply(server: Served, prompt: str) -> str:
    reply = server.http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": prompt}]})
    body = reply.json()
    if reply.status_code != httpx.codes.OK:
        refused: str = body["error"]["message"]
        return refused
    answer = body["answer"]
    quotes = [cited["quote"] for cited in (*answer["citations"], *answer["nearest"])]
    return "\n".join([body["choices"][0]["message"]["content"], *quotes, *answer["follow_ups"]])


def _scanned(python: str, folder: Path, prompts: int, say: Say) -> Mapping[Pair, Found]:
    """What garak makes of somebody who answers a prompt so."""
    folder.mkdir()
    with _answering(say) as address:
        config = folder / "garak.json"
        config.write_text(json.dumps(_config(address, prompts)))
        environment = {name: str(folder) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        command = [python, "-m", "garak", "--config", str(config), "--spec", ",".join(_probes())]
        done = subprocess.run(  # noqa: S603
            [*command, "--report_prefix", str(folder / "scan")],
            env=environment | {"HF_HUB_OFFLINE": "1", "PATH": str(Path(python).parent)},
            cwd=folder,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    told = [one for one in _report(folder) if one["entry_type"] == "eval"]
    return {(one["probe"], one["detector"]): Found(one["fails"], one["total_evaluated"]) for one in told}


def _probes() -> list[str]:
    return [f"probes.{line}" for line in _PROBES.read_text().split("\n") if line and not line.startswith("#")]


def _config(address: str, prompts: int) -> dict[str, Any]:
    """garak's settings: one reply a prompt, compared with the same seed, asked for as JSON."""
    rest = {
        "name": "scanned",
        "uri": address,
        "headers": {"Content-Type": "application/json"},
        "req_template_json_object": {"prompt": "$INPUT"},
        "response_json": True,
        "response_json_field": "text",
        "request_timeout": 60,
    }
    return {
        "system": {"lite": True},
        # Without deprefix nothing is cut from a reply: an echo would have nothing left.
        "run": {"generations": 1, "soft_probe_prompt_cap": prompts, "seed": 1, "deprefix": False},
        "plugins": {
            "target_type": "rest.RestGenerator",
            "extended_detectors": True,
            "generators": {"rest": {"RestGenerator": rest}},
        },
    }


@contextmanager
def _answering(say: Say) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"text": say(asked["prompt"])}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _report(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "scan.report.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _table(ours: Mapping[Pair, Found], control: Mapping[Pair, Found]) -> str:
    """A family of probes and a detector a row: pairs, and hits of answers looked at, ours and the control's."""
    rows: dict[Pair, list[tuple[Found, Found]]] = {}
    for (probe, detector), found in ours.items():
        rows.setdefault((probe.split(".")[0], detector), []).append((found, control[probe, detector]))
    lines = ["| Probes | Detector | Pairs | Ours | Control |", "|---|---|---|---|---|"]
    for (family, detector), pairs in sorted(rows.items()):
        counted = [_total({(family, str(number)): pair[who] for number, pair in enumerate(pairs)}) for who in (0, 1)]
        lines.append(f"| {family} | {detector} | {len(pairs)} | {counted[0]} | {counted[1]} |")
    return "\n".join(lines)


def _total(found: Mapping[Pair, Found]) -> str:
    return f"{sum(one.hits for one in found.values())} of {sum(one.looked for one in found.values())}"


def _hits(folder: Path) -> Iterator[str]:
    """What our answers were in which a detector found something: how each begins, and how often."""
    hits: Counter[tuple[str, str, str]] = Counter()
    with (folder / "scan.hitlog.jsonl").open(encoding="utf-8") as lines:
        for hit in map(json.loads, lines):
            said = [line for line in hit["output"]["text"].splitlines() if not line.startswith(_TOO_LONG)]
            hits[hit["probe"], hit["detector"], said[0].split("“")[0][:80]] += 1
    for (probe, detector, begins), count in sorted(hits.items()):
        yield f"{probe} {detector}: {count} x {begins}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 16))
