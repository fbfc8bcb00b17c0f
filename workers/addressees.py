"""Addressees: whose a delivery of Meta is, for one app serves several pages and accounts.

Meta sends everything of an app to one address. What is about another channel of ours is put down
for that channel, as if it had come to its own address; what no channel watches is left out.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from triage.bulk import insert_missing
from triage.tables import Channel, Delivery
from triage.walk.hooks import HOOKS, scheme_of
from triage.watch.tokens import SecretUnreadable, find_secret, sealed_tokens

META = "meta"
THINGS = {"page": ("facebook", "page_id"), "instagram": ("instagram", "ig_user_id")}
"""What an envelope is about -> the kind of such channels, and the setting with the account's id."""
OTHER_IDS = "graph.instagram.com"
"""A login at Instagram knows an account by another id than webhooks do."""


@dataclass(frozen=True, slots=True)
class Share:
    """What of a delivery is the channel's own, and a sentence about what is nobody's."""

    body: str
    stray: str = ""


def own_share(channel: Channel, row: Delivery) -> Share:
    """The part of a delivery that is about its channel; other channels get theirs.

    Only who knows the app's secret may speak for an account, so a channel of another app gets
    nothing. Raises nothing: what is no envelope of Meta is left to the source.
    """
    envelope = _envelope(row.body) if HOOKS.get(channel.source) == META else None
    if envelope is None:
        return Share(row.body)
    thing = str(envelope["object"])
    by_account: dict[str, list[Any]] = {}
    for entry in envelope["entry"]:
        account = entry.get("id") if isinstance(entry, dict) else None
        by_account.setdefault("" if account is None else str(account), []).append(entry)
    own: list[Any] = []
    strays: list[str] = []
    for account, entries in by_account.items():
        theirs = _addressee(channel, thing, account)
        if theirs is None:
            strays.append(account)
        elif theirs == channel:
            own += entries
        else:
            _put_down(theirs, row, _part(row, envelope, entries))
    told = f"No channel watches {thing} {', '.join(strays)}; this was left out." if strays else ""
    return Share(_part(row, envelope, own), told)


def _envelope(body: str) -> dict[str, Any] | None:
    with suppress(ValueError, RecursionError):
        found = json.loads(body)
        if isinstance(found, dict) and found.get("object") in THINGS:
            entries = found.get("entry")
            return found if isinstance(entries, list) else None
    return None


def _addressee(channel: Channel, thing: str, account: str) -> Channel | None:
    """Whose the entries about an account are; None where it is nobody's."""
    kind = THINGS[thing][0]
    if channel.source == kind and (not account or _known_id(channel) == account):
        return channel
    for other in _same_app(channel, kind):
        if _known_id(other) == account:
            return other
    return channel if channel.source == kind and not _is_certain(channel) else None


def _same_app(channel: Channel, kind: str) -> Iterable[Channel]:
    others = Channel.objects.filter(source=kind).exclude(state=Channel.State.REMOVED)
    secret = _app_secret(channel)
    for other in others.exclude(pk=channel.pk).order_by("pk"):
        if secret and _app_secret(other) == secret:
            yield other


def _known_id(channel: Channel) -> str | None:
    """The id of a channel's account: from its settings, or as its pulls have learned it."""
    setting = str(channel.settings.get(_setting(channel.source)) or "")
    if setting.isascii() and setting.isdigit():
        return setting
    page = channel.cursor.get("page")
    learned = page.get("id") if isinstance(page, Mapping) else None
    return str(learned) if learned else None


def _is_certain(channel: Channel) -> bool:
    """Whether an entry with another id than the channel's cannot be about its account."""
    host = urlsplit(str(channel.settings.get("base_url") or "")).hostname
    return _known_id(channel) is not None and host != OTHER_IDS


def _setting(kind: str) -> str:
    return dict(THINGS.values())[kind]


def _app_secret(channel: Channel) -> str:
    with suppress(SecretUnreadable):
        return find_secret(channel, "app_secret", sealed_tokens(channel))
    return ""


def _put_down(channel: Channel, row: Delivery, body: str) -> None:
    """Store a part of a delivery for another channel, once."""
    scheme = scheme_of(channel.source)
    assert scheme is not None
    digest = scheme.key(row.headers, body.encode())
    made = Delivery(channel=channel, digest=digest, body=body, headers=row.headers)
    made.received_at = row.received_at
    insert_missing(Delivery, [made], returning="digest")


def _part(row: Delivery, envelope: Mapping[str, Any], entries: list[Any]) -> str:
    """A delivery with some of its entries only; as it came where that is all of them."""
    if len(entries) == len(envelope["entry"]):
        return row.body
    return json.dumps({**envelope, "entry": entries})
