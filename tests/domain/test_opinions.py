"""What a person says an author feels: it holds, it can be undone, and it comes with the lessons."""

from collections.abc import Sequence

import pytest

from models import Judgement
from tests.domain.making import bring, judgement, later, post
from triage.desk.acting import ActRefused
from triage.desk.claims import claim
from triage.desk.merging import merge
from triage.desk.opinions import say_sentiment
from triage.desk.snoozing import snooze
from triage.desk.twins import share
from triage.desk.undoing import last_stroke, undo
from triage.staff.erasing import erase, preview
from triage.tables import Channel, Item, Move, Opinion, PostRow, User
from triage.tuning.teaching import labelled_posts
from triage.tuning.trainings import new_lessons

WORDS = {"thanks": "positive", "awful": "negative"}


@pytest.fixture(autouse=True)
def hearing_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge of the first word of a text that hears a sentiment in the last one."""

    def judged(rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement | None]:
        return [
            judgement(
                row.text or "noise",
                id=str(row.pk),
                sentiment=WORDS.get((row.text.split() or [""])[-1], ""),
            )
            for row in rows
        ]

    monkeypatch.setattr("triage.walk.sorting.judge_rows", judged)


@pytest.fixture
def cross(web: Channel) -> Item:
    """An item that sounds negative to the model."""
    return bring(web, post("1", "question it is awful", conversation="c"))


def felt(item: Item) -> str:
    return Item.objects.get(pk=item.pk).sentiment


def say(item: Item, user: User, word: str, *, seen: int | None = None) -> Item:
    fresh = Item.objects.select_related("channel").get(pk=item.pk)
    return say_sentiment(fresh, user, sentiment=word, seen=seen)


def test_a_person_says_it_and_the_history_tells_who(cross: Item, bob: User) -> None:
    changed = say(cross, bob, "positive", seen=cross.version)
    assert (changed.sentiment, changed.version) == ("positive", cross.version + 1)
    said = Opinion.objects.get()
    assert (said.post_id, said.post_version, said.sentiment) == (
        cross.latest_post_id,
        1,
        "positive",
    )
    move = Move.objects.get(event="sentiment")
    assert (move.user, move.by, move.why) == (bob, "person", "positive, in place of negative")


def test_no_later_verdict_of_the_same_post_replaces_it(
    web: Channel, cross: Item, bob: User
) -> None:
    say(cross, bob, "positive")
    bring(web, post("1", "question still awful", conversation="c", edited_at=later(5)))
    assert felt(cross) == "positive"


def test_an_edit_of_what_nobody_spoke_of_is_heard_anew(web: Channel, cross: Item) -> None:
    bring(web, post("1", "question mended thanks", conversation="c", edited_at=later(5)))
    assert felt(cross) == "positive"


def test_a_later_post_is_heard_by_itself_and_gives_way_to_it_when_it_goes(
    web: Channel, cross: Item, bob: User
) -> None:
    say(cross, bob, "neutral")
    bring(web, post("2", "question solved thanks", conversation="c", created_at=later(5)))
    assert felt(cross) == "positive"
    bring(web, post("2", "", conversation="c", deleted=True))
    assert felt(cross) == "neutral"


def test_the_last_word_counts_and_the_same_word_twice_is_refused(
    cross: Item, bob: User, olga: User
) -> None:
    say(cross, bob, "positive")
    say(cross, olga, "neutral")
    assert felt(cross) == "neutral"
    with pytest.raises(ActRefused, match="already set to neutral"):
        say(cross, bob, "neutral")


def test_agreeing_with_the_model_is_a_persons_word_too(
    web: Channel, cross: Item, bob: User
) -> None:
    say(cross, bob, "negative")
    bring(web, post("1", "question mended thanks", conversation="c", edited_at=later(5)))
    assert felt(cross) == "negative"


def test_it_is_undone_to_what_stood_before(cross: Item, bob: User) -> None:
    say(cross, bob, "neutral")
    first = Opinion.objects.get()
    say(cross, bob, "positive")
    stroke = last_stroke(bob)
    assert stroke is not None
    assert undo(bob, stroke.stroke).done == (cross.pk,)
    assert felt(cross) == "neutral"
    assert Opinion.objects.get() == first
    assert Move.objects.latest("id").event == "undone"


def test_an_undone_word_lets_the_model_speak_again(web: Channel, cross: Item, bob: User) -> None:
    say(cross, bob, "positive")
    stroke = last_stroke(bob)
    assert stroke is not None
    undo(bob, stroke.stroke)
    assert felt(cross) == "negative"
    bring(web, post("1", "question mended thanks", conversation="c", edited_at=later(5)))
    assert felt(cross) == "positive"


@pytest.mark.parametrize(
    ("word", "why"), [("angry", "positive, neutral or negative"), ("", "positive, neutral")]
)
def test_a_word_that_is_none_is_refused(cross: Item, bob: User, word: str, why: str) -> None:
    with pytest.raises(ActRefused, match=why):
        say(cross, bob, word)
    say(cross, bob, "positive")


def test_only_who_works_in_the_queue_says_it(cross: Item, alice: User, bob: User) -> None:
    with pytest.raises(ActRefused, match="does not work the support queue"):
        say(cross, alice, "positive")
    assert not Opinion.objects.exists()
    say(cross, bob, "positive")


def test_what_has_changed_since_is_looked_at_first(web: Channel, cross: Item, bob: User) -> None:
    bring(web, post("2", "question again", conversation="c", created_at=later(5)))
    with pytest.raises(ActRefused, match="changed since you opened it"):
        say(cross, bob, "positive", seen=cross.version)
    assert not Opinion.objects.exists()
    assert felt(cross) == ""


def test_a_colleague_who_has_it_is_not_disturbed(cross: Item, bob: User, olga: User) -> None:
    held = claim(cross, bob)
    with pytest.raises(ActRefused, match="Bob has"):
        say(cross, olga, "positive")
    mine = say(cross, bob, "positive")
    assert (mine.owner, mine.claimed_until) == (bob, held.claimed_until)


def test_a_rest_goes_on(cross: Item, bob: User) -> None:
    snooze(cross, bob, until=None)
    assert say(cross, bob, "positive").snoozed


def test_what_is_gone_or_elsewhere_has_nothing_to_say_it_of(
    web: Channel, cross: Item, bob: User
) -> None:
    other = bring(web, post("2", "question too", conversation="d"))
    merge(other, bob, into=cross)
    with pytest.raises(ActRefused, match=f"merged into item {cross.pk}"):
        say(other, bob, "positive")
    for number in ("1", "2"):
        bring(web, post(number, "", conversation="c", deleted=True))
    with pytest.raises(ActRefused, match="deleted it"):
        say(cross, bob, "positive")


def test_both_teams_items_of_a_post_tell_the_same(cross: Item, bob: User, alice: User) -> None:
    twin = share(cross, bob, reason="a story for them, too")
    say(twin, alice, "positive")
    assert (felt(cross), felt(twin)) == ("positive", "positive")
    told = Move.objects.get(item=cross, event="sentiment")
    assert told.why == f"Alice, in item {twin.pk}: positive"
    stroke = last_stroke(alice)
    assert stroke is not None
    assert stroke.items == (twin.pk,)
    undo(alice, stroke.stroke)
    assert (felt(cross), felt(twin)) == ("negative", "negative")


def test_it_comes_with_the_lessons_and_asks_for_no_training(cross: Item, bob: User) -> None:
    say(cross, bob, "positive")
    [told] = labelled_posts()
    assert (told["text"], told["intent"], told["sentiment"]) == (
        "question it is awful",
        None,
        "positive",
    )
    assert new_lessons() == 0


def test_erasing_its_author_takes_it_along(cross: Item, bob: User) -> None:
    say(cross, bob, "positive")
    assert cross.person is not None
    assert preview(cross.person).lessons == 1
    erase(cross.person, by="command")
    assert not Opinion.objects.exists()
