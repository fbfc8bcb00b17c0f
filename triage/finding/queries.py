"""Queries: what somebody typed into the search field, taken apart. Nothing typed is an error.

    refund "money back" -solved from:@ann channel:"X mentions" tag:vip is:pending

Words match beginnings; what stands in quotation marks matches as it is, side by side; a minus in
front leaves out.
"""

from dataclasses import dataclass

import regex

from triage.finding.words import words

LONGEST = 400
"""Characters of a query that are read."""
MOST_TERMS = 20
PREFIX_FROM = 3
"""Characters from which a word stands for all that begin with it."""
_PART = regex.compile(
    r"(?P<not>-?)(?:(?P<field>from|channel|tag|is(?=:pending(?!\S))):)?"
    r'(?:"(?P<quoted>[^"]*)"?|(?P<bare>\S+))',
    regex.I,
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; `open` lets the last one go on. Empty `field`: anywhere."""

    words: tuple[str, ...]
    open: bool
    excluded: bool = False
    field: str = ""

    def marks(self, word: str) -> bool:
        """Whether a word of a text is one that was looked for."""
        return word in self.words or (self.open and word.startswith(self.words[-1]))


@dataclass(frozen=True, slots=True)
class Query:
    """A query: terms to be found in one post or note, and what its item must have. `pending` is
    whether an answer of it waits for approval; None where nobody asks."""

    terms: tuple[Term, ...] = ()
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_channels: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    pending: bool | None = None

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms that must be there."""
        return tuple(term for term in self.terms if not term.excluded)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """The terms that must not be there."""
        return tuple(term for term in self.terms if term.excluded)

    @property
    def narrows(self) -> bool:
        """Whether it says anything of items, beside their words."""
        named = self.channels or self.tags or self.not_channels or self.not_tags
        return bool(named) or self.pending is not None


def read_query(typed: str) -> Query:
    """What was typed, as a query; parts without a word in them are passed over."""
    terms: list[Term] = []
    of_items: dict[str, list[str]] = {"channel": [], "tag": [], "-channel": [], "-tag": []}
    pending = None
    for part in _PART.finditer(typed[:LONGEST]):
        minus, field = part["not"], (part["field"] or "").lower()
        quoted = part["quoted"] is not None
        said = part["quoted"] if quoted else part["bare"]
        if field == "is":
            pending = not minus
            continue
        if field in ("channel", "tag"):
            of_items[minus + field] += [said.strip().casefold()] if said.strip() else []
            continue
        term = _term(said, quoted=quoted, excluded=bool(minus), field=field)
        terms += [term] if term else []
    return Query(
        terms=tuple(terms[:MOST_TERMS]),
        channels=tuple(of_items["channel"]),
        tags=tuple(of_items["tag"]),
        not_channels=tuple(of_items["-channel"]),
        not_tags=tuple(of_items["-tag"]),
        pending=pending,
    )


def _term(said: str, *, quoted: bool, excluded: bool, field: str) -> Term | None:
    found = tuple(word.folded for word in words(said))
    if not found:
        return None
    goes_on = not quoted and len(found[-1]) >= PREFIX_FROM
    return Term(found, goes_on, excluded, "author" if field == "from" else "")
