"""With several workers one page tells of all of them, whichever is asked, also after one has died."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from assistant.settings import ROOT

WORKER = """
import json, sys
from assistant.domain import Answer, Outcome, Usage
from assistant.web.metrics import Metrics

metrics = Metrics()
for line in sys.stdin:
    told = json.loads(line)
    if told == "page":
        page = metrics.page(index="v-1", pack="p-1", queues={"not_useful": 2}).decode()
    else:
        page = ""
        metrics.answered(Answer(Outcome.ANSWERED, "", timings_ms={"total": 20.0}, usage=Usage(10, 5, 0.5)))
        metrics.in_flight.inc()
        metrics.checks.labels("index").set(told["well"])
        metrics.breaker.set(told["alone"])
    print(json.dumps(page), flush=True)
"""


class _Worker:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def tell(self, told: object) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        page: str = json.loads(self.process.stdout.readline())
        return page


@contextmanager
def working(folder: Path) -> Iterator[_Worker]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env={"PROMETHEUS_MULTIPROC_DIR": str(folder)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield _Worker(process)
        finally:
            process.kill()


def _number(page: str, name: str) -> float:
    [number] = re.findall(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(number)


def test_one_page_tells_of_all_workers_and_a_dead_ones_gauges_go_with_it(tmp_path: Path) -> None:
    answered = 'answers_total{mode="quoting",outcome="answered",rule=""}'
    with ExitStack() as opened:
        first, second = opened.enter_context(working(tmp_path)), opened.enter_context(working(tmp_path))
        first.tell({"well": 1, "alone": 0})
        second.tell({"well": 0, "alone": 1})
        both = first.tell("page")
        second.process.kill()
        second.process.wait()
        left = first.tell("page")

    assert _number(both, answered) == _number(left, answered) == 2
    assert _number(both, 'stage_seconds_count{stage="total"}') == 2
    assert _number(both, 'model_tokens_total{direction="in"}') == 20
    assert _number(both, "model_dollars_total") == 1
    assert (_number(both, "questions_in_flight"), _number(left, "questions_in_flight")) == (2, 1)
    assert (_number(both, 'check_ok{check="index"}'), _number(left, 'check_ok{check="index"}')) == (0, 1)
    assert (_number(both, "model_left_alone"), _number(left, "model_left_alone")) == (1, 0)
    assert _number(both, 'index_info{pack="p-1",version="v-1"}') == 1
    assert _number(both, 'queue_length{queue="not_useful"}') == 2
