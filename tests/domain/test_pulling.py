"""Pulling: one channel, from its cursor on, page by page, under a lease."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.domain.place import Place, page
from triage.tables import Channel, DeadLetter, PostRow, Run
from workers.channels import KINDS
from workers.channels.base import Page, Refused, SourceError, Throttled, Unreachable
from workers.holding import HELD
from workers.pulling import (
    FIRST_BACKOFF,
    LONGEST_BACKOFF,
    MAX_PAGES,
    due_channels,
    pull_all,
    pull_channel,
    wait_after,
)

State = Channel.State


@pytest.fixture
def place(db: None, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A channel that is due now, on a place that answers what the test tells it to."""
    monkeypatch.setitem(KINDS, "place", "tests.domain.place:Place")
    for name in ("answers", "asked", "made_with"):
        monkeypatch.setattr(Place, name, [])
    return channel("Place")


def channel(name: str, **more: Any) -> Channel:
    past = timezone.now() - timedelta(seconds=1)
    return Channel.objects.create(name=name, source="place", next_pull_at=past, **more)


def pull(row: Channel, *answers: Any) -> Run:
    """Pull a channel that is due, while the place gives these answers."""
    Place.answers[:] = answers
    run = pull_channel(row.pk)
    assert run is not None
    row.refresh_from_db()
    return run


def due_again(row: Channel) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Channel.objects.filter(pk=row.pk).update(next_pull_at=past)


def wait_of(row: Channel) -> float:
    return (row.next_pull_at - timezone.now()).total_seconds()


def stored() -> set[str]:
    return set(PostRow.objects.values_list("external_id", flat=True))


def test_a_pull_stores_posts_and_cursor_and_leaves_a_run(place: Channel) -> None:
    run = pull(place, page("1", "2", at=2))
    assert stored() == {"1", "2"}
    assert (place.cursor, place.lease_until, place.lease_epoch) == ({"at": 2}, None, 1)
    assert (place.failures, place.error) == (0, "")
    assert place.last_success_at is not None
    assert 55 < wait_of(place) <= 60
    assert (run.pages, run.seen, run.new, run.changed, run.rejected) == (1, 2, 2, 0, 0)
    assert (run.cursor, run.error_kind, run.error) == ({"at": 2}, "", "")
    assert run.finished_at is not None
    assert Run.objects.get() == run


def test_the_next_pull_goes_on_at_the_cursor(place: Channel) -> None:
    pull(place, page("1", at=1))
    due_again(place)
    run = pull(place, page("1", "2", at=2))
    assert Place.asked == [{}, {"at": 1}]
    assert (run.seen, run.new) == (2, 1)


def test_page_after_page_is_pulled_while_there_is_more(place: Channel) -> None:
    run = pull(place, page("1", at=1, more=True), page("2", at=2, more=True), page("3", at=3))
    assert (run.pages, run.new, place.cursor) == (3, 3, {"at": 3})
    assert Place.asked == [{}, {"at": 1}, {"at": 2}]


def test_a_round_without_end_is_cut_and_goes_on_at_once(place: Channel) -> None:
    run = pull(place, *[page(str(n), at=n, more=True) for n in range(1, MAX_PAGES + 5)])
    assert run.pages == MAX_PAGES
    assert (place.error, wait_of(place) <= 0) == ("", True)


@pytest.mark.parametrize("pages", [[1, 1], [1, 2, 1], [1, 2, 3, 2]])
def test_a_cursor_that_comes_again_stops_the_round(place: Channel, pages: list[int]) -> None:
    answers = [page(f"{turn}", at=at, more=True) for turn, at in enumerate(pages)]
    run = pull(place, *answers)
    assert run.error == "The platform sent the same page cursor again; stopped this round."
    assert len(stored()) == len(pages), "what it brought is kept"
    assert place.failures == 1


def test_an_empty_page_with_more_behind_it_is_passed(place: Channel) -> None:
    run = pull(place, page(at=1, more=True), page("1", at=2))
    assert (run.pages, run.new) == (2, 1)


def test_a_bad_record_among_good_ones_is_kept_aside(place: Channel) -> None:
    run = pull(place, page("1", "2", at=2, bad=({"text": "x\0"}, ["\ud800"])))
    assert (run.seen, run.new, run.rejected) == (4, 2, 2)
    assert [letter.reason for letter in DeadLetter.objects.all()] == ["it has no id"] * 2
    assert (place.failures, place.cursor) == (0, {"at": 2})


# What can go wrong


