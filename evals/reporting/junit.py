"""A run as JUnit XML, which CI servers show as tests.

The gate decides whether a build fails, so a wrong case is a failure only where the gate did not let it pass: not when
it was wrong in the baseline too, and not when the gate allows for it. Those are skipped tests that say what is wrong.
"""

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from evals.domain import Result
from evals.gating.verdict import Verdict
from evals.reporting.contents import Report, Side, groups, reasons, short_of_full, sides
from evals.reporting.falls import fallen, worse_results

_UNFIT = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What XML 1.0 has no way to write (section 2.2)."""

_TOLD = 20
"""Cases that a fall tells with question and answer; the others it names."""


def junit(report: Report) -> str:
    """A suite for each campaign and kind with a test a case, and the suite "gate" with a test for each fall."""
    root = Element("testsuites", name="evals", time=f"{report.run.seconds:.3f}")
    stands = sides(report)
    for (campaign, kind), results in groups(report).items():
        suite = SubElement(root, "testsuite", name=_fit(f"{campaign}.{kind}"), timestamp=_fit(report.run.at))
        for result in results:
            _case(suite, result, _forgiven(report, stands[result.case.id]))
    if report.verdict is not None:
        _gate(SubElement(root, "testsuite", name="gate", timestamp=_fit(report.run.at)), report.verdict, report.results)
    for suite in root:
        _count(suite, [suite])
    _count(root, root)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, result: Result, forgiven: str) -> None:
    seconds = result.answer.timings_ms.get("total", 0.0) / 1000
    name = f"{result.case.id} ({result.repeat + 1})" if result.repeat else result.case.id
    classname = f"{result.case.campaign}.{result.case.kind}"
    test = SubElement(suite, "testcase", name=_fit(name), classname=_fit(classname), time=f"{seconds:.3f}")
    if result.right:
        return
    why = " ".join(reasons(result))
    if forgiven:
        SubElement(test, "skipped", message=_fit(f"{forgiven}: {why}"))
        SubElement(test, "system-out").text = _fit(_told(result))
    else:
        SubElement(test, "failure", message=_fit(why), type="wrong").text = _fit(_told(result))


def _forgiven(report: Report, side: Side) -> str:
    """Why a wrong case does not fail the build, or nothing where it does."""
    if side == Side.SAME:
        return "wrong, as in the baseline"
    if report.verdict is not None and report.verdict.passed:
        return "wrong, within what the gate allows"
    return ""


def _told(result: Result) -> str:
    measured = [f"{measure} {value:.3f}: {why}" for measure, value, why in short_of_full(result)]
    return "\n".join([f"question: {result.case.question}", f"answer: {result.answer.text}", *measured])


def _gate(suite: Element, verdict: Verdict, results: Sequence[Result]) -> None:
    for fall in fallen(verdict):
        test = SubElement(suite, "testcase", name=_fit(fall.name), classname="gate", time="0.000")
        answered = worse_results(fall, results)
        silent = sorted(set(fall.worse) - {result.case.id for result in answered})
        told = [f"{result.case.id}\n{_told(result)}" for result in answered[:_TOLD]]
        told.append(f"all of them: {', '.join((*dict.fromkeys(one.case.id for one in answered), *silent))}")
        SubElement(test, "failure", message=_fit(fall.what), type="gate").text = _fit("\n\n".join(told))
    if verdict.passed:
        SubElement(suite, "testcase", name=f"all {verdict.held} limits hold", classname="gate", time="0.000")


def _count(element: Element, suites: Iterable[Element]) -> None:
    for name, path in (("tests", ".//testcase"), ("failures", ".//failure"), ("skipped", ".//skipped")):
        # JUnit's schemas know no "skipped" on the root.
        if name != "skipped" or element.tag == "testsuite":
            element.set(name, str(sum(len(suite.findall(path)) for suite in suites)))
    element.set("errors", "0")


def _fit(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
