"""The way back of the demo: what is sent is kept in TRIAGE_HOME/demo, a file an act."""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from triage.vocabulary import Act
from workers.channels.base import Ability, Sending, Sent, Unreachable

ACTS = (Act.REPLY, Act.HIDE, Act.UNHIDE, Act.LIKE, Act.UNLIKE)
LIMITS: dict[str, tuple[int, str]] = {
    "x": (280, "weighted"),
    "bluesky": (300, "graphemes"),
    "mastodon": (500, "mastodon"),
    "linkedin": (1250, "characters"),
    "instagram": (2200, "characters"),
    "facebook": (8000, "characters"),
    "reddit": (10_000, "characters"),
    "youtube": (10_000, "characters"),
    "forum": (32_000, "characters"),
}
"""How long a reply may be on the platforms that the story plays on."""


def ability_on(platforms: Sequence[str]) -> Ability:
    """What can be done on these platforms: the strictest of their limits holds."""
    longest, counting = min(LIMITS[name] for name in platforms if name in LIMITS)
    return Ability(ACTS, longest, counting)


def keep(sending: Sending) -> Sent:
    """Keep one act, the same key once. Raises Unreachable where the home cannot be written to."""
    path = Path(settings.ENVIRONMENT.home) / "demo" / f"{sending.key}.json"
    record = asdict(sending) | {"asked_at": sending.asked_at.isoformat()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(record, file, ensure_ascii=False)
        os.replace(part, path)
    except OSError as error:
        raise Unreachable(f"the demo cannot keep it: {error.strerror}") from None
    if sending.act != Act.REPLY:
        return Sent()
    return Sent(f"reply-{sending.key}", f"https://demo.example/replies/{sending.key}")
