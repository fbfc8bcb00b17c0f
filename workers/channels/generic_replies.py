"""The way back of a generic channel: each act is posted, signed, to an address that somebody names.

The key of the act is the `Idempotency-Key`; whoever receives it takes the same key twice as one.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

from triage.walk.hooks import generic_signature
from workers.channels.asking import BadStatus, told
from workers.channels.base import NotSent, Refused, Sending, Sent, SourceError
from workers.channels.failing import common, failing, quoted
from workers.channels.http import Wire, session
from workers.channels.records import words

NAME = "the reply address"


def post_act(sending: Sending, *, address: str, secrets: Mapping[str, str]) -> Sent:
    """Post one act to `address`. An answer may name our post: `{"id": …, "url": …}`.

    Raises NotSent for what is refused with 400 to 499, with the `error` that the answer names.
    """
    wire = Wire()
    body = json.dumps(_record(sending), ensure_ascii=False).encode()
    with failing(NAME, wire, lambda error: _refusal(error, wire, secrets)):
        response = session(wire).post(
            address, data=body, headers=_headers(sending, body, secrets), allow_redirects=False
        )
        if response.status_code >= 400:
            raise BadStatus(f"status {response.status_code}")
    return _sent(told(wire))


def _record(sending: Sending) -> dict[str, str]:
    return {
        "act": sending.act.value,
        "key": sending.key,
        "post": sending.post,
        "conversation": sending.conversation,
        "author": sending.author,
        "text": sending.text,
        "asked_at": sending.asked_at.isoformat(),
    }


def _headers(sending: Sending, body: bytes, secrets: Mapping[str, str]) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": sending.key}
    if secret := secrets.get("webhook_secret"):
        timestamp = str(int(time.time()))
        headers["X-Triage-Timestamp"] = timestamp
        headers["X-Triage-Signature"] = generic_signature(secret, timestamp, body)
    elif token := secrets.get("token"):
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _refusal(error: Exception, wire: Wire, secrets: Mapping[str, str]) -> SourceError | None:
    if not isinstance(error, BadStatus):
        return None
    if wire.status in (401, 403):
        return Refused(f"{NAME} does not take our key (status {wire.status})")
    if wire.status in (408, 425, 429) or wire.status >= 500:
        return common(NAME, wire, error)
    answer = told(wire)
    why = quoted(answer.get("error") if isinstance(answer, dict) else "", secrets.values())
    return NotSent(f"{NAME} refused it (status {wire.status}){f': {why}' if why else ''}")


def _sent(answer: Any) -> Sent:
    if not isinstance(answer, dict):
        return Sent()
    return Sent(words(answer.get("id")) or None, words(answer.get("url")) or None)
