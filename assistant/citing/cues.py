"""The words by which a sentence binds, allows, denies or limits: read like a list, `*` ends a word early."""

import re
from collections.abc import Sequence

_PERMITTED = "allowed, permitted"
_REQUIRED = "required, necessary, essential, obliged, mandatory, compulsory"


def phrases(listed: str) -> str:
    """A pattern that matches any phrase of a list, parted by commas."""
    return "|".join(re.escape(phrase.strip()).replace(r"\*", r"\w*") for phrase in listed.split(","))


def _not_be(listed: str) -> str:
    return ",".join(f"not {be}{word.strip()}" for be in ("", "be ", "been ", "being ") for word in listed.split(","))


CUES: Sequence[tuple[str, str]] = (
    (
        "",
        """not only, not just, not least, whether or not, no doubt, as soon as possible, need for, in need of,
        needs of""",
    ),
    (
        "exempt not",
        f"""need not, not have to, not need to, not need, no need, no requirement, {_not_be(_REQUIRED)}""",
    ),
    ("cannot not", f"can not, unable, ineligible, {_not_be('able, eligible')}"),
    (
        "prohibit not",
        f"""must not, shall not, {_not_be(_PERMITTED)}, prohibited, forbidden, barred""",
    ),
    (
        "except",
        """unless, except, excepting, excepted, exception, exceptions, apart from, other than, save for, save in,
        save where, exclud*, exclusion, not including""",
    ),
    ("only", "only, solely, exclusively, merely, nothing but, restricted to, limited to"),
    (
        "not",
        """not, no longer, no, never, none, nobody, nothing, nowhere, neither, nor, without, rather than, instead of,
        rarely, seldom, hardly""",
    ),
    (
        "if",
        """if appropriate, if necessary, if required, if, provided that, provided you,
        provided they, provided it, provided the, providing that, subject to, in case, in the event,
        depend on, depends on, dependent on, depending on, on condition, conditional, otherwise, exceptional*,
        in some cases, where appropriate, where necessary, where possible, where relevant, where applicable,
        where required, where needed, when appropriate, when necessary, when required, whenever necessary,
        as appropriate, as necessary, as required""",
    ),
    (
        "must",
        """must, have to, has to, had to, having to, need to, needs to, needed to, need, require, required, requires,
        requirement, requirements, shall, obliged, obligation, obligatory, mandatory, compulsory, essential,
        necessary""",
    ),
    (
        "should",
        """should, ought, expected, expect, expects, encourage, encouraged, recommend*, advised, advisable, desirable,
        preferab*, preferred, ideally""",
    ),
    ("may", "may, allow, allows, allowed, permit, permits, permitted, entitled, optional*, option, free to"),
    ("can", "can, able, eligible, possible, power to, powers to"),
    ("perhaps", "might, could, possibly, perhaps"),
    (
        "roughly",
        """usually, normally, typically, generally, ordinarily, often, sometimes, occasional*, likely, probable,
        probably, provisional*, potential, potentially, mainly, mostly, largely, primarily, predominantly,
        some, many, several, few, in principle, from time to time, anticipate, anticipated, most of, majority,
        indicative, seek, seeks, seeking, aim to, aims to, hope to, hopes to, intend to, intends to, plan to,
        plans to""",
    ),
    (
        "all",
        """all, every, always, whole, entire, entirely, everyone, everybody, guarantee, guaranteed, fully,
        automatically""",
    ),
)
"""What a phrase does, and the phrases; looked for in this order, so that "must not" is not read as "must".

"exempt": need not; "prohibit": must not; "doubt": may not; "roughly": what weakens, and what is only intended. "May",
"can" and "might" are three things: what is allowed, what is possible, what is uncertain.
"""

BOUNDS: Sequence[tuple[str, str]] = (
    ("at least", "at least, at minimum, minimum, minimum of, no fewer than, no less than, not less than"),
    (
        "at most",
        """up to, at most, maximum, maximum of, no more than, not more than, no greater than, not exceed, not exceeding,
        no longer than, within""",
    ),
    ("by", "no later than, not later than, by"),
    ("before", "before, prior to, ahead of"),
    ("after", "after, following"),
    ("until", "until, till"),
    ("from", "from, since, starting, starting on, starting in, starting from, beginning, beginning on, as of"),
    (
        "about",
        """around, about, approximately, roughly, approx, circa, some, nearly, almost, close to, estimated,
        estimated at""",
    ),
    ("over", "more than, over, above, exceeding, greater than, in excess of, longer than"),
    ("under", "less than, fewer than, under, below, shorter than"),
)
"""What limits the figure after it, and in which words."""

BOUNDS_AFTER: Sequence[tuple[str, str]] = (
    (
        "at least",
        """or more, and more, or above, and above, or over, and over, or longer, or upwards, minimum, at minimum,
        at the least""",
    ),
    ("at most", "or less, or fewer, or under, or below, maximum, at maximum, at most, at the most"),
    ("about", "or so, approximately, approx"),
)
"""What limits the figure before it, and in which words."""
