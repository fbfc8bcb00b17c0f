"""`triage review`: the lane from a terminal, with the page's rights and conditions."""

import pytest

from tests.cli.conftest import Command
from tests.web.desk import arrive, ours
from tests.web.reading import give, share
from triage.tables import Item, Lesson, PostRow, Reading, User
from triage.tuning.labelling import GUIDE


@pytest.fixture(autouse=True)
def nothing_is_drawn(db: None) -> None:
    share()


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create(username="bob", teams=["community"])


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(username="alice", teams=["social"])


def unsure(text: str = "hm, the Cargo", **fields: object) -> Item:
    return arrive(text, intent="lead", confidence=0.3, **fields)  # type: ignore[arg-type]


def test_the_next_post_stands_there_with_its_conversation_and_the_leaning(
    triage: Command, bob: User
) -> None:
    ours("The Cargo is here!", conversation="talk")
    item = unsure(conversation="talk", minutes=1)
    [card] = triage("review", "next", "--user", "bob", "--json").data
    assert (card["post"], card["version"], card["item"]) == (item.latest_post_id, 1, item.pk)
    assert (card["lane"], card["said"], card["confidence"]) == ("unsure", "lead", 0.3)
    assert [(line["text"], line["ours"]) for line in card["before"]] == [
        ("The Cargo is here!", True)
    ]
    said = triage("review", "next", "--user", "bob").out
    assert f"post {item.latest_post_id}, version 1, X mentions (public)" in said
    assert "  | VoltBike: The Cargo is here!\nhm, the Cargo\n" in said
    assert "The model leans to lead, 30% sure." in said


def test_the_sample_hides_the_answer_of_the_model_until_the_reader_has_given_theirs(
    triage: Command, bob: User
) -> None:
    share(sure=1)
    item = arrive("how much is the Cargo?", intent="lead", confidence=0.91)
    sample = ("review", "next", "--user", "bob", "--lane", "sample")
    [card] = triage(*sample, "--json").data
    assert (card["said"], card["confidence"]) == (None, None)
    assert not [word for word in ("91", "leans", "promo") if word in triage(*sample).out]
    answer = triage("review", "read", str(item.latest_post_id), "sales", "--user", "bob")
    assert "Sales: the model said lead, 91% sure." in answer.out
    assert Reading.objects.get().lane == "sample"
    assert Item.objects.get().queue == "promo"


def test_several_are_shown_each_once_and_what_is_skipped_is_not(triage: Command, bob: User) -> None:
    items = [unsure(f"number {number}", minutes=number) for number in range(4)]
    ids = [item.latest_post_id for item in items]
    shown = triage("review", "next", "--limit", "9", "--skip", str(ids[0]), "--json").data
    assert sorted(card["post"] for card in shown) == ids[1:]


def test_an_empty_lane_says_so(triage: Command, bob: User) -> None:
    said = triage("review", "next", "--lane", "sample")
    assert (said.out, said.err) == ("", "Nothing is left to read in the lane sample.\n")


def test_an_answer_moves_the_item_teaches_and_can_be_taken_back(triage: Command, bob: User) -> None:
    item = unsure()
    read = ("review", "read", str(item.latest_post_id), "question", "--user", "bob")
    [answer] = triage(*read, "--json").data
    assert (answer["intent"], answer["queue"], answer["moved"]) == ("question", "support", True)
    item.refresh_from_db()
    assert (item.queue, item.intent, Lesson.objects.get().user) == ("support", "question", bob)
    assert f"Undone: post {item.latest_post_id}" in triage("review", "undo", "--user", "bob").out
    item.refresh_from_db()
    assert (item.queue, Lesson.objects.count(), Reading.objects.count()) == ("review", 0, 0)
    assert "Question: it is in support now." in triage(*read).out


def test_undoing_goes_back_step_by_step_and_only_over_ones_own(
    triage: Command, alice: User, bob: User
) -> None:
    posts = [str(unsure(f"number {number}").latest_post_id) for number in range(3)]
    for name, post in zip(("bob", "alice", "bob"), posts, strict=True):
        triage("review", "read", post, "lead", "--user", name)
    undo = ("review", "undo", "--user", "bob")
    undone = [triage(*undo, "--json").data[0]["post"] for _ in range(2)]
    assert undone == [int(posts[2]), int(posts[0])]
    assert "bob has read nothing within a day" in triage(*undo, code=1).sentence
    assert Reading.objects.get().user == alice


