"""From `triage channel add` to routed items and on: posts, pages, threads, edits and deletions.

The real clients speak with a platform that keeps state; at the end of every story what is stored
must be what the platform shows.
"""

import pytest

from tests.channels.simulated import (
    BEARER,
    WATCHED,
    Watched,
    add,
    all_are_placed,
    all_is_known,
    keys,
    people_write,
    run,
    sim,
    stored,
    watched,
)
from tests.simulator.mastodon import Mastodon
from tests.simulator.server import Simulator
from tests.simulator.state import Post
from tests.simulator.x import X
from triage.tables import Item, PostRow, PostVersion

__all__ = ["keys", "sim", "watched"]
pytestmark = pytest.mark.django_db

FIRST_TO_LAST = 10
"""How often an answer is given and answered again in a long thread."""


def test_what_people_write_is_routed_page_after_page(watched: Watched, sim: Simulator) -> None:
    people_write(watched, sim, 3)
    add(watched, sim)
    assert run()["error"] is None
    all_is_known(sim)
    before = len(sim.asked(watched.paged))
    people_write(watched, sim, 17)
    said = run()
    assert (said["error"], said["new"], said["rejected"]) == (None, 17, 0)
    assert len(sim.asked(watched.paged)) >= before + 4
    all_is_known(sim)


def test_a_quiet_place_brings_nothing_twice(watched: Watched, sim: Simulator) -> None:
    people_write(watched, sim, 4)
    add(watched, sim)
    run()
    said = run()
    assert (said["error"], said["new"], said["changed"]) == (None, 0, 0)
    all_is_known(sim)


def talk(watched: Watched, sim: Simulator, rounds: int, last: Post) -> Post:
    """We answer, and the one who asked answers again."""
    for number in range(rounds):
        ours = sim.state.write(sim.state.own.name, f"Turn it off ({number})", answers=last)
        last = sim.state.write(last.author.name, f"@whimbrel still dark ({number})", answers=ours)
    return last


def test_a_long_thread_is_one_conversation_and_one_item(watched: Watched, sim: Simulator) -> None:
    [first] = people_write(watched, sim, 1)
    last = talk(watched, sim, 2, first)
    add(watched, sim)
    run()
    talk(watched, sim, FIRST_TO_LAST, last)
    run()
    all_is_known(sim)
    rows = PostRow.objects.filter(author=first.author.name)
    assert rows.count() == 1 + 2 + FIRST_TO_LAST
    assert len(set(rows.values_list("conversation", flat=True))) == 1
    answers = rows.exclude(external_id=sim.dialect.id_of(first))
    assert not answers.filter(in_reply_to="").exists()
    assert Item.objects.count() == 1


@pytest.mark.parametrize("watched", [w for w in WATCHED if w.kind != "mastodon"], indirect=True)
def test_an_edit_is_a_new_version_of_the_same_post(watched: Watched, sim: Simulator) -> None:
    """Mastodon tells nobody of an edit but those who boosted the post; Graph with the next one."""
    first, *_ = people_write(watched, sim, 4)
    edited = sim.state.posts[0] if watched.kind == "instagram" else first
    add(watched, sim)
    run()
    old = edited.text
    sim.state.edit(edited, "@whimbrel it shines again")
    people_write(watched, sim, 7)
    said = run()
    assert (said["error"], said["changed"]) == (None, 1)
    all_is_known(sim)
    version = PostVersion.objects.get()
    assert (version.post.external_id, version.text) == (sim.dialect.id_of(edited), old)


def test_what_is_taken_away_before_it_was_read_never_comes(
    watched: Watched, sim: Simulator
) -> None:
    _, second, third = people_write(watched, sim, 3)
    sim.state.delete(second)
    add(watched, sim)
    run()
    all_is_known(sim)
    kept = sim.dialect.id_of(third)
    sim.state.delete(third)
    people_write(watched, sim, 12)
    assert run()["error"] is None
    assert stored().keys() == sim.dialect.shown().keys() | {kept}  # nobody tells a reader
    all_are_placed(sim)


SEARCHES = [
    Watched("x", X, r"/search/recent", BEARER, settings={"query": "@whimbrel -is:retweet"}),
    Watched("mastodon", Mastodon, r"/tag/whimbrel", {}, settings={"hashtag": "whimbrel"}),
]


@pytest.mark.parametrize("watched", SEARCHES, indirect=True, ids=lambda watched: watched.kind)
def test_a_search_is_read_page_after_page_too(watched: Watched, sim: Simulator) -> None:
    for number in range(4):
        sim.state.write(f"person{number}", f"@whimbrel #whimbrel lamp {number} is dark")
    add(watched, sim)
    run()
    for number in range(13):
        sim.state.write(f"person{number}", f"@whimbrel #whimbrel bell {number} is loud")
    assert run()["error"] is None
    assert len(sim.asked(watched.paged)) >= 4
    assert len(stored()) == 17
    all_is_known(sim)
