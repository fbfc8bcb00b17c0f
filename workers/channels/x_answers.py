"""What X says: a record of API v2 as a Post, and its errors as ours."""

import html
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.posts import Post
from workers.channels.base import Refused, SourceError, Throttled
from workers.channels.failing import broken, throttled
from workers.channels.http import Wire, now
from workers.channels.records import (
    Record,
    count,
    identifier,
    listed,
    message,
    moment,
    needed_id,
    part,
    plain,
    words,
)

SNOWFLAKE_EPOCH = 1_288_834_974_657
"""Milliseconds: where the time in an id begins (twitter/snowflake, IdWorker.scala)."""
FIRST_SNOWFLAKE = 10**16
"""Ids below this carry no time that could be meant."""
NO_LANGUAGE = {"und", "zxx", "qam", "qct", "qht", "qme", "qst", "art"}
"""What X puts in `lang` where a post holds no words: only links, media, hashtags."""


class Includes:
    """The users and posts that an answer brings along, and which accounts are ours."""

    def __init__(self, answer: Any, *, own: frozenset[str]) -> None:
        self.users = _by_id(part(answer, "includes", "users"))
        self.tweets = _by_id(part(answer, "includes", "tweets"))
        self.own = own


def _by_id(records: Any) -> dict[str, Record]:
    found = records if isinstance(records, list) else []
    return {str(each["id"]): each for each in found if isinstance(each, Mapping) and "id" in each}


def post_of(record: Record, includes: Includes) -> Post:
    """One post, by the id of its first version. Raises PostRejected.

    A plain repost is marked as such: it is stored and put straight into the archive.
    """
    version = needed_id(record)
    references = _references(record)
    first = _first_version(record, version)
    written = moment(record.get("created_at")) or snowflake_time(version)
    edited = version != first
    author_id = identifier(record.get("author_id"))
    author = includes.users.get(author_id or "", {})
    name = words(author.get("username"))
    parent = includes.tweets.get(references.get("replied_to") or references.get("quoted") or "", {})
    return Post(
        id=first,
        text=_long_text(record) or html.unescape(message(record, "text", required=True)),
        author=name,
        author_id=author_id,
        created_at=(snowflake_time(first) or written) if edited else written,
        edited_at=written if edited else None,
        url=f"https://x.com/i/web/status/{version}",
        lang=_language(record.get("lang")),
        conversation=identifier(record.get("conversation_id")),
        in_reply_to=references.get("replied_to"),
        parent_text=_long_text(parent) or None,
        platform="x",
        reach=count(part(author, "public_metrics", "followers_count")),
        own=bool({author_id, (name or "").lower()} & includes.own),
        repost="retweeted" in references,
        raw=plain(record),
    )


def _references(record: Record) -> dict[str, str]:
    """What a post refers to: type (replied_to, quoted, retweeted) -> id."""
    pairs = record.get("referenced_tweets")
    found = ((part(each, "type"), identifier(part(each, "id"))) for each in listed(pairs))
    return {kind: target for kind, target in found if isinstance(kind, str) and target}


def _first_version(record: Record, version: str) -> str:
    history = record.get("edit_history_tweet_ids")
    first = history[0] if isinstance(history, list) and history else None
    return identifier(first) or version


def _long_text(record: Record) -> str:
    """The whole text, "" where there is none. X escapes &, < and > as in a web page."""
    long = words(part(record, "note_tweet", "text"))
    return html.unescape(long or words(record.get("text")) or "")


def _language(value: Any) -> str | None:
    found = words(value)
    return None if found in NO_LANGUAGE else found


def snowflake_time(tweet_id: str) -> datetime | None:
    """When an id was given, to the millisecond; None for an id that is no snowflake."""
    if not (tweet_id.isascii() and tweet_id.isdigit() and len(tweet_id) <= 19):
        return None
    number = int(tweet_id)
    if number < FIRST_SNOWFLAKE:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(number >> 22) + SNOWFLAKE_EPOCH)


def failure_of(body: Any, wire: Wire, say: Callable[[object], str]) -> SourceError | None:
    """An error answer of X as ours; None for one that X itself cannot have written.

    `say` makes a message of X fit to be shown.
    """
    if wire.status == 429:
        return _wait(body, wire)
    if wire.status >= 500:
        return broken("X", wire.status)
    if wire.status == 401:
        return Refused("X does not accept the key: it is wrong, was revoked or has expired")
    if not isinstance(body, Mapping):
        return None
    why = say(reason_of(body))
    if wire.status == 403:
        return Refused(f"X refuses: {why or 'forbidden'} ({_missing(body)})")
    if wire.status == 404:
        return Refused(f"X does not know what is asked for: {why or 'not found'}")
    if wire.status == 402:
        return Refused(f"the X account has no credits left: {why or 'payment required'}")
    return Refused(f"X does not accept the request: {why or 'no reason given'}")


def _wait(body: Any, wire: Wire) -> Throttled:
    said = f"{part(body, 'type')} {part(body, 'title')}"
    if "usage-capped" in said or "UsageCapExceeded" in said:
        month = _next_month(now())
        return Throttled(
            f"the monthly cap of the X account is used up; X counts anew on {month:%Y-%m-%d}",
            retry_at=month,
        )
    return throttled("X", wire)


def _next_month(at: datetime) -> datetime:
    later = at.replace(day=1) + timedelta(days=32)
    return later.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def reason_of(body: Mapping[str, Any]) -> object:
    """X's own words: those about single parameters say more than the title."""
    errors = body.get("errors")
    told = [part(each, "message") for each in errors] if isinstance(errors, list) else []
    return "; ".join(each for each in told if each) or body.get("detail") or body.get("title")


def _missing(body: Mapping[str, Any]) -> str:
    kind = str(body.get("type"))
    if kind.endswith("unsupported-authentication"):
        return "this call needs the four OAuth 1.0a keys in place of the bearer token"
    if kind.endswith(("client-forbidden", "client-not-enrolled")):
        return "the app must belong to a project with access to API v2"
    if kind.endswith("not-authorized-for-resource"):
        return "the account is protected"
    return "the key lacks the scopes tweet.read and users.read, or the plan this call"
