"""Notes and drafts: what is written beside an item, and before it is sent."""

import pytest

from tests.domain.making import bring, later, post
from triage.desk.acting import ActRefused
from triage.desk.drafts import catch_up, draft_of, is_behind, save_draft
from triage.desk.notes import add_note, notes_on, read_mentions, unread_mentions
from triage.tables import Channel, Draft, Item, Move, Note, User

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def item(web: Channel) -> Item:
    return bring(web, post("1", conversation="c"))


def test_a_note_is_seen_by_everybody_in_the_order_of_writing(
    item: Item, alice: User, bob: User
) -> None:
    add_note(item, bob, text=" He is a journalist. ")
    add_note(item, alice, text="Then I call him.")
    notes = [(note.user, note.text) for note in notes_on(item)]
    assert notes == [(bob, "He is a journalist."), (alice, "Then I call him.")]
    assert Move.objects.latest("id").event == "noted"


def test_who_is_named_is_told_once(item: Item, alice: User, bob: User, charlie: User) -> None:
    noted = add_note(item, bob, text="@Alice, see this; @alice! cc @bob @charlie @voltbike a@alice")
    assert noted.told == (alice,)
    assert [mention.note for mention in unread_mentions(alice)] == [noted.note]
    assert not unread_mentions(bob), "nobody is told of what they wrote themselves"
    assert not unread_mentions(charlie), "nobody is told of what they may not see"


def test_a_mention_stays_unread_until_it_is_read(
    web: Channel, item: Item, alice: User, bob: User
) -> None:
    other = bring(web, post("2", author_id="u2"))
    add_note(item, bob, text="@alice one")
    add_note(other, bob, text="@alice two")
    assert read_mentions(alice, item=item) == 1
    assert [mention.note.text for mention in unread_mentions(alice)] == ["@alice two"]
    assert read_mentions(alice) == 1
    assert read_mentions(alice) == 0


def test_who_has_left_the_teams_reads_no_notes(item: Item, alice: User, bob: User) -> None:
    add_note(item, bob, text="@alice one")
    alice.teams = []
    assert not unread_mentions(alice)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("  \n", "Write something first."), ("x" * 5001, "A note can have at most 5000 characters")],
)
def test_a_note_that_cannot_be_kept_is_refused(
    item: Item, bob: User, text: str, sentence: str
) -> None:
    with pytest.raises(ActRefused, match=sentence):
        add_note(item, bob, text=text)
    assert not Note.objects.exists()


def test_who_is_in_no_team_writes_no_notes(item: Item, charlie: User) -> None:
    with pytest.raises(ActRefused, match="You are not in a team yet"):
        add_note(item, charlie, text="hello")


# Drafts


def test_a_draft_is_there_when_the_page_is_opened_again(item: Item, bob: User, olga: User) -> None:
    save_draft(item, bob, text="Dear", version=item.version)
    save_draft(item, bob, text="Dear Ann", version=item.version)
    draft = draft_of(item, bob)
    assert draft is not None
    assert draft.text == "Dear Ann"
    assert draft_of(item, olga) is None
    assert list(Draft.objects.all()) == [draft]


def test_an_empty_draft_is_no_draft(item: Item, bob: User) -> None:
    save_draft(item, bob, text="Dear", version=item.version)
    assert save_draft(item, bob, text=" \n", version=item.version) is None
    assert not Draft.objects.exists()


def test_a_draft_knows_that_the_item_went_on_under_it(web: Channel, item: Item, bob: User) -> None:
    save_draft(item, bob, text="Dear", version=item.version)
    changed = bring(web, post("2", conversation="c", created_at=later(5)))
    draft = save_draft(changed, bob, text="Dear Ann", version=changed.version)
    assert draft is not None
    assert is_behind(draft, changed), "typing on does not mean that the new post was read"
    catch_up(draft, changed)
    draft.refresh_from_db()
    assert not is_behind(draft, changed)


def test_nobody_drafts_an_answer_for_another_team(item: Item, alice: User) -> None:
    with pytest.raises(ActRefused, match="Your team does not work the support queue"):
        save_draft(item, alice, text="Dear", version=1)
