"""What leaves the running program beside its answers: logs, numbers and traces, none with a candidate's words."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.doors import Server, server
from tests.otlp_receiver import Collector, Taken, collecting
from tests.scripted_model import Reply, draft, in_pieces, scripted_model

CANARY = "kestrel"
SERVER, CLIENT = 2, 3
QUOTE = "The Panel meets fortnightly"
REPLIES: Final = (
    Reply(in_pieces(draft((f"{QUOTE}.", [(1, QUOTE)]))), usage=(321, 12)),
    Reply(status=500, body=json.dumps({"error": {"message": f"can't answer {CANARY}"}})),
    Reply([f"{CANARY} is no JSON"]),
    Reply([CANARY], finish=CANARY),
)


@dataclass(frozen=True)
class Observed:
    """What was seen of a server that was asked things and has ended."""

    collector: Collector
    answers: list[dict[str, Any]]
    metrics: str
    log: str

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def observed(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    log = tmp_path_factory.mktemp("observed") / "log"
    with collecting() as collector, scripted_model(*REPLIES) as model:
        observing = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        speaking = {"LOG_FORMAT": "json", "LOG_LEVEL": "debug", "OPENAI_LOG": "debug"}
        with server(log, DATA_DIR=real_data, OPENAI_BASE_URL=model.base_url, **observing, **speaking) as running:
            answers = _ask(running)
            metrics = running.http.get("/metrics").text
        yield Observed(collector, answers, metrics, log.read_text())


def _ask(running: Server) -> list[dict[str, Any]]:
    answers = [running.ask(f"How often does the Panel meet, {CANARY}?") for _ in REPLIES]
    running.events(f"What does the role pay, {CANARY}?")
    running.ask(f"My child has bruises, {CANARY}")
    for path in (f"/{CANARY}", f"/?q={CANARY}", f"/pack/{CANARY}/{CANARY}", f"/secretariat/{CANARY}"):
        running.http.get(path, headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01", "x-request-id": CANARY})
    running.http.post("/api/ask", content=f'{{"question": "{CANARY}')
    with pytest.raises(httpx.HTTPStatusError):
        running.ask(CANARY * 100)
    return answers


def test_no_word_of_a_candidate_leaves_by_logs_numbers_or_traces(observed: Observed) -> None:
    assert [answer["mode"] for answer in observed.answers] == ["model", "fallback", "fallback", "fallback"]
    assert len(observed.lines()) > 10
    for words in (observed.log, observed.metrics, observed.collector.words().decode("latin-1")):
        assert CANARY not in words.lower()


def test_every_line_of_the_log_is_json(observed: Observed) -> None:
    told = [line for line in observed.log.splitlines() if line.strip() and "sign in" not in line]

    assert [line for line in told if not line.startswith("{")] == []


def test_a_trace_leads_from_the_request_to_the_call_of_the_model(observed: Observed) -> None:
    [call, *_] = observed.collector.until("chat gpt-5.4-mini", count=4)
    spans = {span.id: span for span in observed.collector.spans}

    def way(span: Taken) -> list[str]:
        return [*(way(spans[span.parent]) if span.parent else []), span.name]

    of_trace = [span for span in spans.values() if span.trace == call.trace]
    assert way(call) == ["POST /api/ask", "answer", "compose", "chat gpt-5.4-mini"]
    assert {"screen", "restate", "search", "judge"} <= {span.name for span in of_trace}
    [found] = [span for span in of_trace if span.name.startswith("retrieval ")]
    assert way(found) == ["POST /api/ask", "answer", "search", "retrieval child-safeguarding-panel"]
    assert found.attributes["gen_ai.operation.name"] == "retrieval"
    [asked] = [span for span in of_trace if not span.parent]
    assert asked.kind == SERVER
    assert (asked.attributes["http.route"], asked.attributes["http.response.status_code"]) == ("/api/ask", 200)
    [answered] = [span for span in of_trace if span.name == "answer"]
    said = observed.answers[0]
    assert answered.attributes["assistant.outcome"] == said["outcome"]
    assert (answered.attributes["assistant.mode"], said["mode"]) == ("model", "model")
    assert answered.attributes["assistant.index"] == said["versions"]["index"]


def test_a_call_of_the_model_is_told_by_the_conventions_for_generative_ai(observed: Observed) -> None:
    calls = observed.collector.until("chat gpt-5.4-mini", count=4)

    well, broken, garbled, cut = calls[:4]
    assert well.kind == CLIENT
    assert well.attributes["gen_ai.operation.name"] == "chat"
    assert well.attributes["gen_ai.provider.name"] == "openai"
    assert well.attributes["gen_ai.request.model"] == "gpt-5.4-mini"
    assert (well.attributes["gen_ai.usage.input_tokens"], well.attributes["gen_ai.usage.output_tokens"]) == (321, 12)
    assert well.attributes["gen_ai.response.finish_reasons"] == ["stop"]
    assert 0 < well.attributes["gen_ai.response.time_to_first_chunk"] < 10
    assert well.attributes["server.address"] == "127.0.0.1"
    assert (broken.failed, broken.attributes["error.type"]) == (True, "500")
    assert not garbled.failed
    assert (cut.failed, cut.attributes["error.type"]) == (True, "ComposerError")


def test_a_line_of_the_log_names_its_trace_and_a_callers_trace_is_not_believed(observed: Observed) -> None:
    answered = [line for line in observed.lines() if line["message"].startswith("answered")]

    traces = {span.trace for span in observed.collector.spans}
    assert {line["trace"] for line in answered} <= traces
    assert "ab" * 16 not in traces


def test_no_health_look_leaves_a_span(observed: Observed) -> None:
    assert not {"GET /readyz", "GET /metrics", "GET /healthz"} & {span.name for span in observed.collector.spans}


def test_a_collector_that_is_away_keeps_nobody_waiting() -> None:
    from assistant.otlp import OtlpTracer

    tracer = OtlpTracer("http://127.0.0.1:9", service="test")
    began = time.monotonic()
    with tracer.span("step", "internal", {}):
        pass
    stepped = time.monotonic()
    tracer.close()

    assert stepped - began < 1
    assert time.monotonic() - stepped < 10
