"""The channels page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web.conftest import at_desk
from tests.web.desk import watch
from triage.tables import Channel, User
from triage.web.channels import watched

pytestmark = pytest.mark.django_db


def test_each_state_is_said_in_words_with_what_to_do(olga: User) -> None:
    now = timezone.now()
    soon = now + timedelta(seconds=30)
    watch("a b", state="refused", error="The token is dead", error_kind="refused")
    watch("paused", state="paused")
    watch("away", failures=4, error_kind="unreachable", next_pull_at=soon)
    watch("hiccup", failures=1, error_kind="throttled", next_pull_at=soon)
    watch("fine", last_success_at=now, next_pull_at=soon)
    watch("fresh")
    watch("file", source="import")
    watch("removed", state="removed")
    found = {c.name: watched(c, now=now) for c in Channel.objects.all()}
    assert (found["a b"].state, found["a b"].tone) == ("refused", "late")
    assert found["a b"].error == "The token is dead."
    assert found["a b"].command == "triage channel resume 'a b'"
    assert found["a b"].next_pull == "not until it is resumed"
    assert found["paused"].command == "triage channel resume paused"
    assert (found["away"].state, found["away"].tone) == ("failing, 4 tries", "late")
    assert (found["hiccup"].state, found["hiccup"].tone) == ("failing, 1 try", "review")
    assert "asked us to wait" in found["hiccup"].advice
    assert found["fine"].next_pull == "in 30 s"
    assert found["fresh"].state == "not pulled yet"
    assert found["file"].next_pull == "with the next import"
    names = [c.name for c in at_desk(olga).get("/channels/").context["channels"]]
    assert names == ["a b", "away", "file", "fine", "fresh", "hiccup", "paused"]


def test_no_channel_yet_says_how_to_begin(olga: User, bob: User) -> None:
    assert "triage channel add" in at_desk(olga).get("/channels/").content.decode()
    assert "Somebody of ops" in at_desk(bob).get("/channels/").content.decode()


def test_settings_and_secrets_are_not_shown(olga: User) -> None:
    watch(settings={"base_url": "http://inner"}, secret_names={"token": "X_TOKEN"})
    page = at_desk(olga).get("/channels/").content.decode()
    assert "X_TOKEN" not in page
    assert "http://inner" not in page


def test_the_page_has_few_queries(
    olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        watch(f"channel {number}")
    desk = at_desk(olga)
    with django_assert_max_num_queries(4):
        desk.get("/channels/")
