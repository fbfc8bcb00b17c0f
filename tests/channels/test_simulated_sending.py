"""From a routed item back to the platform: one reply there, whatever happens on the way.

A person writes a reply, `triage run --once` sends it, and the platform's own state is counted.
"""

import json
from collections.abc import Callable

import pytest
from django.utils import timezone

from tests.channels.simulated import (
    APP_SECRET,
    OAUTH,
    TOKEN,
    WATCHED,
    Watched,
    add,
    check,
    keys,
    run,
    sim,
    the_channel,
    watched,
)
from tests.domain.conftest import olga
from tests.hooks.conftest import _fresh
from tests.hooks.sending import post, signature
from tests.simulator import faults
from tests.simulator.server import Fault, Simulator
from tests.simulator.state import Post
from tests.simulator.x import X
from tests.simulator.x_records import CONSUMER
from triage.back.recalling import retry
from triage.back.replies import ask, write_reply
from triage.tables import Channel, Item, Outgoing, PostRow, User
from triage.vocabulary import Act
from workers.deliveries import read_all

__all__ = ["_fresh", "keys", "olga", "sim", "watched"]
pytestmark = pytest.mark.django_db

State = Outgoing.State
TEXT = "Sorry & thanks: see https://example.com/lamp and write again."
READING = {
    "x": {"tweet.read", "users.read"},
    "facebook": {"pages_read_engagement", "pages_read_user_content"},
    "mastodon": {"read:accounts", "read:statuses", "read:notifications"},
}
FAULTS: dict[str, Callable[[Simulator], Fault]] = {
    "done, and the answer was lost": lambda sim: faults.lost(),
    "done, and the answer was cut": lambda sim: faults.truncated(),
    "not done: an error of its own": lambda sim: faults.server_error(500),
    "not done: the page of a proxy": lambda sim: faults.web_page(502),
    "not done: a broken line": lambda sim: faults.broken_line(),
    "not done: a byte at a time": lambda sim: faults.slow(3),
    "not done: a rate limit": lambda sim: faults.always(sim.dialect.limited(None)),
}


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.channels.http.READ_SECONDS", 0.5)
    monkeypatch.setattr("workers.channels.http.TOTAL_SECONDS", 1.0)


@pytest.fixture
def asked(watched: Watched, sim: Simulator) -> Post:
    """What somebody wrote below a post of ours, read and routed."""
    ours = sim.state.write(sim.state.own.name, "Our new lamp is here.")
    post = sim.state.write("ann", "@whimbrel mine is dark", answers=ours)
    add(watched, sim)
    run()
    return post


def row_of(sim: Simulator, post: Post) -> PostRow:
    return PostRow.objects.get(external_id=sim.dialect.id_of(post))


def item_of(row: PostRow) -> Item:
    assert row.item is not None
    return row.item


def answer(sim: Simulator, post: Post, user: User) -> Outgoing:
    """Somebody writes a reply, which may leave at once."""
    item = item_of(row_of(sim, post))
    return write_reply(item, user, text=TEXT, seen=item.version, hold=0)


def replies(sim: Simulator, post: Post) -> list[Post]:
    """What stands on the platform as our answer to a post."""
    own = sim.state.own
    return [each for each in sim.state.living() if each.answers is post and each.author == own]


def run_till_settled(outgoing: Outgoing) -> Outgoing:
    """Run as often as it takes, each time as if the next try were due."""
    for _ in range(8):
        outgoing.refresh_from_db()
        if outgoing.state != State.WAITING:
            break
        Outgoing.objects.filter(state=State.WAITING).update(due_at=timezone.now())
        run()
    outgoing.refresh_from_db()
    return outgoing


