"""gates.toml and the slices it names: what is said there is meant, and what can't be meant is an error."""

from pathlib import Path

import pytest

from evals.cases import load_cases
from evals.domain import Scored
from evals.figures import MADE
from evals.gating.gates import Gate, GateError, Slices, read_gates
from evals.variations.paraphrase import paraphrase


def row(case: str, kind: str, *, campaign: str = "board", answerable: bool | None = None) -> Scored:
    return Scored(case, campaign, kind, "answered", True, {}, None, answerable)


def test_all_is_what_people_wrote_and_of_is_what_was_made_from_a_kind() -> None:
    given = [
        row("a", "child_at_risk"),
        row("a~paraphrase", "paraphrase"),
        row("b", "list", campaign="trust", answerable=True),
    ]

    slices = Slices(given, given)

    assert slices.cases("all") == {"a", "b"}
    assert slices.cases("campaign=trust") == {"b"}
    assert slices.cases("answerable=yes") == {"b"}
    assert slices.cases("made=yes") == {"a~paraphrase"}
    assert slices.cases("of=child_at_risk") == slices.cases("kind=paraphrase and of=child_at_risk") == {"a~paraphrase"}
    assert slices.matching("kind=*") == ["kind=child_at_risk", "kind=list", "kind=paraphrase"]
    assert slices.matching("kind=* and campaign=*") == [
        "kind=child_at_risk and campaign=board",
        "kind=list and campaign=trust",
        "kind=paraphrase and campaign=board",
    ]


def test_the_gates_that_are_shipped_name_measures_and_slices_that_there_are() -> None:
    written = load_cases()
    cases = [row(one.id, one.kind, campaign=one.campaign) for one in (*written, *paraphrase(written))]
    others = [row(f"{one.id}~{kind}", kind) for kind in MADE for one in written[:1]]
    sides = [row("known", "list", answerable=True), row("silent", "list", answerable=False)]

    gates = read_gates().over(Slices([*cases, *others, *sides], cases))

    limits = {(one.measure, one.slice): one for one in gates}
    assert limits["right", "kind=child_at_risk"].any_drop
    assert limits["right", "of=child_at_risk"].any_drop
    assert limits["verbatim", "all"] == Gate("verbatim", "all", floor=1.0, any_drop=True)
    assert {f"kind={one.kind}" for one in written} <= {slice_ for measure, slice_ in limits if measure == "right"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[gates.fatcs]\nall = { drop = 0.0 }", "fatcs, which is no measure"),
        ("[floors]\nfatcs = 0.5", "fatcs, which is no measure"),
        ('[gates.facts]\n"kinds=list" = { drop = 0.0 }', '"kinds=list", which is no slice'),
        ('[gates.facts]\n"kind=list and kind=table" = { drop = 0.0 }', "which is no slice"),
        ("[gates.facts]\nall = { dorp = 0.0 }", "dorp"),
        ("[gates.facts]\nall = { drop = 1.5 }", "drop"),
        ("[gates.facts]\nall = { drop = 0.0, any_drop = true }", "say one of them"),
        ("[gates.facts]\nall = {}", "says nothing"),
        ("[floors]\nfacts = 0.5\n[gates.facts]\nall = { floor = 0.6 }", "two floors for facts over all"),
        ("flips = 2", "flips"),
        ("[gates", "can't be used as gates"),
    ],
    ids=["measure", "floor", "slice", "key twice", "key", "range", "both", "empty", "two floors", "table", "no TOML"],
)
def test_gates_that_can_not_be_used_are_an_error_that_names_the_fault(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "gates.toml").write_text(text)

    with pytest.raises(GateError, match=said):
        read_gates(tmp_path / "gates.toml")


def test_floors_over_all_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "gates.toml").write_text("[floors]\nfacts = 0.5\nmrr = 0.4\n[gates.facts]\nall = { drop = 0.1 }")

    assert read_gates(tmp_path / "gates.toml").gates == (Gate("facts", "all", 0.5, 0.1), Gate("mrr", "all", 0.4))
