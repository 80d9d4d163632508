"""From a draft to an answer in use, and out of use again: by two people, each step noted."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.secretariat.approvals import ApprovalError, Approvals, Wanted
from assistant.secretariat.approved import Approved, State
from assistant.secretariat.audit import Wanted as Noted
from assistant.secretariat.binding import bound, by_content, content_hash, replaced_in, standing, touched_by
from assistant.secretariat.people import Person
from assistant.secretariat.quotable import bound_again
from assistant.secretariat.stores import Secretariat
from knowledge.domain import Passage
from tests.secretariat.conftest import NOW, run
from tests.secretariat.written import CAMPAIGN, MEETS, PACK, PAYS, QUESTION, live, passage, revision, waiting, words

MOVED = replace(MEETS, id="p-moved", start=900, order=7)
CHANGED = passage(3, "The Board meets six times a year. Meetings last a day.")


@pytest.fixture
def approvals(secretariat: Secretariat) -> Approvals:
    return secretariat.approvals


@pytest.fixture
def people(ada: Person, person: Callable[..., Person]) -> tuple[str, str]:
    return person("Grace").id, ada.id


def state_of(approvals: Approvals, id: str) -> State:
    found = run(approvals.find(id))
    assert found
    return found.state


def test_an_answer_is_in_use_once_a_second_person_approved_it_and_the_audit_shows_each_step(
    secretariat: Secretariat, approvals: Approvals, people: tuple[str, str]
) -> None:
    id = live(approvals, words(QUESTION, MEETS, "", "How many times a year do you meet?"), people)

    (found,) = run(approvals.live(CAMPAIGN))
    assert (found.id, found.state, found.author, found.approver) == (id, State.LIVE, *people)
    assert found.words.wordings == ("How many times a year do you meet?",)
    assert found.checked_on == NOW
    entries = run(secretariat.audit.entries(Noted(subject_kind="approved", subject=id)))
    assert [entry.change.action for entry in entries] == ["approved", "sent_for_approval", "drafted"]
    assert QUESTION not in repr(entries)


def test_nobody_approves_what_they_wrote(approvals: Approvals, people: tuple[str, str]) -> None:
    id = waiting(approvals, words(), by=people[0])

    with pytest.raises(ApprovalError, match="own"):
        run(approvals.approve(id, revision=revision(approvals, id), by=people[0], at=NOW))

    assert state_of(approvals, id) is State.WAITING


def test_whoever_changes_a_word_becomes_its_author_and_it_has_to_be_sent_again(
    approvals: Approvals, people: tuple[str, str]
) -> None:
    id = waiting(approvals, words(), by=people[0])

    run(approvals.rewrite(id, words("When does the Board meet?"), revision=1, by=people[1], at=NOW))

    found = run(approvals.find(id))
    assert found
    assert (found.state, found.author) == (State.DRAFT, people[1])


def test_a_page_that_is_out_of_date_changes_nothing(approvals: Approvals, people: tuple[str, str]) -> None:
    id = waiting(approvals, words(), by=people[0])
    seen = revision(approvals, id)
    run(approvals.send_back(id, reason="too long", revision=seen, by=people[1], at=NOW))

    with pytest.raises(ApprovalError, match="changed"):
        run(approvals.approve(id, revision=seen, by=people[1], at=NOW))


def test_what_is_in_use_is_not_rewritten_but_replaced_when_the_new_one_is_approved(
    approvals: Approvals, people: tuple[str, str]
) -> None:
    old = live(approvals, words(), people)
    with pytest.raises(ApprovalError, match="state"):
        run(approvals.rewrite(old, words(), revision=revision(approvals, old), by=people[0], at=NOW))
    new = waiting(approvals, words(quote="Meetings last a day."), by=people[0], replaces=old)
    assert [one.id for one in run(approvals.live(CAMPAIGN))] == [old]

    run(approvals.approve(new, revision=revision(approvals, new), by=people[1], at=NOW))

    assert [one.id for one in run(approvals.live(CAMPAIGN))] == [new]
    assert state_of(approvals, old) is State.WITHDRAWN


def test_an_answer_that_is_withdrawn_is_no_longer_in_use_and_its_reason_is_kept(
    secretariat: Secretariat, approvals: Approvals, people: tuple[str, str]
) -> None:
    id = live(approvals, words(), people)

    run(approvals.withdraw(id, reason="The Minister decides", revision=2, by=people[1], at=NOW))

    assert run(approvals.live(CAMPAIGN)) == ()
    (entry, *_) = run(secretariat.audit.entries(Noted(subject_kind="approved", subject=id)))
    assert entry.change.before == {"state": "live"}
    assert entry.change.after == {"state": "withdrawn", "reason": "The Minister decides"}


def test_an_answer_stands_wherever_its_passage_has_moved_to_and_points_there(people: tuple[str, str]) -> None:
    written = words()
    one = replace(_approved(), words=written)

    cited = standing(one, by_content([PAYS, MOVED]))

    assert cited
    assert [(one.passage.id, one.quote) for one in cited] == [("p-moved", "The Board meets four times a year.")]
    assert content_hash(MOVED) == content_hash(MEETS)


@pytest.mark.parametrize(
    "now",
    [
        replace(MEETS, text="The Board meets four times a year. Meetings last two days."),
        replace(MEETS, heading=("Meetings of the past",)),
        replace(MEETS, lead_in="Until 2026:"),
        replace(MEETS, document="addendum"),
        None,
    ],
    ids=["words beside the quote", "heading", "lead-in", "document", "gone"],
)
def test_an_answer_falls_when_anything_that_gives_its_passage_a_meaning_changes(now: Passage | None) -> None:
    after = [PAYS, now] if now else [PAYS]

    assert touched_by([_approved()], after) == [_approved()]
    assert touched_by([_approved()], PACK) == []


def test_stale_answers_go_in_the_same_ingest_with_what_became_of_their_words(
    secretariat: Secretariat, approvals: Approvals, people: tuple[str, str]
) -> None:
    changed, stays = live(approvals, words(), people), live(approvals, words("What is paid?", PAYS), people)
    elsewhere = run(approvals.draft(words(), campaign="other", by=people[0], at=NOW))

    gone = run(approvals.withdraw_stale(CAMPAIGN, [CHANGED, PAYS], at=NOW))

    assert gone == (changed,)
    assert [one.id for one in run(approvals.live(CAMPAIGN))] == [stays]
    found = run(approvals.find(changed))
    assert found
    assert found.state is State.STALE
    assert [(one.number, one.new) for one in found.replaced] == [(1, CHANGED.searchable)]
    assert state_of(approvals, elsewhere) is State.DRAFT
    (entry, *_) = run(secretariat.audit.entries(Noted(subject=changed)))
    assert (entry.change.person, entry.change.action) == (None, "withdrew_stale")
    assert run(approvals.withdraw_stale(CAMPAIGN, [CHANGED, PAYS], at=NOW)) == ()


def test_what_is_gone_without_a_successor_is_said_to_be_gone() -> None:
    assert [one.new for one in replaced_in(_approved(), [PAYS])] == [""]


def test_a_stale_answer_whose_words_stand_is_in_use_again_without_a_second_person(
    approvals: Approvals, people: tuple[str, str]
) -> None:
    longer = replace(MEETS, id="p-longer", text=f"{MEETS.text} Lunch is provided.")
    id = live(approvals, words(), people)
    run(approvals.withdraw_stale(CAMPAIGN, [longer], at=NOW))
    found = run(approvals.find(id))
    assert found
    again = bound_again(found, [longer])
    assert again

    state = run(approvals.rebind(id, again, revision=found.revision, by=people[0], at=NOW))

    assert state is State.LIVE
    (now,) = run(approvals.live(CAMPAIGN))
    assert standing(now, by_content([longer]))


def test_a_stale_answer_whose_quotes_changed_needs_a_second_person(
    approvals: Approvals, people: tuple[str, str]
) -> None:
    id = live(approvals, words(), people)
    run(approvals.withdraw_stale(CAMPAIGN, [CHANGED], at=NOW))
    found = run(approvals.find(id))
    assert found
    again = bound_again(found, [CHANGED])
    assert again
    assert again.citations[0].quote == "The Board meets six times a year."

    state = run(approvals.rebind(id, again, revision=found.revision, by=people[1], at=NOW))

    assert state is State.WAITING
    with pytest.raises(ApprovalError, match="own"):
        run(approvals.approve(id, revision=revision(approvals, id), by=people[1], at=NOW))


def test_the_revisions_of_what_is_in_use_tell_every_process_that_something_changed(
    approvals: Approvals, people: tuple[str, str]
) -> None:
    assert run(approvals.revisions(CAMPAIGN)) == {}
    id = live(approvals, words(), people)
    before = run(approvals.revisions(CAMPAIGN))

    run(approvals.withdraw_stale(CAMPAIGN, [CHANGED], at=NOW))
    assert run(approvals.revisions(CAMPAIGN)) == {}
    found = run(approvals.find(id))
    assert found
    run(approvals.rebind(id, found.words, revision=found.revision, by=people[0], at=NOW))

    assert run(approvals.revisions(CAMPAIGN)).keys() == before.keys()
    assert run(approvals.revisions(CAMPAIGN)) != before


def test_the_list_is_by_state_and_by_words_and_counts_what_is_in_hand(
    approvals: Approvals, people: tuple[str, str]
) -> None:
    live(approvals, words(), people)
    in_hand = waiting(approvals, words("Is 100% of travel paid?", PAYS), by=people[0])

    assert [one.id for one in run(approvals.listed(CAMPAIGN, Wanted(text="100% OF")))] == [in_hand]
    assert [one.id for one in run(approvals.listed(CAMPAIGN, Wanted(state="waiting")))] == [in_hand]
    assert run(approvals.listed(CAMPAIGN, Wanted(text="1_0"))) == ()
    assert run(approvals.counts(CAMPAIGN)) == {"live": 1, "waiting": 1}
    assert run(approvals.in_hand(CAMPAIGN)) == 1
    assert [one.id for one in run(approvals.listed(CAMPAIGN, Wanted(), limit=1))] == [in_hand]


def _approved() -> Approved:
    return Approved("a1", CAMPAIGN, words(), State.LIVE, "x", "y", NOW, NOW, NOW, (), 0, 3, None, None)


def test_binding_again_keeps_what_did_not_change() -> None:
    two = replace(_approved(), words=replace(words(), citations=(words().citations[0], bound(2, PAYS, PAYS.text))))

    again = bound_again(two, [CHANGED, PAYS])

    assert again
    assert again.citations[1] == two.words.citations[1]
    assert bound_again(two, [CHANGED]) is None
