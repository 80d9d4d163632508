"""Databases to test stores on: a file of SQLite, and a PostgreSQL that lives as long as the tests."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

_USER: Final = "postgres"
_OPTIONS: Final = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200"


def postgres_is_here() -> bool:
    """Whether its programs are installed, and somebody whom they are willing to run as."""
    return bool(_program("initdb") and _program("pg_ctl")) and _runner() is not None


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server of its own, on a socket in the folder, and its address without the name of a database."""
    runner = _runner()
    if runner:
        shutil.chown(folder, runner)
    data = folder / "data"
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    _run(runner, initdb, "-D", data, "-U", _USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--no-locale")
    _run(runner, pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", f"{_OPTIONS} -k {folder}", "start")
    try:
        yield f"postgresql+psycopg://{_USER}@/{{name}}?host={folder}"
    finally:
        _run(runner, pg_ctl, "-D", data, "-m", "immediate", "stop")


def fresh(server: str) -> str:
    """The address of a new, empty database on a server."""
    name = f"d{uuid.uuid4().hex}"
    with psycopg.connect(server.format(name="postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.format(name=name)


def _program(name: str) -> str:
    """Where it is, empty when it is nowhere: on the path, or where Debian puts it."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return shutil.which(name) or next(map(str, beside), "")


def _runner() -> str | None:
    """Empty when we may run it ourselves. It refuses to run as root."""
    if os.name != "posix":
        return None
    if os.getuid() != 0:
        return ""
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


def _run(runner: str | None, *command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=runner or None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
