"""The sentiment of posts: marked in the thread, told beside it, and a filter of lists."""

from typing import Any

import pytest
from django.utils import timezone

from tests.web.conftest import at_desk
from tests.web.desk import arrive, ours, watch
from triage.tables import Item, User
from triage.times.reports import monday_of, week_report
from triage.tuning.policies import policy_in_force
from triage.web.feelings import went


def page(user: User, pk: int) -> str:
    answer = at_desk(user).get(f"/item/{pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def marks(user: User, pk: int) -> dict[str, str]:
    """The mark of every entry of a thread, by its text."""
    thread = at_desk(user).get(f"/item/{pk}/").context["thread"]
    return {
        str(entry.text): entry.felt.word if entry.felt else ""
        for part in thread.parts
        for entry in part.entries
    }


@pytest.fixture
def talk(db: None) -> Item:
    """A conversation that begins badly and ends well, with us and somebody else in between."""
    about: dict[str, Any] = {"conversation": "root", "in_reply_to": "root"}
    arrive("it fell apart", id="root", author="@dan", sentiment="negative", conversation="root")
    arrive("same here", minutes=1, author="@eve", sentiment="negative", **about)
    ours("We send a new one.", minutes=2, **about)
    arrive("and the invoice", minutes=3, author="@dan", sentiment="neutral", **about)
    return arrive("it came, thanks", minutes=4, author="@dan", sentiment="positive", **about)


def test_each_post_of_the_author_is_marked_and_no_other(talk: Item, bob: User) -> None:
    assert marks(bob, talk.pk) == {
        "it fell apart": "negative",
        "same here": "",
        "We send a new one.": "",
        "and the invoice": "neutral",
        "it came, thanks": "positive",
    }


def test_a_mark_is_a_word_and_a_shape_and_says_whose_it_is(talk: Item, bob: User) -> None:
    shown = page(bob, talk.pk)
    assert 'title="Sentiment: positive"' in shown
    assert '<span aria-hidden="true">▴</span> positive' in shown


def test_beside_the_thread_stands_the_latest_and_how_it_came_to_it(talk: Item, bob: User) -> None:
    felt = at_desk(bob).get(f"/item/{talk.pk}/").context["context"].felt
    assert felt.latest.word == "positive"
    assert felt.went == "negative → neutral → positive over 3 posts"
    assert "It can be wrong, especially about irony." in page(bob, talk.pk)


def test_where_nobody_says_one_whoever_cannot_say_it_sees_nothing(alice: User) -> None:
    shown = page(alice, arrive("how do I pair it?").pk)
    assert "<h3>Sentiment</h3>" not in shown
    assert 'class="felt' not in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], ""),
        (["negative"], ""),
        (["negative", "negative"], "negative in all 2 posts"),
        (["negative", "negative", "neutral"], "negative → neutral over 3 posts"),
        (
            ["negative", "neutral"] * 3 + ["positive"],
            "negative → … → negative → neutral → positive over 7 posts",
        ),
    ],
)
def test_how_it_went_is_told_in_few_words(words: list[str], told: str) -> None:
    assert went(words) == told


def test_a_list_is_narrowed_to_what_sounds_like_that(bob: User) -> None:
    arrive("broken again", sentiment="negative", channel=watch())
    arrive("thanks a lot", sentiment="positive")
    desk = at_desk(bob)
    shown = desk.get("/queue/support/?sentiment=negative").content.decode()
    assert "broken again" in shown
    assert "thanks a lot" not in shown
    assert "sounds negative" in shown
    assert "thanks a lot" in desk.get("/queue/support/?sentiment=loud").content.decode()


def test_whoever_works_there_says_it_with_one_click(talk: Item, bob: User, alice: User) -> None:
    shown = page(bob, talk.pk)
    assert shown.count('name="sentiment" value=') == 3
    assert 'value="positive" aria-pressed="true"' in shown
    assert 'name="sentiment" value=' not in page(alice, talk.pk)
    form = {"sentiment": "negative", "seen": talk.version}
    answer = at_desk(bob).post(f"/item/{talk.pk}/sentiment/", form, follow=True).content.decode()
    assert 'value="negative" aria-pressed="true"' in answer
    assert marks(bob, talk.pk)["it came, thanks"] == "negative"
    felt = at_desk(alice).get(f"/item/{talk.pk}/").context["context"].felt
    assert (felt.latest.word, felt.latest.by) == ("negative", bob.shown_name)
    assert felt.went == "negative → neutral → negative over 3 posts"


def test_what_a_person_says_is_filtered_by_and_reported(talk: Item, bob: User) -> None:
    at_desk(bob).post(f"/item/{talk.pk}/sentiment/", {"sentiment": "negative"})
    shown = at_desk(bob).get("/queue/support/?sentiment=negative").content.decode()
    assert f'<li data-item="{talk.pk}"' in shown
    zone = policy_in_force().hours.zone
    starts = monday_of(Item.objects.get(pk=talk.pk).opened_at.astimezone(zone).date())
    report = week_report(Item.objects.all(), starts, policy=policy_in_force(), now=timezone.now())
    assert sum(line.negative for line in report.lines) == 2


def test_it_can_be_said_where_no_model_said_one(bob: User) -> None:
    item = arrive("how do I pair it?")
    assert page(bob, item.pk).count('aria-pressed="false"') == 3
    at_desk(bob).post(f"/item/{item.pk}/sentiment/", {"sentiment": "neutral"})
    assert 'value="neutral" aria-pressed="true"' in page(bob, item.pk)


def test_a_word_that_is_none_is_refused_and_changes_nothing(talk: Item, bob: User) -> None:
    answer = at_desk(bob, htmx=True).post(f"/item/{talk.pk}/sentiment/", {"sentiment": "furious"})
    assert answer.status_code == 409
    assert "positive, neutral or negative" in answer.content.decode()
    assert Item.objects.get(pk=talk.pk).sentiment == "positive"
