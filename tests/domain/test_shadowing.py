"""Shadowing: another model judges what comes in, nobody acts on it, and the two are compared."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from models import registry
from tests.domain.growth import add_praise
from tests.domain.shadows import TEXTS, bring, say
from triage.tables import AuditEntry, Channel, Item, Shadow, ShadowVerdict, User, Verdict
from triage.tuning.growing import merge_intents
from triage.tuning.policies import policy_in_force
from triage.tuning.shadowing import judge_in_shadow
from triage.tuning.shadows import beside, end_shadow, forget_old_shadows, mcnemar, start_shadow
from triage.walk import judging
from workers import tasks
from workers.app import app

pytestmark = pytest.mark.django_db


def running() -> Shadow:
    return Shadow.objects.get(running=True)


def test_a_shadow_judges_what_comes_in_and_changes_nothing(
    other: str, web: Channel, olga: User
) -> None:
    bring(web)  # before it began
    assert start_shadow(other, by=olga) is not None
    bring(web)
    before = list(Item.objects.order_by("pk").values())
    verdicts = Verdict.objects.count()
    assert not judge_in_shadow()
    assert ShadowVerdict.objects.count() == len(TEXTS)
    assert list(Item.objects.order_by("pk").values()) == before
    assert Verdict.objects.count() == verdicts
    classifier = registry.load(judging.models_root(), other)
    for row in ShadowVerdict.objects.select_related("verdict__post"):
        [said] = classifier.judge([judging.passage_of_row(row.verdict.post)])
        assert (row.intent, row.queue, row.confidence) == (said.intent, said.queue, said.confidence)
        item = row.verdict.post.item
        assert item is not None
        assert row.champion_target == item.queue


def test_each_verdict_is_judged_once_in_the_shadow(other: str, web: Channel, olga: User) -> None:
    shadow = start_shadow(other, by=olga)
    assert shadow is not None
    bring(web)
    judge_in_shadow()
    judge_in_shadow()
    Shadow.objects.filter(pk=shadow.pk).update(after=0)  # a worker that died before it noted so
    judge_in_shadow()
    assert beside(shadow, policy=policy_in_force()).judged == len(TEXTS)


def test_the_comparison_counts_agreement_moves_and_who_was_right(
    other: str, web: Channel, olga: User
) -> None:
    shadow = start_shadow(other, by=olga)
    assert shadow is not None
    bring(web)
    judge_in_shadow()
    say(
        olga,
        [("lead", "question", "lead"), ("lead", "sales", "lead"), ("question", "lead", "lead")],
    )
    found = beside(shadow, policy=policy_in_force())
    assert (found.judged, found.same_queue, found.same_intent, found.moves) == (3, 1, 0, 2)
    assert (found.read, found.only_champion, found.only_shadow) == (3, 1, 1)
    assert found.chance == 1.0


def test_after_a_merge_both_sides_are_read_by_the_intents_and_queues_of_today(
    other: str, web: Channel, olga: User
) -> None:
    add_praise(olga)
    shadow = start_shadow(other, by=olga)
    assert shadow is not None
    bring(web)
    judge_in_shadow()
    say(
        olga,
        [("praise", "sales", "praise"), ("sales", "praise", "sales"), ("lead", "lead", "lead")],
    )
    found = beside(shadow, policy=policy_in_force())
    assert (found.same_queue, found.same_intent) == (1, 1)
    assert (found.read, found.only_champion, found.only_shadow) == (3, 2, 0)
    merge_intents("praise", into="sales", by=olga, reason="it sells as well")
    found = beside(shadow, policy=policy_in_force())
    assert (found.same_queue, found.same_intent, found.moves) == (3, 3, 2)
    assert (found.read, found.only_champion, found.only_shadow) == (3, 0, 0)


@pytest.mark.parametrize(
    ("one", "other", "chance"), [(0, 0, 1.0), (1, 1, 1.0), (0, 5, 0.0625), (1, 9, 22 / 1024)]
)
def test_mcnemar_is_the_exact_two_sided_binomial(one: int, other: int, chance: float) -> None:
    assert mcnemar(one, other) == pytest.approx(chance)
    assert mcnemar(other, one) == pytest.approx(chance)


def test_a_new_shadow_takes_the_place_of_the_one_before(other: str, olga: User) -> None:
    first = start_shadow(other, by=olga)
    second = start_shadow(other, by=olga)
    assert first is not None
    first.refresh_from_db()
    assert not first.running
    assert running() == second
    assert end_shadow()
    assert not end_shadow()


def test_only_a_stored_model_that_is_not_in_use_can_be_a_shadow(other: str, olga: User) -> None:
    used = registry.current(judging.models_root())
    assert used is not None
    for version in (used, "2020-01-01-00000000"):
        assert start_shadow(version, by=olga) is None
    assert start_shadow(other, by=olga) is not None


def test_what_a_shadow_said_is_kept_for_so_many_days(
    other: str,
    web: Channel,
    olga: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, shadow_days=30)
    shadow = start_shadow(other, by=olga)
    assert shadow is not None
    bring(web)
    judge_in_shadow()
    oldest = Verdict.objects.order_by("id").first()
    assert oldest is not None
    now = timezone.now()
    Verdict.objects.filter(pk=oldest.pk).update(at=now - timedelta(days=31))
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    tasks.forget_shadows()
    assert beside(shadow, policy=policy_in_force()).judged == len(TEXTS) - 1
    assert Verdict.objects.filter(pk=oldest.pk).exists()
    assert forget_old_shadows(now=now) == 0


def test_who_starts_and_ends_a_shadow_stands_in_the_log(other: str, olga: User) -> None:
    start_shadow(other, by=olga)
    end_shadow(by=olga)
    end_shadow(by=olga)  # nothing runs any more
    told = AuditEntry.objects.order_by("id").values_list("event", "actor", "target")
    assert list(told) == [("shadow_started", "olga", other), ("shadow_ended", "olga", "")]


def test_a_shadow_whose_files_are_gone_ends_and_says_so(
    other: str, olga: User, settings: Settings, tmp_path: Path
) -> None:
    shadow = start_shadow(other, by=olga)
    assert shadow is not None
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, models_dir=tmp_path)
    assert not judge_in_shadow()
    shadow.refresh_from_db()
    assert not shadow.running
    assert f"There is no model {other}" in shadow.said
