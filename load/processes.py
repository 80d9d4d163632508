"""What a server uses and counts, looked at from outside."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from scripts.served import Served

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """Resident bytes, open handles and threads."""

    memory: int
    handles: int
    threads: int


def used(process: int) -> Used:
    """Of the process alone, without workers of its."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    memory = int(fields["VmRSS"].split()[0]) * 1024
    return Used(memory, len(os.listdir(f"/proc/{process}/fd")), int(fields["Threads"]))


def processor_seconds(session: int) -> float:
    """Of all processes of a session that are alive: the server and its workers."""
    spent = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session:
            spent += int(fields[11]) + int(fields[12])
    return spent / _TICKS


def counted(server: Served, name: str, **labels: str) -> float:
    """A number of /metrics, which tells of all workers."""
    page = httpx.get(f"{server.http.base_url}/metrics", timeout=60).raise_for_status().text
    families = text_string_to_metric_families(page)
    samples = (one for family in families for one in family.samples)
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())
