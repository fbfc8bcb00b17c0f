"""The way back to Mastodon: answers, favourites, and deleting what is ours.

An answer names the author, for only who is named is told of it, and is seen by nobody whom the
post it answers was not meant for.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from triage.vocabulary import Act
from workers.channels.acting import is_reply_of, unoffered
from workers.channels.base import NotSent, Refused, Sending, Sent, SourceError
from workers.channels.http import Wire, now
from workers.channels.markup import plain_text
from workers.channels.records import Record, identifier, listed, mapping, moment, part, words

ACTS = (Act.REPLY, Act.LIKE, Act.UNLIKE, Act.DELETE)
LONGEST = 500
"""Characters of a status where an instance has not changed it; a lower limit is told on sending."""
KEY_LASTS = timedelta(minutes=50)
"""For how long a key makes two tries one: an instance forgets it after an hour."""
RECENT = 40
"""Own statuses that are looked through, the newest; an instance gives no more at once."""
SEEN_BY = {"public": "public", "unlisted": "unlisted"}
"""Who may see the answer to a post: the same. What was meant for the author's followers or for a
few is answered to the author alone: our own followers are others."""
SCOPES = {
    Act.REPLY: "read:statuses and write:statuses",
    Act.LIKE: "write:favourites",
    Act.UNLIKE: "write:favourites",
    Act.DELETE: "write:statuses",
}
LEADING_NAMES = re.compile(r"^(?:@[\w.-]+(?:@[\w.-]+)?\s+)+")


def carry_out(client: Any, wire: Wire, sending: Sending) -> Sent:
    """One act. Raises what Mastodon.py raises, or NotSent."""
    match sending.act:
        case Act.REPLY:
            return _reply(client, sending)
        case Act.LIKE:
            mapping(client.status_favourite(sending.post))
        case Act.UNLIKE:
            mapping(client.status_unfavourite(sending.post))
        case Act.DELETE:
            _delete(client, wire, sending.post)
        case _:
            raise unoffered("Mastodon", sending.act)
    return Sent()


def find(client: Any, wire: Wire, own_id: str | None, sending: Sending) -> Sent | None:
    """Our answer that an earlier try left, among our newest statuses; None where none is there."""
    if own_id is None:
        raise Refused("the token may not say whose it is (it needs the scope read:accounts)")
    asked = replace(sending, text=_bare(sending.text))
    records = client.account_statuses(own_id, exclude_reblogs=True, limit=RECENT)
    # Mastodon.py makes a list of an object too, so the answer itself is looked at.
    if not wire.body.lstrip().startswith(b"["):
        raise ValueError("no list in the answer")
    for record in listed(records):
        text = _bare(plain_text(words(part(record, "content")) or ""))
        answered = identifier(part(record, "in_reply_to_id"))
        written = moment(part(record, "created_at"))
        if answered == sending.post and is_reply_of(asked, text, written):
            return _sent(mapping(record))
    return None


def is_late(sending: Sending) -> bool:
    """Whether the instance may have forgotten the key of an earlier try."""
    return sending.act == Act.REPLY and now() - sending.asked_at > KEY_LASTS


def refusal(
    body: Any, status: int, name: str, say: Callable[[object], str], act: Act
) -> SourceError | None:
    """An error answer to an act as ours; None for a web page, which no Mastodon writes."""
    if not isinstance(body, dict):
        return None
    why = say(body.get("error")) or f"status {status}"
    said = why.lower()
    if status == 401:
        return Refused(f"{name} does not accept the access_token: {why}")
    if status == 403 and "scope" in said:
        return Refused(f"{name} refuses: {why} (the token needs {SCOPES.get(act, 'more scopes')})")
    if status == 403 and any(sign in said for sign in ("login", "suspended", "disabled")):
        return Refused(f"{name} has closed this account: {why}; sign in there and look")
    if status in (404, 410):
        return NotSent(
            f"{name} no longer has this post: it was deleted, or its author has blocked our account"
        )
    if "character limit" in said:
        return NotSent(f"too long for {name}, which also counts the author's name before it: {why}")
    if status == 403:
        return NotSent(f"{name} does not let our account do this: {why}")
    return NotSent(f"{name} does not take this: {why}")


def _reply(client: Any, sending: Sending) -> Sent:
    post = mapping(client.status(sending.post))
    made = client.status_post(
        _addressed(sending.text, words(part(post, "account", "acct"))),
        in_reply_to_id=sending.post,
        visibility=SEEN_BY.get(str(post.get("visibility")), "direct"),
        idempotency_key=sending.key,
    )
    return _sent(mapping(made))


def _delete(client: Any, wire: Wire, status_id: str) -> None:
    """Delete a status of ours. One that is gone is done; other people's look gone to the call."""
    try:
        client.status_delete(status_id)
    except Exception:
        if wire.status != 404:
            raise
        if not _is_there(client, wire, status_id):
            return
        why = "Mastodon lets an account delete only its own posts, and this is not ours"
        raise NotSent(why) from None


def _is_there(client: Any, wire: Wire, status_id: str) -> bool:
    try:
        client.status(status_id)
    except Exception:
        if wire.status != 404:
            raise
        return False
    return True


def _addressed(text: str, author: str | None) -> str:
    """The text with the author's name before it, unless they are named in it."""
    if author is None or re.search(rf"(?<![\w/])@{re.escape(author)}(?![\w@])", text, re.I):
        return text
    return f"@{author} {text}"


def _bare(text: str) -> str:
    return LEADING_NAMES.sub("", text.strip())


def _sent(record: Record) -> Sent:
    found = identifier(record.get("id"))
    if found is None:
        raise ValueError("no id in the answer")
    return Sent(found, words(record.get("url")) or words(record.get("uri")))
