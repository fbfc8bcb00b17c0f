"""Hooks: how each platform signs its webhooks and asks whether we know the secret.

Signatures are computed over the bytes as they came and compared in constant time. Two platforms
have us sign a challenge with the very secret that signs their deliveries; only challenges that
could never be a delivery are answered, else anybody could have a forged one signed by us.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Secrets = Mapping[str, str]
Headers = Mapping[str, str]
"""Looked up by lower-case names."""

FRESH = timedelta(minutes=5)
"""How old, or how far ahead, the time of a signature that carries one may be."""
CHALLENGE = re.compile(r"[A-Za-z0-9._~+/=-]{1,200}")
"""What is signed for a platform that asks: no brace, bracket or quote, so never JSON."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a challenge is answered with."""

    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one platform signs.

    `secrets` are the channel's secrets of which one at least is needed. `challenge` answers a GET,
    None where that is refused; there is none where the platform asks nothing. `key` is what tells
    two deliveries apart.
    """

    secrets: tuple[str, ...]
    signed: Callable[[Secrets, Headers, bytes, datetime], bool]
    key: Callable[[Headers, bytes], str]
    challenge: Callable[[Secrets, Mapping[str, str]], Answer | None] | None = None
    asks: tuple[str, ...] = ()
    """Further secrets that only the challenge needs."""


def same(given: str | None, expected: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    if not given or not expected:
        return False
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _hmac(secret: str, signed: bytes) -> "hmac.HMAC":
    return hmac.new(secret.encode(), signed, hashlib.sha256)


def _secret(secrets: Secrets, name: str) -> str:
    return secrets.get(name) or ""


# Meta: Facebook pages and Instagram


def _meta_signed(secrets: Secrets, headers: Headers, body: bytes, _now: datetime) -> bool:
    secret = _secret(secrets, "app_secret")
    expected = f"sha256={_hmac(secret, body).hexdigest()}"
    return bool(secret) and same(headers.get("x-hub-signature-256"), expected)


def _meta_challenge(secrets: Secrets, query: Mapping[str, str]) -> Answer | None:
    token = _secret(secrets, "verify_token")
    known = bool(token) and same(query.get("hub.verify_token"), token)
    if query.get("hub.mode") != "subscribe" or not known:
        return None
    return Answer(query.get("hub.challenge", ""), "text/plain")


# X: the Activity API


def _x_signature(secret: str, signed: bytes) -> str:
    return "sha256=" + base64.b64encode(_hmac(secret, signed).digest()).decode()


def _x_signed(secrets: Secrets, headers: Headers, body: bytes, _now: datetime) -> bool:
    secret = _secret(secrets, "consumer_secret")
    given = headers.get("x-twitter-webhooks-signature")
    return bool(secret) and same(given, _x_signature(secret, body))


def _x_challenge(secrets: Secrets, query: Mapping[str, str]) -> Answer | None:
    secret, token = _secret(secrets, "consumer_secret"), query.get("crc_token", "")
    if not secret or not CHALLENGE.fullmatch(token):
        return None
    return _json({"response_token": _x_signature(secret, token.encode())})


def _x_key(_headers: Headers, body: bytes) -> str:
    event = _event_of(body)
    return _digest(b"event", event.encode("utf-8", "replace")) if event else _digest(body)


def _event_of(body: bytes) -> str | None:
    try:
        event = json.loads(body)["data"]["event_uuid"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return event if isinstance(event, str) else None


# LinkedIn

PREFIX = "hmacsha256="


def _linkedin_signed(secrets: Secrets, headers: Headers, body: bytes, _now: datetime) -> bool:
    """The documentation leaves open whether the prefix is part of what is signed; both count."""
    secret = _secret(secrets, "client_secret")
    given = (headers.get("x-li-signature") or "").removeprefix(PREFIX)
    plain = same(given, _hmac(secret, body).hexdigest())
    prefixed = same(given, _hmac(secret, PREFIX.encode() + body).hexdigest())
    return bool(secret) and (plain or prefixed)


def _linkedin_challenge(secrets: Secrets, query: Mapping[str, str]) -> Answer | None:
    secret, code = _secret(secrets, "client_secret"), query.get("challengeCode", "")
    if not secret or not CHALLENGE.fullmatch(code) or code.startswith(PREFIX):
        return None
    response = _hmac(secret, code.encode()).hexdigest()
    return _json({"challengeCode": code, "challengeResponse": response})


# Discourse


def _discourse_signed(secrets: Secrets, headers: Headers, body: bytes, _now: datetime) -> bool:
    secret = _secret(secrets, "webhook_secret")
    expected = f"sha256={_hmac(secret, body).hexdigest()}"
    return bool(secret) and same(headers.get("x-discourse-event-signature"), expected)


def _discourse_key(headers: Headers, body: bytes) -> str:
    """With the body, because the headers are not signed and could be those of a later event."""
    told = [headers.get(name) or "" for name in ("x-discourse-event", "x-discourse-event-id")]
    return _digest(*(each.encode("utf-8", "replace") for each in told), body)


# Anybody else


def _generic_signed(secrets: Secrets, headers: Headers, body: bytes, now: datetime) -> bool:
    """A signature over `timestamp.body`, or a token."""
    given = headers.get("x-triage-signature")
    if given is None:
        token = _secret(secrets, "token")
        return bool(token) and same(headers.get("authorization"), f"Bearer {token}")
    secret, timestamp = _secret(secrets, "webhook_secret"), headers.get("x-triage-timestamp") or ""
    if not secret or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    expected = generic_signature(secret, timestamp, body)
    fresh = abs(now.timestamp() - int(timestamp)) <= FRESH.total_seconds()
    return same(given, expected) and fresh


def generic_signature(secret: str, timestamp: str, body: bytes) -> str:
    """How what goes to and comes from a generic channel is signed; `timestamp` is epoch seconds."""
    return f"sha256={_hmac(secret, timestamp.encode() + b'.' + body).hexdigest()}"


def _body_key(_headers: Headers, body: bytes) -> str:
    return _digest(body)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _json(data: dict[str, Any]) -> Answer:
    return Answer(json.dumps(data), "application/json")


SCHEMES: dict[str, Scheme] = {
    "meta": Scheme(
        ("app_secret",), _meta_signed, _body_key, _meta_challenge, asks=("verify_token",)
    ),
    "x": Scheme(("consumer_secret",), _x_signed, _x_key, _x_challenge),
    "linkedin": Scheme(("client_secret",), _linkedin_signed, _body_key, _linkedin_challenge),
    "discourse": Scheme(("webhook_secret",), _discourse_signed, _discourse_key),
    "generic": Scheme(("webhook_secret", "token"), _generic_signed, _body_key),
}
HOOKS: dict[str, str] = {
    "x": "x",
    "facebook": "meta",
    "instagram": "meta",
    "linkedin": "linkedin",
    "discourse": "discourse",
    "generic": "generic",
}
"""Which channel kinds take webhooks, and how theirs are signed (as `Source.hook` says, which the
web process cannot ask)."""


def scheme_of(kind: str) -> Scheme | None:
    """How the webhooks of a channel kind are signed; None where it takes none."""
    name = HOOKS.get(kind)
    return SCHEMES[name] if name else None
