"""The channels page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import arrive, watch
from triage.tables import Account, Alert, AuditEntry, Backfill, Channel, PostRow, User
from triage.watch.budgets import MILLION, spend, used_by
from triage.web.watched import watched

pytestmark = pytest.mark.django_db


def test_each_state_is_said_in_words_with_what_to_do(olga: User) -> None:
    now = timezone.now()
    soon = now + timedelta(seconds=30)
    watch("a b", state="refused", error="The token is dead", error_kind="refused")
    watch("paused", state="paused")
    watch("away", failures=4, error_kind="unreachable", next_pull_at=soon)
    watch("hiccup", failures=1, error_kind="throttled", next_pull_at=soon)
    watch("broke", error="the cap is used up", error_kind="capped", next_pull_at=soon)
    watch("fine", last_success_at=now, next_pull_at=soon)
    watch("fresh")
    watch("file", source="import")
    watch("removed", state="removed")
    found = {c.name: watched(c, now=now) for c in Channel.objects.all()}
    assert (found["a b"].state, found["a b"].tone) == ("refused", "late")
    assert found["a b"].error == "The token is dead."
    assert found["a b"].command == "triage channel resume 'a b'"
    assert found["a b"].next_pull == "after it is resumed"
    assert found["paused"].command == "triage channel resume paused"
    assert (found["away"].state, found["away"].tone) == ("failing, 4 tries", "late")
    assert (found["hiccup"].state, found["hiccup"].tone) == ("failing, 1 try", "review")
    assert "asked Triage to slow down" in found["hiccup"].advice
    assert found["broke"].state == "at its monthly cap"
    assert found["broke"].command == "triage channel set broke monthly_cap=DOLLARS"
    assert found["fine"].next_pull == "in 30 s"
    assert found["fresh"].state == "not pulled yet"
    assert found["file"].next_pull == "with the next import"
    assert [name for name, _ in found["a b"].acts] == ["channel-check", "resume"]
    assert [name for name, _ in found["fine"].acts] == ["channel-check", "pause"]
    assert found["file"].acts == ()
    names = [c.name for c in at_desk(olga).get("/channels/").context["channels"]]
    assert names == ["a b", "away", "broke", "file", "fine", "fresh", "hiccup", "paused"]


def test_the_figures_of_a_channel_are_shown(olga: User) -> None:
    now = timezone.now()
    account = Account.objects.create(
        key="k", source="x", allowed=450, remaining=120, reset_at=now + timedelta(minutes=9)
    )
    row = watch(
        settings={"monthly_cap": "25"},
        account=account,
        lag_seconds=42.4,
        late_seconds=600,
        expires_at=now + timedelta(days=40),
    )
    other = watch("X search", account=account)
    spend(row, calls=3, posts=200, microdollars=MILLION, at=now)
    spend(other, calls=1, posts=100, microdollars=MILLION // 2, at=now)
    Backfill.objects.create(
        channel=row, until=now - timedelta(days=30), reached=now - timedelta(days=9), new=1234
    )
    figures = dict(watched(row, now=now, used=used_by([row])[row.pk]).figures)
    assert figures["Lag"] == "42 s behind the platform"
    assert figures["Late"] == "last pull started 10 min late"
    assert figures["Budget"].startswith("3 calls today, 120 of 450 left until ")
    assert figures["Cost"] == "$1.50 of $25.00 this month, $1.00 of it on this channel"
    assert figures["Key"].startswith("expires ")
    assert figures["Backfill"].startswith("back to ")
    page = at_desk(olga).get("/channels/").content.decode()
    assert "$1.50 of $25.00" in page


def alert(channel: Channel, kind: str = "quiet", **more: object) -> Alert:
    return Alert.objects.create(channel=channel, kind=kind, sentence="Quiet for 3 days.", **more)


def test_open_alerts_stand_on_top_with_what_to_do_and_can_be_taken_on(olga: User) -> None:
    row = alert(watch())
    desk = at_desk(olga)
    page = desk.get("/channels/").content.decode()
    assert "X mentions: Quiet for 3 days." in page
    assert "See whether the platform" in page
    answer = desk.post(f"/alerts/{row.pk}/seen/", follow=True).content.decode()
    assert "You are on it." in answer
    assert "Olga</bdi> is on it" in answer
    again = desk.post(f"/alerts/{row.pk}/seen/", follow=True).content.decode()
    assert "Somebody else is already on it." in again
    entry = AuditEntry.objects.get(event="alert_seen")
    assert (entry.user_id, entry.target) == (olga.pk, "X mentions")


def test_the_frame_of_every_page_says_an_alert_until_somebody_looks_after_it(
    olga: User, bob: User
) -> None:
    row = alert(watch(), kind="expiring")
    for user, says in ((olga, True), (bob, False)):
        page = at_desk(user).get("/queue/support/").content.decode()
        assert ("X mentions: Quiet for 3 days." in page) is says
        assert ("1 alert</b>" in page) is says
    Alert.objects.update(seen_by=olga)
    assert "alertbar" not in at_desk(olga).get("/queue/support/").content.decode()
    Alert.objects.update(seen_by=None, cleared_at=row.first_seen)
    assert "alertbar" not in at_desk(olga).get("/queue/support/").content.decode()


def test_the_buttons_pause_resume_and_ask_for_a_check(olga: User) -> None:
    row, desk = watch(failures=3, error="no answer"), at_desk(olga)
    assert (
        "X mentions is paused."
        in desk.post(f"/channels/{row.pk}/pause/", follow=True).content.decode()
    )
    row.refresh_from_db()
    assert row.state == "paused"
    desk.post(f"/channels/{row.pk}/resume/")
    row.refresh_from_db()
    assert (row.state, row.failures, row.error) == ("active", 0, "")
    assert row.check_asked_at is None
    page = desk.post(f"/channels/{row.pk}/check/", follow=True).content.decode()
    assert "Check requested…" in page
    row.refresh_from_db()
    assert row.check_asked_at is not None, "this process calls no platform"


@pytest.mark.parametrize("act", ["pause", "resume", "check"])
def test_only_ops_may_press_them(olga: User, bob: User, act: str) -> None:
    row, imported = watch(), watch("Old posts", source="import")
    assert at_desk(olga).get(f"/channels/{row.pk}/{act}/").status_code == 405
    assert at_desk(bob).post(f"/channels/{row.pk}/{act}/").status_code == 404
    assert at_desk(olga).post(f"/channels/{imported.pk}/{act}/").status_code == 404
    assert at_desk(olga).post("/channels/999999/check/").status_code == 404
    assert at_desk(bob).post(f"/alerts/{alert(row).pk}/seen/").status_code == 404
    assert "<button formaction" not in at_desk(bob).get("/channels/").content.decode()


def test_no_channel_yet_says_how_to_begin(olga: User, bob: User) -> None:
    assert "triage channel add" in at_desk(olga).get("/channels/").content.decode()
    assert "Ask ops" in at_desk(bob).get("/channels/").content.decode()


def test_settings_and_secrets_are_not_shown(olga: User) -> None:
    watch(settings={"base_url": "http://inner"}, secret_names={"token": "X_TOKEN"})
    page = at_desk(olga).get("/channels/").content.decode()
    assert "X_TOKEN" not in page
    assert "http://inner" not in page


@pytest.mark.parametrize("number", [1, 100])
def test_the_page_has_as_many_queries_with_a_hundred_channels_as_with_one(
    olga: User, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    account = Account.objects.create(key="k", source="x")
    for n in range(number):
        row = watch(f"channel {n}", account=account)
        spend(row, calls=1, posts=1, microdollars=1, at=timezone.now())
        Backfill.objects.create(channel=row, until=timezone.now())
        alert(row)
    desk = at_desk(olga)
    with django_assert_num_queries(7):
        desk.get("/channels/")


def test_what_a_backfill_brought_is_not_told_as_new(bob: User) -> None:
    item = arrive()
    asked = "/changes/?queue=support&show=open&top=0&since=0"
    assert "1 new" in at_desk(bob, htmx=True).get(asked).content.decode()
    PostRow.objects.filter(pk=item.latest_post_id).update(backfilled=True)
    assert " new</a>" not in at_desk(bob, htmx=True).get(asked).content.decode()
