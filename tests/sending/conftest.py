"""A platform that takes replies, somebody who answers, and a channel between the two."""

from collections.abc import Iterator

import pytest

from tests.domain import making
from tests.sending import board as platform
from tests.sending.board import Board
from tests.sending.outbox import a_place, colleague
from triage.tables import Channel, User
from triage.vocabulary import Team
from workers.channels import KINDS


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    monkeypatch.setitem(KINDS, "board", "tests.sending.board:BoardSource")
    monkeypatch.setitem(KINDS, "sureboard", "tests.sending.board:SureBoardSource")
    monkeypatch.setattr("triage.walk.sorting.judge_rows", making.judged)
    with platform.board() as running:
        yield running


@pytest.fixture
def bob(db: None) -> User:
    return colleague("bob", Team.COMMUNITY)


@pytest.fixture
def place(db: None, board: Board) -> Channel:
    return a_place(board)
