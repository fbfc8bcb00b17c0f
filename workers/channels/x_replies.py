"""The way back to X: replies, hiding in our own conversations, likes, and deleting what is ours.

Since February 2026 a self-serve account may reply only where the author mentioned or quoted it,
and since April likes are for Enterprise accounts alone: X says so in the 403.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.vocabulary import Act
from workers.channels.acting import CLOCKS, is_reply_of, unoffered
from workers.channels.base import NotSent, Refused, Sending, Sent, SourceError
from workers.channels.failing import throttled
from workers.channels.http import Wire, now
from workers.channels.records import identifier, listed, mapping, moment, part, words
from workers.channels.x_answers import failure_of, reason_of
from workers.channels.x_client import USER_KEYS, Client
from workers.channels.x_prices import charge_reading

ACTS = (Act.REPLY, Act.HIDE, Act.UNHIDE, Act.LIKE, Act.UNLIKE, Act.DELETE)
LONGEST = 280
"""Weighted characters; only subscribers may write more, and the API does not tell who is one."""
RECENT = 100
"""Own posts that are looked through, the newest."""
LOOKED_AT = "created_at,referenced_tweets,edit_history_tweet_ids,note_tweet"
DUPLICATE = "duplicate content"
DAY = timedelta(days=1)
LEADING_NAMES = re.compile(r"^(?:@\w+\s+)+", re.ASCII)
LINK = re.compile(r"https?://\S+|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?")
REFUSALS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("restricted who can reply",),
        "the author lets only some accounts reply at X, and ours is not one",
    ),
    (
        ("mentioned", "otherwise engaged"),
        "X lets this account reply only to people who mentioned it or quoted it: "
        "answer at x.com itself",
    ),
    (
        ("conversation is not allowed", "not allowed to reply"),
        "X does not let our account reply in this conversation: answer at x.com itself",
    ),
    (
        ("deleted", "not visible", "no longer available"),
        "this post was deleted, or its author does not show it to our account at X",
    ),
    (("blocked",), "the author has blocked our account at X, so that we cannot answer"),
    (
        (DUPLICATE, "is a duplicate"),
        "our account has just posted the same words at X: change them and send again",
    ),
    (
        ("shorter", "too long", "exceed"),
        "the reply is too long for X: shorten it",
    ),
    (
        ("not authorized to delete",),
        "X lets an account delete only its own posts, and this is not ours",
    ),
    (
        ("own conversation", "conversation author", "author of the conversation"),
        "X lets an account hide replies only in conversations that it began",
    ),
)
"""What X says -> what it means. The first that fits is told."""


def keys_problem(secrets: Mapping[str, str]) -> str | None:
    """What is missing for writing, for which the bearer token is not enough; None if nothing."""
    missing = [key for key in USER_KEYS if not secrets.get(key)]
    told = ", ".join(missing)
    return (
        f"to write at X the channel needs the keys of OAuth 1.0a too: {told}" if missing else None
    )


def carry_out(client: Client, sending: Sending) -> Sent:
    """One act. Raises what tweepy raises, or NotSent."""
    match sending.act:
        case Act.REPLY:
            answer = client.create_tweet(text=sending.text, in_reply_to_tweet_id=sending.post)
            return _sent(part(answer, "data"))
        case Act.HIDE:
            _done(client.hide_reply(sending.post), "hidden", True)
        case Act.UNHIDE:
            _done(client.unhide_reply(sending.post), "hidden", False)
        case Act.LIKE:
            _done(client.like(sending.post), "liked", True)
        case Act.UNLIKE:
            _done(client.unlike(sending.post), "liked", False)
        case Act.DELETE:
            mapping(part(client.delete_tweet(sending.post), "data"))  # false: it was gone already
        case _:
            raise unoffered("X", sending.act)
    return Sent()


def find(client: Client, sending: Sending) -> Sent | None:
    """Our reply that an earlier try left, among our newest posts; None where none is there."""
    answer = client.get_users_tweets(
        client.own_id(),
        user_auth=True,
        max_results=RECENT,
        start_time=sending.asked_at.astimezone(UTC) - CLOCKS,
        tweet_fields=LOOKED_AT,
        expansions="referenced_tweets.id",
    )
    if not mapping(answer).keys() & {"data", "meta"}:
        raise ValueError("neither data nor meta in the answer")
    charge_reading(answer, owned=True, authors=False)
    above = {identifier(part(each, "id")): each for each in _tweets(answer)}
    asked = replace(sending, text=_bare(sending.text))
    for record in listed(part(answer, "data")):
        written = moment(part(record, "created_at"))
        text = words(part(record, "note_tweet", "text")) or words(part(record, "text")) or ""
        if _answers(record, sending.post, above) and is_reply_of(asked, _bare(text), written):
            return _sent(record)
    return None


def is_duplicate(body: Any) -> bool:
    """Whether an error answer says that the very words stand there already."""
    return DUPLICATE in str(part(body, "detail")).lower()


def refusal(body: Any, wire: Wire, say: Callable[[object], str], act: Act) -> SourceError | None:
    """An error answer to an act as ours; None for one that X itself cannot have written."""
    if wire.status == 429:
        until = _daily_limit(wire.headers)
        return throttled("X", wire, until) if until else failure_of(body, wire, say)
    if wire.status not in (400, 403, 404) or not isinstance(body, Mapping):
        return failure_of(body, wire, say)
    if wire.status == 403 and (lacking := _lacking(str(body.get("type")), act)):
        return lacking
    why = say(reason_of(body))
    if wire.status == 404:
        return NotSent("X no longer has this post; it may have been deleted")
    meant = next((told for signs, told in REFUSALS if _any(signs, why)), None)
    if meant is None and _any(("suspended", "locked", "restricted"), why):
        return Refused(f"X has closed writing for this account: {why}; sign in at x.com and look")
    return NotSent(meant or f"X does not take this: {why or 'no reason given'}")


def _lacking(kind: str, act: Act) -> SourceError | None:
    """What the keys or the plan lack, by the type of a 403; None where it is about the post."""
    if kind.endswith("oauth1-permissions"):
        return Refused(
            "the access_token for X may only read (it lacks tweet.write): give the app "
            "'Read and write' at developer.x.com, then make a new access_token"
        )
    if kind.endswith("unsupported-authentication"):
        return Refused("to write at X the channel needs the four keys of OAuth 1.0a")
    if kind.endswith(("client-forbidden", "client-not-enrolled")):
        if act in (Act.LIKE, Act.UNLIKE):
            return NotSent("X offers likes to Enterprise accounts only: like it at x.com itself")
        return Refused("the app must belong to a project at X whose plan has tweet.write")
    return None


def _daily_limit(headers: Mapping[str, str]) -> datetime | None:
    """When the limit of a day frees up again; None where it is not that one that is used up."""
    for whose in ("user", "app"):
        start = f"x-{whose}-limit-24hour"
        until = headers.get(f"{start}-reset", "")
        if headers.get(f"{start}-remaining") == "0" and until.isascii() and until.isdigit():
            at = now()
            end = datetime.fromtimestamp(min(int(until[:12]), 2**33), UTC)
            return min(max(end, at), at + DAY)
    return None


def _answers(record: Any, post: str, above: Mapping[str | None, Any]) -> bool:
    """Whether one of our posts answers a post, in whichever version X names that."""
    for reference in listed(part(record, "referenced_tweets")):
        answered = identifier(part(reference, "id"))
        versions = listed(part(above.get(answered), "edit_history_tweet_ids"))
        if part(reference, "type") == "replied_to" and post in (answered, *versions):
            return True
    return False


def _tweets(answer: Any) -> list[Any]:
    return listed(part(answer, "includes", "tweets"))


def _bare(text: str) -> str:
    """A text without what X changes: the names it puts before a reply, and its own links."""
    return LINK.sub("…", LEADING_NAMES.sub("", text.strip()))


def _any(signs: tuple[str, ...], said: str) -> bool:
    return any(sign in said.lower() for sign in signs)


def _done(answer: Any, name: str, wanted: bool) -> None:
    """Look at what X says the state is now."""
    if part(answer, "data", name) is wanted:
        return
    error = next(iter(listed(part(answer, "errors"))), None)
    if error is None:
        raise ValueError("no state in the answer")
    raise NotSent("X no longer has this post, or does not show it to our account")


def _sent(record: Any) -> Sent:
    tweet_id = identifier(part(record, "id"))
    if tweet_id is None:
        raise ValueError("no id in the answer")
    return Sent(tweet_id, f"https://x.com/i/web/status/{tweet_id}")
