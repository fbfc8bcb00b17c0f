"""Judging: posts in, judgements out, by the model that is in use.

Only workers and commands import this. The web process never does: the classifier costs it three
times its own memory.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from django.conf import settings

from models import Judgement, Passage
from triage.posts import Post
from triage.tables import PostRow

if TYPE_CHECKING:
    from models import Classifier

log = structlog.get_logger()

_loaded: "tuple[str, Classifier] | None" = None


def current_classifier() -> "Classifier | None":
    """The model in use, loaded once; None is a normal state in which everything goes to review.

    A file that cannot be used never takes the service down: the last good model stays.
    """
    global _loaded
    from models import registry  # brings scikit-learn, which a command's --help need not wait for

    try:
        version = registry.current(models_root()) or _shipped()
        if version is None:
            _loaded = None
        elif _loaded is None or _loaded[0] != version:
            _loaded = version, registry.load(models_root(), version)
            if _loaded[1].limited:
                log.warning("model_limited", model=version, why=_loaded[1].limited)
    except (registry.ModelRefused, OSError) as refusal:
        log.error("model_refused", why=str(refusal), keeping=_loaded[0] if _loaded else None)
    return _loaded[1] if _loaded else None


def _shipped() -> str | None:
    """Put the model that comes with the code in use, where this installation has no other."""
    from models import registry

    folder = registry.shipped_path()
    if not folder.is_dir():
        return None
    version = str(registry.read_card(folder).get("version"))
    if set(registry.versions(models_root())) - {version}:
        return None
    try:
        return _put_in_use(folder)
    except OSError:  # another process may have done it at the same moment
        return _put_in_use(folder)


def _put_in_use(folder: Path) -> str:
    from models import registry

    version = registry.install(folder, models_root())
    registry.use(models_root(), version)
    return version


def models_root() -> Path:
    """The directory of this installation's models."""
    root: Path = settings.ENVIRONMENT.models_dir
    return root


def judge_rows(rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement | None]:
    """A judgement of each stored post in order; None where no model is in use.

    `parents` gives the text that a post answers, by post id, where the platform did not send it.
    """
    classifier = current_classifier()
    if classifier is None:
        return [None] * len(rows)
    return list(classifier.judge([passage_of_row(row, parents.get(row.pk)) for row in rows]))


def passage_of(post: Post) -> Passage:
    """What the model sees of a post that is not stored."""
    return Passage(
        id=post.id,
        text=post.text,
        parent_text=post.parent_text,
        lang=post.lang,
        kind=post.kind or "public",
        platform=post.platform,
        brand=post.brand,
    )


def passage_of_row(row: PostRow, parent: str | None = None) -> Passage:
    """What the model sees of a stored post; `parent` where the platform sent only its id."""
    return Passage(
        id=str(row.pk),
        text=row.text,
        parent_text=row.parent_text or parent or None,
        lang=row.lang or None,
        kind=row.kind,
        platform=row.platform or None,
        brand=row.brand or None,
    )
