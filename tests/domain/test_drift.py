"""Drift: it is told when it is there, and seldom when it is not."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from tests.domain import making
from triage.tables import Channel, Drift, PostRow, StoredModel, Verdict
from triage.tuning.drift import Counts, change, measure_drift
from triage.walk.intake import store
from triage.watch.alerts import open_alerts, watch_channels

USUAL = {"question": 0.35, "feedback": 0.25, "awareness": 0.2, "lead": 0.1, "noise": 0.1}
NEW_TALK = {**USUAL, "question": 0.2, "event": 0.15}
MODEL = "2026-03-01-aaaaaaaa"


def drawn(chance: Random, number: int, shares: dict[str, float]) -> Counter[str]:
    return Counter(chance.choices(list(shares), list(shares.values()), k=number))


def windows(chance: Random, now: dict[str, float], *, before: int = 800, late: int = 200) -> Counts:
    past, recent = drawn(chance, before, USUAL), drawn(chance, late, now)
    return {intent: (past[intent], recent[intent]) for intent in {*past, *recent}}


def test_false_alarms_are_as_rare_as_promised() -> None:
    chance = Random(7)
    looks = [change(windows(chance, USUAL)) for _ in range(4_000)]
    assert all(looks)
    alarms = sum(look.alarming for look in looks if look)
    assert alarms / len(looks) <= 0.002
    doubtful = sum(look.chance < 0.05 for look in looks if look) / len(looks)
    assert 0.04 < doubtful < 0.06, "the p-value means what it says"


def test_small_windows_with_rare_intents_alarm_no_more_often() -> None:
    chance = Random(8)
    looks = [change(windows(chance, USUAL, before=400, late=100)) for _ in range(4_000)]
    alarms = sum(look.alarming for look in looks if look)
    assert alarms / len(looks) <= 0.002


def test_a_new_kind_of_talk_is_found() -> None:
    chance = Random(9)
    looks = [change(windows(chance, NEW_TALK)) for _ in range(200)]
    assert sum(look.alarming for look in looks if look) >= 190


def test_a_tiny_change_in_a_busy_channel_is_no_alarm() -> None:
    seen = change({"question": (35_000, 9_100), "noise": (65_000, 15_900)})
    assert seen is not None
    assert seen.chance < 0.001
    assert not seen.alarming


@pytest.mark.parametrize("counts", [{}, {"lead": (99, 500)}, {"lead": (500, 99)}])
def test_too_little_tells_nothing(counts: Counts) -> None:
    assert change(counts) is None


def test_one_intent_alone_cannot_change() -> None:
    seen = change({"lead": (400, 150)})
    assert seen is not None
    assert (seen.chance, seen.effect) == (1.0, 0.0)


@pytest.fixture
def in_use(db: None) -> None:
    StoredModel.objects.create(version=MODEL, in_use=True)


def said(
    channel: Channel, intents: Counter[str], *, days: float, model: str = MODEL, lang: str = "en"
) -> None:
    """Verdicts of so many days ago, each of a conversation of its own."""
    words = list(intents.elements())
    posts = [making.post(conversation=f"{days}-{n}", lang=lang) for n, _ in enumerate(words)]
    store(channel, posts)
    rows = {row.external_id: row for row in PostRow.objects.filter(channel=channel)}
    at = timezone.now() - timedelta(days=days)
    Verdict.objects.bulk_create(
        Verdict(
            post=rows[post.id],
            post_version=1,
            model=model,
            queue="support",
            intent=word,
            confidence=0.9,
            intent_confidence=0.9,
            at=at,
        )
        for post, word in zip(posts, words, strict=True)
    )


@pytest.mark.django_db
def test_drift_raises_an_alert_in_words_and_clears_it(
    web: Channel, forum: Channel, in_use: None
) -> None:
    chance, now = Random(3), timezone.now()
    said(web, drawn(chance, 400, USUAL), days=15)
    said(web, drawn(chance, 120, NEW_TALK), days=2)
    said(forum, drawn(chance, 400, USUAL), days=15)
    said(forum, drawn(chance, 120, USUAL), days=2)
    measure_drift(now=now)
    watch_channels(now=now)
    [alert] = open_alerts()
    assert (alert.channel, alert.kind) == (web, "drift")
    assert "answers changed this week (English): question" in alert.sentence
    assert Drift.objects.get(channel=web).drifting
    assert not Drift.objects.get(channel=forum).drifting
    later = now + timedelta(days=8)  # the new talk is usual now, and nothing is compared with it
    measure_drift(now=later)
    watch_channels(now=later)
    assert not open_alerts().exists()


@pytest.mark.django_db
def test_what_another_model_said_is_no_drift(web: Channel, in_use: None) -> None:
    chance = Random(3)
    said(web, drawn(chance, 400, USUAL), days=15, model="2026-02-01-bbbbbbbb")
    said(web, drawn(chance, 120, NEW_TALK), days=2)
    measure_drift(now=timezone.now())
    assert not Drift.objects.exists()