def test_a_reply_goes_from_a_routed_item_to_the_platform(
    sim: Simulator, asked: Post, olga: User
) -> None:
    outgoing = answer(sim, asked, olga)
    run()
    outgoing.refresh_from_db()
    [reply] = replies(sim, asked)
    assert (outgoing.state, outgoing.error) == (State.SENT, "")
    assert outgoing.external_id == sim.dialect.id_of(reply)
    assert reply.text.startswith(("Sorry & thanks: see http", "@ann Sorry & thanks: see http"))
    run()
    ours = PostRow.objects.get(external_id=outgoing.external_id)
    assert ours.state == PostRow.State.CONTEXT
    assert ours.conversation == row_of(sim, asked).conversation
    assert len(replies(sim, asked)) == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_whatever_happens_to_the_answer_there_is_one_reply(
    sim: Simulator, asked: Post, olga: User, fault: Callable[[Simulator], Fault]
) -> None:
    outgoing = answer(sim, asked, olga)
    sim.fail("^POST", fault(sim))
    run()
    outgoing.refresh_from_db()
    assert outgoing.state == State.WAITING
    assert outgoing.error
    assert TOKEN not in outgoing.error
    assert run_till_settled(outgoing).state == State.SENT
    [reply] = replies(sim, asked)
    assert outgoing.external_id == sim.dialect.id_of(reply)


def test_an_answer_that_is_lost_again_and_again_leaves_one_reply(
    sim: Simulator, asked: Post, olga: User
) -> None:
    outgoing = answer(sim, asked, olga)
    sim.fail("^POST", faults.lost(), times=3)
    assert run_till_settled(outgoing).state == State.SENT
    assert len(replies(sim, asked)) == 1


def test_a_search_that_fails_sends_nothing_twice(sim: Simulator, asked: Post, olga: User) -> None:
    """Before it is sent again it is looked for; while nobody can look, nothing is sent."""
    outgoing = answer(sim, asked, olga)
    sim.fail("^POST", faults.lost())
    run()
    sim.fail("^GET", faults.server_error(503), times=1000)
    for _ in range(3):
        Outgoing.objects.update(due_at=timezone.now())
        run()
    assert len(replies(sim, asked)) == 1
    sim.heal()
    assert run_till_settled(outgoing).state == State.SENT
    assert len(replies(sim, asked)) == 1


def test_an_answer_to_what_is_gone_is_refused_in_words(
    sim: Simulator, asked: Post, olga: User
) -> None:
    outgoing = answer(sim, asked, olga)
    sim.state.delete(asked)
    assert run_till_settled(outgoing).state == State.REFUSED
    assert "deleted" in outgoing.error
    assert the_channel().state == Channel.State.ACTIVE
    assert Item.objects.get(pk=outgoing.item_id).owner == olga
    assert not replies(sim, asked)


SEARCH = Watched("x", X, "", OAUTH, settings={"query": "lamp"})


@pytest.mark.parametrize("watched", [SEARCH], indirect=True, ids=["x"])
def test_x_lets_us_answer_only_those_who_summoned_us(sim: Simulator, olga: User) -> None:
    stranger = sim.state.write("bo", "that whimbrel lamp is dark")
    summoner = sim.state.write("ann", "my lamp is dark @whimbrel")
    add(SEARCH, sim)
    run()
    first, second = answer(sim, stranger, olga), answer(sim, summoner, olga)
    run()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.REFUSED, State.SENT)
    assert "reply only to people who mentioned it" in first.error
    assert (len(replies(sim, stranger)), len(replies(sim, summoner))) == (0, 1)
    assert the_channel().state == Channel.State.ACTIVE


@pytest.mark.parametrize("watched", [WATCHED[0]], indirect=True, ids=["x"])
def test_x_does_not_take_the_same_words_twice(
    watched: Watched, sim: Simulator, asked: Post, olga: User
) -> None:
    first = answer(sim, asked, olga)
    run()
    another = sim.state.write("ann", "@whimbrel so is my bell")
    run()
    second = answer(sim, another, olga)
    assert run_till_settled(first).state == State.SENT
    assert run_till_settled(second).state == State.REFUSED
    assert "the same words" in second.error
    assert (len(replies(sim, asked)), len(replies(sim, another))) == (1, 0)


@pytest.fixture
def tagging(watched: Watched, sim: Simulator) -> Post:
    """A post at somebody else's place that tags us, read and routed."""
    post = sim.state.write("bo", "Look at my @whimbrel lamp", elsewhere=True)
    add(watched, sim)
    run()
    return post


@pytest.mark.parametrize("watched", WATCHED[1:3], indirect=True)
def test_what_tags_us_is_answered_where_it_stands(
    sim: Simulator, tagging: Post, olga: User
) -> None:
    assert run_till_settled(answer(sim, tagging, olga)).state == State.SENT
    assert len(replies(sim, tagging)) == 1


