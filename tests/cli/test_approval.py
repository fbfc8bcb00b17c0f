"""`triage approval`: answers that wait for a colleague, approved and returned by name."""

import pytest

from tests.cli.conftest import Command
from tests.domain import making
from triage.back.approving import OWN, approve
from triage.back.replies import write_reply
from triage.desk.drafts import draft_of
from triage.tables import AuditEntry, Channel, Item, Note, Outgoing, User
from triage.tuning.policies import put_in_force
from triage.vocabulary import Team
from workers.pulling import open_source

pytestmark = pytest.mark.usefixtures("judge")

WORDS = "On its way."


@pytest.fixture
def item(db: None) -> Item:
    """A customer's question, the answer to which somebody has to approve."""
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    channel = Channel.objects.create(
        name="Demo X", source="demo", brand="Whimbrel", settings={"platforms": "x"}, state="active"
    )
    open_source(channel)
    return making.bring(channel, making.post("x-1", conversation="x-1"))


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create(username="bob", first_name="Bob", teams=[Team.COMMUNITY])


@pytest.fixture
def ann(db: None) -> User:
    """Bob's colleague, who may approve."""
    return User.objects.create(
        username="ann", first_name="Ann", teams=[Team.COMMUNITY], may_approve=True
    )


@pytest.fixture
def asked(item: Item, bob: User, ann: User) -> Outgoing:
    return write_reply(item, bob, text=WORDS, seen=item.version, hold=0)


def now(row: Outgoing) -> Outgoing:
    return Outgoing.objects.select_related("item", "channel", "user").get(pk=row.pk)


def follow_up(row: Outgoing) -> None:
    """Its author writes again."""
    making.bring(row.channel, making.post("x-2", "question and now?", conversation="x-1"))


def noted() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.filter(event__startswith="answer_").order_by("id")
    return [(row.event, row.actor, row.target) for row in rows]


def test_what_waits_is_listed_with_the_post_and_who_may_approve_it(
    triage: Command, asked: Outgoing
) -> None:
    [data] = triage("approval", "list", "--json").data
    assert (data["id"], data["state"], data["user"]) == (asked.pk, "pending", "bob")
    assert (data["answers"], data["author"]) == ("question where is it", "ann")
    assert (data["newer"], data["changed"], data["approvers"]) == (None, False, ["ann"])
    assert data["seen"] == asked.asked_version
    head, post, answer = triage("approval", "list").out.splitlines()
    assert head.endswith(f"item {asked.item_id} in Demo X, support; ann may approve it")
    assert (post.strip(), answer.strip()) == ("ann: question where is it", f"Bob: {WORDS}")


def test_a_person_sees_only_what_they_may_approve(
    triage: Command, asked: Outgoing, bob: User
) -> None:
    assert len(triage("approval", "list", "--user", "ann", "--json").data) == 1
    said = triage("approval", "list", "--user", "bob")
    assert (said.out, said.err) == ("", "No reply is waiting for approval.\n")
    assert "nobody called 'zoe'" in triage("approval", "list", "--user", "zoe", code=1).sentence


def test_what_is_approved_leaves_with_the_next_run(triage: Command, asked: Outgoing) -> None:
    said = triage("approval", "approve", str(asked.pk), "--user", "ann")
    assert (
        said.out == f"Reply {asked.pk} to item {asked.item_id} is approved and waits to be sent.\n"
    )
    assert noted() == [("answer_approved", "ann", f"answer {asked.pk}")]
    triage("run", "--once")
    [sent] = triage("outbox", "--all", "--json").data
    assert (sent["state"], sent["text"], sent["approved_by"]) == ("sent", WORDS, "ann")
    assert triage("approval", "list", "--json").data == []


