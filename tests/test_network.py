"""Ingesting and answering ask nothing of the network."""

import subprocess
import sys
from pathlib import Path

from assistant.settings import ROOT

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
import ingest
from assistant.__main__ import main

statuses = [ingest.main([]), main(["How often does the Panel meet?"]), main(["What does it pay?"])]
print("statuses", *statuses)
print("tried", *tried)
"""
STRAY = """
import urllib.request
try:
    urllib.request.urlopen("http://telemetry.example/", timeout=2)
except OSError:
    pass
print("tried", *tried)
"""


def guarded(code: str, data: Path) -> list[str]:
    """The lines that a program printed while every way out of the machine was shut and watched."""
    done = subprocess.run(
        [sys.executable, "-c", GUARDED + code],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(data), "DATA_DIR": str(data), "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_ingest_and_answers_reach_for_nothing_outside_the_machine(tmp_path: Path) -> None:
    lines = guarded(PRODUCT, tmp_path)

    assert lines[-2:] == ["statuses 0 0 0", "tried"]
    assert any("fortnightly" in line for line in lines)


def test_the_watch_sees_what_would_leave_even_when_its_failure_is_swallowed(tmp_path: Path) -> None:
    assert guarded(STRAY, tmp_path)[-1] == "tried telemetry.example"
