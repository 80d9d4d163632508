"""Personal details in a text: of the asker, or of anyone else."""

import re
from collections.abc import Iterator

from stdnum import luhn
from stdnum.gb import nhs
from stdnum.iban import is_valid as is_iban

from assistant.guard.words import unaccented

_SEP = r"[\s./-]?"
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[\s./-]?(?:of\s)?{_MONTH}[\s.,/-]{{0,3}}(?:\d{{4}}|\d{{2}})\b"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{2,4}}"
    r"|\d{1,4}\s?[./\s-]\s?\d{1,2}\s?[./\s-]\s?\d{2,4}|(?<!\d)\d{8}(?!\d))"
)
_SOMEONE = r"i|he|she|they|we|son|daughter|wife|husband|partner|mum|mother|dad|father|who|brother|sister|child|baby"
_DIGIT_WORDS = "zero|oh|nought|one|two|three|four|five|six|seven|eight|nine"

# Each is written for lower-case text without accents and with plain hyphens.
_ALWAYS = tuple(
    re.compile(pattern)
    for pattern in (
        # E-mail addresses, as such and spelt out.
        r"(?<![\w.+-])[a-z0-9][\w.%+'-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}",
        r"\b[a-z0-9][\w.+-]{1,40}\s?(?:\(at\)|\[at\]|\{at\}|<at>)\s?[a-z0-9-]{2,40}"
        r"(?:\s?(?:\.|[(\[{]?dot[)\]}]?)\s?[a-z]{2,8}){1,3}\b",
        r"\b[a-z0-9][\w.+-]{1,40} at [a-z0-9-]{2,40} dot [a-z]{2,8}\b",
        # National Insurance numbers; some prefixes are never issued.
        r"(?<![a-z0-9])(?!bg|gb|kn|nk|nt|tn|zz)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z]"
        rf"(?:{_SEP}\d\d){{3}}{_SEP}[a-d](?![a-z0-9])",
        # Postcodes.
        r"(?<![a-z0-9])(?:gir ?0aa|[a-pr-uwyz]"
        r"(?:\d{1,2}|[a-hk-y]\d|[a-hk-y]\d\d|\d[a-hjkps-uw]|[a-hk-y]\d[abehmnprv-y])\s?\d[abd-hjlnp-uw-z]{2})"
        r"(?![a-z0-9])",
        # Bank accounts: a sort code and an account, or either by name.
        r"(?<![\d-])\d\d[- ]\d\d[- ]\d\d\D{1,25}\d{7,8}(?!\d)",
        r"\bsort\s?code\D{0,12}(?:\d\d[- ]?){2}\d\d(?!\d)",
        r"\b(?:account|acct|a/c|acc)\s?(?:number|no|num)?\b\D{0,12}\d{7,8}(?!\d)",
        # What its label gives away, right or mistyped.
        r"\bnhs\s?(?:number|no|num)\b\D{0,10}\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)",
        r"\bni(?:no)?\s?(?:number|no|num)?\b\W{0,3}(?:is )?[a-z]{2}(?: ?\d){6} ?[a-z]?\b",
        r"\b(?:card|visa|mastercard|amex|debit|credit)\b\D{0,20}(?:\d[ -]?){12,18}\d(?!\d)",
        r"\bpassport(?:\s(?:number|no|num))?\W{0,3}(?:is |was )?\W?\d{9}(?!\d)",
        # A driving licence: surname, birth date and initials in one.
        r"\b[a-z][a-z9]{4}\d[0156]\d[0-3]\d\d[a-z9]{2}[a-z0-9]{3}\b",
        # Dates of birth.
        r"(?:\bd[.\s]?o[.\s]?b\b\.?|\bdate of birth\b|\bbirth\s?(?:date|day)\b|\bb\.?day\b"
        rf"|\b(?:{_SOMEONE})(?:'?s|'?m)?\s(?:was |were |am )?born\b"
        rf"|^born\b|[,;(.]\s?born\b)\W{{0,4}}(?:(?:is|was|of|on|in|the|being)\s){{0,2}}(?:[a-z]+,?\s)?\W{{0,3}}{_DATE}",
        # Where somebody lives.
        r"\b(?:i (?:now )?live at|my (?:home |postal |current )?address is|address:|lives at|living at|reside at)\s"
        r"(?:flat \d+\w?,? )?\d{1,4}\w?,?\s[a-z'-]{2,}",
        # A telephone number in words.
        rf"\b(?:(?:{_DIGIT_WORDS}|double|triple)[\s,-]+){{8,}}(?:{_DIGIT_WORDS})\b",
    )
)
_IBAN = re.compile(r"\b[a-z]{2}\d\d(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b")
_DIGITS = re.compile(r"(?<![\w£$€/#-])\+?\(?\d(?:[\s().,/-]{0,3}\d){8,18}(?!\w)")
_UK_PHONE = re.compile(r"(?:\+|00)440?[1-9]\d{8,9}|0[1-9]\d{8,9}")
_NHS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}")
_A_DATE = re.compile(
    r"(?<!\d)\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d(?!\d)|(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)|\d,\d{3},\d{3}"
)
_CARD_LENGTHS = range(13, 20)


def holds_personal_data(text: str, *, published: str = "") -> bool:
    """True for a detail of a person that does not stand in the published words."""
    return any(_folded(item) not in _folded(published) for item in personal_data(text))


def personal_data(text: str) -> Iterator[str]:
    """E-mail and home addresses, postcodes, dates of birth; telephone, NI, NHS, card, account and passport numbers."""
    letters = unaccented(text).translate(_DASHES)
    for pattern in _ALWAYS:
        yield from (found.group() for found in pattern.finditer(letters))
    if not any(letter.isdigit() for letter in letters):
        return
    yield from (found.group() for found in _IBAN.finditer(letters) if is_iban(found.group()))
    yield from (found.group() for found in _DIGITS.finditer(letters) if _is_personal_number(found.group()))


def _is_personal_number(run: str) -> bool:
    if _A_DATE.search(run):
        return False
    digits = "".join(filter(str.isdigit, run))
    international = run.lstrip("(").startswith(("+", "00"))
    # The plain rule also knows the numbers that Ofcom keeps for fiction, which phonenumbers calls invalid.
    if _UK_PHONE.fullmatch(f"+{digits}" if run.startswith("+") else digits):
        return True
    if _NHS.fullmatch(run) and nhs.is_valid(digits):
        return True
    if len(digits) in _CARD_LENGTHS and luhn.is_valid(digits):
        return True
    return international and _is_foreign_phone(digits)


def _is_foreign_phone(digits: str) -> bool:
    import phonenumbers  # takes 30 ms, and only a number that starts like one abroad needs it

    try:
        number = phonenumbers.parse(f"+{digits.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", unaccented(text))
