"""Run the topology and try what it promises: python -m scripts.loopback [CHECK ...]"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.loopback.checks import CHECKS
from scripts.loopback.parts import missing, topology


def main(names: Sequence[str]) -> int:
    """0 when all of it is as promised, 1 when not, 2 when something that is needed is not installed."""
    if lacking := missing():
        print(f"Not installed: {', '.join(lacking)}.", file=sys.stderr)
        return 2
    checks = [check for check in CHECKS if not names or check.__name__ in names]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="topology-") as name:
        folder = Path(name)
        # PostgreSQL works as somebody else than root.
        folder.chmod(0o755)
        with topology(folder, ASK_LIMIT="15/minute, 100000/minute") as run:
            print("| what | found | wanted | met |\n| --- | --- | --- | --- |", flush=True)
            for check in checks:
                for one in check(run):
                    failed += not one.met
                    met = "yes" if one.met else "**no**"
                    print(f"| {one.what} | {one.found} | {one.wanted} | {met} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
