"""Attempts to redirect the assistant, or to get at what it was told: in plain words, in disguise, in other tongues."""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator

from assistant.guard.cues import scale
from assistant.guard.patterns import rows
from assistant.guard.words import Message, message

_MARKUP = re.compile(
    r"<\|?/?\s*(?:im_start|im_end|system|endoftext|eot_id|start_header_id|assistant|user|human|instructions?|prompt|rules?"
    r"|context|document|passages?|question|answer|admin|script|iframe|img|svg|s)\b[^>]{0,80}>"
    r"|\[/?\s*(?:inst|system|sys|assistant|admin|developer|override)\b[^\]]{0,30}\]|<</?\s*sys\s*>>"
    r"|#{2,}\s*(?:system|instructions?|new|assistant|user|human|response|end|override|prompt|task|rules?)\b|```"
    r"|(?:^|[\n.\"'])\s*\W{0,3}(?:system|assistant|developer|admin|root|ai)\s*(?:message|prompt|note|override)?\s*[:>]\s*\S"
    r"|\bnew\s+(?:\w+\s+)?(?:rules?|polic(?:y|ies)|instructions?|directives?|prompt|task|persona|role)\s*:"
    r"|[\"']role[\"']\s*:\s*[\"'](?:system|assistant|developer|user)|<!--|-->"
    r"|\{\{|\}\}|\$\{|!\[[^\]]{0,40}\]\(|\]\(\s*(?:https?|javascript|data):|javascript:|-{3,}\s*(?:begin|end|new|system)\b|={5,}"
    r"|;\s*drop\s+table|'\s*or\s+'?1'?\s*=",
    re.IGNORECASE,
)
_OTHER_SCRIPTS = re.compile(
    "忽略|无视|無視|指令|提示词|提示詞|系统提示|系統提示|之前的|игнорир|проигнорир|инструкц|промпт|забудь|تجاهل|التعليمات|موجه"
    "|プロンプト|以前の指示|すべての指示|指示を|무시|프롬프트|지시|निर्देश|अनदेखा|प्रॉम्प्ट|نظر انداز|ہدایات|התעלם|הוראות"
    "|αγνοησε|αγνόησε|οδηγίες|ลืม|คำสั่ง",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|www\.)\S+")
_BLOB = re.compile(r"(?<![\w/+])[A-Za-z0-9+/]{20,}={0,2}(?!\w)")
_CODES = re.compile(
    r"(?:\b[0-9a-fA-F]{2}[\s,]?){10,}|(?:\b[01]{7,8}\s?){4,}|(?:\\[xu][0-9a-fA-F]{2,4}\s?){5,}|(?:&#x?[0-9a-fA-F]{2,6};\s?){4,}"
    r"|(?:%[0-9a-fA-F]{2}){5,}|(?:[.-]{1,5}[\s/]+){8,}|(?:\b\d{2,3}[\s,]+){10,}"
)
_SPACED = re.compile(r"(?:\b\w\b[\s.,_*|-]{1,3}){6,}\w\b")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_WORD = re.compile(r"[a-z][\d@$!|]+[a-z]|(?<!\w)[\d@$!|]+[a-z]{2}", re.IGNORECASE)
_REVERSED = re.compile(r"snoitcurtsni|erongi|tpmorp|drageresid|tegrof|sediug|laever|metsys")
_ROTATED = re.compile(r"vafgehpg|cebzcg|vtaber|qvfertneq|erirny|flfgrz", re.IGNORECASE)
_RUN_TOGETHER = re.compile(
    r"ignore|disregard|instruct|prompt|jailbreak|override|bypass|reveal|pretend|forget|developermode|systemm"
    r"|your(?:rules|guidelines|config|settings)|aboverules"
)


def redirects(asked: Message) -> bool:
    """True for an attempt to give the assistant other instructions, or to have it show the ones it has."""
    text = asked.text
    if _MARKUP.search(text) or _OTHER_SCRIPTS.search(text) or _is_encoded(_URL.sub(" ", text)):
        return True
    return any(_orders(reading) for reading in _readings(asked))


def _is_encoded(text: str) -> bool:
    return bool(_CODES.search(text)) or any(_is_base64(blob.group()) for blob in _BLOB.finditer(text))


def _is_base64(blob: str) -> bool:
    if not (blob.lower() != blob != blob.upper() and re.search(r"[\d+/=]", blob)):
        return False
    try:
        decoded = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return sum(32 <= byte < 127 for byte in decoded) > 0.9 * len(decoded)


def _orders(asked: Message) -> bool:
    return scale("instructions").tips(asked) or any(row.fits(asked.words) for row in rows("instructions"))


def _readings(asked: Message) -> Iterator[Message]:
    """The message in plain words, and with what may disguise it taken off."""
    text, words = asked.text, asked.words
    yield asked
    if _SPACED.search(text) and _RUN_TOGETHER.search(re.sub(r"\W+", "", text.lower())):
        yield message("system prompt")
    if _LEET_WORD.search(text):
        yield message(text.translate(_LEET))
    if _REVERSED.search(words):
        yield message(words[::-1])
    if _ROTATED.search(words):
        yield message(codecs.decode(text, "rot13"))
