"""`triage deadletter`: what could not be read or sorted, seen, replayed and put aside."""

import pytest

from tests.cli.conftest import Command
from tests.domain.making import later, post
from triage.tables import AuditEntry, Channel, DeadLetter, PostRow, User
from triage.walk.deadletters import waiting
from triage.walk.intake import store
from triage.walk.sorting import MAX_ATTEMPTS, sort_all, sort_waiting

pytestmark = pytest.mark.usefixtures("judge")

BACK = "sent back to sorting."


@pytest.fixture
def web(db: None) -> Channel:
    return Channel.objects.create(name="Open web", source="x")


@pytest.fixture
def dead(web: Channel) -> list[DeadLetter]:
    """Two posts that have failed five times, the earlier one first."""
    store(web, [
        post(str(n), f"poison {n}\nof it", author_id=f"a{n}", created_at=later(n)) for n in (1, 2)
    ])  # fmt: skip
    PostRow.objects.update(attempts=MAX_ATTEMPTS - 1)
    sort_waiting()
    return list(DeadLetter.objects.order_by("post__posted_at"))


@pytest.fixture
def unreadable(web: Channel) -> DeadLetter:
    """A record that never became a post."""
    store(web, [], rejected=[("the post has no id", {"text": "\x1b[31mred"})])
    return DeadLetter.objects.get(post=None)


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create(username="olga", teams=["ops"])


def left() -> set[int]:
    return set(waiting(DeadLetter.objects.all()).values_list("pk", flat=True))


def noted() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.order_by("id")
    return [(row.event, row.actor, row.target) for row in rows]


def test_what_waits_is_listed_the_newest_first(
    triage: Command, dead: list[DeadLetter], unreadable: DeadLetter
) -> None:
    data = triage("deadletter", "list", "--json").data
    newest_first = sorted((row.pk for row in [*dead, unreadable]), reverse=True)
    assert [row["id"] for row in data] == newest_first
    [record] = [row for row in data if row["post"] is None]
    assert (record["reason"], record["text"]) == ("the post has no id", None)
    assert record["raw"] == {"text": "\x1b[31mred"}
    assert len(triage("deadletter", "list", "--limit", "2", "--json").data) == 2
    said = triage("deadletter", "list").out
    assert "poison 1 of it" in said
    assert "the post has no id  never became a post" in said
    assert len(said.splitlines()) == 3


def test_only_one_channel_is_asked_for_by_name(
    triage: Command, dead: list[DeadLetter], olga: User
) -> None:
    Channel.objects.create(name="Forum", source="x")
    assert len(triage("deadletter", "list", "--channel", "Open web", "--json").data) == 2
    said = triage("deadletter", "list", "--channel", "Forum")
    assert (said.out, said.err[:19]) == ("", "No dead letter wait")
    said = triage("deadletter", "list", "--channel", "Forums", code=1)
    assert said.sentence.startswith("there is no channel called 'Forums'")


def test_one_is_shown_with_its_record_and_steers_no_terminal(
    triage: Command, dead: list[DeadLetter], unreadable: DeadLetter
) -> None:
    said = triage("deadletter", "show", str(unreadable.pk)).out
    assert f"Dead letter {unreadable.pk} of Open web, " in said
    assert '"text": "\\u001b[31mred"' in said
    said = triage("deadletter", "show", str(dead[0].pk)).out
    assert "Post 1, dead:\npoison 1\nof it" in said
    triage("deadletter", "replay", str(dead[0].pk))
    assert "Seen to " in triage("deadletter", "show", str(dead[0].pk)).out
    assert triage("deadletter", "show", str(dead[0].pk), "--json").data[0]["replayed_at"]


def test_a_replayed_post_is_sorted_with_the_next_ones(
    triage: Command, dead: list[DeadLetter]
) -> None:
    PostRow.objects.update(text="question")  # as after an upgrade that can read it
    said = triage("deadletter", "replay", str(dead[0].pk))
    assert said.out == f"{dead[0].pk:>6}  {BACK}\n"
    sort_all()
    assert [row["id"] for row in triage("queue", "support", "--json").data] != []
    assert left() == {dead[1].pk}
    assert noted() == [("letter_replayed", "command line", f"dead letter {dead[0].pk}")]