def test_two_readers_of_the_same_post_keep_one_reading(
    triage: Command, alice: User, bob: User
) -> None:
    post = str(unsure().latest_post_id)
    triage("review", "read", post, "lead", "--user", "bob")
    late = triage("review", "read", post, "question", "--user", "alice", code=1)
    assert late.sentence == "not kept: Someone else just labelled it."
    assert Reading.objects.get().user == bob


def test_a_second_reading_of_the_sample_is_kept_beside_the_first(
    triage: Command, alice: User, bob: User
) -> None:
    share(sure=1, second=1)
    item = arrive("how much?", intent="lead")
    give(alice, item, "lead")
    [card] = triage("review", "next", "--user", "bob", "--lane", "sample", "--json").data
    read = ("review", "read", str(card["post"]), "sales", "--user", "bob")
    assert triage(*read).out == "Sales, noted.\n"
    [second] = Reading.objects.filter(second=True)
    assert (second.user, second.lesson) == (bob, None)
    numbers = {
        row["what"]: row for row in triage("review", "numbers", "--user", "bob", "--json").data
    }
    assert (numbers["drawn"]["number"], numbers["drawn"]["of"]) == (1, 1)
    assert (numbers["second readings"]["number"], numbers["second readings"]["of"]) == (1, 1)
    assert (numbers["kappa"]["name"], numbers["kappa"]["agreed"]) == ("alice and bob", 0)


def test_the_numbers_say_what_waits_for_whom(triage: Command, bob: User) -> None:
    unsure()
    said = triage("review", "numbers").out
    assert "unsure\t1 post to read" in said
    assert "drawn\t0 of 0 read" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("read", "POST", "moon", "--user", "bob"), "There is no intent 'moon'"),
        (("read", "POST", "lead", "--user", "bob", "--seen", "7"), "edited it in the meantime"),
        (("read", "999999", "lead", "--user", "bob"), "there is no post 999999"),
        (("read", "POST", "lead", "--user", "nobody"), "there is nobody called 'nobody'"),
        (("read", "POST", "lead", "--user", "charlie"), "charlie is in no team"),
        (("next", "--user", "charlie"), "charlie is in no team"),
        (("numbers", "--user", "charlie"), "charlie is in no team"),
        (("read", "POST", "lead"), "say who reads: --user NAME"),
        (("undo", "--user", "bob"), "bob has read nothing"),
    ],
)
def test_what_cannot_be_done_is_said_and_keeps_nothing(
    triage: Command, bob: User, arguments: tuple[str, ...], sentence: str
) -> None:
    User.objects.create(username="charlie")
    post = str(unsure().latest_post_id)
    wrong = [post if word == "POST" else word for word in arguments]
    assert sentence in triage("review", *wrong, code=1).sentence
    assert not Reading.objects.exists()
    triage("review", "read", post, "lead", "--user", "bob")


def test_a_post_in_neither_lane_is_not_read(triage: Command, bob: User) -> None:
    post = str(arrive().latest_post_id)
    said = triage("review", "read", post, "lead", "--user", "bob", code=1)
    assert said.sentence == "not kept: Someone handled it in the meantime."


def test_the_next_posts_text_is_no_order_to_the_terminal(triage: Command, bob: User) -> None:
    unsure("red")
    PostRow.objects.update(text="\x1b[31mred", author="\x1b]0;x")
    assert "\x1b" not in triage("review", "next").out


def test_working_with_keys_needs_a_terminal(triage: Command, bob: User) -> None:
    unsure()
    said = triage("review", "work", "--user", "bob", code=1, stdin="qqq")
    assert "needs a terminal; `triage review next`" in said.sentence
    assert not Reading.objects.exists()


def test_the_guide_has_every_intent_in_its_order_with_its_key(triage: Command) -> None:
    rows = triage("review", "guide", "--json").data
    assert [row["intent"] for row in rows] == [name for name, _ in GUIDE]
    assert ("question", "q", "support") in {
        (row["intent"], row["key"], row["queue"]) for row in rows
    }
    assert "q  question (support): A customer needs" in triage("review", "guide").out
