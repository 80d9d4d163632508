"""The command: what is wrong is said before anything starts."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "server.py", *options], capture_output=True, text=True, env=environment, timeout=60
    )


def test_help_names_every_option() -> None:
    done = run("--help")

    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--host", "--port", "--workers"))


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        (["--port", "many"], {}, 'PORT is "many": expected a whole number from 0 to 65535'),
        ([], {"ASK_LIMIT": "often"}, 'ASK_LIMIT is "often": expected questions a minute'),
        ([], {"PACK_DIR": "/no/such/place"}, 'PACK_DIR is "/no/such/place": expected a folder that exists'),
        (["--reload"], {}, "unrecognized arguments"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(
    options: list[str], environment: dict[str, str], said: str
) -> None:
    done = run(*options, **environment)

    assert done.returncode == 2
    assert said in done.stderr
