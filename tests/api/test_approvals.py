"""Approvals over the API: what waits for whom, let go or given back, and by one person only."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import program, somebody
from tests.web.desk import arrive, pending, watch
from triage.back.approvals import AROUND, approvals_json
from triage.back.approving import CHANGED, OWN
from triage.back.outbox import approvals_waiting
from triage.back.replies import write_reply
from triage.desk.drafts import draft_of
from triage.tables import AuditEntry, Item, Note, Outgoing, User
from triage.tuning.policies import put_in_force

CAN = {"title": "X", "acts": ["reply"], "longest": 280, "counting": "weighted"}
WORDS = "Hold both buttons."
LIST = "/api/v1/approvals"


def approver(name: str, *teams: str) -> User:
    """A person who may approve; without teams of the community's."""
    user = somebody(name, *(teams or ("community",)))
    User.objects.filter(pk=user.pk).update(may_approve=True)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def ann(db: None) -> User:
    """Bob's colleague, who may approve."""
    return approver("ann")


@pytest.fixture
def anns(ann: User) -> Client:
    """Ann's program."""
    return program(ann)


@pytest.fixture
def asked(bob: User, ann: User) -> Outgoing:
    """Bob's answer to a customer, which has to be approved."""
    put_in_force('[approval]\nqueues = ["support"]', author=None, reason="a try")
    with transaction.atomic():
        item = arrive(author="@dan", channel=watch(can=CAN), conversation="c1")
    return write_reply(item, bob, text=WORDS, seen=item.version)


def decide(client: Client, row: Outgoing, name: str, **body: Any) -> Any:
    return client.post(f"{LIST}/{row.pk}/{name}", body, content_type="application/json")


def waiting(client: Client) -> list[dict[str, Any]]:
    answer = client.get(LIST)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["approvals"])


def state(row: Outgoing) -> str:
    return Outgoing.objects.values_list("state", flat=True).get(pk=row.pk)


def follow_up() -> None:
    """The customer writes again."""
    arrive(
        "never mind", author="@dan", channel=watch(), conversation="c1", in_reply_to="x", minutes=1
    )


def noted() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.filter(event__startswith="answer_").order_by("id")
    return [(row.event, row.actor, row.target) for row in rows]


def test_what_waits_is_told_as_the_command_tells_it(anns: Client, asked: Outgoing) -> None:
    [told] = waiting(anns)
    [row] = approvals_json(list(Outgoing.objects.select_related(*AROUND)))
    times = ("created_at", "due_at", "sent_at")
    assert told.keys() == row.keys()
    assert {key: told[key] for key in told if key not in times} == {
        key: row[key] for key in row if key not in times
    }
    assert (told["user"], told["answers"], told["author"]) == ("bob", "how do I pair it?", "@dan")
    assert (told["newer"], told["changed"], told["approvers"]) == (None, False, ["ann"])


def test_the_oldest_comes_first_page_by_page(anns: Client, bob: User) -> None:
    now, hours = timezone.now(), (1, 5, 3, 5, 2)
    rows = [
        pending(arrive(author=f"@w{n}"), bob, created_at=now - timedelta(hours=age))
        for n, age in enumerate(hours)
    ]
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        page = anns.get(f"{LIST}?limit=2&after={after}").json()
        seen += [row["id"] for row in page["approvals"]]
        after = page["after"]
    assert seen == [rows[n].pk for n in (1, 3, 2, 4, 0)]


