"""From `triage channel add` to a routed item, on the recorded answers of the real platforms.

The real clients talk to a local server; the commands are those a person types. Every recorded
post must end as a stored, routed item, every recorded error as the right one of our three.
"""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from config.cli import group
from tests.channels import test_discourse_recorded as discourse
from tests.channels import test_instagram_recorded as instagram
from tests.channels import test_recorded_facebook as facebook
from tests.channels import test_recorded_mastodon as mastodon
from tests.channels import test_recorded_x as x
from tests.channels.conftest import recorded
from tests.channels.server import Platform, Reply
from triage.tables import Channel, Item, Move, PostRow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", "a-key")


def add(kind: str, platform: Platform, *options: str) -> None:
    base = ["add", kind, "--name", "watched", "--set", f"base_url={platform.url}"]
    added = CliRunner().invoke(group, ["channel", *base, *options])
    assert added.exit_code == 0, added.output


def run_once() -> dict[str, Any]:
    """One `triage run --once --json` -> what it said of the channel."""
    done = CliRunner().invoke(group, ["run", "--once", "--json"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["queue"] for line in lines if "queue" in line] == [
        "promo",
        "support",
        "review",
        "archive",
    ]
    return next(line for line in lines if "channel" in line)


def again_now() -> dict[str, Any]:
    Channel.objects.update(next_pull_at="2026-01-01T00:00:00Z")
    return run_once()


def are_routed(ids: list[str]) -> None:
    """Each id is one stored post with one placement, in an item that stands in a queue."""
    rows = PostRow.objects.filter(channel__name="watched")
    assert sorted(rows.values_list("external_id", flat=True)) == sorted(set(ids))
    assert set(rows.values_list("state", flat=True)) <= {PostRow.State.SORTED}
    for row in rows:
        assert Move.objects.filter(post=row).count() == 1
        assert Item.objects.get(pk=row.item_id).why


def x_options(by: str) -> tuple[str, ...]:
    return ("--set", by, "--secret", "bearer_token=TEST_KEY")


@pytest.mark.parametrize("name", x.named("posts"))
def test_recorded_posts_of_x_end_in_queues(platform: Platform, name: str) -> None:
    reply = recorded("x_v2", name)
    records = reply.body["data"] if isinstance(reply.body["data"], list) else [reply.body["data"]]
    last = {**reply.body, "meta": {**reply.body.get("meta", {}), "next_token": None}}
    platform.on("/2/users/42/mentions", reply, Reply(last))
    add("x", platform, *x_options("user_id=42"))
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    are_routed([(record.get("edit_history_tweet_ids") or [record["id"]])[0] for record in records])


@pytest.mark.parametrize("name", x.named("error"))
def test_recorded_errors_of_x_are_told_as_what_they_are(platform: Platform, name: str) -> None:
    reply = recorded("x_v2", name)
    platform.on("/2/users/42/mentions", reply)
    add("x", platform, *x_options("user_id=42"))
    expected = "throttled" if reply.status == 429 else "refused"
    assert run_once()["error"]["kind"] == expected
    assert PostRow.objects.count() == 0


@pytest.mark.parametrize("name", facebook.named("posts"))
def test_recorded_posts_of_facebook_end_in_queues(platform: Platform, name: str) -> None:
    records = facebook.posts_in(name, recorded("facebook", name).body)
    platform.on("/v26.0/1/feed", {"data": records})
    for record in records:
        platform.on(f"/v26.0/{record['id']}/comments", {"data": []})
    platform.on("/v26.0/1/tagged", {"data": []})
    add("facebook", platform, "--set", "page_id=1", "--secret", "access_token=TEST_KEY")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    are_routed([record["id"] for record in records])


@pytest.mark.parametrize("name", facebook.with_comments())
def test_recorded_comments_of_facebook_end_in_queues(platform: Platform, name: str) -> None:
    records = facebook.comments_in(name, recorded("facebook", name).body)
    platform.on("/v26.0/1/feed", {"data": [{"id": "1_10", "message": "what is commented"}]})
    platform.on("/v26.0/1_10/comments", {"data": records})
    platform.on("/v26.0/1/tagged", {"data": []})
    add("facebook", platform, "--set", "page_id=1", "--secret", "access_token=TEST_KEY")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    assert PostRow.objects.count() == len(records) + 1
    are_routed(list(PostRow.objects.values_list("external_id", flat=True)))


@pytest.mark.parametrize("name", facebook.named("error"))
def test_recorded_errors_of_facebook_are_told_as_what_they_are(
    platform: Platform, name: str
) -> None:
    reply = recorded("facebook", name)
    platform.on("/v26.0/1/feed", reply)
    add("facebook", platform, "--set", "page_id=1", "--secret", "access_token=TEST_KEY")
    expected = facebook.expected_error(reply.body).__name__.lower()
    assert run_once()["error"]["kind"] == expected


@pytest.mark.parametrize("name", [*mastodon.named("statuses")])
def test_recorded_statuses_of_mastodon_end_in_queues(platform: Platform, name: str) -> None:
    records = mastodon.statuses_in(recorded("mastodon", name).body)
    platform.on(mastodon.TAG, records, [])
    add("mastodon", platform, "--set", "hashtag=acme")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    again_now()
    are_routed([record["id"] for record in records])


@pytest.mark.parametrize("name", mastodon.named("notifications"))
def test_recorded_mentions_of_mastodon_end_in_queues(platform: Platform, name: str) -> None:
    records = mastodon.notifications_in(recorded("mastodon", name).body)
    platform.on("/api/v1/accounts/verify_credentials", {"id": "0", "acct": "us"})
    platform.on(mastodon.MENTIONS, records, [])
    add("mastodon", platform, "--secret", "access_token=TEST_KEY")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    are_routed([record["status"]["id"] for record in records if record["status"]])


@pytest.mark.parametrize("name", mastodon.named("error"))
def test_recorded_errors_of_mastodon_are_told_as_what_they_are(
    platform: Platform, name: str
) -> None:
    platform.on(mastodon.TAG, recorded("mastodon", name))
    add("mastodon", platform, "--set", "hashtag=acme")
    assert run_once()["error"]["kind"] == "refused"


@pytest.mark.parametrize("name", discourse.USED)
def test_recorded_posts_of_discourse_end_in_queues(platform: Platform, name: str) -> None:
    records = discourse.posts_in(recorded("discourse", name).body)
    platform.on("/posts.json", {"latest_posts": records})
    add("discourse", platform, "--set", "staff=theirs")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    PostRow.objects.filter(author="system", state=PostRow.State.CONTEXT).delete()
    are_routed([str(record["id"]) for record in records if record["username"] != "system"])
    assert set(PostRow.objects.values_list("kind", flat=True)) <= {"community"}


@pytest.mark.parametrize("name", instagram.named("comments"))
def test_recorded_comments_of_instagram_end_in_queues(platform: Platform, name: str) -> None:
    records = instagram.listed_in(recorded("instagram", name).body)
    platform.on("/v26.0/1", instagram.US)
    platform.on("/v26.0/1/media", {"data": [{"id": "10", "caption": "what is commented"}]})
    platform.on("/v26.0/10/comments", {"data": records})
    platform.on("/v26.0/1/tags", {"data": [{"id": "11", "caption": "what tags us"}]})
    add("instagram", platform, "--set", "ig_user_id=1", "--secret", "access_token=TEST_KEY")
    said = run_once()
    assert (said["error"], said["rejected"]) == (None, 0)
    assert PostRow.objects.get(external_id="10").state == PostRow.State.CONTEXT
    PostRow.objects.filter(external_id="10").delete()
    are_routed([*(record["id"] for record in records), "11"])


@pytest.mark.parametrize("name", instagram.named("error"))
def test_recorded_errors_of_instagram_are_told_as_what_they_are(
    platform: Platform, name: str
) -> None:
    platform.on("/v26.0/1", instagram.US)
    platform.on("/v26.0/1/media", recorded("instagram", name))
    add("instagram", platform, "--set", "ig_user_id=1", "--secret", "access_token=TEST_KEY")
    assert run_once()["error"]["kind"] == "refused"


def test_what_hacker_news_and_a_feed_say_ends_in_queues(platform: Platform) -> None:
    hit = {"objectID": "1", "comment_text": "acme is <i>down</i>", "created_at_i": 1795255200}
    platform.on("/search_by_date", {"hits": [hit]})
    add("hackernews", platform, "--set", "query=acme")
    assert run_once()["error"] is None
    are_routed(["1"])
    CliRunner().invoke(group, ["channel", "remove", "watched"])
    item = "<item><guid>2</guid><title>Acme is down</title></item>"
    platform.on("/feed", f"<rss version='2.0'><channel>{item}</channel></rss>")
    add_feed = ["add", "feed", "--name", "alerts", "--set", f"url={platform.url}/feed"]
    assert CliRunner().invoke(group, ["channel", *add_feed]).exit_code == 0
    assert run_once()["error"] is None
    assert PostRow.objects.get(external_id="2").state == PostRow.State.SORTED


@pytest.mark.parametrize(
    ("option", "kind"),
    [((), "community"), (("--public",), "public"), (("--community",), "community")],
)
def test_a_forum_is_our_own_place_unless_it_is_said_to_be_public(
    platform: Platform, option: tuple[str, ...], kind: str
) -> None:
    add("discourse", platform, *option)
    assert Channel.objects.get(name="watched").kind == kind
