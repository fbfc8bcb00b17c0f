"""Signatures of webhooks: the platforms' own vectors, and what must not pass."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.conftest import RECORDED
from tests.hooks.sending import SECRET, TOKEN, digest
from triage.walk.hooks import HOOKS, SCHEMES, scheme_of
from workers.channels import KINDS, source_class

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
PING = b'{"ping":"OK"}'


def signed(
    scheme: str, secrets: dict[str, str], headers: dict[str, str], body: bytes, at: datetime = NOW
) -> bool:
    return SCHEMES[scheme].signed(secrets, headers, body, at)


def answer(scheme: str, secrets: dict[str, str], query: dict[str, str]) -> str | None:
    challenge = SCHEMES[scheme].challenge
    assert challenge is not None
    found = challenge(secrets, query)
    return found.body if found else None


def test_the_vector_of_meta_passes() -> None:
    body = b'{"object":"page","entry":[{"id":"1"}]}'
    hexed = "517c8befddbe522b96d5f3ab6d4a29232ffef2a8f9e83eaa1eeacf7f62d2c928"
    headers = {"x-hub-signature-256": f"sha256={hexed}"}
    assert signed("meta", {"app_secret": "app_secret"}, headers, body)
    assert not signed("meta", {"app_secret": "app_secret"}, headers, body + b" ")
    assert not signed("meta", {"app_secret": "other"}, headers, body)
    assert not signed("meta", {}, headers, body)


def test_the_vector_of_x_passes() -> None:
    asked = answer("x", {"consumer_secret": "consumer_secret"}, {"crc_token": "challenge_string"})
    token = "sha256=v1WdiCVwy17uGTMWveHGlqQXN/qW1bQraNXXByRO2YA="
    assert json.loads(asked or "") == {"response_token": token}
    headers = {"x-twitter-webhooks-signature": token}
    assert signed("x", {"consumer_secret": "consumer_secret"}, headers, b"challenge_string")
    assert not signed("x", {"consumer_secret": "consumer_secret"}, headers, b"challenge_strinG")


def test_the_vector_of_discourse_passes() -> None:
    path = RECORDED / "discourse" / "webhook-ping-signature-vector.json"
    if not path.exists():
        pytest.skip("the recorded responses (../shared/recorded) are not here")
    request = json.loads(path.read_text())["request"]
    headers = {name.lower(): value for name, value in request["headers"].items()}
    secrets = {"webhook_secret": request["secret"]}
    assert request["body"].encode() == PING
    assert signed("discourse", secrets, headers, PING)
    assert not signed("discourse", {"webhook_secret": "other"}, headers, PING)


@pytest.mark.parametrize("prefix", ["", "hmacsha256="])
@pytest.mark.parametrize("over", [b"", b"hmacsha256="])
def test_linkedin_may_write_its_prefix_or_leave_it_out(prefix: str, over: bytes) -> None:
    headers = {"x-li-signature": prefix + digest(over + PING)}
    assert signed("linkedin", {"client_secret": SECRET}, headers, PING)
    assert not signed("linkedin", {"client_secret": SECRET}, headers, PING + b"x")


def test_linkedin_is_told_the_challenge_and_its_signature() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    said = answer("linkedin", {"client_secret": SECRET}, {"challengeCode": code})
    expected = {"challengeCode": code, "challengeResponse": digest(code.encode())}
    assert json.loads(said or "") == expected


@pytest.mark.parametrize(
    "forged", ['{"data":{"event_uuid":"1"}}', "[1]", '"text"', "", "a b", "x" * 201, "é"]
)
def test_no_challenge_is_signed_that_could_be_a_delivery(forged: str) -> None:
    assert answer("x", {"consumer_secret": SECRET}, {"crc_token": forged}) is None
    assert answer("linkedin", {"client_secret": SECRET}, {"challengeCode": forged}) is None
    assert answer("linkedin", {"client_secret": SECRET}, {"challengeCode": "hmacsha256="}) is None


def test_meta_is_told_its_challenge_only_with_the_right_token() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": TOKEN}
    assert answer("meta", {"verify_token": TOKEN}, query) == "1158201444"
    assert answer("meta", {"verify_token": "other"}, query) is None
    assert answer("meta", {}, {**query, "hub.verify_token": ""}) is None
    assert answer("meta", {"verify_token": TOKEN}, {**query, "hub.mode": "x"}) is None


def test_a_generic_signature_holds_for_five_minutes() -> None:
    secrets = {"webhook_secret": SECRET}
    hexed = digest(f"{STAMP}.".encode() + PING)
    headers = {"x-triage-signature": f"sha256={hexed}", "x-triage-timestamp": STAMP}
    for minutes, holds in ((0, True), (5, True), (5.1, False), (-5, True), (-5.1, False)):
        at = NOW + timedelta(minutes=minutes)
        assert signed("generic", secrets, headers, PING, at) is holds, minutes
    later = {**headers, "x-triage-timestamp": str(int(STAMP) + 1)}
    assert not signed("generic", secrets, later, PING)
    for stamp in ("", "now", "-1", "1e9", "٣", "9" * 13):
        assert not signed("generic", secrets, {**headers, "x-triage-timestamp": stamp}, PING)


def test_a_generic_token_is_enough_but_not_beside_a_wrong_signature() -> None:
    secrets = {"webhook_secret": SECRET, "token": TOKEN}
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert signed("generic", secrets, bearer, PING)
    assert not signed("generic", secrets, {"authorization": f"Bearer {TOKEN}x"}, PING)
    assert not signed("generic", secrets, {"authorization": TOKEN}, PING)
    assert not signed("generic", secrets, {**bearer, "x-triage-signature": "sha256=0"}, PING)
    assert not signed("generic", {"webhook_secret": SECRET}, {"authorization": "Bearer "}, PING)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("value", [None, "", "sha256=", "é", "\x00", "sha256=0,sha256=0", "\ud800"])
def test_odd_headers_are_a_wrong_signature_and_no_crash(scheme: str, value: str | None) -> None:
    names = (
        "x-hub-signature-256",
        "x-twitter-webhooks-signature",
        "x-li-signature",
        "x-discourse-event-signature",
        "x-triage-signature",
        "x-triage-timestamp",
        "authorization",
    )
    headers = dict.fromkeys(names, value) if value is not None else {}
    secrets = dict.fromkeys(SCHEMES[scheme].secrets, SECRET)
    assert not signed(scheme, secrets, headers, PING)  # type: ignore[arg-type]
    assert not signed(scheme, {}, headers, PING)  # type: ignore[arg-type]


def test_what_tells_deliveries_apart_is_the_platforms_id_where_it_is_signed() -> None:
    one = b'{"data": {"event_uuid": "-3402", "tag": "a"}}'
    key = SCHEMES["x"].key
    assert key({}, one) == key({}, one.replace(b'"a"', b'"b"'))
    assert key({}, one) != key({}, one.replace(b"-3402", b"-3403"))
    for odd in (b"", b"[", b"[]", b'{"data": [1]}', b"[" * 100_000, b'{"data":{"event_uuid":1}}'):
        assert len(key({}, odd)) == 64
    told = {"x-discourse-event": "post_edited", "x-discourse-event-id": "7"}
    assert SCHEMES["discourse"].key(told, PING) != SCHEMES["discourse"].key({}, PING)
    assert SCHEMES["discourse"].key(told, PING) != SCHEMES["discourse"].key(told, one)


def test_the_kinds_that_take_webhooks_are_those_whose_source_says_so() -> None:
    found = {kind: source_class(kind) for kind in KINDS if kind not in ("youtube",)}
    assert {kind: source.hook for kind, source in found.items() if source.hook} == HOOKS
    for kind in HOOKS:
        scheme = scheme_of(kind)
        assert scheme is not None
        assert {*scheme.secrets, *scheme.asks} <= source_class(kind).secrets.keys()
