"""Foretelling: what another policy would change, as one JSON object for commands and programs."""

from datetime import datetime, timedelta
from typing import Any

from triage.intents import today
from triage.tables import PostRow
from triage.tuning.agreement import sample
from triage.tuning.expecting import expectation
from triage.tuning.foresight import Foresight, foresee
from triage.tuning.policies import policy_in_force
from triage.tuning.policy import Rulebook
from triage.tuning.standing import outlook
from triage.vocabulary import Queue


def foretell(draft: Rulebook, *, days: int, now: datetime) -> dict[str, Any]:
    """What the draft would have done with the posts of the last days. Nothing is changed.

    Shares are from 0 to 1. Of each rule: the posts on which it would have run, those that an
    earlier rule would have kept it from, and the ids of some of the first. `examples` are the
    newest posts that would be in another queue.
    """
    since, ahead = now - timedelta(days=days), outlook(draft)
    found = foresee(draft, policy_in_force(), since=since)
    expected = expectation(draft, found, sample(since=since))
    flows = [
        {"from": source, "to": target, "posts": posts}
        for (source, target), posts in found.flows.most_common()
    ]
    return {
        "days": days,
        "posts": found.posts,
        "changed": found.changed,
        "review_now": found.before[Queue.REVIEW],
        "review_then": found.after[Queue.REVIEW],
        "sorted_alone": found.alone,
        "expected_right": expected.share,
        "interval": [expected.low, expected.high],
        "measured": expected.measured,
        "readings": expected.readings,
        "flows": flows,
        "rules": [
            {
                "name": rule.name,
                "ran": found.ran[rule.name],
                "kept_out": found.would[rule.name],
                "posts": found.met.get(rule.name, []),
            }
            for rule in draft.rules
        ],
        "examples": _examples(found),
        "waiting_to_move": ahead.moving,
        "waiting_to_adjust": ahead.adjusting,
    }


def _examples(found: Foresight) -> list[dict[str, Any]]:
    posts = PostRow.objects.in_bulk([example.post for example in found.examples])
    return [
        {
            "post": example.post,
            "item": posts[example.post].item_id,
            "from": example.source,
            "to": example.target,
            "intent": today(example.intent),
            "confidence": example.confidence,
            "text": posts[example.post].text,
        }
        for example in found.examples
        if example.post in posts
    ]
