"""Asks the judges through inspect-ai: the answers are there, so its solver calls no model and only its scorers do."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Literal

import inspect_ai
from inspect_ai import Task
from inspect_ai._util.error import PrerequisiteError
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import GenerateConfig, Model, ModelOutput, get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from evals.domain import Asked
from evals.judges.judge import JUDGES, Judge, Judgement

_RETRIES, _SECONDS = 2, 120


class JudgingError(Exception):
    """The judges can't be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, and what the judge of a measure says of it."""

    asked: Asked
    measure: str
    judgement: Judgement


def judge(answered: Sequence[Asked], model: str, logs: Path, *, display: Literal["rich", "none"]) -> list[Judged]:
    """Every answer by every judge. A call that fails leaves its answer unscored; `logs` takes what inspect-ai keeps."""
    [log] = inspect_ai.eval(
        _task(answered),
        model=_model(model),
        log_dir=str(logs),
        display=display,
        fail_on_error=False,
        log_level="error",
        score_display=False,
    )
    if log.status != "success" or log.samples is None:
        raise JudgingError(f"inspect-ai did not finish ({log.status}): {log.error.message if log.error else ''}")
    return list(_judged(answered, log))


def _model(name: str) -> Model:
    # Chat completions, as the assistant asks them: servers other than OpenAI's often speak nothing else.
    given = {"responses_api": False} if name.startswith("openai/") else {}
    try:
        return get_model(name, config=GenerateConfig(max_retries=_RETRIES, timeout=_SECONDS), **given)
    except (PrerequisiteError, ValueError) as error:
        raise JudgingError(f"{name} can't be asked: {error}") from error


def _task(answered: Sequence[Asked]) -> Task:
    return Task(
        name="judges",
        dataset=MemoryDataset([_sample(asked) for asked in answered]),
        solver=_already_answered(),
        scorer=[_scorer(one) for one in JUDGES],
    )


def _sample(asked: Asked) -> Sample:
    prompts = {one.name: one.prompt(asked) for one in JUDGES}
    told = {"answer": asked.answer.text, "sentences": len(asked.answer.sentences), "prompts": prompts}
    return Sample(input=asked.case.question, id=_id(asked), metadata=told)


def _id(asked: Asked) -> str:
    return f"{asked.case.id}#{asked.repeat}"


def _already_answered() -> Solver:
    def made() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - a solver is given both
            state.output = ModelOutput.from_content("assistant", state.metadata["answer"])
            return state

        return solve

    return solver(name="already_answered")(made)()


def _scorer(one: Judge) -> Scorer:
    def made() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - a scorer is given both
            reply = await get_model().generate(state.metadata["prompts"][one.name])
            said = one.read(reply.completion, state.metadata["sentences"])
            if said.value is None:
                return Score.unscored(reason="grader_failed", answer=reply.completion, explanation=said.why)
            return Score(value=said.value, answer=reply.completion, explanation=said.why)

        return score

    return scorer(metrics=[mean()], name=one.name)(made)()


def _judged(answered: Sequence[Asked], log: EvalLog) -> list[Judged]:
    samples = {str(sample.id): sample for sample in log.samples or []}
    return [Judged(asked, one.name, _judgement(samples[_id(asked)], one.name)) for asked in answered for one in JUDGES]


def _judgement(sample: EvalSample, measure: str) -> Judgement:
    score = (sample.scores or {}).get(measure)
    if score is None:
        return Judgement(None, f"no reply: {sample.error.message if sample.error else 'the call failed'}")
    value = score.as_float()
    return Judgement(None if isnan(value) else value, score.explanation or "")
