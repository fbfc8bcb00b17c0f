"""One app of Meta that serves several pages and accounts: each channel gets what is its own."""

from typing import Any

import pytest

from tests.hooks.sending import KEYS, deliver, rows, watch
from triage.tables import Channel, DeadLetter, Delivery
from triage.watch.channels import remove_channel, set_state
from workers.deliveries import read_all, read_waiting

pytestmark = pytest.mark.django_db


def entry(account: Any, number: int, **more: Any) -> dict[str, Any]:
    value = {"item": "comment", "verb": "add", "comment_id": f"10_{number}", "post_id": "1_10"}
    value |= {"message": f"comment {number}", "from": {"id": "5", "name": "Bo"}}
    made = {"id": account, "time": 1795255200, "changes": [{"field": "feed", "value": value}]}
    return {key: each for key, each in (made | more).items() if each is not None}


def page(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"object": "page", "entry": list(entries)}


def told(channel: Channel, *payloads: dict[str, Any]) -> None:
    for payload in payloads:
        assert deliver(channel, payload).status_code == 200
    read_all()
    assert not Delivery.objects.filter(state="new").exists()
    assert not DeadLetter.objects.exists()


def ids(channel: Channel) -> list[str]:
    return [row.external_id for row in rows(channel)]


@pytest.fixture
def first() -> Channel:
    return watch("facebook", "first", settings={"page_id": "1"})


@pytest.fixture
def second() -> Channel:
    return watch("facebook", "second", settings={"page_id": "2"})


def test_each_page_gets_its_own_entries_of_one_delivery(first: Channel, second: Channel) -> None:
    told(first, page(entry("1", 1), entry("2", 2), entry(2, 3), entry("1", 4)))
    assert ids(first) == ["10_1", "10_4"]
    assert ids(second) == ["10_2", "10_3"]
    assert second.deliveries.get().received_at == first.deliveries.get().received_at


def test_who_is_the_author_depends_on_the_page(first: Channel, second: Channel) -> None:
    mine = entry("2", 1)
    mine["changes"][0]["value"]["from"] = {"id": "2", "name": "Second"}
    told(first, page(mine))
    assert [row.state for row in rows(second)] == ["context"]


def test_the_same_delivery_at_both_addresses_adds_nothing(first: Channel, second: Channel) -> None:
    told(first, page(entry("2", 1)))
    told(second, page(entry("2", 1)))
    told(first, page(entry("1", 2), entry("2", 1)))
    assert (ids(first), ids(second)) == (["10_2"], ["10_1"])


def test_a_page_and_an_instagram_account_share_one_address(first: Channel) -> None:
    account = watch("instagram", settings={"ig_user_id": "17"})
    value = {"id": "91", "text": "hi", "media": {"id": "90"}}
    told(
        first, {"object": "instagram", "entry": [{"id": "17", "field": "comments", "value": value}]}
    )
    told(account, page(entry("1", 1)))
    assert (ids(first), ids(account)) == (["10_1"], ["91"])


def test_what_no_channel_watches_is_left_out_and_says_so(first: Channel) -> None:
    told(first, page(entry("1", 1), entry("3", 2)))
    assert ids(first) == ["10_1"]
    assert first.deliveries.get().error == "No channel watches page 3; this was left out."


def test_a_page_of_another_app_gets_nothing(
    first: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_SECRET", "canary-other-app")
    names = {**KEYS["facebook"], "app_secret": "OTHER_SECRET"}
    second = watch("facebook", "second", settings={"page_id": "2"}, secret_names=names)
    told(first, page(entry("2", 1)))
    assert ids(second) == []
    Channel.objects.filter(pk=second.pk).update(secret_names=KEYS["facebook"])
    told(first, page(entry("2", 2)))
    assert ids(second) == ["10_2"]


def test_a_removed_channel_gets_nothing_and_a_paused_one_later(
    first: Channel, second: Channel
) -> None:
    set_state(second, Channel.State.PAUSED)
    deliver(first, page(entry("2", 1)))
    assert read_waiting() == 1
    assert ids(second) == []
    set_state(second, Channel.State.ACTIVE)
    read_all()
    assert ids(second) == ["10_1"]
    remove_channel(second)
    told(first, page(entry("2", 2)))
    assert ids(second) == ["10_1"]


def test_a_page_that_has_not_learned_its_number_takes_what_is_nobody_elses(
    second: Channel,
) -> None:
    named = watch("facebook", "named", settings={"page_id": "acme"})
    told(named, page(entry("1", 1), entry("2", 2), entry(None, 3)))
    assert (ids(named), ids(second)) == (["10_1", "10_3"], ["10_2"])
    Channel.objects.filter(pk=named.pk).update(cursor={"page": {"id": "1"}})
    told(named, page(entry("1", 4), entry("9", 5)))
    told(second, page(entry("1", 6)))
    assert ids(named) == ["10_1", "10_3", "10_4", "10_6"]


def test_an_account_with_a_login_at_instagram_bears_another_number_there() -> None:
    settings = {"ig_user_id": "17", "base_url": "https://graph.instagram.com"}
    account = watch("instagram", settings=settings)
    value = {"id": "91", "text": "hi", "media": {"id": "90"}}
    told(
        account,
        {"object": "instagram", "entry": [{"id": "8", "field": "comments", "value": value}]},
    )
    assert ids(account) == ["91"]
