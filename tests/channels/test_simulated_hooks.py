"""Webhooks of a platform that keeps state, with pulling behind them, end in exactly its state.

The platform posts to our web process over HTTP: signed, replayed, out of order, and not all.
"""

import random

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.channels.simulated import (
    APP_SECRET,
    WATCHED,
    Watched,
    add,
    all_are_placed,
    keys,
    people_write,
    run,
    sim,
    watched,
)
from tests.hooks.conftest import _fresh
from tests.hooks.sending import signature
from tests.simulator.server import Simulator
from tests.simulator.state import Event, Kind
from tests.simulator.webhooks import Webhooks, shuffled, some_lost
from tests.simulator.x_records import CONSUMER
from triage.tables import DeadLetter, Delivery, PostRow
from triage.walk.sorting import sort_all
from workers.deliveries import read_all

__all__ = ["_fresh", "keys", "sim", "watched"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("watched", [w for w in WATCHED if w.kind != "mastodon"], indirect=True),
]
SEEDS = range(4)


@pytest.fixture
def hooks(watched: Watched, sim: Simulator, live_server: LiveServer) -> Webhooks:
    """The platform, which knows our address; the channel was read once."""
    people_write(watched, sim, 2)
    add(watched, sim)
    run()
    secret = CONSUMER[1] if watched.kind == "x" else APP_SECRET
    address = f"{live_server.url}/hooks/watched"
    return Webhooks(sim.dialect, address, lambda body: signature(watched.kind, body, secret))


def a_story(watched: Watched, sim: Simulator, chance: random.Random) -> list[Event]:
    """People write and change what they wrote, as far as their platform lets them; we answer."""
    start = len(sim.state.events)
    for _ in range(4):
        posts = people_write(watched, sim, 3)
        ours = sim.state.write(sim.state.own.name, "Which lamp is it?", answers=posts[0])
        sim.state.write(posts[0].author.name, "@whimbrel the red one", answers=ours)
        if watched.kind != "instagram":
            sim.state.edit(chance.choice(posts), f"@whimbrel now lamp {len(sim.state.posts)} too")
        if watched.kind == "facebook":
            sim.state.delete(chance.choice(posts))
        if watched.kind == "x":
            sim.state.delete(ours)
    return sim.state.events[start:]


def may_be_lost(event: Event) -> bool:
    """What a pull repairs. That something is gone no pull can tell: then the platform tries on."""
    return event.kind != Kind.REMOVE


def read_all_of_it(watched: Watched, sim: Simulator) -> None:
    """The pull behind the webhooks, after a last post which no webhook told of."""
    people_write(watched, sim, 1)
    read_all()
    for _ in range(2):
        Delivery.objects.update(retry_at=None)  # as if a minute had passed
        assert run()["error"] is None


def ends_in_its_state(sim: Simulator) -> None:
    """What people wrote is stored as the platform has it, and placed; nothing was set aside."""
    others = PostRow.objects.exclude(state=PostRow.State.CONTEXT)
    kept = dict(others.filter(deleted_at=None).values_list("external_id", "text"))
    own = sim.state.own
    watched = [post for post in sim.dialect.watched() if post.author != own]
    assert kept == {sim.dialect.id_of(post): post.text for post in watched}
    gone = {sim.dialect.id_of(post) for post in sim.state.posts if post.gone}
    marked = PostRow.objects.exclude(deleted_at=None).values_list("external_id", flat=True)
    assert set(marked) <= gone
    assert not DeadLetter.objects.exists()
    assert not Delivery.objects.filter(state=Delivery.State.DEAD).exists()
    all_are_placed(sim)


def test_webhooks_alone_tell_a_story_to_the_end(
    watched: Watched, sim: Simulator, hooks: Webhooks
) -> None:
    hooks.tell(a_story(watched, sim, random.Random(1)))
    asked = len(sim.seen)
    run_without_pulling()
    assert len(sim.seen) == asked
    ends_in_its_state(sim)


def run_without_pulling() -> None:
    """Read and sort what was delivered."""
    read_all()
    sort_all()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_replayed_reordered_or_lost_the_end_is_the_same(
    watched: Watched, sim: Simulator, hooks: Webhooks, seed: int
) -> None:
    chance = random.Random(seed)
    first = a_story(watched, sim, chance)
    hooks.tell(some_lost(shuffled(first, chance), chance, may_be_lost))
    read_all()
    run()
    second = a_story(watched, sim, chance)
    hooks.replay(chance, 10)
    hooks.tell(some_lost(shuffled(second, chance), chance, may_be_lost))
    hooks.replay(chance, 10)
    read_all_of_it(watched, sim)
    ends_in_its_state(sim)
    hooks.replay(chance, 30)
    read_all_of_it(watched, sim)
    ends_in_its_state(sim)


def test_a_webhook_that_comes_late_does_not_undo_what_a_pull_brought(
    watched: Watched, sim: Simulator, hooks: Webhooks
) -> None:
    [post] = people_write(watched, sim, 1)
    [written] = sim.state.events[-1:]
    if watched.kind != "instagram":
        sim.state.edit(post, "@whimbrel it shines again")
    run()
    hooks.tell([written])
    run()
    ends_in_its_state(sim)


def test_what_somebody_else_signed_is_not_taken(
    watched: Watched, sim: Simulator, hooks: Webhooks
) -> None:
    people_write(watched, sim, 1)
    hooks.tell(sim.state.events[-1:])
    [body] = hooks.sent
    before = Delivery.objects.count()
    assert hooks.post(body.replace(b"dark", b"sold"), **hooks.sign(body)) == 401
    assert hooks.post(body + b" ", **signature(watched.kind, body + b" ", "another")) == 401
    assert hooks.post(body + b" ") == 200
    assert Delivery.objects.count() <= before + 1
