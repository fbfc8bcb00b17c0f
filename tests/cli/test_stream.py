"""`triage stream`: hears of posts in a process of its own, until it is asked to stop."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.channels.server import serving
from tests.channels.test_streaming import event, sse, toot
from tests.cli.conftest import Command
from tests.stack import wait_until

SECONDS = 300
TAGGED = "/api/v1/streaming/hashtag"


@pytest.mark.slow
def test_what_a_line_brings_is_placed_like_a_pulled_post_and_the_line_is_let_go(
    shell: Command, tmp_path: Path
) -> None:
    ended = threading.Event()
    with serving() as platform:
        platform.on(TAGGED, sse(event("update", toot(5, "x")), then=lambda: ended.wait(SECONDS)))
        platform.on("/api/v1/timelines/tag/acme", [])
        where = ["--set", f"base_url={platform.url}", "--set", "hashtag=acme"]
        shell("channel", "add", "mastodon", "--name", "T", *where, "--set", "stream=yes")
        with subprocess.Popen(
            [sys.executable, "-m", "config.cli", "stream"],
            env=shell.environment,  # type: ignore[attr-defined]
            cwd=tmp_path,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                wait_until(lambda: platform.asked(TAGGED), seconds=SECONDS, what="the line is open")
                wait_until(
                    lambda: any(
                        each.get("placed") for each in shell("run", "--once", "--json").data
                    ),
                    seconds=SECONDS,
                    what="the post is placed",
                )
                process.send_signal(signal.SIGTERM)
                said = process.communicate(timeout=SECONDS)[1].decode()
            finally:
                ended.set()
                process.kill()
    assert process.returncode == 0, said
    assert "Listening to T." in said
    assert said.rstrip().endswith("Stopped.")
