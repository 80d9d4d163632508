"""Reports: figures first, reasons in plain words, and nothing that a question or an answer says becomes markup."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html  # type: ignore[import-untyped]
from markdown_it import MarkdownIt

from evals.cases import load_cases
from evals.domain import Result, Score
from evals.figures import MADE
from evals.gating.comparing import Change
from evals.gating.verdict import Verdict
from evals.measures import MEASURES
from evals.measures.judging import LOWER_IS_BETTER, SWEPT
from evals.reporting import Report, html, junit, markdown, report_on, terminal, wrong
from evals.reporting.charts import Curve, drawn
from evals.reporting.contents import Changes, changes, reasons, spread
from evals.reporting.meanings import OTHER, meaning, subject
from evals.reporting.words import kind_title
from evals.scoring import scored
from tests.evals.reports import (
    FALL,
    FEE,
    LOST,
    MADE_BY_RULE,
    PASSED,
    RESULTS,
    RIGHT,
    RUN,
    SILENT,
    STOPPED,
    WAS_WRONG,
    answered,
    before,
    case,
    full_report,
    report,
    result,
)

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["| a | b |", "</details>", "<img src=x onerror=alert(1)>", "@everyone #1", "[a](https://x.example)", "`| `", "\\|"]
)


def outcomes_in_ci(shown: Report) -> dict[str, str]:
    """What became of each test of the JUnit file: passed, failure or skipped."""
    cases = ElementTree.fromstring(junit(shown)).iter("testcase")
    return {
        one.get("name", ""): next((part.tag for part in one if part.tag != "system-out"), "passed") for one in cases
    }


def page(shown: Report) -> Any:
    return lxml_html.fromstring(html(shown))


def test_the_headline_counts_what_people_wrote_and_not_what_a_rule_made() -> None:
    for shown in (terminal(report()), markdown(report()), page(report()).text_content()):
        assert "1 of 3 answers" in shown


def test_a_wrong_answer_is_explained_in_plain_words() -> None:
    assert reasons(LOST) == ("It answered, as it may.", "It did not say “£999” or “£1,000”.")
    assert reasons(WAS_WRONG) == ("It answered.", "It should say that the pack does not answer.")
    assert reasons(RIGHT) == ("It answered, as it should.",)
    said = result(case("false", never_says=("£999", "£310")), answered(FEE))
    assert reasons(said) == ("It answered, as it may.", "It said “£310”, which a right answer must not say.")


def test_a_run_held_against_itself_has_changed_nothing() -> None:
    same = report(baseline=[scored(one) for one in RESULTS])

    assert changes(same) == Changes((), (), (), ())


def test_cases_that_changed_sides_are_new_or_are_gone_are_told_apart() -> None:
    gone = replace(scored(RIGHT), case="gone")
    elsewhere = replace(scored(RIGHT), case="not-asked", kind="table")
    found = changes(report(baseline=[*before(LOST), *before(RIGHT, right=False), gone, elsewhere, scored(WAS_WRONG)]))

    assert [one.case.id for one in found.worse] == ["lost"]
    assert [one.case.id for one in found.better] == ["right"]
    assert [one.case.id for one in found.new] == ["right~paraphrase"]
    assert found.gone == ("gone",)


def test_repeats_give_a_spread_and_one_wrong_repeat_makes_a_case_wrong() -> None:
    again = replace(RIGHT, answer=SILENT, repeat=1, scores=(Score("right_outcome", 0.0, ""),))
    twice = report((RIGHT, again), baseline=before(RIGHT))

    assert spread(twice) == (1.0, 0.0)
    assert changes(twice).worse == (again,)
    assert "100.0%, 0.0%" in terminal(twice)
    assert "100.0%, 0.0%" in markdown(twice)


@pytest.mark.parametrize("show", [terminal, markdown], ids=["terminal", "markdown"])
def test_figures_verdict_and_the_cases_that_fell_are_said(show: Callable[[Report], str]) -> None:
    shown = show(report(verdict=STOPPED, baseline=before(LOST)))

    assert "33.3%" in shown
    assert "50.0%" in shown
    assert "10.0% to 70.0%" in shown
    assert "lost" in shown
    assert re.search("gate.*(fall|stop)", shown)


def test_what_went_wrong_is_listed_with_question_reason_and_answer_and_nothing_else() -> None:
    listed = wrong(RESULTS)

    assert listed.startswith("lost: What is the fee?\n  It answered, as it may. It did not say “£999” or “£1,000”.")
    assert f"said: {FEE}" in listed
    assert "right:" not in listed


def test_the_markdown_opens_with_headline_and_verdict_and_folds_the_rest_away() -> None:
    lines = markdown(report(verdict=PASSED, baseline=before(LOST))).splitlines()

    assert lines[0].startswith("## Evaluation: 1 of 3 answers right")
    assert lines[2] == "**The gate lets this change pass: it holds all 7 limits.**"
    assert lines.count("</details>") == sum(line.startswith("<details><summary>") for line in lines) > 0


@settings(max_examples=60)
@given(question=TEXTS, said=TEXTS)
def test_whatever_is_asked_and_said_the_markdown_shows_as_text(question: str, said: str) -> None:
    odd = result(case("odd", question=question, says=(("£999",),)), answered(FEE, text=said))
    plain = result(case("odd", question="q", says=(("£999",),)), answered(FEE, text="a"))

    def elements(shown: Result) -> list[str]:
        tokens = MarkdownIt("commonmark").enable("table").parse(markdown(report((shown,), baseline=before(shown))))
        return [inner.type for token in tokens for inner in (token, *(token.children or ())) if inner.type != "text"]

    assert elements(odd) == elements(plain)
    # An escaped character is one sign; its number is no word behind an @.
    shown = re.sub(r"&#\d+;", "&", markdown(report((odd,), baseline=before(odd))))
    assert not re.search(r"[@#]\w", shown)


def test_a_thousand_cases_that_got_worse_fit_into_a_comment_on_a_pull_request() -> None:
    many = [replace(LOST, case=replace(LOST.case, id=f"c{number}", question="why " * 120)) for number in range(1000)]
    worse = tuple(Change(one.case.id, 1.0, 0.0) for one in many)
    falls = tuple(replace(FALL, worse=worse[number : number + 500]) for number in range(60))

    assert len(markdown(report(many, baseline=before(*many), verdict=Verdict(99, falls)))) < 65_536


def test_ci_fails_for_what_got_worse_and_not_for_what_was_wrong_before() -> None:
    known = [*before(LOST), scored(WAS_WRONG), scored(RIGHT), scored(MADE_BY_RULE)]

    assert outcomes_in_ci(report(baseline=known, verdict=STOPPED)) == {
        "right": "passed",
        "lost": "failure",
        "was-wrong": "skipped",
        "right~paraphrase": "skipped",
        "facts, kind=answerable: drop": "failure",
    }


def test_ci_does_not_fail_where_the_gate_lets_pass() -> None:
    assert "failure" not in outcomes_in_ci(report(baseline=before(LOST), verdict=PASSED)).values()


def test_without_a_gate_each_wrong_case_that_was_not_wrong_before_fails() -> None:
    assert outcomes_in_ci(report()) == dict.fromkeys(["lost", "was-wrong", "right~paraphrase"], "failure") | {
        "right": "passed"
    }


def test_a_failure_says_why_and_a_fall_names_its_cases() -> None:
    root = ElementTree.fromstring(junit(report(verdict=STOPPED, baseline=before(LOST))))
    failures = {one.get("name"): one.find("failure") for one in root.iter("testcase")}

    lost, fall = failures["lost"], failures["facts, kind=answerable: drop"]
    assert lost is not None
    assert "£999" in lost.get("message", "")
    assert FEE in (lost.text or "")
    assert fall is not None
    assert "from 100.0% to 50.0%" in fall.get("message", "")
    assert "lost" in (fall.text or "")


CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "skipped", "system-out"},
}
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "timestamp", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "skipped": {"message"},
}


@settings(max_examples=60)
@given(question=st.text(max_size=40), said=st.text(max_size=40), name=st.text(max_size=10))
def test_whatever_is_asked_and_said_the_junit_file_is_sound(question: str, said: str, name: str) -> None:
    odd = result(case(f"odd{name}", question=question, says=(("£999",),)), answered(FEE, text=said))

    root = ElementTree.fromstring(junit(report((odd, RIGHT, WAS_WRONG), verdict=STOPPED, baseline=[scored(WAS_WRONG)])))

    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert set(element.keys()) == ATTRIBUTES.get(element.tag, set())
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests", "")) == len(list(element.iter("testcase")))
        assert int(element.get("failures", "")) == len(list(element.iter("failure")))


def test_the_page_shows_of_each_case_what_was_asked_said_cited_and_expected_and_why() -> None:
    asked = case("c", question="What is the fee?", says=(("£999",),), rests_on=("The fee is £999.",), note="A note.")
    shown = page(report((result(asked, answered(FEE)),))).xpath("//details[@class='case']")[0].text_content()

    for part in ("What is the fee?", FEE, "Pack › Pay, page 4", "“The fee is £999.”", "“£999”", "A note.", "Wrong"):
        assert part in shown
    assert "It did not say “£999”." in shown


@settings(max_examples=40)
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60))
def test_whatever_is_asked_and_said_the_page_shows_as_text(text: str) -> None:
    odd = result(case(text, question=text, note=text, never_says=(text,), campaign=text, kind=text), answered(text))
    plain = result(case("a", question="b", note="c", never_says=("d",), campaign="e", kind="f"), answered("g"))

    tags = [[element.tag for element in page(report((one,))).iter() if element.tag != "br"] for one in (odd, plain)]

    assert sorted(set(tags[0])) == sorted(set(tags[1]))
    assert text.split() == page(report((odd,))).xpath("//details[@class='case']//li/span")[0].text_content().split()


def test_a_question_that_is_a_script_is_text() -> None:
    hostile = "<script>document.title = 'owned'</script>"
    shown = page(report((result(case("x", question=hostile), answered(hostile)),)))

    assert len(shown.xpath("//script")) == 1
    assert hostile in shown.xpath("//summary")[0].text_content()


def test_the_page_asks_nobody_for_anything_and_lets_only_its_own_script_run() -> None:
    text = html(report(verdict=STOPPED, baseline=before(LOST)))

    assert set(re.findall(r'(?:src|href|action)="([^"#][^"]*)', text)) == {"data:,"}
    assert not re.search(r"@import|url\(", text)
    policy = page(report()).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_every_link_of_the_page_leads_somewhere_and_no_id_stands_twice() -> None:
    shown = page(full_report())
    ids = shown.xpath("//@id")

    assert len(ids) == len(set(ids))
    assert {link[1:] for link in shown.xpath("//a/@href")} <= set(ids)
    for pointer in shown.xpath("//@aria-labelledby | //label/@for"):
        assert set(pointer.split()) <= set(ids)


def test_what_the_curves_draw_stands_in_tables_too() -> None:
    points = ((0.05, 0.01), (0.55, 0.125), (1.0, 0.333))
    shown = page(report(curves=(Curve("risk_coverage", "Coverage", "Risk", points),)))

    assert shown.xpath("//*[local-name()='svg']/@role") == ["img"]
    rows = shown.xpath("//h2[@id='curves']/following-sibling::div[1]//tbody/tr")
    assert [[cell.text_content() for cell in row] for row in rows] == [
        ["5.0%", "1.0%"],
        ["55.0%", "12.5%"],
        ["100.0%", "33.3%"],
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40), st.booleans())
def test_every_point_of_a_curve_is_drawn_inside_its_frame(points: list[tuple[float, float]], diagonal: bool) -> None:
    svg = lxml_html.fromstring(
        str(drawn(Curve("c", "x", "y", tuple(points), diagonal=diagonal), title="t", anchor="a"))
    )

    places = [place.split(",") for line in svg.xpath("//polyline/@points") for place in line.split()]
    assert len(places) == len(points) + 2 * diagonal
    assert all(50 <= float(x) <= 340 and 12 <= float(y) <= 226 for x, y in places)


def test_a_page_of_a_thousand_cases_stays_under_four_megabytes() -> None:
    long = answered(*(f"{number} {FEE * 8}" for number in range(4)))
    one = result(case("c", rests_on=(FEE * 8,), says=(("£999",),)), long)
    many = [replace(one, case=replace(one.case, id=f"c{number}")) for number in range(1000)]

    assert len(html(report(many)).encode()) < 4_000_000


def test_every_measure_and_every_kind_of_case_is_explained() -> None:
    taken_of_each = {measure(RIGHT.case, RIGHT.answer).measure for measure in MEASURES}
    taken_of_all = {"right", "as_in_use", "abstention_recall", "current", *SWEPT, *LOWER_IS_BETTER}
    kinds = {one.kind for one in load_cases()} | MADE

    assert [measure for measure in sorted(taken_of_each | taken_of_all) if subject(measure) == OTHER] == []
    assert [kind for kind in sorted(kinds) if kind_title(kind) == kind.replace("_", " ").capitalize()] == []
    assert {measure for measure in taken_of_each | taken_of_all if meaning(measure).lower} == LOWER_IS_BETTER


def test_a_report_made_of_a_run_has_its_figures_and_those_of_the_baseline() -> None:
    made = report_on(RUN, RESULTS, baseline=before(*RESULTS))

    assert next(one.value for one in made.figures if (one.measure, one.slice) == ("right", "all")) == pytest.approx(
        1 / 3
    )
    assert next(one.value for one in made.before if (one.measure, one.slice) == ("right", "all")) == 1.0


def test_what_a_run_was_made_with_is_told() -> None:
    for shown in (markdown(report()), page(report()).text_content()):
        assert "3f9a" in shown
        assert "quoting" in shown
