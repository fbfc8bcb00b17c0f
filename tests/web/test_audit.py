"""The audit page: who did what, with filters, and nothing of it can be changed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.web.conftest import PASSWORD, at_desk
from tests.web.desk import watch
from triage.staff.audit import note
from triage.tables import AuditEntry, User
from triage.tuning.policies import policy_in_force, policy_row, put_in_force

pytestmark = pytest.mark.django_db


def shown(client: Client, address: str) -> list[str]:
    """The targets that the page shows."""
    rows = client.get(address).content.decode().split("<tr>")[2:]
    return [row.split('Target"><bdi>')[1].split("</bdi>")[0] for row in rows]


@pytest.fixture
def three(olga: User) -> None:
    note("person_added", by=olga, target="nina")
    note("channel_paused", by="ann", target="forum")
    note("channel_paused", by=olga, target="fediverse")
    then = datetime(2024, 2, 29, tzinfo=UTC)
    AuditEntry(event="erased", actor="ann", target="old", at=then).save()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["old", "fediverse", "forum", "nina"]),
        ("?event=channel_paused", ["fediverse", "forum"]),
        ("?actor=OLGA", ["fediverse", "nina"]),
        ("?event=channel_paused&actor=ann", ["forum"]),
        ("?on=2024-02-29", ["old"]),
        ("?on=2024-03-01", []),
        ("?event=made-up&on=never&before=x", ["old", "fediverse", "forum", "nina"]),
        ("?actor=nobody%00", []),
    ],
)
def test_the_log_is_asked_by_act_person_and_day(
    ada: User, three: None, asked: str, found: list[str]
) -> None:
    assert shown(at_desk(ada), f"/audit/{asked}") == found


def test_a_long_log_is_read_page_by_page(ada: User, django_assert_max_num_queries: Any) -> None:
    for number in range(120):
        note("channel_paused", by=ada, target=f"c{number}")
    client = at_desk(ada)
    with django_assert_max_num_queries(12):
        page = client.get("/audit/?event=channel_paused").content.decode()
    seen = shown(client, "/audit/?event=channel_paused")
    for _ in range(2):
        address = page.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
        page = client.get(f"/audit/{address}").content.decode()
        seen += shown(client, f"/audit/{address}")
    assert seen == [f"c{number}" for number in reversed(range(120))]
    assert "Show older" not in page


def test_signing_in_and_out_is_noted_with_the_address(bob: User) -> None:
    client = Client(REMOTE_ADDR="2001:db8::7")
    client.post("/sign-in/", {"username": "bob", "password": "no"})
    client.post("/sign-in/", {"username": "bob", "password": PASSWORD})
    client.post("/sign-out/")
    found = AuditEntry.objects.order_by("id").values_list("event", "actor", "user_id", "address")
    assert list(found) == [
        ("sign_in_failed", "bob", None, "2001:db8::7"),
        ("signed_in", "bob", bob.pk, "2001:db8::7"),
        ("signed_out", "bob", bob.pk, "2001:db8::7"),
    ]


def test_a_channel_that_is_paused_and_resumed_is_noted(olga: User) -> None:
    channel = watch("forum")
    at_desk(olga).post(f"/channels/{channel.pk}/pause/")
    at_desk(olga).post(f"/channels/{channel.pk}/resume/")
    found = AuditEntry.objects.order_by("id").values_list("event", "actor", "target")
    assert list(found) == [
        ("channel_paused", "olga", "forum"),
        ("channel_resumed", "olga", "forum"),
    ]


def test_a_policy_that_is_changed_is_noted_with_the_reason(olga: User) -> None:
    policy_in_force()
    put_in_force(policy_row().text + "\n# as agreed\n", author=olga, reason="as agreed on Monday")
    entry = AuditEntry.objects.get(event="policy_changed")
    assert (entry.actor, entry.target) == ("olga", "policy 2")
    assert entry.details == {"reason": "as agreed on Monday"}


def test_what_was_noted_is_neither_changed_nor_deleted(three: None) -> None:
    entry = AuditEntry.objects.latest("id")
    with pytest.raises(TypeError):
        AuditEntry.objects.all().delete()
    with pytest.raises(TypeError):
        AuditEntry.objects.filter(pk=entry.pk).update(actor="somebody else")
    with pytest.raises(TypeError):
        entry.delete()
    entry.actor = "somebody else"
    with pytest.raises(TypeError):
        entry.save()
    assert AuditEntry.objects.get(pk=entry.pk).actor == "ann"


def test_an_entry_stays_readable_when_its_person_is_gone(olga: User, three: None) -> None:
    olga.delete()
    assert AuditEntry.objects.filter(actor="olga").count() == 2


def test_an_act_that_the_log_does_not_know_is_a_fault(olga: User) -> None:
    with pytest.raises(KeyError):
        note("made_up", by=olga)
