"""Logging: one JSON object a line on stderr, static event names, secrets blanked."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

BLANK = "[blanked]"
SECRET_NAME = re.compile(
    r"(secret|token|password|passwd|authorization|api[_-]?key|signature|cookie|session)", re.I
)
SECRET_TEXT = (
    # key=value and key: value pairs, as in URLs, headers and form bodies
    re.compile(
        r"(?i)((?:token|secret|secret_?key|password|passwd|pwd|api[_-]?key|appsecret_proof|"
        r"signature(?:-256)?|session_?id)[\"']?\s*[=:]\s*[\"']?)([^\s&\"',;}]+)"
    ),
    re.compile(r"(?i)((?:bearer|basic)\s+)([a-z0-9._~+/%-]{8,}=*)"),
    re.compile(r"(?i)((?:authorization|cookie)[\"']?\s*[=:]\s*[\"']?)([^\"'\r\n]+)"),
    # the password in an address such as redis://:password@host, which may hold an @ itself
    re.compile(r"([a-z][a-z0-9+.-]*://[^\s:/@]*:)([^\s/\"']+)(?=@)"),
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor or turns its writing around; tab and line end may stay."""
DEEPEST = 20
"""Levels of nested values that are shown."""


def blank(text: str) -> str:
    """The text with everything that looks like a secret blanked."""
    for pattern in SECRET_TEXT:
        text = pattern.sub(lambda match: match.group(1) + BLANK, text)
    return text


def blank_value(value: object, depth: int = 0) -> object:
    """A value of any type, however nested, with secrets blanked; objects as their `repr`."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return blank(value)
    if depth == DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {
            str(key): BLANK if SECRET_NAME.search(str(key)) else blank_value(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [blank_value(item, depth + 1) for item in value]
    return blank(repr(value))


def blank_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The structlog step that blanks secrets in names and in values."""
    for key, value in event.items():
        secret = key != "event" and SECRET_NAME.search(key)
        event[key] = BLANK if secret else blank_value(value)
    return event


def without_controls(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The structlog step that keeps a terminal from obeying what a platform wrote."""
    for key, value in event.items():
        event[key] = CONTROLS.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return event


def configure_logging(*, level: str, form: str) -> None:
    """Send structlog and the standard library's loggers through the same steps to stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[structlog.typing.Processor] = [structlog.processors.JSONRenderer()]
    if form == "text":
        console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        rendering = [without_controls, console]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                blank_secrets,
                *rendering,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Client libraries print requests, with their tokens, at DEBUG; none of that is for a log.
    for noisy in ("urllib3", "tweepy", "requests_oauthlib", "oauthlib", "mastodon", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
