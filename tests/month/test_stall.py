"""A pattern on which other engines need longer than the universe is old, and the worker."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.month.ops import Page
from tests.stack import environment
from triage.posts import Post
from triage.tables import Channel, Item, Move, User
from triage.walk.intake import store

PATTERN = "(a+)+$"
LONG = "a" * 15_000
PATIENCE = 300
"""Seconds after which the worker is held to be stalled, however slow the machine is."""


def address() -> str:
    """Where another process finds the database of the tests."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    place = f"{known['HOST'] or 'localhost'}:{known['PORT'] or 5432}"
    return f"postgresql://{known['USER']}:{known['PASSWORD']}@{place}/{known['NAME']}"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_catastrophic_pattern_cannot_stall_a_worker(tmp_path: Path) -> None:
    olga = User.objects.create(username="olga", teams=["ops"])
    rule = {"Name": "Shouts", "Text matches pattern": PATTERN, "Send to queue": "archive"}
    page = Page.of(olga, "/tuning/rules/").press("Add rule", rule)
    page.press("Save as new policy", {"Reason": "nobody reads shouts"})
    channel = Channel.objects.create(name="Mentions", source="x", state=Channel.State.PAUSED)
    texts = [f"{LONG[number:]}!" for number in range(20)] + [LONG] + ["where is my parcel?"] * 5
    store(channel, [Post(id=f"p{place}", text=text) for place, text in enumerate(texts)])

    worker = [sys.executable, "-m", "config.cli", "run", "--once", "--json"]
    env = environment(tmp_path, database=address())
    done = subprocess.run(worker, env=env, capture_output=True, text=True, timeout=PATIENCE)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])
    placed = Move.objects.filter(event="placed", by=Move.By.RULE).values_list("item__text")
    assert Item.objects.count() == len(texts)
    assert [text for (text,) in placed] == [LONG]
