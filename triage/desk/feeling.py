"""Feeling: what the author of a post feels, as a person said, or else a model of its text now."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

from triage.tables import Opinion, PostRow, Verdict

_FULL_NAME = Trim(Concat("user__first_name", Value(" "), "user__last_name"))
_NAME = Coalesce(NullIf(_FULL_NAME, Value("")), "user__username", Value("somebody"))


def felt_in(post: PostRow) -> str:
    """The sentiment of a post: positive, neutral or negative; empty where nobody said."""
    if word := said_of(post):
        return word
    heard = Verdict.objects.filter(post=post, post_version=post.version).order_by("-id")
    return heard.values_list("sentiment", flat=True).first() or ""


def said_of(post: PostRow) -> str:
    """What a person said of it last, whatever a model says; empty where none did."""
    return _said(post).values_list("sentiment", flat=True).first() or ""


def felt() -> Coalesce:
    """What `felt_in` tells, for the rows of a query over posts; null where no verdict is there."""
    heard = Verdict.objects.filter(post=OuterRef("pk"), post_version=OuterRef("version"))
    said = _said(OuterRef("pk")).values("sentiment")[:1]
    return Coalesce(Subquery(said), Subquery(heard.order_by("-id").values("sentiment")[:1]))


def felt_by() -> Subquery:
    """The name of the person whose word that is; null where it is the model's."""
    return Subquery(_said(OuterRef("pk")).values(name=_NAME)[:1])


def _said(post: Any) -> QuerySet[Opinion]:
    return Opinion.objects.filter(post=post).order_by("-id")
