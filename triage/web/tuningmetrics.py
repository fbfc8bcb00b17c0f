"""What the metrics tell of tuning: the policy, what was taught, and who judges in the shadow."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric

from triage.tables import Shadow
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.tuning.shadows import beside
from triage.tuning.trainings import new_lessons
from triage.web.gauges import each, one


def tuning_metrics() -> Iterator[Metric]:
    """The policy in force, lessons since the last training, and the shadow that runs."""
    policy = policy_in_force()
    yield from one("policy_version", "The policy in force.", policy.version)
    yield from one("policy_rules", "Rules of the policy in force.", len(policy.rules))
    thresholds = {queue.value: share for queue, share in policy.thresholds.items()}
    words = "Confidence from which the model sorts alone."
    yield each("policy_threshold", words, "queue", thresholds)
    words = "Labels of an intent that came since the last training began."
    yield from one("lessons_new", words, new_lessons())
    yield from _shadow(policy)


def _shadow(policy: Rulebook) -> Iterator[Metric]:
    row = Shadow.objects.filter(running=True).first()
    if row is None:
        return
    found = beside(row, policy=policy)
    yield from one("shadow_judged", "Posts that the shadow has judged.", found.judged)
    share = found.same_queue / found.judged if found.judged else None
    words = "Part of these that both models put into the same queue."
    yield from one("shadow_same_queue_ratio", words, share)
    right = {"champion": float(found.only_champion), "shadow": float(found.only_shadow)}
    words = "Posts that people have read and that one of the two models alone had right."
    yield each("shadow_only_right", words, "model", right)
