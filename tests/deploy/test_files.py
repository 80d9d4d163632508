"""What the image and the composition promise, read from their files: no container engine is needed."""

import ast
import fnmatch
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.utils import canonicalize_name

from assistant.settings import ROOT, Settings
from scripts.loopback.nginx import CONF

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("app1", "app2", "ingest")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each on one line, without comments."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in whole.splitlines() if line)]


def last_stage() -> list[tuple[str, str]]:
    found = instructions()
    return found[max(number for number, (word, _) in enumerate(found) if word == "FROM") :]


def programs() -> list[Path]:
    """The modules that the image runs."""
    return [*(ROOT / "assistant").rglob("*.py"), *(ROOT / "knowledge").rglob("*.py"), *ROOT.glob("[is]*.py")]


@pytest.fixture(scope="module")
def serving() -> str:
    """The part of the lock that the image installs."""
    names = ("deploy/serving_lock.py", "pyproject.toml", "requirements.lock")
    command = [sys.executable, *(str(ROOT / name) for name in names)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_image_runs_as_somebody_who_owns_nothing_of_it() -> None:
    stage = last_stage()

    assert [rest for word, rest in stage if word == "USER"] == ["10001:10001"]
    assert [word for word, _ in stage].index("USER") > max(n for n, (word, _) in enumerate(stage) if word == "COPY")
    assert not any("--chown" in rest or "chmod" in rest or "sudo" in rest for _, rest in stage)
    assert SERVICES["app1"]["user"] == "10001:10001"


def test_the_image_says_how_to_see_that_it_works() -> None:
    [check] = [rest for word, rest in last_stage() if word == "HEALTHCHECK"]

    assert "/healthz" in check
    assert "--timeout=" in check


def test_images_are_named_by_a_tag_that_can_be_replaced_by_a_digest() -> None:
    found = instructions()
    defaults = dict(rest.split("=", 1) for word, rest in found if word == "ARG")
    bases = [rest.split()[0] for word, rest in found if word == "FROM"]

    assert {base.strip("${}") for base in bases} == defaults.keys()
    named = [*defaults.values(), *(str(service["image"]) for service in SERVICES.values())]
    assert [name for name in named if ":" not in name.replace(":-", "") or "latest" in name] == []
    assert all(re.fullmatch(r"\$\{[A-Z]+_IMAGE:-.+\}", str(service["image"])) for service in SERVICES.values())


def test_no_secret_is_written_into_the_image_or_the_composition() -> None:
    secret = re.compile(r"(?i)(key|token|password|secret)\w*\s*[:=]\s*\S|://[^@/\s]+:[^@\s]+@")
    said = [rest for word, rest in instructions() if word in ("ENV", "ARG", "LABEL")]
    for service in SERVICES.values():
        said += [f"{name}: {value}" for name, value in service.get("environment", {}).items()]

    # What is put in from outside, and nothing in its place where it is missing.
    written = [re.sub(r"\$\{\w+(:-)?(:\?[^}]*)?\}", "", line) for line in said]

    assert [line for line in written if secret.search(line)] == []


def test_only_what_the_image_copies_is_shown_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    shown = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source.rstrip("/")
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }

    assert ignored[1] == "*"
    assert all(any(source == one or source.startswith(f"{one}/") for one in shown) for source in copied)
    assert all((ROOT / source).exists() for source in copied)
    assert any(fnmatch.fnmatch("deeper/.env.local", pattern) for pattern in ignored)


def test_every_file_of_the_project_that_the_programs_open_is_in_the_image() -> None:
    opened = {
        "/".join(re.findall(r'"([^"]+)"', named))
        for file in programs()
        for named in re.findall(r'\b(?:ROOT|REPOSITORY)((?: / "[^"]+")+)', file.read_text(encoding="utf-8"))
    }
    stage = [rest.split() for word, rest in last_stage() if word == "COPY"]
    copied = {words[-1] if words[0].startswith("--from") else source for words in stage for source in words[:-1]}

    # What is written, an index say, goes to DATA_DIR.
    assert opened - {"data"}
    missing = {path for path in opened - {"data"} if not any(f"{path}/".startswith(f"{one}/") for one in copied)}
    assert missing == set()
    assert all(file.relative_to(ROOT).parts[0] in copied for file in programs())


