"""`python server.py` itself: the link that it prints, and switches that count in every worker."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from assistant.database import Database
from assistant.secretariat.stores import open_secretariat
from assistant.settings import ROOT as PROJECT
from assistant.settings import Settings
from server import _show_link
from tests.doors import _environment, _free_port, program, server

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/secretariat/sign-in/link\?token=[\w-]{40,})")
OIDC = {"OIDC_ISSUER": "https://login.example.org", "OIDC_CLIENT_ID": "c", "OIDC_ROLES": "groups: Team=reader"}


@contextmanager
def started(folder: Path, *, stdout: int, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that has begun to answer; what it says to the log is in `log`."""
    port = _free_port()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, PROJECT / "server.py", "--port", str(port)],
            env=_environment({"DATA_DIR": str(folder / "data"), **environment}),
            cwd=folder,
            stdout=stdout,
            stderr=log,
            text=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _until_up(address, process)
        yield process, address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _until_up(address: str, process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None
        try:
            if httpx.get(f"{address}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the server did not come up")


def test_a_fresh_server_prints_a_link_that_lets_an_administrator_in_once_and_keeps_it_from_the_log(
    tmp_path: Path,
) -> None:
    with started(tmp_path, stdout=subprocess.PIPE) as (process, address):
        assert process.stdout is not None
        printed = "".join(process.stdout.readline() for _ in range(5))
        found = LINK.search(printed)
        assert found, printed
        with httpx.Client(base_url=address, follow_redirects=True) as browser:
            assert "Signed in as Administrator (administrator)" in browser.get(found[1]).text
        assert httpx.get(address + found[1]).status_code == 403

    token = found[1].partition("token=")[2]
    assert token not in (tmp_path / "log").read_text()
    assert (tmp_path / "log").read_text()
    assert not any(token.encode() in file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())


def test_no_link_is_printed_into_a_file_and_none_where_a_provider_signs_in(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out, started(tmp_path, stdout=out.fileno()):
        pass
    assert "--sign-in-link" in (tmp_path / "out").read_text()

    with started(tmp_path, stdout=subprocess.PIPE, **OIDC) as (process, _):
        pass
    assert process.stdout is not None
    assert process.stdout.read() == ""
    for file in ("out", "log"):
        assert not LINK.search((tmp_path / file).read_text())


def test_no_link_is_printed_beside_logs_that_are_collected(
    database: Database, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A pipe, as in a container.
    monkeypatch.setattr("server.stat.S_ISREG", lambda _: False)
    secretariat = open_secretariat(database, by_links=True)

    for log_format in ("plain", "json"):
        settings = Settings(_env_file=None, log_format=log_format)  # type: ignore[call-arg]
        _show_link(settings, secretariat)

    link, instead = capfd.readouterr().out.split("To sign in")
    assert LINK.search(link)
    assert not LINK.search(instead)


def test_a_link_can_be_had_while_the_server_runs_but_not_where_a_provider_signs_in(tmp_path: Path) -> None:
    with started(tmp_path, stdout=subprocess.DEVNULL) as (_, address):
        asked = program("server.py", "--sign-in-link", "--port", address.rpartition(":")[2], DATA_DIR=tmp_path / "data")
        assert asked.returncode == 0, asked.stderr
        link = asked.stdout.strip()
        assert LINK.fullmatch(link)
        assert "administrator" in httpx.get(link, follow_redirects=True).text

    refused = program("server.py", "--sign-in-link", DATA_DIR=tmp_path / "data", **OIDC)
    assert (refused.returncode, refused.stdout) == (2, "")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"OIDC_ISSUER": "http://login.example.org"}, "an address such as https://"),
        ({"OIDC_CLIENT_ID": ""}, "needs OIDC_CLIENT_ID and OIDC_ROLES"),
        ({"OIDC_ROLES": "groups: Team=owner"}, "a claim, and the role"),
    ],
)
def test_a_provider_that_is_half_set_up_is_named_before_anything_starts(missing: dict[str, str], said: str) -> None:
    done = program("server.py", **(OIDC | missing))

    assert done.returncode == 2
    assert said in done.stderr


def test_what_is_turned_off_is_off_in_every_worker_within_five_seconds(real_data: Path, tmp_path: Path) -> None:
    settings = {"DATA_DIR": str(real_data), "DATABASE_URL": f"sqlite:///{tmp_path / 'records.sqlite3'}", "WORKERS": "2"}
    with server(tmp_path / "log", **settings) as running:
        port = running.address.rpartition(":")[2]
        link = program("server.py", "--sign-in-link", "--port", port, **settings).stdout.strip()
        with httpx.Client(base_url=running.address, headers={"origin": running.address}) as approver:
            approver.get(link)
            assert _outcomes(running.address) == {"answered"}

            turned = approver.post("/secretariat/settings/chat", data={"to": "off", "reason": "a test"})
            assert turned.status_code == 303
            time.sleep(5)

            assert _outcomes(running.address) == {"unavailable"}
            assert running.ask("My stepdad hits me every night")["outcome"] == "signposted"


def _outcomes(address: str) -> set[str]:
    """How a question ends, asked on so many connections that every worker gets some."""
    asked = {"question": "How often does the Panel meet?"}
    replies = [httpx.post(f"{address}/api/ask", json=asked, timeout=60) for _ in range(12)]
    assert {(one.status_code, bool(one.json()["contact"]["name"])) for one in replies} <= {(200, True), (503, True)}
    return {one.json()["outcome"] for one in replies}
