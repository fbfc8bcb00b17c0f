"""Dead letters, people and the audit log over the API, and the week by measure."""

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import program, somebody
from tests.web.desk import arrive, watch
from triage.staff.audit import note
from triage.tables import AuditEntry, DeadLetter, PostRow


@pytest.fixture
def olgas(db: None) -> Client:
    """A program of somebody of ops."""
    return program(somebody("olga", "ops"))


@pytest.fixture
def letter(db: None) -> DeadLetter:
    """Of a stored post that failed five times."""
    row = PostRow.objects.get(item=arrive("the post that failed"))
    PostRow.objects.update(state="dead", attempts=5)
    return DeadLetter.objects.create(
        channel=row.channel, post=row, digest="d", reason="ValueError: x", raw={"id": "1"}
    )


def post(client: Client, address: str) -> Any:
    return client.post(f"/api/v1/{address}", content_type="application/json")


def test_a_dead_letter_is_replayed_once_and_the_audit_log_tells(
    olgas: Client, letter: DeadLetter
) -> None:
    [told] = olgas.get("/api/v1/dead-letters").json()["letters"]
    assert (told["id"], told["text"], told["raw"]) == (
        letter.pk,
        "the post that failed",
        {"id": "1"},
    )
    replayed = post(olgas, f"dead-letters/{letter.pk}/replay")
    assert replayed.json()["replayed_at"] is not None
    assert PostRow.objects.get().state == "new"
    assert post(olgas, f"dead-letters/{letter.pk}/replay").status_code == 409
    assert olgas.get("/api/v1/dead-letters").json() == {"letters": [], "after": None}
    entry = AuditEntry.objects.get(event="letter_replayed")
    assert (entry.actor, entry.target) == ("olga", f"dead letter {letter.pk}")


def test_a_record_that_was_no_post_is_put_aside(olgas: Client) -> None:
    letter = DeadLetter.objects.create(channel=watch(), digest="d", reason="no text", raw=[1])
    assert post(olgas, f"dead-letters/{letter.pk}/replay").status_code == 409
    assert post(olgas, f"dead-letters/{letter.pk}/put-aside").json()["post"] is None
    assert AuditEntry.objects.get(event="letter_put_aside").actor == "olga"
    assert post(olgas, "dead-letters/999999/put-aside").status_code == 404


def test_ops_see_who_works_here(olgas: Client) -> None:
    somebody("alice", "social")
    people = olgas.get("/api/v1/people").json()["people"]
    assert [(row["username"], row["teams"]) for row in people] == [
        ("alice", ["social"]),
        ("olga", ["ops"]),
    ]


def test_admins_alone_read_the_audit_log(olgas: Client) -> None:
    for number in range(3):
        note("exported", by="ann", target=f"file {number}")
    note("signed_in", by="bob")
    adas = program(somebody("ada", "admin"))
    first = adas.get("/api/v1/audit?event=exported&limit=2").json()
    rest = adas.get(f"/api/v1/audit?event=exported&after={first['after']}").json()
    targets = [entry["target"] for entry in first["entries"] + rest["entries"]]
    assert targets == ["file 2", "file 1", "file 0"]
    assert [row["actor"] for row in adas.get("/api/v1/audit?actor=Bob").json()["entries"]] == [
        "bob"
    ]
    refused = olgas.get("/api/v1/audit")
    assert refused.status_code == 403
    assert refused.json() == {"error": "This needs the key of an admin."}


def test_a_week_is_told_by_measure(bobs: Client) -> None:
    arrive("how do I pair it?")
    told = bobs.get("/api/v1/reports/week").json()
    assert (told["opened"], told["before"]) == (1, 0)
    line = told["lines"][0]
    assert (line["intent"], line["department"]) == ("question", "Customer Service")
    refused = bobs.get("/api/v1/reports/week?week=2999-W01")
    assert refused.status_code == 404
    assert "no week up to now" in refused.json()["error"]
