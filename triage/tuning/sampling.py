"""Sampling: which judged posts are drawn by chance to be read by a person. Pure.

The chance depends on nothing but on whether the post was sure, and stands in the verdict, so that
every number taken from the sample can be set right by it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

_FULL = 2**64


class SamplingError(ValueError):
    """A setting of the review lane that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Review:
    """Which share of posts is read, from 0 to 1: of the sure, of the unsure, and twice."""

    sure: float = 0.02
    unsure: float = 0.10
    second: float = 0.20


DRAWN = Review()
"""What is read where the policy does not say."""


def read_review(data: Mapping[str, Any]) -> Review:
    """The part [review] of a policy. Raises SamplingError with one sentence."""
    known = {field.name for field in fields(Review)}
    for name, value in data.items():
        if name not in known:
            raise SamplingError(f"review.{name}: sure, unsure and second are shares of posts")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise SamplingError(f"review.{name} is {value!r}; it must be a share from 0 to 1")
    return Review(**{name: float(value) for name, value in data.items()})


def drawn(key: str, *, unsure: bool, review: Review) -> float | None:
    """The chance with which a post was drawn; None if it was not.

    `key` names the version of the post. The same key is always drawn alike, whoever asks, and
    nothing else about the post plays a part.
    """
    chance = review.unsure if unsure else review.sure
    return chance if _fraction(f"draw\n{key}") < chance else None


def read_twice(key: str, *, review: Review) -> bool:
    """Whether somebody else is to read it as well."""
    return _fraction(f"twice\n{key}") < review.second


def draw_key(channel: int, external_id: str, version: int) -> str:
    """What a version of a post is drawn by."""
    return f"{channel}\n{external_id}\n{version}"


def _fraction(text: str) -> float:
    """A number from 0 up to 1 that is as good as chance, and always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / _FULL
