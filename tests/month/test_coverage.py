"""The estimated accuracy, against the true one, in ten months that chance made.

A 95% interval misses once in twenty tries: in ten months, more than one miss would mean that it
promises too much.
"""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.month.people import SLIPS
from tests.month.world import DAYS, Stream, day
from triage.intents import intents
from triage.tables import Channel, PostRow, User, Verdict
from triage.tuning.accuracy import accuracy
from triage.tuning.pastfacts import Heard
from triage.tuning.policies import adopt_file, policy_in_force
from triage.tuning.readings import Lane, read
from triage.walk.intake import store
from triage.walk.routing import is_unsure
from triage.walk.sorting import sort_all

SEEDS = range(10)
POSTS = 900
APART = timedelta(weeks=10)
"""From one month to the next, so that each is estimated from its own posts."""
POLICY = "[thresholds]\npromo = 0.7\nsupport = 0.7\narchive = 0.8\n[review]\nsure = 0.25\n"


@pytest.mark.slow
@pytest.mark.django_db
def test_the_estimated_accuracy_covers_the_true_one_in_nine_of_ten_months(
    labelled: list[dict[str, Any]], installation: Path
) -> None:
    (installation / "policy.toml").write_text(POLICY, encoding="utf-8")
    adopt_file(installation / "policy.toml")
    reader = User.objects.create(username="rita", teams=["ops"])
    stream = Stream(labelled, seed=1)
    posts = [post for number in range(1, DAYS + 1) for post in stream.of_day(number)]
    covered = {}
    for seed in SEEDS:
        with time_machine.travel(day(1) + APART * seed, tick=False):
            channel = Channel.objects.create(name=f"Month {seed}", source="x")
            drawn = Random(seed).sample(posts, POSTS)
            store(channel, drawn)
            sort_all()
            read_the_sample(channel, stream, reader)
            share = accuracy(policy_in_force(), now=timezone.now(), weeks=4).sure
            covered[seed] = share.low, true_share(channel, stream), share.high
            assert share.n >= 100, "enough was read to say anything"
    missed = {seed: each for seed, each in covered.items() if not each[0] <= each[1] <= each[2]}
    assert len(missed) <= 1, covered


def read_the_sample(channel: Channel, stream: Stream, reader: User) -> None:
    """Have everything that was drawn read, with a slip now and then."""
    for post in PostRow.objects.filter(channel=channel, verdicts__drawn__isnull=False):
        chance = Random(f"{channel.name} {post.external_id}")
        intent = stream.intent(post.external_id)
        if chance.random() < SLIPS:
            intent = chance.choice(sorted(intents()))
        read(post, reader, lane=Lane.SAMPLE, version=post.version, intent=intent)


def true_share(channel: Channel, stream: Stream) -> float:
    """Of everything that was sorted without a person, the share that is in the right queue."""
    policy = policy_in_force()
    right = []
    for verdict in Verdict.objects.filter(post__channel=channel).select_related("post"):
        kind = verdict.post.kind
        said = policy.queue(verdict.intent, kind)
        heard = Heard(verdict.intent, verdict.confidence, verdict.strange or None)
        if not is_unsure(heard, said, policy):
            right.append(said == policy.queue(stream.intent(verdict.post.external_id), kind))
    return sum(right) / len(right)
