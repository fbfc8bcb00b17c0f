"""The way back to Reddit: comments, taking posts out of a subreddit we moderate, deleting our own.

There is no like: Reddit's rules for programs forbid votes that no person casts one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from triage.vocabulary import Act
from workers.channels.acting import is_reply_of, unoffered
from workers.channels.asking import told
from workers.channels.base import (
    NotSent,
    Refused,
    Sending,
    Sent,
    SourceError,
    Throttled,
    Unreachable,
)
from workers.channels.failing import quoted
from workers.channels.http import Wire, now
from workers.channels.records import identifier, listed, mapping, moment, part, words
from workers.channels.reddit_client import RedditClient
from workers.channels.reddit_errors import failure_of
from workers.channels.reddit_markdown import markdown
from workers.channels.reddit_posts import SITE, SUBMISSION, address_of, fullname, is_gone

ACTS = (Act.REPLY, Act.HIDE, Act.UNHIDE, Act.DELETE)
LONGEST = 10_000
"""Characters of a comment, as Markdown."""
SCOPES = "identity, read, submit, edit and modposts"
SCOPE = {Act.REPLY: "submit", Act.HIDE: "modposts", Act.UNHIDE: "modposts", Act.DELETE: "edit"}
WAIT = re.compile(r"(\d+) (millisecond|second|minute|hour)s?")
BROKEN = ("SOMETHING_IS_BROKEN", "SERVER_ERROR")
WORDS = {
    "THREAD_LOCKED": "the conversation is locked at Reddit, so that nobody can answer any more",
    "TOO_OLD": "Reddit takes no more answers to this: it is too old",
    "DELETED_COMMENT": "the comment was deleted at Reddit meanwhile",
    "DELETED_LINK": "the post was deleted at Reddit meanwhile",
    "NO_THING_ID": "Reddit no longer has what this is about; it may have been deleted",
    "TOO_LONG": "the reply is longer than Reddit takes: shorten it",
    "NO_TEXT": "Reddit takes no reply without a text",
    "DOMAIN_BANNED": "the reply links to a site that Reddit does not allow: take the link out",
    "USER_BLOCKED": "the author has blocked our account at Reddit, so that we cannot answer",
    "TOO_MANY_COMMENTS": "our account has answered here as often as Reddit allows",
}


def carry_out(client: RedditClient, sending: Sending, *, own: str, secrets: list[str]) -> Sent:
    """One act as the account `own`. Raises what the client raises, or one of our errors."""
    match sending.act:
        case Act.REPLY:
            return _reply(client, sending, secrets)
        case Act.HIDE:
            client.post("api/remove", id=sending.post, spam="false")
        case Act.UNHIDE:
            client.post("api/approve", id=sending.post)
        case Act.DELETE:
            _delete(client, sending.post, own)
        case _:
            raise unoffered("Reddit", sending.act)
    return Sent()


def find(client: RedditClient, wire: Wire, sending: Sending, *, own: str) -> Sent | None:
    """Our comment that an earlier try left; None where none did, or the conversation is gone."""
    sent = replace(sending, text=markdown(sending.text))
    try:
        for record in _below(client, sending):
            data = part(record, "data")
            ours = (words(part(data, "author")) or "").casefold() == own.casefold()
            written = moment(part(data, "created_utc"))
            if (
                ours
                and part(data, "parent_id") == sending.post
                and is_reply_of(sent, words(part(data, "body")), written)
            ):
                return _sent(record)
    except Exception:
        if wire.status != 404:
            raise
    return None


def refusal(
    error: Exception, client: RedditClient, wire: Wire, act: Act, secrets: list[str]
) -> SourceError | None:
    """An error answer to an act; None where it says nothing of its own."""
    lacks = "insufficient_scope" in wire.headers.get("www-authenticate", "")
    body = told(wire)
    if client.signing_in or lacks or body is None or wire.status not in (400, 403, 404):
        scope = SCOPE.get(act, "read")
        return failure_of(error, client, wire, what="the post", scope=scope, secrets=secrets)
    said = words(part(body, "explanation")) or words(part(body, "reason"))
    why = quoted(said or part(body, "message"), secrets) or f"status {wire.status}"
    if wire.status == 404:
        return NotSent(WORDS["NO_THING_ID"])
    if wire.status == 403 and act in (Act.HIDE, Act.UNHIDE):
        return NotSent("at Reddit only moderators of the subreddit can do this, and we are none")
    if wire.status == 403:
        return NotSent(
            f"Reddit does not let our account do this there: {why}; "
            "is it banned from the subreddit, or is the subreddit closed?"
        )
    return NotSent(f"Reddit does not take this: {why}")


def _reply(client: RedditClient, sending: Sending, secrets: list[str]) -> Sent:
    answer = client.post("api/comment", thing_id=sending.post, text=markdown(sending.text))
    for error in listed(part(answer, "json", "errors")):
        name, message = ([*map(str, listed(error)), "", ""])[:2]
        raise _named(name, quoted(message, secrets))
    things = listed(part(answer, "json", "data", "things"))
    return _sent(things[0])


def _named(name: str, message: str) -> SourceError:
    """An error that Reddit sends with status 200: its name and a sentence."""
    if name == "RATELIMIT":
        found = WAIT.search(message)
        wait = timedelta(**{f"{found[2]}s": int(found[1])}) if found else None
        at = now() + wait + timedelta(seconds=1) if wait is not None else None
        until = f" until {at:%H:%M} UTC" if at else ""
        return Throttled(f"Reddit asks our account to wait{until} between replies", retry_at=at)
    if name == "USER_REQUIRED":
        return Refused(f"Reddit takes the token for nobody's: make one with the scopes {SCOPES}")
    if name in BROKEN:
        return Unreachable("Reddit has an error of its own; it says to try again")
    return NotSent(WORDS.get(name) or f"Reddit does not take this: {message} ({name})")


def _delete(client: RedditClient, name: str, own: str) -> None:
    """Reddit passes over what is not ours in silence, so that we look first."""
    found = listed(part(client.get("api/info", id=name), "data", "children"))
    if not found or is_gone(mapping(part(found[0], "data"))):
        return
    author = words(part(found[0], "data", "author")) or ""
    if author.casefold() != own.casefold():
        raise NotSent(
            f"Reddit lets an account delete only its own posts; u/{own} is not its author"
        )
    client.post("api/del", id=name)


def _below(client: RedditClient, sending: Sending) -> Iterator[Any]:
    """The comments around a post, newest first, answers to answers among them."""
    submission, about = sending.conversation, {"comment": sending.post[3:]}
    if sending.post.startswith(SUBMISSION):
        submission, about = sending.post, {}
    elif not submission.startswith(SUBMISSION):
        found = listed(part(client.get("api/info", id=sending.post), "data", "children"))
        submission = identifier(part(found[0], "data", "link_id")) or "" if found else ""
    if submission:
        asked: dict[str, str | int] = {"sort": "new", "depth": 2, "limit": 500, **about}
        _post, comments = client.get(f"comments/{submission[3:]}", **asked)
        yield from _all(comments)


def _all(listing: Any) -> Iterator[Any]:
    for record in listed(part(listing, "data", "children")):
        yield record
        replies = part(record, "data", "replies")
        if isinstance(replies, dict):
            yield from _all(replies)


def _sent(record: Any) -> Sent:
    data, name = mapping(record["data"]), str(fullname(record))
    submission = (identifier(data.get("link_id")) or "")[3:]
    address = f"{SITE}/comments/{submission}/_/{name[3:]}/" if submission else None
    return Sent(name, address_of(data) or address)
