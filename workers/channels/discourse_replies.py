"""The way back to a Discourse forum: posts, likes, hiding and showing, deleting our own.

They come from the user that the key acts as (`api_username`). A text is Markdown, as in the
forum's own editor. Hiding is what staff do there: a flag that hides the post at once and puts it
into the forum's review queue; its author is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.vocabulary import Act
from workers.channels.acting import CLOCKS, is_reply_of, unoffered
from workers.channels.asking import BadStatus, told
from workers.channels.base import NotSent, Refused, Sending, Sent, SourceError
from workers.channels.discourse_posts import address_of
from workers.channels.failing import quoted
from workers.channels.http import Wire
from workers.channels.records import Record, identifier, listed, mapping, moment, part, words

ACTS = (Act.REPLY, Act.LIKE, Act.UNLIKE, Act.HIDE, Act.UNHIDE, Act.DELETE)
LONGEST = 32_000
"""Characters of a post where the forum has not set another limit (max_post_length)."""
LIKE, OFF_TOPIC = 2, 3
"""Types of what one can do to a post (app/models/post_action_type.rb)."""
PAGES = 4
KEY = "it must be a key with which api_username may write: a global one, or one with topics: write"
NO_KEY = "username or key is invalid"


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum to write to. `call` takes a method, a path and what is sent as JSON."""

    name: str
    site: str
    call: Callable[[str, str, Mapping[str, Any] | None], Any]
    wire: Wire
    secrets: tuple[str, ...] = field(repr=False)


def carry_out(forum: Forum, sending: Sending) -> Sent:
    """One act. Raises what a call raises, or NotSent."""
    if sending.act not in ACTS:
        raise unoffered("Discourse", sending.act)
    path = f"/posts/{sending.post}.json"
    post = mapping(forum.call("GET", path, None))
    gone = bool(post.get("deleted_at")) or post.get("user_deleted") is True
    if sending.act == Act.DELETE:
        if post.get("yours") is not True:
            raise NotSent("only posts of the key's own user are deleted from here: hide this one")
        if not gone:
            forum.call("DELETE", path, None)
        return Sent()
    if gone:
        raise NotSent("the post was deleted in the forum")
    if sending.act == Act.REPLY:
        return _reply(forum, sending, post)
    _mark(forum, sending, post)
    return Sent()


def find(forum: Forum, sending: Sending) -> Sent | None:
    """Our post that an earlier try left in the topic, among the forum's newest; None where none."""
    before, number = "", _number(forum, sending.post)
    for _ in range(PAGES):
        records = listed(part(forum.call("GET", f"/posts.json{before}", None), "latest_posts"))
        for record in records:
            if part(record, "yours") is True and _is(record, sending, number):
                return _sent(mapping(record), forum.site)
        last = records[-1] if records else None
        written = moment(part(last, "created_at"))
        if written is None or written < sending.asked_at - CLOCKS:
            return None
        before = f"?before={part(last, 'id')}"
    return None


def refusal(forum: Forum, act: Act) -> SourceError | None:
    """An error answer to an act; None where it says nothing of the act itself."""
    wire, body = forum.wire, told(forum.wire)
    if not isinstance(body, dict) or wire.status not in (400, 403, 404, 410, 413, 422):
        return None
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else body.get("error")
    why = quoted(first, forum.secrets) or f"status {wire.status}"
    if wire.status == 403 and NO_KEY in why.lower():
        return Refused(f"{forum.name} does not let the api_key do this: {why} ({KEY})")
    if wire.status in (404, 410):
        return NotSent("the forum no longer has this post; it may have been deleted")
    if wire.status == 403 and act in (Act.HIDE, Act.UNHIDE):
        return NotSent(f"only staff of the forum can do this, and api_username is not: {why}")
    if wire.status == 403:
        return NotSent(f"the forum does not let api_username do this: {why}; is the topic closed?")
    return NotSent(f"the forum does not take this: {why}")


def _reply(forum: Forum, sending: Sending, post: Record) -> Sent:
    body = {"raw": sending.text, "topic_id": post["topic_id"]}
    if post["post_number"] != 1:  # else it answers the topic
        body["reply_to_post_number"] = post["post_number"]
    try:
        answer = mapping(forum.call("POST", "/posts.json", body))
    except BadStatus:
        # What was posted minutes ago is refused as too similar, in the language of the forum.
        refused = refusal(forum, Act.REPLY) if forum.wire.status == 422 else None
        if refused is None:
            raise
        found = find(forum, sending)
        if found is None:
            raise refused from None
        return found
    if answer.get("action") == "enqueued":
        return Sent()  # it waits for the forum's own staff
    return _sent(answer, forum.site)


def _mark(forum: Forum, sending: Sending, post: Record) -> None:
    """A like or a flag, given or taken back; nothing where it stands so already."""
    about = {"id": sending.post}
    if sending.act == Act.LIKE and not _liked(post):
        if post.get("yours") is True:
            raise NotSent("the forum lets nobody like posts of their own")
        forum.call("POST", "/post_actions.json", about | {"post_action_type_id": LIKE})
    elif sending.act == Act.UNLIKE and _liked(post):
        path = f"/post_actions/{sending.post}.json?post_action_type_id={LIKE}"
        forum.call("DELETE", path, None)
    elif sending.act == Act.HIDE and post.get("hidden") is not True:
        flag = {"post_action_type_id": OFF_TOPIC, "queue_for_review": "true"}
        forum.call("POST", "/post_actions.json", about | flag)
    elif sending.act == Act.UNHIDE and post.get("hidden") is True:
        forum.call("PUT", f"/posts/{sending.post}/unhide.json", None)


def _liked(post: Record) -> bool:
    actions = listed(post.get("actions_summary"))
    return any(part(each, "id") == LIKE and part(each, "acted") is True for each in actions)


def _number(forum: Forum, post: str) -> Any:
    """The number of a post in its topic; None where the post is gone."""
    try:
        return part(forum.call("GET", f"/posts/{post}.json", None), "post_number")
    except BadStatus:
        if forum.wire.status not in (404, 410):
            raise
        return None


def _is(record: Any, sending: Sending, number: Any) -> bool:
    """Whether a post is the reply to post `number` of the topic; the first post needs no naming."""
    topic, written = identifier(part(record, "topic_id")), moment(part(record, "created_at"))
    answers = part(record, "reply_to_post_number") or 1
    here = topic == sending.conversation and (number is None or answers == number)
    return here and is_reply_of(sending, words(part(record, "raw")), written)


def _sent(record: Record, site: str) -> Sent:
    return Sent(str(record["id"]), address_of(record, site))