def test_it_costs_the_same_however_much_waits(
    anns: Client, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        pending(arrive(author=f"@w{number}"), bob)
    waiting(anns)  # notes the key's use
    with django_assert_max_num_queries(3):
        assert len(waiting(anns)) == 12


def plans(act: Callable[[], object]) -> list[str]:
    """How the database reads what this asks it of the outbox."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, how: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, how)

    with connection.execute_wrapper(note):
        act()
    found = []
    with connection.cursor() as cursor:
        for sql, params in asked:
            if 'FROM "triage_outgoing"' in sql:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                found.append("; ".join(row[-1] for row in cursor.fetchall()))
    return found


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL reads small tables from end to end"
)
def test_page_and_metrics_read_only_what_waits_and_in_its_order(anns: Client, bob: User) -> None:
    for number in range(3):
        pending(arrive(author=f"@w{number}"), bob)
    after = anns.get(f"{LIST}?limit=1").json()["after"]
    acts = (
        lambda: anns.get(LIST),
        lambda: anns.get(f"{LIST}?after={after}"),
        lambda: approvals_waiting(now=timezone.now()),
    )
    for act in acts:
        [plan] = plans(act)
        assert "outgoing_pending" in plan
        assert "TEMP B-TREE" not in plan  # nothing is sorted


def test_what_is_approved_can_leave_and_the_log_says_who(
    anns: Client, ann: User, asked: Outgoing
) -> None:
    told = decide(anns, asked, "approve").json()
    assert (told["id"], told["state"], told["approved_by"]) == (asked.pk, "waiting", "ann")
    assert (told["text"], told["written"]) == (WORDS, None)
    assert waiting(anns) == []
    assert noted() == [("answer_approved", "ann", f"answer {asked.pk}")]


def test_it_can_be_approved_with_other_words(anns: Client, asked: Outgoing) -> None:
    for text, said in (("", "Write something"), ("x" * 281, "280 is")):
        refused = decide(anns, asked, "approve", text=text)
        assert refused.status_code == 409
        assert said in refused.json()["error"]
    told = decide(anns, asked, "approve", text="Hold both, Dan.").json()
    assert (told["state"], told["text"], told["written"]) == ("waiting", "Hold both, Dan.", WORDS)


def test_a_changed_item_has_to_be_read_first(anns: Client, asked: Outgoing) -> None:
    follow_up()
    for seen in ({}, {"seen": asked.asked_version}, {"seen": 2**70}):
        refused = decide(anns, asked, "approve", **seen)
        assert (refused.status_code, refused.json()) == (409, {"error": CHANGED})
    assert state(asked) == "pending"
    [told] = waiting(anns)
    assert (told["newer"], told["changed"]) == ("never mind", True)
    assert decide(anns, asked, "approve", seen=told["seen"]).status_code == 200


def test_it_goes_back_to_its_author_with_a_word(anns: Client, bob: User, asked: Outgoing) -> None:
    refused = decide(anns, asked, "return")
    assert refused.status_code == 409
    assert "needs to change" in refused.json()["error"]
    assert decide(anns, asked, "return", reason="x" * 501).status_code == 422
    told = decide(anns, asked, "return", reason="Name the page.").json()
    assert (told["state"], told["text"]) == ("cancelled", WORDS)
    draft = draft_of(Item.objects.get(pk=asked.item_id), bob)
    assert draft is not None
    assert draft.text == WORDS
    assert Note.objects.get().text == "@bob Sent back: Name the page."
    assert noted() == [("answer_sent_back", "ann", f"answer {asked.pk}")]


@pytest.mark.parametrize("act", ["approve", "return"])
def test_whoever_is_slower_is_told_who_was_first(anns: Client, asked: Outgoing, act: str) -> None:
    assert decide(anns, asked, "approve").status_code == 200
    refused = decide(program(approver("zoe", "ops")), asked, act, reason="no")
    assert refused.status_code == 409
    assert refused.json()["error"].startswith("ann ")
    assert state(asked) == "waiting"


def test_nobody_approves_their_own(bob: User, anns: Client, asked: Outgoing) -> None:
    User.objects.filter(pk=bob.pk).update(may_approve=True)
    bobs = program(bob)
    assert waiting(bobs) == []
    refused = decide(bobs, asked, "approve")
    assert (refused.status_code, refused.json()) == (409, {"error": OWN})
    assert state(asked) == "pending"
    assert decide(anns, asked, "approve").status_code == 200


@pytest.mark.parametrize("teams", [("community",), ("ops",), ("admin",)])
def test_without_the_right_it_is_closed_to_every_team(
    anns: Client, asked: Outgoing, teams: tuple[str, ...]
) -> None:
    other = program(somebody("other", *teams))
    sentence = {"error": "This needs the key of somebody who may approve replies."}
    tries = (other.get(LIST), decide(other, asked, "approve"), decide(other, asked, "return"))
    assert [(answer.status_code, answer.json()) for answer in tries] == [(403, sentence)] * 3
    assert decide(anns, asked, "approve").status_code == 200


@pytest.mark.parametrize("act", ["approve", "return"])
def test_what_is_of_another_team_or_never_waited_is_not_there(
    anns: Client, ann: User, asked: Outgoing, act: str
) -> None:
    alices = program(approver("alice", "social"))
    assert waiting(alices) == []
    item = arrive(author="@eve", channel=watch())
    direct = write_reply(item, ann, text=WORDS, seen=item.version)
    for client, pk in ((alices, asked.pk), (anns, direct.pk), (anns, 99), (anns, 2**70)):
        answer = decide(client, Outgoing(pk=pk), act, reason="no")
        assert answer.status_code == 404
        assert answer.json() == {"error": "There is no such reply, or you may not approve it."}
    assert (state(asked), state(direct)) == ("pending", "waiting")
    assert decide(anns, asked, act, reason="no").status_code == 200


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_programs_that_decide_at_once_one_does(anns: Client, asked: Outgoing) -> None:
    clients = [anns, program(approver("eve")), program(approver("zoe"))]
    start, found = threading.Barrier(len(clients)), list[int]()

    def run(client: Client, name: str) -> None:
        start.wait()
        try:
            found.append(decide(client, asked, name, reason="shorter").status_code)
        finally:
            connection.close()

    acts = zip(clients, ("approve", "approve", "return"), strict=True)
    threads = [threading.Thread(target=run, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, 409, 409]
    assert len(noted()) == 1
