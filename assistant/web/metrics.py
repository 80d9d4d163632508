"""What the service counts, for Prometheus. Numbers only: nothing that anybody typed."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from assistant.domain import Answer

CONTENT_TYPE = CONTENT_TYPE_LATEST
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several workers put their numbers together; the library reads it from the environment when it is imported."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)


class Metrics:
    """Counters of one app. With several workers one page tells of all of them, whichever is asked."""

    def __init__(self) -> None:
        self._registry = own = CollectorRegistry()
        self._shared = os.environ.get(SHARED_FOLDER, "")
        if not self._shared:
            ProcessCollector(registry=own)
        self.answers = Counter("answers", "Answers given", ["outcome", "rule", "mode"], registry=own)
        self.failed = Counter("answers_failed", "Questions that ended without an answer", registry=own)
        self.unsaved = Counter("records_failed", "Turns that could not be saved", registry=own)
        self.tokens = Counter("model_tokens", "Tokens read and written", ["direction"], registry=own)
        self.dollars = Counter("model_dollars", "What the model cost, in US dollars", registry=own)
        self.stages = Histogram("stage_seconds", "Time spent in a stage", ["stage"], buckets=_SECONDS, registry=own)
        self.requests = Counter("http_requests", "Requests answered", ["method", "route", "status"], registry=own)
        self.waits = Histogram("http_request_seconds", "From request to end", ["route"], buckets=_SECONDS, registry=own)
        # Of workers that are alive: one that died takes its numbers with it.
        self.in_flight = Gauge(
            "questions_in_flight", "Questions being answered", registry=own, multiprocess_mode="livesum"
        )
        self.checks = Gauge(
            "check_ok", "1 while a check finds all well, the worst of all workers", ["check"], registry=own,
            multiprocess_mode="livemin",
        )  # fmt: skip
        self.breaker = Gauge(
            "model_left_alone", "1 while the model fails and is not asked, in any worker", registry=own,
            multiprocess_mode="livemax",
        )  # fmt: skip

    def answered(self, answer: Answer) -> None:
        """Count one answer with all that is known of it."""
        self.answers.labels(answer.outcome.value, answer.rule.value if answer.rule else "", answer.mode).inc()
        for stage, milliseconds in answer.timings_ms.items():
            if milliseconds:  # what was remembered was not measured
                self.stages.labels(stage).observe(milliseconds / 1000)
        self.tokens.labels("in").inc(answer.usage.tokens_in)
        self.tokens.labels("out").inc(answer.usage.tokens_out)
        self.dollars.inc(answer.usage.dollars)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; method and route are names of ours (`assistant.web.routes`)."""
        self.requests.labels(method, route, str(status)).inc()
        self.waits.labels(route).observe(seconds)

    def page(self, *, index: str, pack: str, queues: Mapping[str, int]) -> bytes:
        """The numbers as Prometheus reads them. `index` and `pack` are those of the worker that was asked."""
        now = CollectorRegistry()
        now.register(_Now(index, pack, queues))
        return self._counted() + generate_latest(now)

    def _counted(self) -> bytes:
        if not self._shared:
            return generate_latest(self._registry)
        _bury_the_dead(Path(self._shared))
        everyone = CollectorRegistry()
        multiprocess.MultiProcessCollector(everyone, self._shared)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)


class _Now(Collector):
    """What is looked up rather than counted."""

    def __init__(self, index: str, pack: str, queues: Mapping[str, int]) -> None:
        self._served = {"version": index, "pack": pack}
        self._queues = queues

    def collect(self) -> list[Metric]:
        served = InfoMetricFamily("index", "What is being searched", value=self._served)
        waiting = GaugeMetricFamily("queue_length", "What waits for the secretariat", labels=["queue"])
        for name, length in self._queues.items():
            waiting.add_metric([name], length)
        return [served, waiting]


def _bury_the_dead(folder: Path) -> None:
    """A worker that was killed leaves its gauges behind; the server starts another but does not clear them away."""
    for pid in {file.stem.rpartition("_")[2] for file in folder.glob("gauge_live*.db")}:
        if not _is_alive(int(pid)):
            with suppress(FileNotFoundError):
                multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
