"""Shadowing: judge again, by another model, what the one in use has just judged.

Each verdict is looked at once, so it costs at most as much again as judging. Only workers import
this.
"""

from typing import TYPE_CHECKING

from triage.bulk import insert_missing
from triage.tables import Shadow, ShadowVerdict, Verdict
from triage.tuning.pastfacts import Heard
from triage.tuning.policies import policy_in_force
from triage.tuning.shadows import end_shadow
from triage.walk.judging import models_root, passage_of_row
from triage.walk.routing import queue_under
from triage.walk.sorting import parent_texts

if TYPE_CHECKING:
    from models import Classifier

AT_ONCE = 200
_loaded: "tuple[str, Classifier] | None" = None


def judge_in_shadow() -> bool:
    """Have the shadow judge one batch -> whether more may wait. Safe to call twice at once."""
    from models import registry

    shadow = Shadow.objects.filter(running=True).first()
    if shadow is None:
        return False
    if registry.current(models_root()) == shadow.version:
        end_shadow(said="It is in use now.")
        return False
    try:
        classifier = _classifier(shadow.version)
    except registry.ModelRefused as refusal:
        end_shadow(said=str(refusal))
        return False
    batch = list(_batch(shadow))
    if batch:
        _judge(shadow, classifier, batch)
    return len(batch) == AT_ONCE


def _batch(shadow: Shadow) -> list[Verdict]:
    newer = Verdict.objects.filter(pk__gt=shadow.after).exclude(model=shadow.version)
    return list(newer.select_related("post").defer("post__raw").order_by("pk")[:AT_ONCE])


def _judge(shadow: Shadow, classifier: "Classifier", batch: list[Verdict]) -> None:
    policy = policy_in_force()
    # An edit makes a new verdict; what was said of the words before it cannot be said again.
    same = [verdict for verdict in batch if verdict.post.version == verdict.post_version]
    parents = parent_texts([verdict.post for verdict in same])
    passages = [passage_of_row(each.post, parents.get(each.post_id)) for each in same]
    rows = []
    for verdict, judged in zip(same, classifier.judge(passages), strict=True):
        kind = verdict.post.kind
        ours = Heard(verdict.intent, verdict.confidence, verdict.strange or None)
        rows.append(
            ShadowVerdict(
                shadow=shadow,
                verdict=verdict,
                queue=judged.queue,
                intent=judged.intent,
                confidence=judged.confidence,
                target=queue_under(judged, kind=kind, policy=policy),
                champion_target=queue_under(ours, kind=kind, policy=policy),
            )
        )
    insert_missing(ShadowVerdict, rows, returning="verdict")
    Shadow.objects.filter(pk=shadow.pk, after__lt=batch[-1].pk).update(after=batch[-1].pk)


def _classifier(version: str) -> "Classifier":
    global _loaded
    from models import registry

    if _loaded is None or _loaded[0] != version:
        _loaded = version, registry.load(models_root(), version)
    return _loaded[1]
