"""Days begin and end in London, the program counts in UTC: on no day of a year are words kept beyond their time."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from assistant.secretariat.retention import EVERY, Rule

LONDON = ZoneInfo("Europe/London")
YEAR = [date(2027, 1, 1) + timedelta(days=day) for day in range(366)]
AFTER = 30


def test_the_year_holds_both_nights_on_which_the_clock_changes() -> None:
    offsets = [datetime.combine(day, time(12), LONDON).utcoffset() for day in YEAR]

    assert sum(before != after for before, after in pairwise(offsets)) == 2


@pytest.mark.parametrize("minutes", [0, 25, 59])
def test_whatever_day_a_campaign_closes_its_words_are_gone_when_thirty_days_are_over_in_london(minutes: int) -> None:
    """The last run before that midnight erases them, at whatever minute of the hour it comes."""
    for closes in YEAR:
        over = datetime.combine(closes + timedelta(days=1 + AFTER), time(), LONDON).astimezone(UTC)
        last_run = over - timedelta(minutes=minutes)

        assert Rule(180, AFTER, closes).cut_off(last_run) == last_run - timedelta(days=1), closes


def test_words_stand_until_the_last_hours_of_the_thirty_days() -> None:
    for closes in YEAR:
        over = datetime.combine(closes + timedelta(days=1 + AFTER), time(), LONDON).astimezone(UTC)
        well_before = over - 4 * EVERY

        assert Rule(180, AFTER, closes).cut_off(well_before) < well_before - timedelta(days=170), closes
