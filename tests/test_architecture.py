"""The house as DESIGN draws it, held: who may import whom, what is known where, and what is written nowhere."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = {"ingest", "server", "evals", "scripts", "benchmarks", "training"}
BANNED = {"load", "loads", "dumps", "dumpd", "astream_log", "load_prompt", "get_num_tokens_from_messages"}
"""Names of LangChain behind CVE-2025-68664, CVE-2026-34070, CVE-2026-26013 and CVE-2026-41488."""
FLOORS = {
    "langchain-core": (1, 2, 11),
    "langchain-openai": (1, 1, 14),
    "langchain-text-splitters": (1, 1, 2),
    "starlette": (0, 49, 1),
}
"""The releases that fixed those, CVE-2026-41481 and CVE-2025-62727."""


def test_imports_go_down_only() -> None:
    forbidden = {"knowledge": {"assistant", *PROGRAMS, "tests"}, "assistant": {*PROGRAMS, "tests"}}

    wrong = [
        f"{_named(file)} imports {name}"
        for floor, above in forbidden.items()
        for file in _modules(floor)
        for name in _imports(file)
        if name.split(".")[0] in above
    ]

    assert wrong == []


@pytest.mark.parametrize("program", ["ingest", "server", "evals"])
def test_no_program_imports_another(program: str) -> None:
    files = _modules(program) if (ROOT / program).is_dir() else [ROOT / f"{program}.py"]

    wrong = [
        f"{_named(file)} imports {name}"
        for file in files
        for name in _imports(file)
        if name.split(".")[0] in PROGRAMS - {program}
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("package", "keepers"),
    [
        ("chromadb", ("knowledge/versions/", "knowledge/store.py")),
        ("bm25s", ("knowledge/lexical.py",)),
        ("fsspec", ("knowledge/shelf.py",)),
        (
            "sqlalchemy",
            (
                "assistant/records.py",
                "assistant/kept_answers.py",
                "assistant/daily_counts.py",
                "assistant/database.py",
                "assistant/tables.py",
                "assistant/migrations/",
                "assistant/published_index.py",
                "assistant/secretariat/",
                "assistant/limits/",
                "assistant/budget.py",
            ),
        ),
        ("redis", ("assistant/limits/in_redis.py",)),
        ("fastapi", ("assistant/web/", "server.py")),
        ("prometheus_client", ("assistant/web/metrics.py",)),
        ("opentelemetry", ("assistant/otlp.py",)),
        ("onnxruntime", ("knowledge/onnx_files.py",)),
    ],
)
def test_a_package_is_known_only_where_it_is_used(package: str, keepers: tuple[str, ...]) -> None:
    knowing = [_named(file) for file in _all_modules() if any(_of(name, package) for name in _imports(file))]

    assert knowing
    assert [name for name in knowing if not name.startswith(keepers)] == []


def test_langchain_is_used_without_what_its_advisories_warn_of() -> None:
    used = [
        f"{_named(file)}: {name}" for file in _all_modules() for name in _langchain_names(file) if name in BANNED
    ] + [
        f"{_named(file)}: .{node.attr}"
        for file in _all_modules()
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Attribute) and node.attr in BANNED - {"load", "loads", "dumps"}
    ]

    assert used == []


def test_the_lock_names_no_address_and_pins_every_package_with_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    assert re.findall(r"https?://\S+|--\S*index\S*|--find-links|file:\S+", lock) == []
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    assert [entry.splitlines()[0] for entry in entries[1:] if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("package", FLOORS)
def test_the_lock_stands_above_the_known_faults(package: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")

    [version] = re.findall(rf"^{package}==([0-9.]+)", lock, re.MULTILINE)

    assert tuple(int(part) for part in version.split(".")) >= FLOORS[package]


def test_every_module_can_be_read_in_one_sitting() -> None:
    lengths = {_named(file): len(file.read_text(encoding="utf-8").splitlines()) for file in _all_modules()}

    assert {name: length for name, length in lengths.items() if length > 350} == {}


def test_nothing_names_a_place_on_somebodys_machine() -> None:
    place = re.compile(r"(?<![\w./])/(?:work|tmp|root|home|Users|mnt|opt)/")
    kinds = {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".json", ".jsonl", ".yaml", ".lock", ""}

    found = [
        f"{_named(file)}: {line.strip()[:80]}"
        for file in _committed()
        if file.suffix in kinds and file != Path(__file__)
        for line in file.read_text(encoding="utf-8", errors="ignore").splitlines()
        if place.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("module", ["assistant.web.app", "assistant.wiring"])
def test_what_only_a_model_a_provider_or_traces_need_is_not_imported_without_them(module: str) -> None:
    heavy = {"openai", "torch", "langchain_openai", "authlib", "opentelemetry.sdk", "grpc", "assistant.otlp"}
    check = f"import {module}, sys; print(*({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def _modules(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def _all_modules() -> list[Path]:
    return [*_modules("knowledge", "assistant", "evals"), ROOT / "ingest.py", ROOT / "server.py"]


def _named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _imports(file: Path) -> Iterator[str]:
    """Everything that a module imports, wherever in it, as full names."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = file.relative_to(ROOT).with_suffix("").parts[: -node.level] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _langchain_names(file: Path) -> Iterator[str]:
    for name in _imports(file):
        if name.startswith("langchain"):
            yield name.rsplit(".", 1)[-1]


def _of(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _committed() -> Iterator[Path]:
    """The files of the project: what lies in its folders and is not made by running it."""
    made = {".venv", ".git", "data", "__pycache__", "node_modules"}
    for entry in sorted(ROOT.iterdir()):
        if entry.name in made or (entry.is_dir() and entry.name.endswith("_cache")) or entry.name == ".hypothesis":
            continue
        files = sorted(entry.rglob("*")) if entry.is_dir() else [entry]
        yield from (file for file in files if file.is_file() and not made & set(file.parts))
