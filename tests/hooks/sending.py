"""How the tests watch a place that takes webhooks, and how each platform would send one."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from triage.tables import Channel, PostRow
from workers.deliveries import read_waiting

SECRET = "canary-hook-secret"
TOKEN = "canary-hook-token"
VARIABLES = {
    "HOOK_SECRET": SECRET,
    "HOOK_TOKEN": TOKEN,
    "API_KEY": "canary-api-key",
}
SETTINGS: dict[str, dict[str, str]] = {
    "x": {"user_id": "1111111111111111111"},
    "facebook": {"page_id": "1234567890321"},
    "instagram": {"ig_user_id": "17841400000000000"},
    "linkedin": {"organization": "96072893"},
    "discourse": {"base_url": "http://forum.example"},
    "generic": {},
}
KEYS: dict[str, dict[str, str]] = {
    "x": {"bearer_token": "API_KEY", "consumer_secret": "HOOK_SECRET"},
    "facebook": {
        "access_token": "API_KEY",
        "app_secret": "HOOK_SECRET",
        "verify_token": "HOOK_TOKEN",
    },
    "linkedin": {"access_token": "API_KEY", "client_secret": "HOOK_SECRET"},
    "discourse": {"webhook_secret": "HOOK_SECRET"},
    "generic": {"webhook_secret": "HOOK_SECRET", "token": "HOOK_TOKEN"},
}
KEYS["instagram"] = KEYS["facebook"]


def watch(kind: str, name: str = "", **fields: Any) -> Channel:
    """A channel of this kind; not due, so that only webhooks bring posts."""
    settings = SETTINGS[kind] | fields.pop("settings", {})
    values = {"settings": settings, "secret_names": KEYS[kind], "next_pull_at": never()} | fields
    return Channel.objects.create(name=name or kind, source=kind, **values)


def never() -> Any:
    return timezone.now() + timezone.timedelta(days=1)


def digest(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature(kind: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers with which the platform would prove that it sent this."""
    if kind == "x":
        packed = base64.b64encode(bytes.fromhex(digest(body, secret))).decode()
        return {"x-twitter-webhooks-signature": f"sha256={packed}"}
    if kind == "linkedin":
        return {"X-LI-Signature": digest(body, secret)}
    if kind == "discourse":
        return {"X-Discourse-Event-Signature": f"sha256={digest(body, secret)}"}
    if kind == "generic":
        now = str(int(time.time()))
        signed = digest(f"{now}.".encode() + body, secret)
        return {"X-Triage-Signature": f"sha256={signed}", "X-Triage-Timestamp": now}
    return {"X-Hub-Signature-256": f"sha256={digest(body, secret)}"}


def post(channel: Channel | str, body: bytes, headers: dict[str, str]) -> HttpResponse:
    """The request itself."""
    name = channel if isinstance(channel, str) else channel.name
    client = Client(enforce_csrf_checks=True)
    return client.post(
        f"/hooks/{name}", body, content_type="application/json", headers=dict(headers)
    )


def deliver(channel: Channel, payload: Any, **headers: str) -> HttpResponse:
    """Send a signed delivery."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return post(channel, body, signature(channel.source, body) | named)


def told(channel: Channel, *payloads: Any, **headers: str) -> list[PostRow]:
    """Deliver these one after another, read each at once -> all posts of the channel."""
    for payload in payloads:
        assert deliver(channel, payload, **headers).status_code == 200
        read_waiting()
    return rows(channel)


def rows(channel: Channel) -> list[PostRow]:
    return list(PostRow.objects.filter(channel=channel).order_by("id"))
