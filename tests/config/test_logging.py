"""Logging: one line an event, and no secret in it, wherever it hides."""

import json
import subprocess
import sys

import pytest

from config.environment import ROOT
from config.logging import BLANK, blank, blank_secrets

TEXTS = [
    "https://graph.test/v1/me?access_token=CANARY&limit=5",
    "https://x.test/?a=1&api_key=CANARY",
    "POST /hooks client_secret=CANARY&code=1",
    "{'Authorization': 'Bearer CANARY123'}",
    '{"authorization": "Basic CANARY=="}',
    "Authorization: Bearer CANARY.x-y_z~/+=",
    "Authorization: Token CANARY",
    "got Bearer CANARY1234 in a header",
    'OAuth oauth_consumer_key="k", oauth_token="CANARY", oauth_signature="CANARY%3D"',
    "X-Hub-Signature-256: sha256=CANARY",
    "postgresql://ann:CANARY@db.test:5432/inbox",
    "redis://:CANARY@redis.test:6379/0",
    "postgresql://ann:CAN@RY-CANARY@db.test/inbox",
    "password=CANARY host=db.test",
    "passwd: CANARY",
    "SECRET_KEY='CANARY'",
    "'refresh_token': 'CANARY'",
    "Cookie: sessionid=CANARY; csrftoken=CANARY",
    "Set-Cookie: sessionid=CANARY; Path=/",
    "appsecret_proof=CANARY",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_secret_in_a_text_is_blanked(text: str) -> None:
    shown = blank(text)
    assert "CANARY" not in shown
    assert "RY" not in shown
    assert BLANK in shown


@pytest.mark.parametrize(
    "text",
    [
        "12 posts stored of 14",
        "https://x.test/ann/status/1?lang=en#top",
        "ann@example.test wrote",
        "the password is wrong",
        "redis://redis.test:6379/0",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert blank(text) == text


def test_secrets_are_blanked_by_name_and_however_nested() -> None:
    deep: object = {"password": "CANARY"}
    for _ in range(50):
        deep = [deep]
    event = blank_secrets(None, "", {
        "event": "pull_error", "token": "CANARY", "n": 3, "ok": True, "none": None,
        "headers": {"X-Api-Key": "CANARY", "Accept": "json"},
        "list": [{"a": ("token=CANARY",)}, {"cookies": {"a": "CANARY"}}],
        "error": ValueError("redis://:CANARY@h"), "raw": b"token=CANARY", "deep": deep,
    })  # fmt: skip
    assert "CANARY" not in repr(event)
    assert event["headers"] == {"X-Api-Key": BLANK, "Accept": "json"}
    assert (event["event"], event["n"], event["ok"], event["none"]) == ("pull_error", 3, True, None)


SCRIPT = """
import logging, sys
from config.logging import configure_logging
configure_logging(level="DEBUG", form=sys.argv[1])
import structlog
log = structlog.get_logger("a")
log.info("pulled", url="https://x.test/?token=CANARY", headers={"Cookie": "CANARY"}, n=1)
log.bind(token="CANARY").warning("said", why="red \\x1b[31m and \\u202e back\\nline")
try:
    try:
        raise ValueError("postgresql://ann:CANARY@h/x")
    except ValueError as inner:
        raise RuntimeError("Authorization: Bearer CANARY1234") from inner
except RuntimeError as error:
    log.exception("failed", error=error)
    logging.getLogger("lib").exception("GET %s", "https://x.test/?api_key=CANARY")
logging.getLogger("lib").warning({"password": "CANARY"})
logging.getLogger("urllib3.connectionpool").debug("GET /?access_token=CANARY")
log.info("caf\\u00e9 \\ud800")
"""


def run(form: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, form],
        capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stdout == b"", "logs go to stderr"
    return done.stderr.decode()


def test_json_logs_are_one_object_a_line_without_secrets() -> None:
    said = run("json")
    assert "CANARY" not in said
    events = [json.loads(line) for line in said.splitlines()]
    assert [event["event"] for event in events] == [
        "pulled", "said", "failed", "GET https://x.test/?api_key=[blanked]",
        "{'password': '[blanked]'}", "café \ud800",
    ]  # fmt: skip
    assert events[0] | {"timestamp": ""} == {
        "event": "pulled", "url": "https://x.test/?token=[blanked]", "n": 1, "logger": "a",
        "headers": {"Cookie": "[blanked]"}, "level": "info", "timestamp": "",
    }  # fmt: skip
    assert "RuntimeError: Authorization: [blanked]" in events[2]["exception"]


def test_text_logs_neither_tell_secrets_nor_steer_a_terminal() -> None:
    said = run("text")
    assert "CANARY" not in said
    assert "red \ufffd[31m and \ufffd back" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
