"""What the simulated platforms say has the shape of what the real ones said when recorded.

Every key that the simulator sends must stand in a recording, at the same place and with a value
of the same type; what no recording shows is listed with its reason.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests.channels.conftest import recorded_names, recorded_response
from tests.channels.server import Reply
from tests.channels.simulated import TOKEN
from tests.simulator.dialect import Dialect, Request
from tests.simulator.facebook import Facebook
from tests.simulator.instagram import Instagram
from tests.simulator.mastodon import Mastodon
from tests.simulator.state import Event
from tests.simulator.x import X
from workers.channels.facebook_posts import COMMENT_FIELDS, FEED_FIELDS, TAGGED_FIELDS
from workers.channels.instagram_posts import COMMENT_FIELDS as IG_COMMENT_FIELDS
from workers.channels.instagram_posts import MEDIA_FIELDS
from workers.channels.x import ASKED

TYPES = {bool: "bool", int: "number", float: "number", str: "text", type(None): "null"}
Path = tuple[str, str]


def paths(value: Any, at: str = "") -> Iterator[Path]:
    """Every place in a JSON value and the type of what stands there."""
    if isinstance(value, dict):
        yield (at, "object")
        for name, inner in value.items():
            yield from paths(inner, f"{at}.{name}")
    elif isinstance(value, list):
        yield (at, "list")
        for inner in value:
            yield from paths(inner, f"{at}[]")
    else:
        yield (at, TYPES[type(value)])


def shaped_like(said: Any, recordings: Iterable[Any], *, unseen: Iterable[str] = ()) -> None:
    """Every place in `said` is in a recording, with that type, or is listed as `unseen`."""
    known: dict[str, set[str]] = {}
    for recording in recordings:
        for at, kind in paths(recording):
            known.setdefault(at, set()).add(kind)
    strange = []
    for at, kind in paths(said):
        kinds = known.get(at, set())
        fits = kind in kinds or (kinds and (kind == "null" or kinds == {"null"}))
        if not fits and not any(at.startswith(each) for each in unseen):
            strange.append((at, kind, kinds))
    assert not strange


def bodies(folder: str, *parts: str) -> list[Any]:
    """The recorded bodies whose names hold one of these words; skips where there are none."""
    names = [n for n in recorded_names(folder) if any(part in n for part in parts)]
    if not names:
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    return [recorded_response(folder, name)["body"] for name in names]


def records(values: Any, *needs: str) -> list[Any]:
    """Every object anywhere in these that has all these keys."""
    found = []
    if isinstance(values, dict):
        found += [values] if set(needs) <= values.keys() else []
        values = list(values.values())
    for value in values if isinstance(values, list) else []:
        found += records(value, *needs)
    return found


def ask(dialect: Dialect, path: str, **query: str) -> Reply:
    headers = {"authorization": f"Bearer {TOKEN}"}
    return dialect.answer(Request("GET", path, query, {}, headers))


def told(dialect: Dialect, events: Iterable[Event]) -> list[Any]:
    return [payload for payload in map(dialect.told, events) if payload]


def talking(dialect: Dialect) -> Dialect:
    """People who write, are answered, write again, edit and take away."""
    state = dialect.state
    dialect.open(TOKEN)
    ours = state.write("whimbrel", "Our new lamp is here.")
    first = state.write("ann", "@whimbrel mine is dark", answers=ours)
    answer = state.write("whimbrel", "@ann Is it plugged in?", answers=first)
    state.write("ann", "@whimbrel it is", answers=answer)
    for number in range(7):
        state.write(f"p{number}", f"@whimbrel lamp {number}", answers=ours)
    state.edit(first, "@whimbrel mine was dark")
    state.write("bo", "Look at my @whimbrel lamp", elsewhere=True)
    gone = state.write("bo", "@whimbrel wrong window", answers=ours)
    state.delete(gone)
    return dialect


X_ASKED = {
    "tweet.fields": ASKED["tweet_fields"],
    "user.fields": ASKED["user_fields"],
    "expansions": ASKED["expansions"],
    "max_results": "10",
}


def test_x_pages_posts_users_and_headers() -> None:
    dialect = talking(X())
    real = bodies("x_v2", "mentions", "search_recent", "tweets_resp", "tweet_resp")
    real += bodies("x_activity_webhook", "post.")
    reply = ask(dialect, "/2/users/1001/mentions", **X_ASKED)
    body = reply.body
    assert body.keys() == {"data", "includes", "meta"}
    shaped_like(body["meta"], records(real, "result_count"))
    for record in body["data"]:
        shaped_like(record, records(real, "id", "text"))
    for user in body["includes"]["users"]:
        shaped_like(user, records(real, "id", "username"))
    for name in reply.headers:
        assert name in recorded_response("x_v2", "tweepy-client-get_users_mentions-00")["headers"]


def test_x_gives_only_what_was_asked_for() -> None:
    [plain] = bodies("x_v2", "tweepy-client-get_users_mentions")
    body = ask(talking(X()), "/2/users/1001/mentions").body
    assert body.keys() == plain.keys()
    assert body["data"][0].keys() == plain["data"][0].keys()


def test_x_says_no_as_it_was_recorded() -> None:
    dialect = X()
    [duplicate] = bodies("x_v2", "403-duplicate")
    [cap] = bodies("x_v2", "429-usage-cap")
    shaped_like(dialect.limited(None).body, [duplicate])
    shaped_like(ask(dialect, "/2/users/1001/mentions").body, [duplicate])
    assert dialect.capped().body.keys() == cap.keys()


def test_x_events() -> None:
    dialect = talking(X())
    real = bodies("x_activity_webhook", "post.")
    dialect.state.delete(dialect.state.posts[0])
    for payload in told(dialect, dialect.state.events):
        shaped_like(payload, real)


def test_facebook_pages_posts_and_comments() -> None:
    dialect = talking(Facebook())
    real = bodies("facebook", "feed", "comment", "tagged", "from-as", "groups-feed")
    feed = ask(dialect, "/v26.0/me/feed", fields=FEED_FIELDS).body
    shaped_like(feed["data"], [records(real, "id")])
    post_id = feed["data"][0]["id"]
    asked = {"fields": COMMENT_FIELDS, "filter": "stream"}
    comments = ask(dialect, f"/v26.0/{post_id}/comments", **asked).body
    shaped_like(comments["paging"], records(real, "cursors"))
    shaped_like(comments["data"], [records(real, "id", "message")], unseen=UNSEEN_OF_COMMENTS)
    tagged = ask(dialect, "/v26.0/me/tagged", fields=TAGGED_FIELDS).body
    shaped_like(tagged["data"], [records(real, "id")])


UNSEEN_OF_COMMENTS = ("[].parent", "[].can_reply_privately", "[].is_hidden", "[].user_likes")
"""No recording of these was found: documentation (Comment, v26)."""


def test_facebook_pages_its_feed_by_time() -> None:
    dialect = talking(Facebook())
    for number in range(7):
        dialect.state.write("whimbrel", f"News {number}")
    real = bodies("facebook", "feed_fields", "groups-feed_p1")
    page = ask(dialect, "/v26.0/me/feed", fields=FEED_FIELDS).body
    shaped_like(page["paging"], records(real, "next"))
    assert "__paging_token=" in page["paging"]["next"]
    assert "until=" in page["paging"]["next"]


def test_graph_says_no_as_it_was_recorded() -> None:
    real = bodies("facebook", "error-10", "error-190", "error-32", "error-200", "100-33")
    dialect = talking(Facebook())
    shaped_like(ask(dialect, "/v26.0/4711/feed").body, real)
    shaped_like(dialect.limited(None).body, real)
    dialect.state.issue(TOKEN)
    shaped_like(ask(dialect, "/v26.0/me/feed").body, real)
    dialect.state.kill(TOKEN, "Session has expired.")
    shaped_like(ask(dialect, "/v26.0/me/feed").body, real)


def test_graph_tells_of_its_limit_as_it_was_recorded() -> None:
    reply = recorded_response("facebook", "issue-usage-header-buc-pages")
    dialect = talking(Facebook())
    dialect.usage = 91  # type: ignore[attr-defined]
    said = ask(dialect, "/v26.0/me/feed").headers["x-app-usage"]
    shaped_like(json.loads(said), [json.loads(reply["headers"]["x-app-usage"])])
    until = dialect.state.posts[-1].made.replace(year=2100)
    told = dialect.limited(until).headers["x-business-use-case-usage"]
    real = json.loads(reply["headers"]["x-business-use-case-usage"])
    shaped_like([*json.loads(told).values()], [[*real.values()]])


def test_facebook_webhooks() -> None:
    dialect = talking(Facebook())
    real = bodies("meta_webhooks", "restfb-feed-", "restfb-mention-")
    for payload in told(dialect, dialect.state.events):
        shaped_like(payload, real)


def test_instagram_pages_media_and_comments() -> None:
    dialect = talking(Instagram())
    dialect.most = 50
    real = bodies("instagram", "media", "comment", "replies")
    media = ask(dialect, "/v26.0/me/media", fields=MEDIA_FIELDS).body
    shaped_like(media["data"], [records(real, "id", "permalink")])
    media_id = media["data"][0]["id"]
    comments = ask(dialect, f"/v26.0/{media_id}/comments", fields=IG_COMMENT_FIELDS).body
    shaped_like(comments["paging"], records(real, "cursors"))
    plain = ("[].replies", "[].from", "[].parent_id")  # documentation (IG Comment, v26)
    shaped_like(comments["data"], [records(real, "id", "text")], unseen=plain)
    inside = next(each["replies"] for each in comments["data"] if "replies" in each)
    shaped_like(inside["data"], [records(real, "id", "text")], unseen=("[].from", "[].parent_id"))


def test_instagram_webhooks() -> None:
    dialect = talking(Instagram())
    real = bodies("meta_webhooks", "restfb-wh-comments")
    for payload in told(dialect, dialect.state.events):
        shaped_like(payload, real)


def test_mastodon_notifications_statuses_and_headers() -> None:
    dialect = talking(Mastodon())
    real = bodies("mastodon", "notifications", "status", "hashtag", "pagination", "timeline")
    reply = ask(dialect, "/api/v1/notifications")
    shaped_like(reply.body, [records(real, "group_key")])
    headers = recorded_response("mastodon", "mastodonpy-notifications_mentions_only-01")["headers"]
    assert reply.headers.keys() <= headers.keys()
    assert reply.headers["link"].count("rel=") == headers["link"].count("rel=")
    status_id = reply.body[0]["status"]["id"]
    context = ask(dialect, f"/api/v1/statuses/{status_id}/context").body
    assert context.keys() == {"ancestors", "descendants"}
    shaped_like(context["ancestors"], [records(real, "id", "content", "visibility")])
    account = ask(dialect, "/api/v1/accounts/verify_credentials").body
    shaped_like(account, bodies("mastodon", "account-00", "verify_credentials-00"))


def test_mastodon_says_no_as_it_was_recorded() -> None:
    real = bodies("mastodon", "throws", "missing-00")
    dialect = talking(Mastodon())
    assert ask(dialect, "/api/v1/statuses/0").status == 404
    shaped_like(ask(dialect, "/api/v1/statuses/0").body, real)
    dialect.state.keys.clear()
    said = ask(dialect, "/api/v1/notifications")
    assert said.status == 401
    assert said.body in real