def test_each_of_several_is_told_and_one_refusal_keeps_none_from_being_done(
    triage: Command, dead: list[DeadLetter], unreadable: DeadLetter
) -> None:
    ids = [str(pk) for pk in (dead[0].pk, unreadable.pk, 99, dead[1].pk, dead[1].pk)]
    said = triage("deadletter", "replay", *ids, "--json", code=1)
    assert said.sentence == "2 of 4 dead letters were refused"
    assert [(row["id"], row["done"]) for row in said.data] == [
        (dead[0].pk, True), (unreadable.pk, False), (99, False), (dead[1].pk, True),
    ]  # fmt: skip
    assert "could not be read as a post" in said.data[1]["refused"]
    assert said.data[2]["refused"] == "There is no such dead letter."
    assert left() == {unreadable.pk}


def test_what_is_replayed_already_is_said(triage: Command, dead: list[DeadLetter]) -> None:
    triage("deadletter", "replay", str(dead[0].pk))
    said = triage("deadletter", "replay", str(dead[0].pk), code=1)
    assert said.out == f"{dead[0].pk:>6}  not done. It was replayed already.\n"
    assert said.sentence == "1 of 1 dead letter was refused"


def test_all_are_replayed_and_records_that_are_no_posts_are_left(
    triage: Command, dead: list[DeadLetter], unreadable: DeadLetter, olga: User
) -> None:
    said = triage("deadletter", "replay", "--all", "--user", "olga")
    assert said.out.splitlines() == [f"{row.pk:>6}  {BACK}" for row in dead]
    assert said.err.startswith("1 record never became a post")
    assert {actor for _, actor, _ in noted()} == {"olga"}
    assert left() == {unreadable.pk}
    triage("deadletter", "put-aside", str(unreadable.pk))
    assert "No dead letter waits" in triage("deadletter", "replay", "--all").err


def test_a_record_is_put_aside_once_and_a_post_never(
    triage: Command, dead: list[DeadLetter], unreadable: DeadLetter, olga: User
) -> None:
    aside = ("deadletter", "put-aside", "--user", "olga")
    said = triage(*aside, str(unreadable.pk), str(dead[0].pk), "--json", code=1)
    assert [row["done"] for row in said.data] == [True, False]
    assert "sort it again" in said.data[1]["refused"]
    assert noted() == [("letter_put_aside", "olga", f"dead letter {unreadable.pk}")]
    assert "put aside already" in triage(*aside, str(unreadable.pk), code=1).out
    assert left() == {row.pk for row in dead}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay",), "say which: one ID or more, or --all"),
        (("replay", "1", "--all"), "say which: one ID or more, or --all"),
        (("replay", "0"), "0 is not in the range"),
        (("replay", "first"), "'first' is not a valid integer"),
        (("put-aside",), "Missing argument"),
        (("list", "--limit", "0"), "0 is not in the range"),
    ],
)
def test_wrong_usage_changes_nothing(
    triage: Command, dead: list[DeadLetter], arguments: tuple[str, ...], said: str
) -> None:
    assert said in triage("deadletter", *arguments, code=2).err
    assert left() == {row.pk for row in dead}


@pytest.mark.parametrize(
    ("name", "said"), [("nobody", "nobody called 'nobody'"), ("bob", "takes ops or an admin")]
)
def test_only_ops_and_admins_do_it_in_their_name(
    triage: Command, dead: list[DeadLetter], olga: User, name: str, said: str
) -> None:
    User.objects.create(username="bob", teams=["community"])
    for act in (("replay", "--all"), ("put-aside", str(dead[0].pk))):
        assert said in triage("deadletter", *act, "--user", name, code=1).sentence
    assert left() == {row.pk for row in dead}
    triage("deadletter", "replay", "--all", "--user", "olga")
    assert left() == set()


@pytest.mark.parametrize("id", ["7", "99999999999999999999999"])
def test_one_that_is_not_there_is_refused(triage: Command, db: None, id: str) -> None:
    assert f"there is no dead letter {id}" in triage("deadletter", "show", id, code=1).sentence
    assert "There is no such" in triage("deadletter", "replay", id, code=1).out
