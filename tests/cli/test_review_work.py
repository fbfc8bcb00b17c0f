"""`triage review work`: posts at a real terminal, one key each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.terminal import Terminal

POSTS = 3
SCRIPT = "где моя посылка "
"""In a script that no model was shown, so that it waits in review."""


@pytest.fixture
def desk(shell: Command, shipped: None, tmp_path: Path) -> Command:
    """An installation in which three posts wait in review for Bob."""
    lines = [f'{{"id": "{n}", "text": "{SCRIPT * 20}{n}"}}\n' for n in range(POSTS)]
    (tmp_path / "posts.jsonl").write_text("".join(lines))
    policy = tmp_path / "policy.toml"
    policy.write_text("[review]\nunsure = 0.0\n")  # none of them is drawn
    brought = ("import", "posts.jsonl", "--channel", "A", "--json")
    assert shell(*brought, POLICY_FILE=str(policy)).data[0]["new"] == POSTS
    shell("user", "add", "bob", "--team", "community")
    return shell


@pytest.fixture
def terminal(desk: Any) -> Iterator[Terminal]:
    with Terminal("review", "work", "--user", "bob", environment=desk.environment) as opened:
        yield opened


def waiting(desk: Command) -> int:
    return int(desk("review", "numbers", "--user", "bob", "--json").data[0]["waiting"])


def test_one_key_reads_a_post_and_the_next_one_stands_there(
    desk: Command, terminal: Terminal
) -> None:
    for _ in range(POSTS):
        terminal.shows(SCRIPT)
        terminal.press("q")
        terminal.shows("Question: it is in support now.")
    terminal.shows("Nothing is left to read in the lane unsure.")
    terminal.shows("3 posts read.")
    assert terminal.ends() == 0
    assert waiting(desk) == 0
    assert len(desk("queue", "support", "--json").data) == POSTS


def test_answers_and_skips_are_taken_back_one_by_one(desk: Command, terminal: Terminal) -> None:
    terminal.press("l")
    terminal.shows("Lead: it is in promo now.")
    terminal.press("x")
    for _ in range(2):
        terminal.press("z")
        terminal.shows("Undone; here it is again.")
    terminal.press("z")
    terminal.shows("There is nothing to undo.")
    terminal.press("g")
    terminal.shows("q  question: A customer needs an answer")
    terminal.press("\x1b[A")
    terminal.shows("That is no key here.")
    terminal.press("\x1b")
    terminal.shows("0 posts read.")
    assert terminal.ends() == 0
    assert waiting(desk) == POSTS


def test_what_somebody_else_has_read_meanwhile_is_said_and_the_next_one_comes(
    desk: Command, terminal: Terminal
) -> None:
    terminal.shows("post ")
    terminal.shows(",")
    post = terminal.screen.rpartition("post ")[2].split(",")[0]
    desk("user", "add", "ann", "--team", "social")
    desk("review", "read", post, "question", "--user", "ann")
    terminal.press("n")
    terminal.shows("not kept: Someone else just labelled it.")
    terminal.shows(SCRIPT)
    terminal.press("\x03")
    terminal.shows("0 posts read.")
    assert terminal.ends() == 0
    assert waiting(desk) == POSTS - 1