def test_a_platform_that_asks_to_wait_is_given_the_time(place: Channel) -> None:
    until = datetime.now(UTC) + timedelta(minutes=15)
    run = pull(place, Throttled("wait until then", retry_at=until))
    assert (run.error_kind, run.error) == ("throttled", "wait until then")
    assert (place.state, place.failures, place.error_kind) == ("active", 1, "throttled")
    assert abs((place.next_pull_at - until).total_seconds()) < 2


@pytest.mark.parametrize(("days", "least", "most"), [(-9, 0, 2), (36_500, 86_390, 86_401)])
def test_a_time_to_wait_that_makes_no_sense_is_not_believed(
    place: Channel, days: int, least: float, most: float
) -> None:
    pull(place, Throttled("wait", retry_at=datetime.now(UTC) + timedelta(days=days)))
    assert least <= wait_of(place) <= most


@pytest.mark.parametrize("error", [Throttled("wait"), Unreachable("no answer")])
def test_without_a_time_the_wait_doubles_with_each_failure(
    place: Channel, error: SourceError
) -> None:
    waits = []
    for turn in range(4):
        due_again(place)
        assert pull(place, error).error == str(error)
        assert place.failures == turn + 1
        waits.append(wait_of(place))
    for turn, wait in enumerate(waits):
        middle = FIRST_BACKOFF * 2**turn
        assert 0.75 * middle - 1 <= wait <= 1.25 * middle
    due_again(place)
    pull(place, page("1", at=1))
    assert (place.failures, place.error, place.error_kind) == (0, "", "")


def test_the_wait_is_spread_and_has_an_end() -> None:
    def wait(failures: int, chance: float) -> float:
        return wait_after(Unreachable("x"), failures, lambda: chance)

    assert (wait(0, 0.0), wait(0, 0.5), wait(0, 1.0)) == (22.5, 30.0, 37.5)
    assert wait(3, 0.5) == 240.0
    assert wait(10_000, 0.5) == LONGEST_BACKOFF
    assert wait(10_000, 1.0) <= LONGEST_BACKOFF * 1.25


def test_a_channel_that_is_refused_waits_for_a_person(place: Channel) -> None:
    run = pull(place, Refused("the token is dead"))
    assert (run.error_kind, run.error) == ("refused", "the token is dead")
    assert (place.state, place.error) == ("refused", "the token is dead")
    due_again(place)
    assert due_channels() == []
    assert pull_channel(place.pk) is None


def test_a_channel_removed_while_it_was_pulled_stays_removed(place: Channel) -> None:
    def remove_and_refuse() -> Page:
        Channel.objects.update(state=State.REMOVED)
        raise Refused("the token is dead")

    pull(place, remove_and_refuse)
    assert place.state == State.REMOVED


def test_an_error_that_no_channel_should_raise_is_a_failure_like_others(place: Channel) -> None:
    run = pull(place, ValueError("token=CANARY"))
    assert run.error == "The channel code failed with ValueError; see the log."
    assert (run.error_kind, place.failures, place.lease_until) == ("unreachable", 1, None)
    assert 20 < wait_of(place) < 40


def test_an_error_between_pages_keeps_what_was_stored_and_resumes_there(place: Channel) -> None:
    run = pull(place, page("1", at=1, more=True), Unreachable("no answer"))
    assert (run.pages, run.new, run.error_kind) == (1, 1, "unreachable")
    assert (stored(), place.cursor) == ({"1"}, {"at": 1})
    due_again(place)
    pull(place, page("2", at=2))
    assert Place.asked[-1] == {"at": 1}
    assert stored() == {"1", "2"}


def test_a_process_that_dies_between_pages_leaves_a_lease_that_ends(place: Channel) -> None:
    with pytest.raises(KeyboardInterrupt):
        pull(place, page("1", at=1, more=True), KeyboardInterrupt())
    place.refresh_from_db()
    assert (stored(), place.cursor) == ({"1"}, {"at": 1})
    assert due_channels() == [], "the lease of the dead still stands"
    Channel.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert due_channels() == [place.pk]
    pull(place, page("2", at=2))
    assert (stored(), place.lease_epoch) == ({"1", "2"}, 2)


# Which channels are pulled, and by whom


@pytest.mark.parametrize("state", [State.PAUSED, State.REFUSED, State.REMOVED])
def test_only_active_channels_are_pulled(place: Channel, state: State) -> None:
    assert due_channels() == [place.pk]
    Channel.objects.update(state=state)
    assert due_channels() == []
    assert pull_channel(place.pk) is None
    assert not Run.objects.exists()


def test_a_channel_is_pulled_when_its_time_has_come(place: Channel) -> None:
    Channel.objects.update(next_pull_at=timezone.now() + timedelta(seconds=30))
    assert due_channels() == []
    assert pull_channel(place.pk) is None


