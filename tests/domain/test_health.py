"""Health: whether posts still move, in sentences."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from tests.domain.making import post
from triage.tables import Channel, PostRow, Pulse
from triage.walk.intake import store
from triage.watch.health import Health, beat, health, oldest_waiting_seconds, seconds_since


def ago(seconds: float) -> object:
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def alive(db: None) -> None:
    beat("schedule")


@pytest.mark.django_db
def test_before_the_first_sign_of_life_it_says_how_to_start() -> None:
    found = health()
    assert found.stopped == (
        "No worker has shown itself yet. Start `triage up`, or a worker and a beat.",
    )


def test_all_is_well_when_the_schedule_beats(alive: None, web: Channel) -> None:
    assert health() == Health((), ())


def test_a_beat_is_one_row_that_moves(alive: None) -> None:
    Pulse.objects.update(at=ago(50))
    beat("schedule", "second")
    assert Pulse.objects.count() == 1
    assert (seconds_since("schedule") or 0) < 5
    assert seconds_since("nobody") is None


def test_an_old_sign_of_life_means_that_nothing_runs(alive: None) -> None:
    Pulse.objects.update(at=ago(61))
    [sentence] = health().stopped
    assert sentence == "Workers or schedule stand still: the last sign of life is 61 s old."


def test_a_post_that_waits_too_long_means_that_nothing_is_sorted(alive: None, web: Channel) -> None:
    store(web, [post("1")])
    assert health().stopped == ()
    PostRow.objects.update(received_at=ago(121))
    assert health().stopped == ("Sorting stands still: a post has waited for 121 s.",)
    PostRow.objects.update(attempts=1)
    assert health().stopped == (), "it was tried, so sorting does move"
    assert oldest_waiting_seconds() == 0


def test_channels_that_need_a_person_are_named(alive: None, web: Channel, forum: Channel) -> None:
    Channel.objects.filter(pk=web.pk).update(state="refused", error="the token is dead")
    Channel.objects.filter(pk=forum.pk).update(failures=3, error="no answer")
    assert health().warnings == (
        "Channel Open web is refused by its platform: the token is dead",
        "Channel Forum has failed 3 times in a row: no answer",
    )


def test_what_could_not_be_read_is_counted(alive: None, web: Channel) -> None:
    store(web, [], rejected=[("no id", {}), ("no text", {"id": 1})])
    assert health().warnings == ("2 records could not be read or sorted: see the dead letters.",)


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_the_first_thing_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseError("password=secret")

    monkeypatch.setattr(Pulse.objects, "filter", away)
    assert health() == Health(("The database does not answer (DatabaseError).",), ())
