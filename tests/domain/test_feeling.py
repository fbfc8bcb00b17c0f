"""Sentiment on its way: into verdicts and items, and through deletes, merges, twins and erasing."""

from collections.abc import Sequence

import pytest

from models import Judgement
from tests.domain.making import bring, judgement, later, post
from triage.desk.merging import merge
from triage.desk.twins import share
from triage.posts import Post
from triage.tables import Channel, Item, PostRow, User, Verdict

WORDS = {"thanks": "positive", "awful": "negative", "blue": "neutral"}


@pytest.fixture(autouse=True)
def hearing_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge of the first word of a text that hears a sentiment in the last one."""

    def judged(rows: Sequence[PostRow], parents: dict[int, str]) -> list[Judgement | None]:
        heard = [WORDS.get((row.text.split() or [""])[-1], "") for row in rows]
        return [
            judgement(row.text or "noise", kind=row.kind, id=str(row.pk), sentiment=word)
            for row, word in zip(rows, heard, strict=True)
        ]

    monkeypatch.setattr("triage.walk.sorting.judge_rows", judged)


def felt(item: Item) -> str:
    return Item.objects.get(pk=item.pk).sentiment


@pytest.fixture
def cross(web: Channel) -> Item:
    """An item of a post that sounds negative."""
    return bring(web, post("1", "question it is awful", conversation="c"))


def test_the_verdict_and_the_item_say_what_was_heard(cross: Item) -> None:
    assert felt(cross) == "negative"
    assert Verdict.objects.get().sentiment == "negative"


def test_where_nothing_is_heard_it_is_empty(web: Channel) -> None:
    assert felt(bring(web, post("1", "question when"))) == ""


def test_an_item_sounds_like_its_latest_post(web: Channel, cross: Item) -> None:
    glad = post("2", "question solved thanks", conversation="c", created_at=later(5))
    assert bring(web, glad) == cross
    assert felt(cross) == "positive"
    late = post("0", "question the blue", conversation="c", created_at=later(-5))
    assert bring(web, late) == cross
    assert felt(cross) == "positive"


def test_an_edit_is_heard_anew(web: Channel, cross: Item) -> None:
    edited = post("1", "question mended thanks", conversation="c", edited_at=later(5))
    assert bring(web, edited) == cross
    assert felt(cross) == "positive"


def test_a_delete_gives_back_what_the_post_before_sounded_like(web: Channel, cross: Item) -> None:
    bring(web, post("2", "question solved thanks", conversation="c", created_at=later(5)))
    assert felt(cross) == "positive"
    bring(web, Post(id="2", text="", deleted=True))
    assert felt(cross) == "negative"


def test_merged_items_sound_like_the_latest_of_all_posts(
    web: Channel, cross: Item, bob: User
) -> None:
    glad = bring(web, post("2", "question thanks", conversation="d", created_at=later(5)))
    merge(glad, bob, into=cross)
    assert felt(cross) == "positive"


def test_a_twin_sounds_like_its_item(web: Channel, cross: Item, bob: User) -> None:
    twin = share(cross, bob, reason="a story for them, too")
    assert felt(twin) == "negative"
    bring(web, post("2", "question solved thanks", conversation="c", created_at=later(5)))
    assert felt(twin) == "positive"