def test_whatever_the_programs_import_is_in_the_image(serving: str) -> None:
    kept = set(re.findall(r"^([a-z0-9-]+)==", serving, re.MULTILINE))
    owners = packages_distributions()
    imported = {
        name.partition(".")[0]
        for file in programs()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _names(node)
    }
    foreign = imported - set(sys.stdlib_module_names) - {"assistant", "knowledge"}

    lacking = {name for name in foreign if not set(map(canonicalize_name, owners[name])) & kept}
    assert len(foreign) > 20
    assert lacking == set()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def test_packages_of_the_image_are_those_of_the_lock_without_what_tests_need(serving: str) -> None:
    kept = set(re.findall(r"^([a-z0-9-]+)==", serving, re.MULTILINE))
    assert {"fastapi", "chromadb", "onnxruntime", "sqlalchemy", "psycopg", "fsspec", "redis"} <= kept
    assert kept & {"pytest", "mypy", "ruff", "playwright", "hypothesis", "reportlab", "langchain-chroma"} == set()
    assert serving.count("--hash=sha256:") > len(kept)
    installs = [rest for word, rest in instructions() if word == "RUN" and "pip install" in rest]
    assert all(rest.count("pip install") == rest.count("--require-hashes --no-deps") for rest in installs)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_shut_in(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith("0")
    assert {"mem_limit", "pids_limit"} <= service.keys()
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", ()))


def test_only_the_proxy_can_be_reached_and_first_only_from_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert SERVICES["proxy"]["ports"] == ["${PUBLISH:-127.0.0.1:8080}:8080"]
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert [name for name in ("database", "redis") if SERVICES[name]["networks"] != ["back"]] == []


def test_replicas_believe_the_proxy_and_nobody_else() -> None:
    address = SERVICES["proxy"]["networks"]["front"]["ipv4_address"]

    assert SERVICES["app1"]["environment"]["FORWARDED_ALLOW_IPS"] == address


def test_replicas_are_alike_and_keep_nothing_of_their_own() -> None:
    assert SERVICES["app1"] == SERVICES["app2"]
    assert {"index:/index", "packs:/data/packs"} <= set(SERVICES["app1"]["volumes"])
    assert any(str(mount).startswith("/data:") for mount in SERVICES["app1"]["tmpfs"])
    assert SERVICES["ingest"]["volumes"] == SERVICES["app1"]["volumes"]


@pytest.mark.parametrize("name", OURS)
def test_every_setting_that_is_passed_on_is_one(name: str) -> None:
    settings = {field.upper() for field in Settings.model_fields}

    assert SERVICES[name]["environment"].keys() <= settings


def test_the_proxy_knows_every_replica() -> None:
    named = set(re.findall(r"server (\w+):8000", CONF.read_text()))

    assert named == {name for name in SERVICES if name.startswith("app")}


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not installed")
def test_hadolint_has_nothing_to_say() -> None:
    said = subprocess.run(["hadolint", ROOT / "Dockerfile"], capture_output=True, text=True)

    assert (said.returncode, said.stdout) == (0, "")


def test_nothing_of_ours_starts_a_chroma_server_where_others_can_reach_it() -> None:
    """ADR 9. Tests start one on this machine's own address."""
    starting = re.compile(
        r"chroma[\"']?,?\s+[\"']?run\b|[\"']run[\"'], [\"']--host|chromadb/chroma|chromadb\.app|image:.*chroma"
    )
    kinds = {".py", ".yaml", ".yml", ".toml", ".sh", ".conf", ".json"}
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    files = [ROOT / name for name in listed.stdout.splitlines()]
    files = [file for file in files if file.suffix in kinds or file.name in ("Makefile", "Dockerfile", "run")]

    found = {
        file.relative_to(ROOT).as_posix(): line.strip()
        for file in files
        if file.is_file() and file != Path(__file__)
        for line in file.read_text(encoding="utf-8", errors="ignore").splitlines()
        if starting.search(line)
    }

    assert files
    assert found.keys() == {"tests/knowledge/test_chroma_server.py"}
    assert '"--host", "127.0.0.1"' in found["tests/knowledge/test_chroma_server.py"]
