"""Feeling: what the author of a post feels, as the model said last of its text."""

from django.db.models import OuterRef, Subquery

from triage.tables import PostRow, Verdict


def felt_in(post: PostRow) -> str:
    """The sentiment of a post: positive, neutral or negative; empty where nobody said."""
    said = Verdict.objects.filter(post=post, post_version=post.version).order_by("-id")
    return said.values_list("sentiment", flat=True).first() or ""


def felt() -> Subquery:
    """The same for the rows of a query over posts; null where no verdict is there."""
    said = Verdict.objects.filter(post=OuterRef("pk"), post_version=OuterRef("version"))
    return Subquery(said.order_by("-id").values("sentiment")[:1])