def test_the_longest_due_comes_first(place: Channel) -> None:
    older = channel("Older")
    Channel.objects.filter(pk=older.pk).update(next_pull_at=timezone.now() - timedelta(hours=1))
    assert due_channels() == [older.pk, place.pk]


def test_one_worker_pulls_a_channel_at_a_time(place: Channel) -> None:
    def another_tries() -> Page:
        assert due_channels() == []
        assert pull_channel(place.pk) is None
        return page("1", at=1)

    assert pull(place, another_tries).new == 1


def test_the_lease_is_renewed_with_every_page(place: Channel) -> None:
    leases = []

    def look() -> Page:
        leases.append(Channel.objects.get().lease_until)
        Channel.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
        return page(str(len(leases)), at=len(leases), more=len(leases) < 3)

    pull(place, look, look, look)
    least = timezone.now() + HELD - timedelta(seconds=20)
    assert all(lease is not None and lease > least for lease in leases)


def test_a_worker_that_slept_through_its_lease_stores_nothing(place: Channel) -> None:
    def sleep() -> Page:
        Channel.objects.update(lease_epoch=99, lease_until=None, cursor={"at": 50})
        return page("1", at=1)

    run = pull(place, sleep)
    assert run.error_kind == "lease_lost"
    assert (stored(), place.cursor, place.lease_epoch) == (set(), {"at": 50}, 99)
    assert place.failures == 0


def test_a_worker_that_loses_its_lease_between_pages_stops(place: Channel) -> None:
    def lose() -> Page:
        Channel.objects.update(lease_epoch=99)
        return page("2", at=2)

    run = pull(place, page("1", at=1, more=True), lose)
    assert (run.error_kind, stored(), place.cursor) == ("lease_lost", {"1"}, {"at": 1})


def test_one_channel_that_fails_does_not_hold_up_the_others(place: Channel) -> None:
    other = channel("Other")
    Place.answers[:] = [ValueError("bug"), page("1", at=1)]
    runs = pull_all([place.pk, other.pk, 99_999])
    assert [run.error_kind for run in runs] == ["unreachable", ""]
    assert stored() == {"1"}


# Settings and secrets


def test_a_kind_that_is_gone_is_refused_in_a_sentence(place: Channel) -> None:
    Channel.objects.update(source="myspace")
    assert pull(place).error == "There is no channel kind 'myspace'."
    assert place.state == State.REFUSED


def test_a_client_that_is_not_installed_is_refused_in_a_sentence(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "place", "no_such_client:Place")
    assert pull(place).error == (
        "The client of place is not installed: No module named 'no_such_client'"
    )


def test_settings_that_cannot_be_used_are_refused(place: Channel) -> None:
    Channel.objects.update(settings={"explode": "1"})
    run = pull(place)
    assert run.error_kind == "refused"
    assert run.error == "The settings cannot be used (ValueError); see the log."
    assert "CANARY" not in run.error


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_secret_that_is_missing_is_named(
    place: Channel, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    Channel.objects.update(secret_names={"token": "PLACE_TOKEN"})
    monkeypatch.delenv("PLACE_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("PLACE_TOKEN", value)
    run = pull(place)
    assert run.error == "The environment variable PLACE_TOKEN (token) is not set."
    assert place.state == State.REFUSED


def test_a_secret_is_read_when_the_channel_is_pulled(
    place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    Channel.objects.update(secret_names={"token": "PLACE_TOKEN"}, brand="Acme")
    monkeypatch.setenv("PLACE_TOKEN", " s3cret\n")
    assert pull(place, page("1", at=1)).error == ""
    [config] = Place.made_with
    assert (dict(config.secrets), config.name, config.brand) == (
        {"token": "s3cret"},
        "Place",
        "Acme",
    )
    assert "s3cret" not in repr(config)


def test_a_secret_can_stand_in_a_file(
    place: Channel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Channel.objects.update(secret_names={"token": "PLACE_TOKEN"})
    monkeypatch.delenv("PLACE_TOKEN", raising=False)
    monkeypatch.setenv("PLACE_TOKEN_FILE", str(tmp_path / "token"))
    assert pull(place).error == "The file that PLACE_TOKEN_FILE names cannot be read."
    (tmp_path / "token").write_text("s3cret\n")
    Channel.objects.update(state=State.ACTIVE)
    due_again(place)
    assert pull(place, page("1", at=1)).error == ""
    assert dict(Place.made_with[-1].secrets) == {"token": "s3cret"}
