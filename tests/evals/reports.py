"""Runs for the tests of reports: one of every sort of thing that a report shows."""

from dataclasses import replace
from typing import Any

from assistant.domain import Answer, Citation, Nearest, Outcome, Rule, Sentence, Turn
from evals.domain import Asked, Case, Figure, Made, Result, Run, Scored
from evals.gating.comparing import Change
from evals.gating.gates import Gate
from evals.gating.verdict import Fall, Verdict, Why
from evals.reporting import Report
from evals.reporting.charts import Curve
from evals.scoring import score, scored
from knowledge.domain import BlockKind, Passage
from tests.evals.answers import case as some_case

FEE = "The fee is £310 a day."
RUN = Run(
    at="2026-11-23T09:12:44+00:00",
    mode="quoting",
    packs={"board": "3f9a"},
    prompts={"compose": "aa12"},
    versions={"code": "c14fe29"},
    settings={"relevance": "0.35"},
    seconds=41.2,
)
FALL = Fall(
    Gate("facts", "kind=answerable", drop=0.02), Why.DROP, 2, 1.0, 0.5, (Change("lost", 1.0, 0.0),), (), -1.0, -0.1
)
STOPPED = Verdict(held=7, falls=(FALL,), left_out=("kind=table",))
PASSED = Verdict(held=7)


def case(id: str, **fields: Any) -> Case:
    return some_case(id=id, **fields)


def passage(text: str) -> Passage:
    return Passage("p1", "pack", "Pack", ("Pay",), text, BlockKind.PARAGRAPH, "", "", 4, 0, len(text), 0, 0)


def answered(*quotes: str, text: str = "") -> Answer:
    """An answer that says its quotes, each with its source on page 4."""
    citations = tuple(Citation(number, passage(quote), quote) for number, quote in enumerate(quotes, start=1))
    said = tuple(Sentence(one.quote, (one.number,)) for one in citations)
    return Answer(
        Outcome.ANSWERED, text or "\n".join(quotes), sentences=said, citations=citations, timings_ms={"total": 31.0}
    )


SILENT = Answer(
    Outcome.NOT_IN_PACK,
    "The recruitment pack does not say what it pays.",
    missing="The recruitment pack does not say what it pays.",
    nearest=(Nearest(passage(FEE), FEE),),
)


def result(asked: Case, answer: Answer) -> Result:
    return score([Asked(asked, answer)])[0]


RIGHT = result(case("right", says=(("£310",),)), answered(FEE))
LOST = result(case("lost", says=(("£999", "£1,000"),), rests_on=("The fee is £999.",)), answered(FEE))
WAS_WRONG = result(case("was-wrong", kind="not_in_pack", outcomes=frozenset({Outcome.NOT_IN_PACK})), answered(FEE))
MADE_BY_RULE = result(
    case("right~paraphrase", kind="paraphrase", made=Made("paraphrase", "right"), says=(("£999",),)), answered(FEE)
)
RESULTS = (RIGHT, LOST, WAS_WRONG, MADE_BY_RULE)


def before(*results: Result, right: bool = True) -> list[Scored]:
    """The lines of a baseline in which all of these were right, or all of them wrong."""
    return [replace(scored(one), right=right) for one in results]


def report(results: tuple[Result, ...] | list[Result] = RESULTS, **fields: Any) -> Report:
    """A report with a few figures that were worked out by nobody."""
    figures = (
        Figure("right", "all", 1 / 3, 0.1, 0.7, 3),
        Figure("as_in_use", "all", 0.4, 0.2, 0.6, 3),
        Figure("auroc", "all", 0.801, 0.753, 0.85, 351),
        Figure("right", "kind=answerable", 0.5, 0.1, 0.9, 2),
        Figure("right", "campaign=board", 1 / 3, 0.1, 0.7, 3),
    )
    return Report(**({"run": RUN, "results": results, "figures": figures} | fields))


def full_report() -> Report:
    """Every part that a report can have."""
    talked = result(case("follow", kind="follow_up", turns=(Turn("What is the fee?", FEE),), note="A note."), SILENT)
    hostile = "<script>window.owned = true</script><img src=x onerror='window.owned = true'>"
    refused = Answer(Outcome.SIGNPOSTED, "Call 999.\n- Childline", rule=Rule.CHILD_AT_RISK)
    withheld = Made("leave_out", "right", withheld=(FEE,))
    others = [
        talked,
        result(case("hostile", question=hostile, campaign="rivers", never_says=(hostile,)), answered(hostile)),
        result(case("refused", kind="child_at_risk", outcomes=frozenset({Outcome.SIGNPOSTED})), refused),
        result(
            case("right~leave_out", kind="leave_out", made=withheld, outcomes=frozenset({Outcome.NOT_IN_PACK})), SILENT
        ),
    ]
    return replace(
        report(
            [*RESULTS, *others],
            verdict=STOPPED,
            baseline=[*before(LOST, talked), *before(RIGHT, WAS_WRONG, right=False)],
            before=(Figure("right", "all", 0.25, 0.1, 0.7, 3),),
        ),
        curves=(
            Curve(
                "risk_coverage", "Share of questions answered", "Share of answers that are wrong", ((0.5, 0), (1, 0.2))
            ),
            Curve("calibration", "Confidence", "Share that the pack answers", ((0.1, 0.2), (0.9, 0.8)), diagonal=True),
        ),
    )
