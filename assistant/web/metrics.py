"""What the service counts, for Prometheus. Numbers only: nothing that anybody typed."""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    generate_latest,
    multiprocess,
)

from assistant.domain import Answer

CONTENT_TYPE = CONTENT_TYPE_LATEST
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several workers put their numbers together; the library reads it from the environment when it is imported."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)


class Metrics:
    """Counters of one app."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._shared = os.environ.get(SHARED_FOLDER, "")
        self.answers = Counter("answers", "Answers given", ["outcome", "rule", "mode"], registry=self._registry)
        self.failed = Counter("answers_failed", "Questions that ended without an answer", registry=self._registry)
        self.unsaved = Counter("records_failed", "Turns that could not be saved", registry=self._registry)
        self.tokens = Counter("model_tokens", "Tokens read and written", ["direction"], registry=self._registry)
        self.dollars = Counter("model_dollars", "What the model cost, in US dollars", registry=self._registry)
        self.in_flight = Gauge(
            "questions_in_flight", "Questions being answered", registry=self._registry, multiprocess_mode="livesum"
        )
        self.stages = Histogram(
            "stage_seconds", "Time spent in a stage", ["stage"], buckets=_SECONDS, registry=self._registry
        )
        self._index = None if self._shared else Info("index", "What is being searched", registry=self._registry)

    def answered(self, answer: Answer) -> None:
        """Count one answer with all that is known of it."""
        self.answers.labels(answer.outcome.value, answer.rule.value if answer.rule else "", answer.mode).inc()
        for stage, milliseconds in answer.timings_ms.items():
            self.stages.labels(stage).observe(milliseconds / 1000)
        self.tokens.labels("in").inc(answer.usage.tokens_in)
        self.tokens.labels("out").inc(answer.usage.tokens_out)
        self.dollars.inc(answer.usage.dollars)

    def page(self, *, index: str, pack: str) -> bytes:
        """The numbers as Prometheus reads them; with several workers, of all of them together."""
        if self._index is not None:
            self._index.info({"version": index, "pack": pack})
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        multiprocess.MultiProcessCollector(everyone, self._shared)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)
