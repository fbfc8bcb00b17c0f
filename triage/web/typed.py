"""Typed: what a form of an item says, kept so that a refusal loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from triage.desk.acting import ActRefused
from triage.desk.drafts import LENGTH
from triage.numbers import whole


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person had typed when an act was sent. `open` is the act, whose form stays open."""

    open: str = ""
    seen: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, form: Mapping[str, str], name: str) -> "Typed":
        """What a form says. A version that is no number counts as not given."""
        return cls(
            open=name,
            seen=number(form.get("seen", "")),
            fields={key: _lines(value)[: LENGTH + 1] for key, value in form.items()},
        )

    def word(self, name: str, limit: int = 500) -> str:
        """A short field; empty where it is not given."""
        return self.fields.get(name, "")[:limit]

    def id(self, name: str) -> int:
        """A field that names a row. Raises ActRefused where it names none."""
        found = number(self.word(name))
        if found is None:
            raise ActRefused("Choose one first.")
        return found


def number(word: str) -> int | None:
    """A whole number of at most nine digits; None for anything else."""
    return whole(word, digits=9)


def _lines(value: str) -> str:
    """Browsers send line ends in two characters; platforms count one."""
    return value.replace("\r\n", "\n")
