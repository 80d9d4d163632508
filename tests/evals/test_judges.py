"""What a judge's reply says, and the judges asked for real through inspect-ai where it is installed."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Answer, Citation, Outcome, Sentence, Turn
from evals.domain import Asked, Case, Run
from evals.judges.__main__ import main
from evals.judges.judge import JUDGES, can_be_judged, read_faithfulness, read_relevance
from evals.model.loopback import Call, Reply, serving
from evals.runs import write_run
from knowledge.domain import BlockKind, Passage

needs_inspect = pytest.mark.skipif(not find_spec("inspect_ai"), reason="inspect-ai is not installed")
FAITHFULNESS, RELEVANCE = JUDGES


def test_faithfulness_is_the_share_of_sentences_that_are_supported() -> None:
    said = read_faithfulness(_faithful(True, False), 2)

    assert (said.value, said.why) == (0.5, "because")


@pytest.mark.parametrize(("word", "value"), [("yes", 1.0), ("partly", 0.5), ("no", 0.0)])
def test_an_answer_to_the_question_counts_whole_and_to_a_part_of_it_half(word: str, value: float) -> None:
    assert read_relevance(_relevant(word), 1).value == value


def test_a_reply_in_a_fence_is_read() -> None:
    assert read_relevance(f"```json\n{_relevant('yes')}\n```", 1).value == 1.0


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "The answer is supported.",
        f"Here you are: {'{'}",
        '{"reason": "r", "sentences": []}',
        '{"reason": "r", "sentences": [{"number": 1, "supported": true}]}',
        '{"reason": "r", "sentences": [{"number": 1, "supported": true}, {"number": 1, "supported": true}]}',
        '{"reason": "r", "sentences": [{"number": 1, "supported": true}, {"number": 3, "supported": true}]}',
        '{"reason": "r", "sentences": [{"number": 1, "supported": true}, {"number": 2, "supported": "yes"}]}',
        '{"sentences": [{"number": 1, "supported": true}, {"number": 2, "supported": true}]}',
    ],
    ids=["nothing", "prose", "half", "no sentence", "one of two", "one twice", "another", "no boolean", "no reason"],
)
def test_a_judgement_of_two_sentences_that_cannot_be_read_is_unscored_and_never_wrong(reply: str) -> None:
    assert read_faithfulness(reply, 2).value is None


@pytest.mark.parametrize("reply", ["YES", '{"reason": "r", "relevant": "very"}', '{"relevant": "yes"}', "[]"])
def test_a_relevance_that_cannot_be_read_is_unscored_and_never_wrong(reply: str) -> None:
    assert read_relevance(reply, 1).value is None


@given(st.text(), st.integers(min_value=1, max_value=5))
def test_whatever_a_judge_writes_is_a_share_or_unscored(reply: str, sentences: int) -> None:
    for judge in JUDGES:
        value = judge.read(reply, sentences).value
        assert value is None or 0 <= value <= 1


def test_a_judge_of_faithfulness_is_shown_every_sentence_with_the_words_that_it_cites() -> None:
    prompt = FAITHFULNESS.prompt(_asked("days"))

    assert '1. Two days a month.\n   cites: "about two days a month"' in prompt
    assert "How many days? ($ is no placeholder)" in prompt


def test_a_judge_of_relevance_is_shown_what_was_said_before() -> None:
    prompt = RELEVANCE.prompt(_asked("days"))

    assert "Question: Is it paid?\nAnswer: Yes." in prompt


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED)])
def test_only_what_was_said_from_the_pack_is_judged(outcome: Outcome) -> None:
    assert can_be_judged(_asked("days"))
    assert not can_be_judged(Asked(_asked("days").case, Answer(outcome, "A fixed reply.")))


@pytest.mark.skipif(bool(find_spec("inspect_ai")), reason="inspect-ai is installed")
def test_without_inspect_ai_one_line_says_how_to_install_it(tmp_path: Path) -> None:
    done = _program(_run_file(tmp_path, _asked("days")))

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "pip install" in done.stderr


@needs_inspect
def test_a_run_that_cannot_be_read_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl can't be read" in capsys.readouterr().err


@needs_inspect
def test_the_judges_are_asked_and_what_they_say_is_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [_asked("good"), _asked("bad", "Nine days a month."), _asked("odd", "Some days a month.")]
    silent = Asked(_asked("silent").case, Answer(Outcome.NOT_IN_PACK, "The pack does not say."))

    with serving(_knowing_of_two_days) as base_url:
        monkeypatch.setenv("OPENAI_BASE_URL", base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        ended = main([str(_run_file(tmp_path, *asked, silent)), "--model", "openai/stand-in"])

    said = capsys.readouterr()
    assert ended == 0, said.err
    assert "3 of 4 answers say something to judge" in said.err
    assert "faithfulness       0.500  (" in said.out
    assert ", 2 answers, 1 unscored)" in said.out
    assert "unscored: odd: can't be read" in said.out
    assert "answer_relevance   1.000  (" in said.out


@needs_inspect
def test_calls_that_fail_leave_answers_unscored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda _: Reply((b'{"error": {"message": "no such model"}}',), 404)) as base_url:
        monkeypatch.setenv("OPENAI_BASE_URL", base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        ended = main([str(_run_file(tmp_path, _asked("days"))), "--model", "openai/stand-in"])

    said = capsys.readouterr().out
    assert ended == 0
    assert "faithfulness       unscored (1 answers)" in said
    assert "answer_relevance   unscored (1 answers)" in said


@needs_inspect
def test_without_a_key_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    ended = main([str(_run_file(tmp_path, _asked("days"))), "--model", "openai/another"])

    assert ended == 1
    assert "OPENAI_API_KEY" in capsys.readouterr().err


def _knowing_of_two_days(call: Call) -> Reply:
    """A judge that knows of two days, calls everything relevant, and loses its way over "some days"."""
    shown = json.dumps(call.body["messages"])
    if "relevant" in shown:
        return _completion(_relevant("yes"))
    if "Some days" in shown:
        return _completion("I would say that it is mostly supported.")
    return _completion(_faithful("Two days" in shown))


def _completion(text: str) -> Reply:
    message = {"role": "assistant", "content": text}
    body = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "stand-in",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
    return Reply((json.dumps(body).encode(),))


def _faithful(*supported: bool) -> str:
    sentences = [{"number": number, "supported": one} for number, one in enumerate(supported, start=1)]
    return json.dumps({"reason": "because", "sentences": sentences})


def _relevant(word: str) -> str:
    return json.dumps({"reason": "because", "relevant": word})


def _asked(id: str, text: str = "Two days a month.") -> Asked:
    quote = "about two days a month"
    passage = Passage("p1", "d", "", (), f"It takes {quote}.", BlockKind.PARAGRAPH, "", "", None, 0, 33, 0, 0)
    case = Case(
        id=id,
        campaign="board",
        kind="answerable",
        question="How many days? ($ is no placeholder)",
        turns=(Turn("Is it paid?", "Yes."),),
        outcomes=frozenset({Outcome.ANSWERED}),
        rests_on=(quote,),
    )
    citations = (Citation(1, passage, quote),)
    return Asked(case, Answer(Outcome.ANSWERED, text, sentences=(Sentence(text, (1,)),), citations=citations))


def _run_file(folder: Path, *asked: Asked) -> Path:
    write_run(folder / "run.jsonl", Run(at="2026-11-23T09:00:00Z", mode="quoting"), asked)
    return folder / "run.jsonl"


def _program(run: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evals.judges", str(run)], capture_output=True, text=True, timeout=60, check=False
    )
