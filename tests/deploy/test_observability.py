"""The dashboard and the alert rules speak of numbers that there are, and each alert has its page."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from assistant.settings import ROOT
from assistant.waiting import Queue
from assistant.web.app import create_app
from tests.web.scripted import scripted_service

FOLDER = ROOT / "deploy/observability"
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
PROMETHEUS_OWN = {"up"}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every name under which /metrics gives a number."""

    async def queues() -> Mapping[Queue, int]:
        return {Queue.NOT_USEFUL: 1}

    service = scripted_service(tmp_path_factory.mktemp("numbers"), queues=queues)
    with TestClient(create_app(service)) as client:
        client.post("/api/ask", json={"question": "How often?"})
        page = client.get("/metrics").text
    return set(re.findall(r"^([a-z_]+)[{ ]", page, re.MULTILINE))


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _panels() -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    return panels


def _names(expression: str) -> set[str]:
    """The numbers that an expression of Prometheus speaks of."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)", " ", expression)
    return set(re.findall(r"\b[a-z][a-z_]+\b(?!\()(?! by| \()", bare)) - {"and", "or", "sum", "max", "min", "count"}


def test_every_alert_speaks_of_numbers_that_there_are(there: set[str]) -> None:
    assert {name for rule in _rules() for name in _names(rule["expr"])} - PROMETHEUS_OWN - there == set()


def test_every_panel_speaks_of_numbers_that_there_are(there: set[str]) -> None:
    expressions = [target["expr"] for panel in _panels() for target in panel["targets"]]

    assert len(expressions) >= len(_panels()) >= 15
    assert {name for expression in expressions for name in _names(expression)} - there == set()


def test_the_names_of_an_expression_are_seen() -> None:
    expression = 'max by (a) (rate(one_total{job="x"}[5m])) > 0.2 * sum(two) and histogram_quantile(0.95, three_bucket)'

    assert _names(expression) == {"one_total", "two", "three_bucket"}


def test_every_number_of_the_page_is_one_that_there_is(there: set[str]) -> None:
    table = OPERATIONS.split("| name | labels | |")[1].split("\n\n")[0]
    told = {
        name
        for line in table.splitlines()
        for name in re.findall(r"`([a-z_]+)`", line.split("|")[1] if "|" in line else "")
    }

    assert {name for name in told if not {name, f"{name}_count"} & there} == set()


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    pages = re.findall(r"^### (\w+)$", OPERATIONS, re.MULTILINE)

    assert sorted(pages) == sorted(rule["alert"] for rule in _rules())


def test_every_rule_says_how_urgent_it_is_and_what_it_means() -> None:
    for rule in _rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("asked", [("check", "alerts.yaml"), ("test", "alerts_test.yaml")], ids=lambda asked: asked[0])
def test_prometheus_itself_takes_the_rules_and_they_fire_when_they_should(asked: tuple[str, str]) -> None:
    verb, file = asked

    done = subprocess.run(["promtool", verb, "rules", str(FOLDER / file)], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
