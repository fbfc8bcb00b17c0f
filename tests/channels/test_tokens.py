"""A stored token on its way to the platform: it shows nowhere else, whatever goes wrong."""

import io
import logging
from collections.abc import Iterator

import pytest

from config.logging import configure_logging
from tests.channels.clients import CANARY, KEYED, OTHER, Client
from tests.channels.server import Platform, Reply, html, reset
from triage.tables import Channel, Run
from triage.watch.tokens import store_token
from workers.pulling import pull_channel

FAILURES = ("refused", "unknown", "not accepted", "limited", "broken", "cut off", "odd")


def failing(how: str, keys: str) -> Reply:
    """A platform's answer that fails, and repeats our keys where an answer can."""
    echo = {"error": {"code": 190, "message": f"bad {keys}"}, "detail": keys}
    statuses = {"refused": 403, "unknown": 401, "not accepted": 400, "limited": 429}
    if how in statuses:
        return Reply(echo, statuses[how])
    return {"broken": html(500), "cut off": reset(), "odd": Reply([echo, keys])}[how]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged while a test runs, at the noisiest level, as it would be shown."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure_logging(level="DEBUG", form="json")
    said = io.StringIO()
    root.handlers[0].setStream(said)  # type: ignore[attr-defined]
    yield said
    root.handlers[:], root.level = before, level


@pytest.mark.parametrize("client", KEYED, ids=lambda client: client.kind)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_stored_token_reaches_the_platform_and_no_log_error_or_path(
    platform: Platform, client: Client, failure: str, log: io.StringIO
) -> None:
    platform.on(client.path, failing(failure, " and ".join(client.secrets.values())))
    client.source(platform.url)  # signs in where a platform wants that
    settings = {"base_url": platform.url, **client.settings}
    channel = Channel.objects.create(
        name="c", source=client.kind, settings=settings, cursor=client.cursor
    )
    for key, value in client.secrets.items():
        store_token(channel, key, value)
    pull_channel(channel.pk)
    run = Run.objects.get()
    assert CANARY in str(platform.seen)
    channel.refresh_from_db()
    told = [log.getvalue(), run.error, channel.error, str(vars(channel)), str(vars(run))]
    told += [seen.path for seen in platform.seen]
    for text in told:
        assert CANARY not in text
        assert OTHER not in text