@pytest.mark.parametrize("watched", WATCHED[2:3], indirect=True)
def test_an_answer_to_a_tag_at_instagram_that_was_lost_is_left_to_a_person(
    sim: Simulator, tagging: Post, olga: User
) -> None:
    """Instagram shows nobody the replies to a mention, so that nothing can be looked for."""
    outgoing = answer(sim, tagging, olga)
    sim.fail("^POST", faults.lost())
    assert run_till_settled(outgoing).state == State.REFUSED
    assert "look there before you send again" in outgoing.error
    assert len(replies(sim, tagging)) == 1


@pytest.mark.parametrize("watched", [w for w in WATCHED if w.kind in READING], indirect=True)
def test_a_token_that_may_only_read_stops_the_channel_and_says_what_it_lacks(
    watched: Watched, sim: Simulator, asked: Post, olga: User
) -> None:
    sim.state.issue(TOKEN, *READING[watched.kind])
    outgoing = answer(sim, asked, olga)
    assert run_till_settled(outgoing).state == State.FAILED
    assert the_channel().state == Channel.State.REFUSED
    lacks = {"x": "tweet.write", "facebook": "pages_manage_engagement", "mastodon": "write:"}
    assert lacks[watched.kind] in outgoing.error
    assert not replies(sim, asked)
    sim.dialect.open(TOKEN)
    assert check()[0]
    retry(outgoing, olga)
    assert run_till_settled(outgoing).state == State.SENT
    assert len(replies(sim, asked)) == 1


ACTS = [
    *((watched, Act.HIDE) for watched in WATCHED[:3]),
    *((watched, Act.UNHIDE) for watched in WATCHED[:3]),
    *((watched, Act.LIKE) for watched in WATCHED if watched.kind != "instagram"),
    *((watched, Act.UNLIKE) for watched in WATCHED if watched.kind != "instagram"),
]


@pytest.mark.parametrize(
    ("watched", "act"), ACTS, indirect=["watched"], ids=[f"{w.kind}-{a}" for w, a in ACTS]
)
def test_what_is_done_to_a_post_is_done_there(
    watched: Watched, sim: Simulator, asked: Post, olga: User, act: Act
) -> None:
    asked.hidden = asked.liked = act in (Act.UNHIDE, Act.UNLIKE)
    row = row_of(sim, asked)
    outgoing = ask(item_of(row), olga, act=act, post=row, hold=0)
    assert run_till_settled(outgoing).state == State.SENT
    changed = asked.hidden if act in (Act.HIDE, Act.UNHIDE) else asked.liked
    assert changed == (act in (Act.HIDE, Act.LIKE))


@pytest.mark.parametrize("watched", WATCHED[:3], indirect=True)
def test_a_webhook_that_is_faster_than_the_answer_adds_nothing(
    watched: Watched, sim: Simulator, asked: Post, olga: User
) -> None:
    outgoing = answer(sim, asked, olga)
    sim.fail("^POST", faults.lost())
    run()
    [reply] = replies(sim, asked)
    body = json.dumps(sim.dialect.told(sim.state.events[-1])).encode()
    secret = CONSUMER[1] if watched.kind == "x" else APP_SECRET
    assert post("watched", body, signature(watched.kind, body, secret)).status_code == 200
    read_all()
    assert run_till_settled(outgoing).state == State.SENT
    ours = PostRow.objects.get(external_id=sim.dialect.id_of(reply))
    assert ours.state == PostRow.State.CONTEXT
    assert ours.text in (outgoing.text, reply.text)  # X shows another name for a link
    assert outgoing.external_id == ours.external_id
    assert PostRow.objects.filter(author=sim.state.own.name).count() <= 2
    assert Item.objects.count() == 1


def test_a_reply_of_ours_is_taken_back(sim: Simulator, asked: Post, olga: User) -> None:
    outgoing = answer(sim, asked, olga)
    run()
    outgoing.refresh_from_db()
    ours = PostRow.objects.get(external_id=outgoing.external_id)
    item = Item.objects.get(pk=outgoing.item_id)
    sim.fail("^DELETE", faults.lost())
    taken = ask(item, olga, act=Act.DELETE, post=ours, hold=0)
    assert run_till_settled(taken).state == State.SENT
    assert not replies(sim, asked)
    ours.refresh_from_db()
    assert ours.deleted_at is not None
