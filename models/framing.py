"""A post as the encoder reads it: a line of context, and the text with its names masked.

The encoder keeps what the sparse features drop (word order, punctuation, numbers), so its text is
masked only where a model would learn the collection instead of what people say.
"""

import html
import re
import unicodedata

from models.text import (
    EMAIL_PATTERN,
    HANDLE_PATTERN,
    LINK_PATTERN,
    MASK_PATTERN,
    MAX_CHARS,
    Passage,
)

SCHEMA = 2
"""Goes up whenever the same post would be framed otherwise; other encoders are then refused."""

MAX_PARENT_CHARS = 400
LINK, EMAIL, SOMEONE, BRAND = "link", "email", "@user", "@brand"
PREFIX = "query: "
"""What the base model was trained to find before a short text (Wang et al. 2024, E5)."""

_REPEAT = re.compile(r"(.)\1{3,}", re.DOTALL)
_SPACE = re.compile(r"\s+")
_EMOJI = re.compile(r"[\u2600-\u27bf\U0001f000-\U0001faff]")
_MAX_EMOJI = 20
_PLATFORMS = {"twitter": "x"}


def frame(passage: Passage) -> tuple[str, str]:
    """The context (platform, kind of channel, brand, what it answers) and the text."""
    brand = passage.brand or ""
    brand = "" if brand.isdigit() else brand[:80]
    platform = passage.platform or ""
    context = f"{PREFIX}{_PLATFORMS.get(platform, platform[:20])} {passage.kind} {brand} :"
    if passage.parent_text:
        context += f" re {masked(passage.parent_text, brand)[:MAX_PARENT_CHARS]}"
    return context.strip(), masked(passage.text, brand)


def masked(text: str, brand: str = "") -> str:
    """The text in NFKC on one line; links, addresses and names masked, emoji as their names."""
    text = unicodedata.normalize("NFKC", html.unescape(text[:MAX_CHARS]))[:MAX_CHARS]
    text = LINK_PATTERN.sub(f" {LINK} ", text)
    text = EMAIL_PATTERN.sub(f" {EMAIL} ", text)
    text = MASK_PATTERN.sub(f" {SOMEONE} ", text)
    text = _EMOJI.sub(_named, _REPEAT.sub(r"\1\1\1", text), count=_MAX_EMOJI)
    own = re.sub(r"\W", "", brand.lower())
    text = HANDLE_PATTERN.sub(lambda found: _masked_handle(found.group(), own), text)
    return _SPACE.sub(" ", text).strip()


def _named(emoji: re.Match[str]) -> str:
    name = unicodedata.name(emoji.group(), "").lower()
    return f" {name.replace('face with ', '')} "


def _masked_handle(handle: str, brand: str) -> str:
    """The brand's own handle is told from everybody else's, since it says who is spoken to."""
    plain = re.sub(r"\W", "", handle.lower())
    named = len(brand) > 2 and not brand.isdigit() and plain != ""
    own = named and (plain.startswith(brand) or (len(plain) > 3 and brand.startswith(plain)))
    return f" {BRAND if own else SOMEONE} "
