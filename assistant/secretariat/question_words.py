"""The words by which the form of a question is told: what asks for what, what says the same, what says nothing."""

import re
from typing import Final

from assistant.wording import stem


def _pattern(listed: str) -> re.Pattern[str]:
    """Each line is a way to say it."""
    return re.compile(rf"\b(?:{'|'.join(line.strip() for line in listed.strip().splitlines())})\b")


def _replaced(listed: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each line is a pattern, an arrow and what is put there instead."""
    pairs = (line.split("=>") for line in listed.strip().splitlines())
    return tuple((re.compile(rf"\b(?:{pattern.strip()})\b"), f" {put.strip()} ") for pattern, put in pairs)


EVERY_DAY: Final = re.compile(
    r"\b(?:(?:an?|per|each) (hour|day|week|month|year)\b|(hour|dai|week|month|year)ly\b)", re.IGNORECASE
)
"""How a pay or a duty is counted: "a day", "per day" and "daily" are one."""
UNITS: Final = {"hou": "hour", "day": "day", "dai": "day", "wee": "week", "mon": "month", "yea": "year"}

SAYINGS: Final = _replaced(
    r"""
    hi|hello|hey|please|thanks|thank you|just wondering|quick question=>
    (?:can|could) you (?:tell me|say|explain|let me know|confirm)(?: if| whether)?|do you know(?: if| whether)?=>
    i(?:'d| would) like to know(?: if| whether)?|i (?:wonder|want to know)(?: if| whether)?|any idea=>
    i was wondering(?: if| whether)?|^tell me(?: if| whether)?=>
    (?:is|are|be|would) (?:it )?(?:be )?possible (?:for|to)=>can
    (am|is|are|be) ((?:\w+ ){0,4}?)(?:able|allowed|permitted) to=>can \2
    is it ((?:\w+ ){0,2}?)(?:necessary|essential|required|compulsory)=>must
    take up|taken up=>takeup
    set up=>establish
    (?:takes?|taking|took) place=>
    (?:paid|pay|pays) back=>paid
    (?:taken|take|takes) off=>deducted
    tax deducted(?: from)?|tax taken from|pay (?:any )?(?:income )?tax(?:es)? on=>tax
    (?:the )?(?:date of closing|closing dates?|deadline)=>the closing
    (?:sits?|sitting) on|(?:makes?|made) up(?= the)=>is on
    (?:the )?members? of the (?=selection|interview)=>on the
    members of the board=>members on the board
    (?:by|with) (?:post|mail)|postal=>bypost
    next after|following=>after
    what (?:comes|is done|goes on|is next|will happen|would happen|happens?)=>what happens
    (?:do|does|will|would|can) you (?:give|offer|provide|lend|hold)(?: me| us)?=>do
    (?:do|are|would|did) you (?:want|look for|looking for|seek|seeking|after)=>do you seek
    (?:should|do|to|can|must) (?:i )?write in=>include
    (?:do|will|would) you (?:tell|let) (?:me|us)(?: know)?=>do i hear back
    how (?:do|can|could|would|should) i (?:go about )?=>how i
    (?:make|makes|put in|submit|send|sending|complete) (?:an? |my |the )?(?:job )?applications?=>apply
    applications? be made=>apply
    (?:make|makes) (?:an? |my |the )?complaint=>complain
    appointments? (?:will be |are |be )?(?:being )?made=>are appointed
    what do i (?:do|have to do|need to do) to=>how i
    put in=>include
    (?:is|are) (?:the |this )?(?:role|post|position|appointment) open to (.+)=>can \1 apply
    (?:belong|belonging) to=>be member of
    classed as|count as|counted as|seen as=>
    as (?:a|the) board=>the board
    video (?:call|link|conference)=>video
    (?:have |has )?the (?:power|right|powers|rights) to=>
    along with|while (?:i )?(?:have|having|keep|keeping)|as well as|on top of=>alongside
    independent(?:ly)? (?:from|of)=>independent of
    """
)
"""Ways of saying the same, made one before anything else is told."""

YES_OR_NO: Final = re.compile(
    r"(?:(?:if|as|after|before) .{3,60}?[ ,])?(?:is|are|am|was|were|do|does|did|can|could|may|might|must|will|would"
    r"|shall|should|has|have|had|isn't|aren't|don't|doesn't|can't|won't)\b"
)
WHETHER: Final = (
    (
        "whether one must",
        _pattern(
            r"""
            must
            (?:have|has|need|needs|required|necessary|obliged) to
            need|needs|needed|required|requirement|necessary|essential|compulsory|mandatory|obligatory
            """
        ),
    ),
    ("whether one should", re.compile(r"^(?:should|ought)\b|\b(?:expected|supposed) to\b")),
    # "Can I get a pension" asks whether there is one; "can I speak to the press" asks for leave.
    (
        "whether one may",
        re.compile(r"\b(?:can|could|may|might|can't)\b(?! (?:\w+ ){1,3}(?:get|have|claim|receive|expect)\b)"),
    ),
)
"""What a question to be answered with yes or no asks, the first that fits; else whether it is so."""

_PAID: Final = r"(?:pay|paid|fee|fees|salary|remuneration)\b"
KINDS: Final = tuple(
    (kind, _pattern(listed))
    for kind, listed in (
        (
            "how often",
            r"""
            how (?:often|frequently|regularly)
            how many times
            what frequency
            """,
        ),
        (
            "how long",
            r"""
            how long
            what (?:is|will be) the (?:length|duration)(?: of)?
            (?:for )?how much time
            what length
            how many (?:years|months|weeks|hours) (?=(?:is|are|do|does|will|would|last)\b)
            """,
        ),
        ("how far", "how far"),
        (
            "how many",
            r"""
            how many
            (?:what|which) (?:is the )?number of
            what number
            """,
        ),
        (
            "how much",
            rf"""
            how much
            (?:what|which) (?=(?:[\w']+ ){{0,5}}?{_PAID})
            """,
        ),
        (
            "when",
            r"""
            when
            (?:on |in |by )?(?:what|which) (?:day|year|month|time)
            (?:on |in |by )?(?:what|which) (?=(?:[\w']+ ){0,4}?(?:dates?|day of)\b)
            (?:what|which) (?:is|are) (?=the closing)
            """,
        ),
        (
            "where",
            r"""
            where(?:abouts)?
            (?:in |at )?(?:what|which) place
            (?:what|which) (?:is|are) the (?:location|place|venue)s?(?: of| for)?
            """,
        ),
        ("why", "why|for what reason|what is the reason"),
        ("who", "whom?|(?:which|what) (?:people|person)"),
        ("what", "(?:what|which)(?: (?:kind|sort|type)s? of)?"),
        ("how", "how"),
    )
)
"""What a question asks for; of those that fit, the one that comes first in it."""

LASTING: Final = re.compile(r"\b(?:takes?|lasts?)\s*$")
TURNS: Final = (
    ("was", re.compile(r"\b(?:was|were|did|had)\b|^(?:has|have)\b")),
    ("me", re.compile(r"\b(?:me|us)\b")),
    (
        "may",
        re.compile(
            r"^(?!how i\b)(?:who|what|which|when|where|why|how)\b(?!.*\b(?:can|could|may) i\b).*\b(?:can|could|may)\b"
        ),
    ),
    (
        "must",
        re.compile(r"^(?:who|what|which|when|where|why|how)\b.*\b(?:must|have to|has to|needs?|needed|required)\b"),
    ),
)
"""Small words that turn a question round: what was, what is done to one, what may or must be."""

HAVING: Final = re.compile(r"\b(?:have|has|having)\b(?! to\b)")
ONESELF: Final = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|me|my|we|you)\b", re.IGNORECASE)
PASSIVE: Final = re.compile(r"\b(?:be|is|are|been|was|were)\b.*\bby\b")

EMPTY: Final = frozenset(
    """a an the this that these those some any of to for in on at by with and or as it its is are am was were be been
    being do does did doing done will would shall should can could can't may might have has had i i'm i've i'd i'll you
    your yours we our us me my mine they their them there here also already exactly actually currently each per held get
    gets got given receive if whether so then than going make made must possible able allowed need needed needs required
    used include includes included provided offered during s put such people available date dates expected
    supposed""".split()
)
"""Words that may come and go without changing what is asked."""

SAME: Final = {
    word: group.split()[0]
    for group in (
        "pay pays paid paying payment fee fees salary remuneration wage wages claim claimed reimburse reimbursed earn",
        "start begin begins begun starting beginning commence starts",
        "end finish finishes ends",
        "establish establishes established created create founded formed",
        "tenure appointment appointments",
        "appoint appointed appointing",
        "apply application applications applies applying",
        "candidate candidates applicant applicants",
        "referee referees reference references",
        "choose chooses chosen decide decides decided decision decisions",
        "talk speak speaks talking spoke",
        "duty duties responsibilities",
        "operate operates work works",
        "tax taxed taxable",
        "pension pensionable pensions",
        "british britain",
        "disability disabled disabilities",
        "citizen citizens citizenship",
        "training train trains trained",
        "reply back tell told hear heard",
        "online video remote remotely virtual virtually",
    )
    for word in group.split()
}
"""Words that say the same in such questions, the first of each line for all of them."""

_SAME_STEM: Final = {stem(word): stem(first) for word, first in SAME.items()}


def concept(word: str) -> str:
    """The stem of a lower-case word, or of the one that stands for it."""
    stemmed = stem(SAME.get(word, word))
    return _SAME_STEM.get(stemmed, stemmed)


def _concepts(listed: str) -> frozenset[str]:
    return frozenset(concept(word) for word in listed.split())


LIGHT: Final = _concepts("role position appointment cost work duty")
"""Words that may be left out."""

PERSONS: Final = _concepts("member candidate")
"""Whom an "I" may stand for."""

ACTORS: Final = _concepts(
    """member chair minister secretary board panel committee government staff employee employer candidate secretariat
    department official parliament public police children adults"""
)
"""Who does something to somebody: the other way round it is another question."""
