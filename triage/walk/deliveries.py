"""Deliveries: which channel a webhook is for, what it is verified with, and its raw record."""

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from django.db import connection
from django.utils.text import slugify

from triage.bulk import insert_missing
from triage.posts import clean, clean_field
from triage.tables import Channel, Delivery
from triage.walk.hooks import HOOKS, Scheme, scheme_of
from triage.walk.together import Together
from triage.watch.tokens import SecretUnreadable, find_secret, sealed_tokens

BODY_LIMIT = 1024 * 1024
"""Bytes of a delivery; no platform sends more."""
KEPT_HEADERS = (
    "content-type",
    "user-agent",
    "x-discourse-event",
    "x-discourse-event-id",
    "x-discourse-event-type",
    "x-triage-timestamp",
)
"""What a worker may need to know; signatures and tokens are not kept."""
BELIEVED_SECONDS = 1.0
DOORS_KEPT = 1000
PLAIN = re.compile(r"[A-Za-z0-9._~-]*[A-Za-z_~-][A-Za-z0-9._~-]*")
"""Names that stand in an address as they are, and cannot be taken for a channel's number."""


@dataclass(frozen=True, slots=True)
class Door:
    """A channel that takes webhooks, how they are signed, and the secrets that prove it."""

    channel: Channel
    scheme: Scheme
    secrets: Mapping[str, str] = field(repr=False)


_doors: dict[str, tuple[Door | None, float]] = {}


def hook_address(channel: Channel) -> str | None:
    """Where a channel takes webhooks, as a path: its name or its number; None where it does not."""
    if channel.source not in HOOKS:
        return None
    plain = PLAIN.fullmatch(channel.name)
    return f"/hooks/{quote(channel.name) if plain else channel.pk}"


def hooked(name: str) -> Channel | None:
    """The channel that an address names, by its name, its number or its name as a slug.

    None where there is none, it was removed, or its kind takes no webhooks.
    """
    watched = Channel.objects.filter(source__in=HOOKS).exclude(state=Channel.State.REMOVED)
    found = watched.filter(name=name).first() if "\0" not in name else None
    if found is None and re.fullmatch(r"[0-9]{1,18}", name):
        found = watched.filter(pk=int(name)).first()
    if found is None:
        names = watched.values_list("pk", "name")
        like = [pk for pk, known in names if name and slugify(known) == name]
        found = watched.filter(pk=like[0]).first() if len(like) == 1 else None
    return found


def door_of(name: str) -> Door | None:
    """The channel that an address names, ready to take deliveries; None where there is none.

    What was found is believed for a second, so that a flood of deliveries, or of wrong addresses,
    does not ask the database for it each time.
    """
    now = time.monotonic()
    found, until = _doors.get(name, (None, 0.0))
    if now < until:
        return found
    found = _door(hooked(name))
    if len(_doors) >= DOORS_KEPT:
        _doors.clear()
    _doors[name] = (found, now + BELIEVED_SECONDS)
    return found


def forget_doors() -> None:
    """Look every address up anew."""
    _doors.clear()


def keep(door: Door, *, headers: Mapping[str, str], body: bytes) -> bool:
    """Store a verified delivery as it came -> whether it is a new one. It is committed then."""
    told = {name: clean_field(headers.get(name)) for name in KEPT_HEADERS}
    return keep_raw(
        door.channel,
        digest=door.scheme.key(headers, body),
        body=body,
        headers={name: value for name, value in told.items() if value},
    )


def keep_raw(
    channel: Channel, *, digest: str, body: bytes, headers: Mapping[str, str | None]
) -> bool:
    """Store what came for a channel -> whether `digest` is a new one. It is committed then."""
    text = clean(body.decode("utf-8", "replace"), limit=BODY_LIMIT)[0]
    return _committing.do(
        Delivery(channel=channel, digest=digest, body=text, headers=dict(headers))
    )


def _door(channel: Channel | None) -> Door | None:
    scheme = scheme_of(channel.source) if channel else None
    if channel is None or scheme is None:
        return None
    return Door(channel, scheme, _secrets(channel, scheme))


def _secrets(channel: Channel, scheme: Scheme) -> dict[str, str]:
    """Those secrets of a channel that its webhooks need; none that is unset or cannot be read."""
    sealed = sealed_tokens(channel)
    found = {}
    for key in (*scheme.secrets, *scheme.asks):
        with suppress(SecretUnreadable):
            found[key] = find_secret(channel, key, sealed)
    return {key: value for key, value in found.items() if value}


def _commit(rows: Sequence[Delivery]) -> list[bool]:
    """Store rows in one statement, which is one transaction -> which of them are new."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        # A platform does not send again what was answered: here even a power cut may lose nothing.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
    # In one order, or two processes with the same repeats could wait for each other.
    ordered = sorted(rows, key=lambda row: (row.channel_id, row.digest))
    new = {digest for _, digest in insert_missing(Delivery, ordered, returning="digest")}
    return [row.digest in new for row in rows]


_committing = Together(_commit, most=100)
