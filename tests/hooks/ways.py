"""One post of each platform as a pull brings it and as webhooks tell of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.channels.server import Platform, Reply

NOW = datetime.now(UTC).replace(microsecond=0)
MADE = NOW - timedelta(hours=2)
CHANGED = NOW - timedelta(hours=1)

Payload = dict[str, Any]
Told = tuple[Payload, dict[str, str]]
"""A body and the headers that belong to it."""


@dataclass(frozen=True)
class Ways:
    """How one platform tells of one post: with this text, with another, and that it is gone."""

    kind: str
    key: str
    serve: Callable[[Platform, str], None]
    add: Callable[[str], Told]
    edit: Callable[[str], Told] | None = None
    remove: Callable[[], Told] | None = None
    settings: dict[str, str] = field(default_factory=dict)


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


# X: an edit is a new post that names the first one


def _tweet(text: str, key: str = "1002", at: datetime = MADE) -> Payload:
    history = ["1002"] if key == "1002" else ["1002", key]
    return {
        "id": key,
        "text": text,
        "author_id": "7",
        "created_at": iso(at),
        "edit_history_tweet_ids": history,
    }


def _x(platform: Platform, text: str) -> None:
    platform.on("/2/users/42/mentions", {"data": [_tweet(text)], "meta": {"newest_id": "1002"}})


def _x_event(kind: str, payload: Payload) -> Told:
    uuid = f"{kind} {payload['id']} {payload.get('text')}"
    data = {"event_uuid": uuid, "filter": {"user_id": "42"}, "event_type": kind}
    return {"data": {**data, "payload": payload}}, {}


X = Ways(
    "x",
    "1002",
    _x,
    add=lambda text: _x_event("post.mention.create", _tweet(text)),
    edit=lambda text: _x_event("post.mention.create", _tweet(text, "1003", CHANGED)),
    remove=lambda: _x_event("post.delete", {"id": "1002", "author_id": "7"}),
    settings={"user_id": "42"},
)

# Facebook

PAGE = {"page_id": "1"}


def _facebook(platform: Platform, text: str) -> None:
    feed = {"id": "1_10", "message": "ours", "created_time": iso(MADE), "from": {"id": "1"}}
    author = {"id": "5", "name": "Bo"}
    comment = {"id": "10_3", "message": text, "created_time": iso(MADE), "from": author}
    platform.on("/1/feed", {"data": [feed]})
    platform.on("/1_10/comments", {"data": [comment]})
    platform.on("/1/tagged", {"data": []})


def _facebook_change(verb: str, at: datetime, **more: Any) -> Told:
    value = {"item": "comment", "verb": verb, "comment_id": "10_3", "post_id": "1_10"}
    value |= {"parent_id": "1_10", "from": {"id": "5", "name": "Bo"}}
    value |= {"created_time": int(MADE.timestamp()), **more}
    change = {"field": "feed", "value": value}
    entry = {"id": "1", "time": int(at.timestamp()), "changes": [change]}
    return {"object": "page", "entry": [entry]}, {}


FACEBOOK = Ways(
    "facebook",
    "10_3",
    _facebook,
    add=lambda text: _facebook_change("add", MADE, message=text),
    edit=lambda text: _facebook_change("edited", CHANGED, message=text),
    remove=lambda: _facebook_change("remove", NOW),
    settings=PAGE,
)

# Instagram: webhooks tell of new comments only


def _instagram(platform: Platform, text: str) -> None:
    media = {"id": "90", "caption": "ours", "timestamp": iso(MADE), "comments_count": 1}
    comment = {"id": "91", "text": text, "timestamp": iso(MADE), "from": {"id": "5"}}
    platform.on("/17", {"id": "17", "username": "acme"})
    platform.on("/17/media", {"data": [media]})
    platform.on("/90/comments", {"data": [comment]})
    platform.on("/17/tags", {"data": []})


def _instagram_change(text: str) -> Told:
    value = {"id": "91", "text": text, "from": {"id": "5", "username": "bo"}, "media": {"id": "90"}}
    entry = {"id": "17", "time": int(MADE.timestamp()), "field": "comments", "value": value}
    return {"object": "instagram", "entry": [entry]}, {}


INSTAGRAM = Ways("instagram", "91", _instagram, _instagram_change, settings={"ig_user_id": "17"})

# LinkedIn

COMMENT = "urn:li:comment:(urn:li:activity:8,9)"


def _notice(action: str, at: datetime, number: int, text: str | None) -> Payload:
    comment: Payload = {"owner": "urn:li:person:bo", "entity": COMMENT}
    return {
        "notificationId": number,
        "action": action,
        "lastModifiedAt": int(at.timestamp() * 1000),
        "sourcePost": "urn:li:activity:8",
        "generatedActivity": "urn:li:comment:(activity:8,9)",
        "decoratedGeneratedActivity": {"comment": comment | ({"text": text} if text else {})},
    }


def _linkedin(platform: Platform, text: str) -> None:
    found = {"elements": [_notice("COMMENT", MADE, 1, text)]}
    platform.on("/organizationalEntityNotifications", found, Reply({"elements": []}))


def _linkedin_told(action: str, at: datetime, number: int, text: str | None) -> Told:
    return {"notifications": [_notice(action, at, number, text)]}, {}


LINKEDIN = Ways(
    "linkedin",
    COMMENT,
    _linkedin,
    add=lambda text: _linkedin_told("COMMENT", MADE, 1, text),
    edit=lambda text: _linkedin_told("COMMENT_EDIT", CHANGED, 2, text),
    remove=lambda: _linkedin_told("COMMENT_DELETE", NOW, 3, None),
    settings={"organization": "4"},
)

# Discourse


def _topic_post(text: str, **more: Any) -> Payload:
    return {
        "id": 33,
        "username": "bo",
        "user_id": 5,
        "created_at": iso(MADE),
        "updated_at": iso(MADE),
        "version": 1,
        "cooked": f"<p>{text}</p>",
        "raw": text,
        "post_number": 2,
        "post_type": 1,
        "topic_id": 8,
        "topic_slug": "a-topic",
        "topic_title": "A topic",
        **more,
    }


def _discourse(platform: Platform, text: str) -> None:
    platform.on("/posts.json", {"latest_posts": [_topic_post(text)]})


def discourse_event(name: str, text: str, number: int, **more: Any) -> Told:
    headers = {"X-Discourse-Event": name, "X-Discourse-Event-Id": str(number)}
    return {"post": _topic_post(text, topic_archetype="regular", **more)}, headers


DISCOURSE = Ways(
    "discourse",
    "33",
    _discourse,
    add=lambda text: discourse_event("post_created", text, 1),
    edit=lambda text: discourse_event("post_edited", text, 2, version=2, updated_at=iso(CHANGED)),
    remove=lambda: discourse_event("post_destroyed", "gone", 3),
)

ALL = [X, FACEBOOK, INSTAGRAM, LINKEDIN, DISCOURSE]
EDITED = [ways for ways in ALL if ways.edit]
REMOVED = [ways for ways in ALL if ways.remove]
