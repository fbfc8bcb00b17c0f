"""Deliveries: which channel a webhook is for, what it is verified with, and its raw record."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from django.utils.text import slugify

from triage.bulk import insert_missing
from triage.hooks import HOOKS, Scheme
from triage.posts import clean, clean_field
from triage.tables import Channel, Delivery

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
PLAIN = re.compile(r"[A-Za-z0-9._~-]*[A-Za-z_~-][A-Za-z0-9._~-]*")
"""Names that stand in an address as they are, and cannot be taken for a channel's number."""


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


def hook_secrets(channel: Channel, scheme: Scheme) -> dict[str, str]:
    """Those secrets of a channel that its webhooks need, from the environment; none that is unset.

    As everywhere, VARIABLE_FILE may name a file that holds the value.
    """
    wanted = (*scheme.secrets, *scheme.asks)
    names = {key: channel.secret_names.get(key) for key in wanted}
    found = {key: _read(variable) for key, variable in names.items() if variable}
    return {key: value for key, value in found.items() if value}


def _read(variable: str) -> str:
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return os.environ.get(variable, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def keep(channel: Channel, scheme: Scheme, *, headers: Mapping[str, str], body: bytes) -> bool:
    """Store a verified delivery as it came -> whether it is a new one. One statement."""
    told = {name: clean_field(headers.get(name)) for name in KEPT_HEADERS}
    row = Delivery(
        channel=channel,
        digest=scheme.key(headers, body),
        body=clean(body.decode("utf-8", "replace"), limit=BODY_LIMIT)[0],
        headers={name: value for name, value in told.items() if value},
    )
    return bool(insert_missing(Delivery, [row], returning="digest"))
