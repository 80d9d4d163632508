"""What others' tools say of the pages: Lighthouse, pa11y and html-validate, and how much a first visit loads.

    python -m scripts.audit [--only size,html,pa11y,lighthouse]        (or: make audit)

It runs the pages on a service that acts, prints every figure, and exits 1 when one is below what is required. It needs
Chromium (CHROMIUM names another) and the tools that `make tools` installs.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Response, sync_playwright

from assistant.settings import ROOT
from assistant.web.assets import script_bytes
from tests.browser.acted import ANSWERS, Acted, Approved, acted
from tests.browser.pages import FLAGS, chromium

BIN: Final = ROOT / "node_modules/.bin"
FIRST_LOAD: Final = 40_000
REQUESTS: Final = 7
ELEMENT: Final = 12_000
LIGHTHOUSE: Final = {"accessibility": 100, "best-practices": 100, "performance": 95}

_NOTICES: Final = ("privacy", "accessibility", "about-ai", "questions-and-answers", "conversation/delete", "pack")


@dataclass(frozen=True)
class Figure:
    """One thing that was measured."""

    name: str
    said: str
    good: bool

    def line(self) -> str:
        return f"{'' if self.good else 'BELOW WHAT IS REQUIRED: '}{self.name}: {self.said}"


@dataclass(frozen=True)
class Look:
    """A page to look at: `cookie` brings a conversation along."""

    name: str
    address: str
    cookie: str = ""


@dataclass(frozen=True)
class Audit:
    """What every check looks at, and a folder for its files."""

    looks: Sequence[Look]
    folder: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every figure is good, 1 when one is not, 2 when a tool is missing."""
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description="What others' tools say of the pages.")
    parser.add_argument("--only", help=f"some of {','.join(CHECKS)}", default=",".join(CHECKS))
    names = parser.parse_args(arguments).only.split(",")
    if unknown := [name for name in names if name not in CHECKS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    if not chromium() or not (BIN / "lighthouse").exists():
        print("Chromium (apt-get install chromium) or the tools (make tools) are missing.")
        return 2
    with tempfile.TemporaryDirectory(prefix="audit-") as folder, acted(Path(folder)) as site:
        audit = Audit(_looks(site), Path(folder))
        figures = []
        for name in names:
            for figure in CHECKS[name](audit):
                print(figure.line(), flush=True)
                figures.append(figure)
    return 0 if all(figure.good for figure in figures) else 1


def _looks(site: Acted) -> list[Look]:
    """The page empty and with every outcome, a page of another site, and all the others."""
    site.approved = (Approved("Can it be longer?", ANSWERS["Can it be longer?"]),)
    with httpx.Client(base_url=site.address, timeout=30) as browser:
        for question in ANSWERS:
            browser.post("/ask", data={"question": question})
        cookie = f"conversation={browser.cookies['conversation']}"
    return [
        Look("empty", site.address + "/"),
        Look("every outcome", site.address + "/", cookie),
        Look("another site's page", site.host.allowed + "/"),
        *(Look(name, f"{site.address}/{name}") for name in _NOTICES),
    ]


def sizes(audit: Audit) -> Iterator[Figure]:
    """What a first visit loads, compressed, and the element."""
    loaded: list[Response] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        page.on("response", lambda response: loaded.append(response))
        address = audit.looks[0].address
        page.goto(address, wait_until="networkidle")
        sizes = {one.url.replace(address, "/"): one.request.sizes()["responseBodySize"] for one in loaded}
        browser.close()
    foreign = [url for url in sizes if "://" in url]
    yield Figure("first load", f"{sum(sizes.values()):,} bytes as sent {sizes}", sum(sizes.values()) <= FIRST_LOAD)
    yield Figure("requests", str(len(loaded)), len(loaded) <= REQUESTS and not foreign)
    element = len(gzip.compress(script_bytes()))
    yield Figure("element", f"{element:,} bytes compressed", element <= ELEMENT)


def valid_html(audit: Audit) -> Iterator[Figure]:
    """html-validate over every page as the server sends it."""
    for look in audit.looks:
        headers = {"accept": "text/html", "cookie": look.cookie}
        file = audit.folder / f"{look.name.replace(' ', '-').replace('/', '-')}.html"
        file.write_text(httpx.get(look.address, headers=headers, follow_redirects=True).text, encoding="utf-8")
    files = sorted(str(file) for file in audit.folder.glob("*.html"))
    # Not by its output, which ends with the first 64 KB.
    told = audit.folder / "html-validate.json"
    _run("html-validate", "--config", str(ROOT / ".htmlvalidate.json"), "--formatter", f"json={told}", *files)
    reports = json.loads(told.read_text(encoding="utf-8"))
    faults = [f"{Path(one['filePath']).name} {fault['ruleId']}: {fault['message']}" for one in reports
              for fault in one["messages"]]  # fmt: skip
    yield Figure("html-validate", f"{len(faults)} faults on {len(files)} pages {' | '.join(faults[:10])}", not faults)


def pa11y(audit: Audit) -> Iterator[Figure]:
    """pa11y, which runs axe and HTML CodeSniffer, WCAG 2 AA."""
    for look in audit.looks:
        settings = audit.folder / "pa11y.json"
        settings.write_text(
            json.dumps(
                {
                    "standard": "WCAG2AA",
                    "runners": ["axe", "htmlcs"],
                    "headers": {"cookie": look.cookie} if look.cookie else {},
                    "chromeLaunchConfig": {"executablePath": chromium(), "args": FLAGS},
                }
            )
        )
        done = _run("pa11y", "--config", str(settings), "--reporter", "json", look.address)
        found = json.loads(done.stdout) if done.stdout.strip() else [{"code": "failed", "selector": done.stderr[-300:]}]
        # Another site's page has faults of its own, which are not ours.
        faults = [f"{one['code']} {one['selector']} {one.get('context', '')}" for one in found]
        yield Figure(f"pa11y, {look.name}", f"{len(faults)} {' | '.join(faults[:5])}", not faults)


def lighthouse(audit: Audit) -> Iterator[Figure]:
    """Lighthouse as on a telephone: its scores, and when the largest part was painted and how much moved."""
    for look in (*audit.looks[:3], audit.looks[-1]):
        done = _run(
            "lighthouse",
            look.address,
            "--quiet",
            f"--only-categories={','.join(LIGHTHOUSE)}",
            "--output=json",
            f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
            *([f"--extra-headers={json.dumps({'Cookie': look.cookie})}"] if look.cookie else []),
        )
        if not done.stdout.strip():
            yield Figure(f"Lighthouse, {look.name}", done.stderr[-300:], False)
            continue
        report: dict[str, Any] = json.loads(done.stdout)
        scores = {name: round(report["categories"][name]["score"] * 100) for name in LIGHTHOUSE}
        paint = report["audits"]["largest-contentful-paint"]["numericValue"] / 1000
        moved = report["audits"]["cumulative-layout-shift"]["numericValue"]
        lost = [
            name for name, audit in report["audits"].items() if audit.get("score") is not None and audit["score"] < 1
        ]
        good = all(scores[name] >= least for name, least in LIGHTHOUSE.items()) and paint <= 2.5 and moved <= 0.02
        yield Figure(
            f"Lighthouse, {look.name}",
            f"{scores} largest paint {paint:.1f} s, moved {moved:.3f}, short of 1: {lost}",
            good,
        )


Check = Callable[[Audit], Iterator[Figure]]

CHECKS: Final[Mapping[str, Check]] = {"size": sizes, "html": valid_html, "pa11y": pa11y, "lighthouse": lighthouse}


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CHROME_PATH": chromium() or ""}
    return subprocess.run([BIN / tool, *arguments], capture_output=True, text=True, env=environment, timeout=180)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
