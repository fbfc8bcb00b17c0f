"""The way back to Bluesky: records of our own account.

What a try writes has a key and a time that every further try writes again, so that the server
takes them for one. Replies are hidden by the gate of a conversation, which belongs to whoever
wrote its first post.
"""

from datetime import UTC
from typing import Any

from triage.vocabulary import Act
from workers.channels.acting import unoffered
from workers.channels.base import NotSent, Refused, Sending, Sent, SourceError, Unreachable
from workers.channels.bluesky_client import CLOSED, STALE, Account, error_of
from workers.channels.bluesky_posts import POST_URI, address_of
from workers.channels.bluesky_text import facets_of, record_key
from workers.channels.failing import quoted
from workers.channels.http import Wire
from workers.channels.records import Record, identifier, listed, mapping, part

ACTS = (Act.REPLY, Act.LIKE, Act.UNLIKE, Act.HIDE, Act.UNHIDE, Act.DELETE)
LONGEST = 300
"""Graphemes of a post (lexicon app.bsky.feed.post)."""
POST, LIKE, GATE = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.threadgate"
MOST_HIDDEN = 300
"""Replies that a gate can hide (lexicon app.bsky.feed.threadgate)."""


def carry_out(account: Account, sending: Sending) -> Sent:
    """One act. Raises what the client raises, or NotSent."""
    match sending.act:
        case Act.REPLY:
            return _reply(account, sending)
        case Act.LIKE:
            _like(account, sending)
        case Act.UNLIKE:
            _unlike(account, sending)
        case Act.HIDE | Act.UNHIDE:
            _hide(account, sending, away=sending.act == Act.HIDE)
        case Act.DELETE:
            account.delete(POST, _own_key(account, sending.post))
        case _:
            raise unoffered("Bluesky", sending.act)
    return Sent()


def find(account: Account, sending: Sending) -> Sent | None:
    """Our post that an earlier try left; None where none did."""
    record = account.record(POST, record_key(sending))
    return _sent(record) if record is not None else None


def refusal(account: Account, wire: Wire, secrets: list[str]) -> SourceError | None:
    """An error answer to an act; None where it says nothing of the act itself."""
    named, said = error_of(wire)
    if named is None or account.signing_in or named in (*CLOSED, *STALE):
        return None
    why = quoted(f"{named}: {said}" if said else named, secrets)
    if named == "InvalidSwap":
        return Unreachable("somebody else changed this conversation at Bluesky at the same moment")
    if wire.status in (401, 403):
        return Refused(f"Bluesky does not let this app_password write: {why}; make a new one")
    if wire.status in (400, 404, 413):
        return NotSent(f"Bluesky does not take this: {why}")
    return None


def _reply(account: Account, sending: Sending) -> Sent:
    view = _view(account, sending.post)
    _may_answer(view)
    parent = _reference(view)
    record = {
        "$type": POST,
        "text": sending.text,
        "createdAt": _time(sending),
        "reply": {"root": _root(view) or parent, "parent": parent},
    }
    facets = facets_of(sending.text, account.resolve)
    made = account.put(POST, record_key(sending), record | ({"facets": facets} if facets else {}))
    return _sent(made)


def _like(account: Account, sending: Sending) -> None:
    view = _view(account, sending.post)
    if not part(view, "viewer", "like"):
        record = {"$type": LIKE, "subject": _reference(view), "createdAt": _time(sending)}
        account.put(LIKE, record_key(sending), record)


def _unlike(account: Account, sending: Sending) -> None:
    like = identifier(part(_view(account, sending.post), "viewer", "like"))
    if like:
        account.delete(LIKE, _key(like))


def _hide(account: Account, sending: Sending, *, away: bool) -> None:
    """Put a reply on the list of the hidden ones, or take it off; what else the gate says stays."""
    root = identifier(part(_root(_view(account, sending.post)), "uri"))
    if root is None or not _is_ours(account, root):
        raise NotSent(
            "at Bluesky only who wrote the first post of a conversation can hide its replies, "
            "and that was somebody else"
        )
    known = account.record(GATE, _key(root))
    gate = dict(part(known, "value") or {"$type": GATE, "post": root, "createdAt": _time(sending)})
    before = listed(gate.get("hiddenReplies"))
    after = [uri for uri in before if uri != sending.post] + [sending.post] * away
    if len(after) > MOST_HIDDEN:
        raise NotSent(f"{MOST_HIDDEN} replies are hidden in this conversation: Bluesky has no more")
    if (sending.post in before) != away:
        gate["hiddenReplies"] = after
        account.put(GATE, _key(root), gate, swap=identifier(part(known, "cid")))


def _view(account: Account, uri: str) -> Record:
    """A post as our account sees it."""
    views = listed(part(account.posts([uri]), "posts"))
    if not views:
        raise NotSent("Bluesky no longer has this post; it may have been deleted")
    return mapping(views[0])


def _may_answer(view: Record) -> None:
    """Bluesky takes any reply and shows it to nobody where it was not wanted: say so before."""
    if part(view, "author", "viewer", "blockedBy"):
        raise NotSent("the author has blocked our account at Bluesky, so that we cannot answer")
    if part(view, "author", "viewer", "blocking"):
        raise NotSent("our account blocks the author at Bluesky: end that there before you answer")
    if part(view, "viewer", "replyDisabled"):
        raise NotSent("the author lets only some accounts answer at Bluesky, and ours is not one")


def _reference(view: Record) -> dict[str, str]:
    return {"uri": str(view["uri"]), "cid": str(view["cid"])}


def _root(view: Record) -> dict[str, str] | None:
    """The first post of the conversation that a reply stands in; None for a first post."""
    root = part(view, "record", "reply", "root")
    return {"uri": str(root["uri"]), "cid": str(root["cid"])} if root else None


def _own_key(account: Account, uri: str) -> str:
    if not _is_ours(account, uri):
        raise NotSent("Bluesky lets an account delete only its own posts, and this is not ours")
    return _key(uri)


def _is_ours(account: Account, uri: str) -> bool:
    return uri.startswith(f"at://{account.own_did()}/")


def _key(uri: str) -> str:
    return uri.rpartition("/")[2]


def _time(sending: Sending) -> str:
    asked = sending.asked_at.astimezone(UTC)
    return asked.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sent(made: Any) -> Sent:
    uri = str(mapping(made)["uri"])
    if not POST_URI.fullmatch(uri):
        raise ValueError("no uri of a post")
    return Sent(uri, address_of(uri))
