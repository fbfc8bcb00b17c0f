"""Text as the model reads it: one post, and its words without names, links and numbers.

Handles, links, numbers and the brand's own name become tokens such as `_handle_`, so that a
model learns what people say and not which company or collection they were talking in.
Every step is linear in the text, and the text is cut first: a 10 MB post costs what a
4,000-character one does.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARS = 4_000
"""Characters of a text that are read; the rest of a longer post does not count."""

LINK, HANDLE, BRAND, EMAIL = "_link_", "_handle_", "_brand_", "_email_"

LINK_PATTERN = re.compile(
    r"(?:https?://|www\.)\S+|[{<\[](?:link|url)[}>\]]|\bhttpurl\b", re.IGNORECASE
)
EMAIL_PATTERN = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
HANDLE_PATTERN = re.compile(r"@\w[\w.-]{0,63}(?:@[\w.-]{1,64})?")
MASK_PATTERN = re.compile(r"__\w{1,40}?__|<[A-Za-z_]{2,40}>|\{\w{1,40}\}")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_REPEAT = re.compile(r"(.)\1{2,}", re.DOTALL)
_TOKEN = re.compile(
    r"_(?:link|handle|brand|email)_"
    r"|[^\W_]+(?:['\u2019\-][^\W_]+)*"  # a word, with the marks that join it to what follows
    r"|[!?]+|[$€£¥₹%]"
    r"|[\u2190-\u2bff\u3030\U0001f000-\U0001faff](?:[\ufe0f\u200d]|[\U0001f3fb-\U0001f3ff])*"
)
_NOT_NAMES = frozenset({"the", "les", "las", "los", "der", "die", "das", "het", "team"})


@dataclass(frozen=True, slots=True)
class Passage:
    """One post to judge. `kind` is "public" or "community"; `lang` an ISO 639-1 code, if known."""

    id: str
    text: str
    parent_text: str | None = None
    lang: str | None = None
    kind: str = "public"
    platform: str | None = None
    brand: str | None = None


def tokens(text: str, brand: str | None = None) -> list[str]:
    """The tokens of a text in reading order: lower-case words, marks, emoji, placeholders."""
    return _TOKEN.findall(normalise(text, brand))


def normalise(text: str, brand: str | None = None) -> str:
    """The text in lower case, NFKC, with names, links and numbers replaced by placeholders."""
    text = html.unescape(text[:MAX_CHARS])
    text = unicodedata.normalize("NFKC", text)[:MAX_CHARS].replace("\u2019", "'")
    text = LINK_PATTERN.sub(f" {LINK} ", text)
    text = EMAIL_PATTERN.sub(f" {EMAIL} ", text)
    text = MASK_PATTERN.sub(f" {HANDLE} ", text)
    text = _without_brand(text, brand)
    text = HANDLE_PATTERN.sub(f" {HANDLE} ", text)
    return _NUMBER.sub("0", _REPEAT.sub(r"\1\1", text.lower()))


def _without_brand(text: str, brand: str | None) -> str:
    pattern = _brand_pattern(brand[:80]) if brand else None
    return pattern.sub(f" {BRAND} ", text) if pattern else text


@lru_cache(maxsize=2_048)
def _brand_pattern(brand: str) -> re.Pattern[str] | None:
    """What names the brand in a text: its full name, the name run together, its first word."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", brand))
    if not words or all(word.isdigit() for word in words):
        return None  # a page number names nothing that people write
    names = [r"[\s._'\u2019-]{0,2}".join(map(re.escape, words))]
    if len(words[0]) >= 4 and words[0].lower() not in _NOT_NAMES:
        names.append(re.escape(words[0]))
    either = "|".join(names)
    return re.compile(
        rf"@(?:{either})[\w.-]{{0,40}}|(?<![\w@])#?(?:{either})(?:'s)?(?!\w)", re.IGNORECASE
    )