def test_it_can_be_approved_with_other_words(triage: Command, asked: Outgoing) -> None:
    approved = ("approval", "approve", str(asked.pk), "--user", "ann", "--json")
    assert "280 is the limit" in triage(*approved, "--text", "x" * 281, code=1).sentence
    assert "Write something" in triage(*approved, "--text", "", code=1).sentence
    [data] = triage(*approved, "--text", "On Friday, Ann.").data
    assert (data["state"], data["text"], data["written"]) == ("waiting", "On Friday, Ann.", WORDS)


def test_what_is_new_has_to_be_seen_first(triage: Command, asked: Outgoing) -> None:
    follow_up(asked)
    approved = ("approval", "approve", str(asked.pk), "--user", "ann")
    assert "`triage approval list` shows it" in triage(*approved, code=1).sentence
    assert now(asked).state == "pending"
    [data] = triage("approval", "list", "--json").data
    assert (data["newer"], data["changed"]) == ("question and now?", True)
    said = triage("approval", "list").out
    assert "and since: question and now?" in said
    assert f"--seen {data['seen']} says that you know." in said
    triage(*approved, "--seen", str(data["seen"]))
    assert now(asked).state == "waiting"


def test_it_goes_back_to_its_author_with_a_word(
    triage: Command, asked: Outgoing, bob: User
) -> None:
    back = ("approval", "return", str(asked.pk), "--user", "ann")
    assert "Missing option '--reason'" in triage(*back, code=2).err
    assert "needs to change" in triage(*back, "--reason", " ", code=1).sentence
    said = triage(*back, "--reason", "Name the day.")
    assert f"Reply {asked.pk} to item {asked.item_id} went back to Bob" in said.out
    draft = draft_of(now(asked).item, bob)
    assert draft is not None
    assert draft.text == WORDS
    assert Note.objects.get().text == "@bob Sent back: Name the day."
    assert noted() == [("answer_sent_back", "ann", f"answer {asked.pk}")]


def test_whoever_was_first_is_named(triage: Command, asked: Outgoing) -> None:
    User.objects.create(username="zoe", teams=[Team.OPS], may_approve=True)
    approve(now(asked), User.objects.get(username="ann"), seen=asked.asked_version)
    for act in (("approve",), ("return", "--reason", "no")):
        said = triage("approval", *act, str(asked.pk), "--user", "zoe", code=1)
        assert said.sentence == "Ann already approved it."
    assert now(asked).state == "waiting"


def test_nobody_approves_their_own_answer(triage: Command, asked: Outgoing, bob: User) -> None:
    User.objects.update(may_approve=True)
    said = triage("approval", "approve", str(asked.pk), "--user", "bob", code=1)
    assert said.sentence == OWN
    assert triage("approval", "list", "--user", "bob", "--json").data == []
    [data] = triage("approval", "list", "--json").data
    assert data["approvers"] == ["ann"]
    triage("approval", "approve", str(asked.pk), "--user", "ann")


@pytest.mark.parametrize("act", [("approve",), ("return", "--reason", "no")])
def test_only_a_named_person_with_the_right_decides(
    triage: Command, asked: Outgoing, act: tuple[str, ...]
) -> None:
    User.objects.create(username="olga", teams=[Team.ADMIN])
    assert "Missing option '--user'" in triage("approval", *act, str(asked.pk), code=2).err
    for name, said in (
        ("olga", "in support. Ask ops"),
        ("zoe", "nobody called"),
    ):
        refused = triage("approval", *act, str(asked.pk), "--user", name, code=1)
        assert said in refused.sentence
    assert now(asked).state == "pending"
    triage("approval", *act, str(asked.pk), "--user", "ann")


@pytest.mark.parametrize("act", [("approve",), ("return", "--reason", "no")])
def test_what_never_waited_for_approval_is_refused(
    triage: Command, item: Item, ann: User, act: tuple[str, ...]
) -> None:
    direct = write_reply(item, ann, text=WORDS, seen=item.version, hold=0)
    for id in (str(direct.pk), "99"):
        said = triage("approval", *act, id, "--user", "ann", code=1)
        assert f"there is no reply {id} to approve" in said.sentence
