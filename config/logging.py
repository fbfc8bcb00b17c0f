"""Logging: one JSON object a line on stderr, static event names, secrets blanked."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

BLANK = "[blanked]"
SECRET_NAME = re.compile(
    r"(secret|token|password|passwd|authorization|api_?key|signature|cookie|session)", re.I
)
SECRET_TEXT = (
    # key=value and key: value pairs, as in URLs, headers and form bodies
    re.compile(
        r"(?i)((?:access_token|client_secret|appsecret_proof|token|password|secret|api_?key|"
        r"bearer_token|authorization)[\"']?\s*[=:]\s*[\"']?(?:bearer\s+|basic\s+)?)"
        r"([^\s&\"',;}]+)"
    ),
    re.compile(r"(?i)(bearer\s+)([a-z0-9._~+/%-]{8,}=*)"),
    # the password in an address such as redis://:password@host
    re.compile(r"([a-z][a-z0-9+.-]*://[^\s:/@]*:)([^\s@/]+)(?=@)"),
)


def blank(text: str) -> str:
    """The text with everything that looks like a secret blanked."""
    for pattern in SECRET_TEXT:
        text = pattern.sub(lambda match: match.group(1) + BLANK, text)
    return text


def blank_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The structlog step that blanks secrets in names and in texts."""
    for key, value in event.items():
        if key == "event" or not SECRET_NAME.search(key):
            event[key] = blank(value) if isinstance(value, str) else value
        else:
            event[key] = BLANK
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
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                blank_secrets,
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Client libraries print requests, with their tokens, at DEBUG; none of that is for a log.
    for noisy in ("urllib3", "tweepy", "requests_oauthlib", "oauthlib", "mastodon", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
