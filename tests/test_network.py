"""Ingesting, serving and answering ask nothing of the network, and a pack's links are not followed."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE

from assistant.settings import ROOT
from tests.alone import alone, can_be
from tests.doors import _free_port
from tests.knowledge.pack_files import word_file

GUARDED = """
import ipaddress, sys

tried = []

def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    try:
        inside = host in (None, "", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        tried.append(host)
        raise OSError(f"the network is not there: {host}")

sys.addaudithook(watch)
"""
PRODUCT = """
import os, select, socket
door = socket.create_server(("127.0.0.1", int(os.environ["DOOR"])))
from pathlib import Path
import ingest
from assistant.__main__ import main
from knowledge.pack import load_pack

statuses = [ingest.main([]), main(["How often does the Panel meet?"]), main(["What does it pay?"])]
linked = str(load_pack(Path(os.environ["LINKED"])))
print("read", linked.count("It meets in Leeds"), "canaries", linked.count(os.environ["CANARY"]),
    "knocked", len(select.select([door], [], [], 0)[0]))
print("statuses", *statuses)
print("tried", *tried)
"""
SERVED = """
import json, os, subprocess, sys, time
from urllib.request import Request, urlopen

here = f"http://127.0.0.1:{sys.argv[1]}"
server = subprocess.Popen([sys.executable, "server.py", "--port", sys.argv[1]])
while server.poll() is None:
    try:
        urlopen(f"{here}/readyz").close()
        break
    except OSError:
        time.sleep(0.1)
asked = json.dumps({"question": "How often does the Panel meet?"}).encode()
answer = json.load(urlopen(Request(f"{here}/api/ask", asked, {"content-type": "application/json"})))
print(answer["outcome"], urlopen(here).status)
server.terminate()
sys.exit(server.wait())
"""
MODEL = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://model.example/v1", "CHAT_MODEL": "m"}
ASKS_FOR_A_NAME = """
import socket
try:
    socket.getaddrinfo("telemetry.example", 443)
except OSError:
    pass
"""
STRAY = """
import urllib.request
try:
    urllib.request.urlopen("http://telemetry.example/", timeout=2)
except OSError:
    pass
print("tried", *tried)
"""


needs_a_network_of_its_own = pytest.mark.skipif(not can_be(), reason="this system gives a test no network of its own")


@dataclass(frozen=True)
class Run:
    """What a program printed, where it sent something to (unknown without a network of its own), and what its libraries
    put into the home folder."""

    lines: list[str]
    sent: list[str]
    left: list[str]


def run(*program: str, data: Path, **environment: str) -> Run:
    """A program that runs to its end, in a network of its own where there can be one."""
    sent = data / "sent"
    done = subprocess.run(
        alone(sent, *program) if can_be() else program,
        cwd=ROOT,
        env={"PATH": "", "HOME": str(data), "DATA_DIR": str(data), "OMP_NUM_THREADS": "2"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    lines = sent.read_text().splitlines() if sent.exists() else []
    return Run(done.stdout.splitlines(), lines, [place.name for place in data.glob(".*")])


def guarded(code: str, data: Path, **environment: str) -> Run:
    """The same for a program of ours, while every way out of the machine is shut and watched in Python, too."""
    return run(sys.executable, "-c", GUARDED + code, data=data, **environment)


CANARY = "kestrel in the cellar"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An ingest of the pack, two answers, and a pack full of links that is read."""
    data, pack, door = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("linked"), _free_port()
    secret = data / "secret.txt"
    secret.write_text(CANARY)
    _full_of_links(pack, f"http://127.0.0.1:{door}/redirect", "http://169.254.169.254/latest/", secret.as_uri())
    return guarded(PRODUCT, data, DOOR=str(door), LINKED=str(pack), CANARY=CANARY)


def _full_of_links(pack: Path, *addresses: str) -> None:
    """In all the ways in which a document of each kind can ask for something from elsewhere."""
    (pack / "campaign.toml").write_text(
        f'name = "Board"\npage = "https://pack.example/"\n[contact]\nurl = "{addresses[0]}"\n'
    )
    said = "It meets in Leeds.\n\n"
    (pack / "plain.md").write_text(
        "# Board\n\n" + said + "".join(f"[more]({one}) ![picture]({one}) <{one}>\n\n" for one in addresses)
    )
    tags = (
        '<link rel="stylesheet" href="{0}"><script src="{0}"></script><meta http-equiv="refresh" content="0;url={0}">'
        '<img src="{0}" srcset="{0} 2x"><iframe src="{0}"></iframe><object data="{0}"></object><a href="{0}">More</a>'
    )
    every = "".join(tags.format(one) for one in addresses)
    doctype = f'<!DOCTYPE html [<!ENTITY out SYSTEM "{addresses[-1]}">]>'
    page = f"{doctype}<html><base href='{addresses[0]}'><body><h1>Page</h1><p>{said}&out;</p>{every}</body></html>"
    (pack / "page.html").write_text(page)

    def linked(document: Document) -> None:
        document.add_heading("Word", 1)
        document.add_paragraph(said)
        for one in addresses:
            for kind in (RELATIONSHIP_TYPE.HYPERLINK, RELATIONSHIP_TYPE.IMAGE):
                document.part.relate_to(one, kind, is_external=True)

    word_file(pack / "word.docx", linked)


def test_an_ingest_and_answers_reach_for_nothing_outside_the_machine(product: Run) -> None:
    assert product.lines[-2:] == ["statuses 0 0 0", "tried"]
    assert any("fortnightly" in line for line in product.lines)


def test_no_link_of_a_pack_is_followed_to_this_machine_or_away_from_it(product: Run) -> None:
    assert product.lines[-3] == "read 3 canaries 0 knocked 0"


@needs_a_network_of_its_own
def test_no_library_asks_for_a_name_or_sends_anything_while_ingesting_and_answering(product: Run) -> None:
    assert product.sent == []


@needs_a_network_of_its_own
def test_no_library_asks_for_a_name_or_sends_anything_while_serving(tmp_path: Path, real_data: Path) -> None:
    """But for the name of the model's host."""
    home = {"DATA_DIR": str(real_data), "RES_OPTIONS": "timeout:1 attempts:1"}

    served = run(sys.executable, "-c", SERVED, str(_free_port()), data=tmp_path, **home, **MODEL)

    assert "answered 200" in served.lines
    assert served.sent == ["name model.example"]
    assert served.left == []


def test_no_library_prepares_to_tell_its_makers_anything(product: Run) -> None:
    """What onnxruntime would send after nine seconds it puts into the home folder at once."""
    assert product.left == []


def test_the_watch_sees_what_would_leave_even_when_its_failure_is_swallowed(tmp_path: Path) -> None:
    assert guarded(STRAY, tmp_path).lines[-1] == "tried telemetry.example"


@needs_a_network_of_its_own
def test_the_network_sees_what_asks_for_a_name_without_our_knowing(tmp_path: Path) -> None:
    seen = run(sys.executable, "-c", ASKS_FOR_A_NAME, data=tmp_path, RES_OPTIONS="timeout:1 attempts:1")

    assert seen.sent == ["name telemetry.example"]
