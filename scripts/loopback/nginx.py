"""Debian's nginx with the product's own deploy/nginx.conf: only ports and names of hosts are others."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from assistant.settings import ROOT

CONF: Final = ROOT / "deploy" / "nginx.conf"

_PATIENCE_SECONDS: Final = 10.0
_TLS: Final = """
listen 127.0.0.1:{port} ssl;
ssl_certificate {folder}/certificate.pem;
ssl_certificate_key {folder}/key.pem;
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running nginx: its address, the same by TLS, and the file that its access log goes into."""

    address: str
    secure: str
    log: Path


def program() -> str | None:
    """nginx, which is not on everybody's PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def proxy(folder: Path, replicas: Sequence[int], ports: Sequence[int]) -> Iterator[Proxy]:
    """nginx on two of this machine's ports (plain, TLS) before two replicas, given by theirs."""
    nginx = program()
    assert nginx is not None, "nginx is not installed"
    (folder / "site.d").mkdir(parents=True)
    _make_certificate(folder)
    (folder / "site.d" / "tls.conf").write_text(_TLS.format(port=ports[1], folder=folder))
    (folder / "nginx.conf").write_text(_conf(replicas, ports[0]))
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", _as_we_are()]
    with (folder / "access.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)  # noqa: S603
    try:
        _until_up(f"http://127.0.0.1:{ports[0]}/metrics", process, folder / "access.log")
        yield Proxy(f"http://127.0.0.1:{ports[0]}", f"https://127.0.0.1:{ports[1]}", folder / "access.log")
    finally:
        process.terminate()
        process.wait(timeout=15)


def _conf(replicas: Sequence[int], port: int) -> str:
    conf = CONF.read_text(encoding="utf-8")
    others = {
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "app1:8000": f"127.0.0.1:{replicas[0]}",
        "app2:8000": f"127.0.0.1:{replicas[1]}",
    }
    for said, here in others.items():
        assert conf.count(said) == 1, f"{CONF} no longer says {said} once"
        conf = conf.replace(said, here)
    return conf


def _as_we_are() -> str:
    """Root's nginx would work as somebody who may not read this folder."""
    return "daemon off; user root;" if os.getuid() == 0 else "daemon off;"


def _make_certificate(folder: Path) -> None:
    subject = ["-subj", "/CN=127.0.0.1", "-days", "2", "-newkey", "rsa:2048"]
    files = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"]
    subprocess.run(["openssl", "req", "-x509", "-nodes", *subject, *files], check=True, capture_output=True)  # noqa: S603, S607


def _until_up(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"nginx did not start: {log.read_text()}")
