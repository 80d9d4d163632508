"""A Redis to test on, that can be stopped and started again."""

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path


def redis_is_here() -> bool:
    return shutil.which("redis-server") is not None


@dataclass
class RedisServer:
    """Listens on a socket in the folder, and keeps nothing on the disk."""

    folder: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(["redis-server", *options], cwd=self.folder, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while not self._listens():
            assert time.monotonic() < end, "Redis did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None
        self._socket.unlink(missing_ok=True)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as caller:
            return caller.connect_ex(str(self._socket)) == 0

    @property
    def _socket(self) -> Path:
        return self.folder / "redis.sock"
