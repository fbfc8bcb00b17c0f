"""Names that people type: what both databases can keep and every page can show."""

import unicodedata
from typing import Any

import click

UNSHOWABLE = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, halves of characters (bytes that are no UTF-8) and line ends."""


class Name(click.ParamType[str]):
    """A printable text of up to `limit` characters, without the spaces around it."""

    name = "name"

    def __init__(self, limit: int, *, required: bool = True) -> None:
        self.limit, self.required = limit, required

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name. Fails as wrong usage, with one sentence."""
        text = str(value).strip()
        if self.required and not text:
            self.fail("it must not be empty", param, ctx)
        if len(text) > self.limit:
            self.fail(f"it has {len(text)} characters; {self.limit} is the limit", param, ctx)
        if any(unicodedata.category(character) in UNSHOWABLE for character in text):
            self.fail("it holds characters that cannot be shown", param, ctx)
        return text


CHANNEL = Name(100)
BRAND = Name(200, required=False)
PERSON = Name(150)
