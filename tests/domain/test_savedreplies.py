"""Saved replies: personal and a team's, with places for names."""

import pytest

from tests.domain.making import bring, post
from triage.desk.acting import ActRefused
from triage.desk.savedreplies import drop_reply, replies_for, save_reply, use_reply
from triage.tables import Channel, Item, SavedReply, User

pytestmark = pytest.mark.usefixtures("judge")
TEXT = "Hello {author}, thanks for asking {brand}. {agent}"


@pytest.fixture
def item(web: Channel) -> Item:
    return bring(web, post("1"))


def test_the_places_are_filled(item: Item, bob: User) -> None:
    reply = save_reply(bob, title="Thanks", text=TEXT)
    assert use_reply(reply, item, bob) == "Hello ann, thanks for asking Acme. Bob"
    assert SavedReply.objects.get().used == 1


def test_a_name_that_is_not_known_leaves_no_gap(web: Channel, bob: User) -> None:
    unknown = bring(web, post("1", author=None, author_id=None))
    reply = save_reply(bob, title="Thanks", text=TEXT)
    assert use_reply(reply, unknown, bob) == "Hello, thanks for asking Acme. Bob"


def test_what_an_author_calls_themselves_is_not_filled_again(web: Channel, bob: User) -> None:
    item = bring(web, post("1", author="{agent}", author_id="x"))
    reply = save_reply(bob, title="Thanks", text="Hello {author}")
    assert use_reply(reply, item, bob) == "Hello {agent}"


@pytest.mark.parametrize(
    ("title", "text", "team", "sentence"),
    [
        ("", "x", "", "A saved reply needs a title and a text."),
        ("x", " ", "", "A saved reply needs a title and a text."),
        ("x", "Dear {name}", "", r"\{name\} is not a placeholder. Use \{author\}"),
        ("x", "x", "sales", "There is no team 'sales'."),
        ("x", "x", "social", "You are not in the social team"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    bob: User, title: str, text: str, team: str, sentence: str
) -> None:
    with pytest.raises(ActRefused, match=sentence):
        save_reply(bob, title=title, text=text, team=team)
    assert not SavedReply.objects.exists()


def test_a_reply_is_its_writer_s_or_its_team_s(alice: User, bob: User, olga: User) -> None:
    own = save_reply(bob, title="Mine", text="x")
    team = save_reply(bob, title="Ours", text="x", team="community")
    assert set(replies_for(bob)) == {own, team}
    assert not replies_for(alice)
    assert list(replies_for(olga)) == [team]
    with pytest.raises(ActRefused, match="This reply belongs to someone else"):
        save_reply(olga, title="Mine", text="y", reply=own)
    changed = save_reply(olga, title="Ours", text="y", team="community", reply=team)
    assert (changed.pk, changed.text, changed.owner) == (team.pk, "y", bob)
    drop_reply(team, olga)
    assert list(replies_for(bob)) == [own]


def test_what_is_used_most_comes_first(item: Item, bob: User) -> None:
    first, second = (save_reply(bob, title=title, text="x") for title in ("A", "B"))
    use_reply(second, item, bob)
    assert list(replies_for(bob)) == [second, first]


def test_who_is_in_no_team_has_no_replies(charlie: User) -> None:
    save_reply(charlie, title="Mine", text="x")
    assert not replies_for(charlie)
