"""Runs a program in a network of its own, where every way out leads to nobody, and writes down what it sends there.

    unshare --map-root-user --net python tests/alone.py SENT PROGRAM...

What native libraries send is seen too, over IPv4; for IPv6 a name has to be asked for first. `can_be` is False where
nobody may have such a network.
"""

import ctypes
import fcntl
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Final, TextIO

_INTO: Final = (shutil.which("unshare") or "", "--map-root-user", "--net")

_SET_FLAGS, _ADD_ROUTE, _UP = 0x8914, 0x890B, 0x1
_EVERY_KIND, _IPV4 = 0x0003, 0x0800
_NAMES: Final = 53


def can_be() -> bool:
    return bool(_INTO[0]) and subprocess.run([*_INTO, "true"], capture_output=True).returncode == 0


def alone(sent: Path, *program: str) -> list[str]:
    """The command that runs a program so; `sent` gets a line for each place that it sent something to."""
    return [*_INTO, sys.executable, __file__, str(sent), *program]


def main(arguments: Sequence[str]) -> int:
    sent, *program = arguments
    _lead_nowhere()
    listening = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_EVERY_KIND))
    with Path(sent).open("w") as lines:
        threading.Thread(target=_write_down, args=(listening, lines), daemon=True).start()
        status = subprocess.run(program).returncode
        time.sleep(0.2)
    return status


def _lead_nowhere() -> None:
    """The loopback device is the way to everywhere, so that what is sent comes by here."""
    device = ctypes.create_string_buffer(b"lo")
    anywhere = struct.pack("H14x", socket.AF_INET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
        route = struct.pack(
            "L16s16s16sHhLPhPLLH", 0, *[anywhere] * 3, _UP, 0, 0, 0, 0, ctypes.addressof(device), 0, 0, 0
        )
        fcntl.ioctl(control, _ADD_ROUTE, route)


def _write_down(listening: socket.socket, lines: TextIO) -> None:
    seen = set()
    while True:
        packet, (_, kind, *_) = listening.recvfrom(1 << 16)
        if (place := _place(packet, kind)) and place not in seen:
            seen.add(place)
            print(place, file=lines, flush=True)


def _place(packet: bytes, kind: int) -> str:
    """Where a packet goes, if that is not this machine; asking for a name counts, whoever is asked."""
    if kind != _IPV4:
        return ""
    start = (packet[0] & 0x0F) * 4
    (port,) = struct.unpack("!H", packet[start + 2 : start + 4])
    if port == _NAMES:
        return f"name {_name(packet[start + 20 :])}"
    address = ip_address(packet[16:20])
    return "" if address.is_loopback or address.is_multicast else f"{address} {port}"


def _name(question: bytes) -> str:
    labels, at = [], 0
    while at < len(question) and question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode("ascii", "replace"))
        at += question[at] + 1
    return ".".join(labels)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
