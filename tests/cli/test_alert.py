"""`triage alert`: what is wrong with the channels, and who looks after it."""

import pytest
from django.utils import timezone

from tests.cli.conftest import Command
from tests.web.desk import watch
from triage.tables import Alert, AuditEntry, Channel, User
from triage.watch.alerts import ADVICE


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create(username="olga", first_name="Olga", teams=["ops"])


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create(username="ada", first_name="Ada", teams=["admin"])


@pytest.fixture
def failing(db: None) -> Alert:
    return Alert.objects.create(channel=watch(), kind="failing", sentence="It has failed 3 times.")


@pytest.fixture
def over(db: None) -> Alert:
    """Of yesterday, and over."""
    return Alert.objects.create(
        channel=watch(), kind="quiet", sentence="Quiet for 3.0 hours.", cleared_at=timezone.now()
    )


def test_what_is_wrong_is_listed_with_what_to_do(
    triage: Command, over: Alert, failing: Alert
) -> None:
    [data] = triage("alert", "list", "--json").data
    assert (data["id"], data["channel"], data["kind"]) == (failing.pk, "X mentions", "failing")
    assert (data["seen_by"], data["over_at"]) == (None, None)
    said = triage("alert", "list").out
    assert f"{failing.pk:>6}  X mentions  failing, since " in said
    assert f"It has failed 3 times.\n        {ADVICE[Alert.Kind.FAILING]}" in said
    assert "Quiet for" not in said


def test_what_is_over_is_listed_too_when_asked_for(
    triage: Command, over: Alert, failing: Alert
) -> None:
    data = triage("alert", "list", "--all", "--json").data
    assert [row["id"] for row in data] == [failing.pk, over.pk]
    assert data[1]["over_at"] is not None
    said = triage("alert", "list", "--all").out
    assert ", over " in said
    assert ADVICE[Alert.Kind.QUIET] not in said  # nothing is to be done any more


def test_where_nothing_is_wrong_it_says_so(triage: Command, over: Alert) -> None:
    said = triage("alert", "list")
    assert (said.out, said.err) == ("", "Nothing is wrong with the channels.\n")
    assert triage("alert", "list", "--json").err == ""


def test_whoever_is_alone_here_looks_after_an_alert(
    triage: Command, failing: Alert, olga: User
) -> None:
    assert triage("alert", "seen", str(failing.pk), "--json").data[0]["seen_by"] == "olga"
    assert "Olga looks after it" in triage("alert", "list").out
    triage("alert", "seen", str(failing.pk))  # said twice is no fault
    [entry] = AuditEntry.objects.all()
    assert (entry.event, entry.actor, entry.target) == ("alert_seen", "olga", "X mentions")


def test_whoever_was_first_stays_named(
    triage: Command, failing: Alert, olga: User, ada: User
) -> None:
    seen = ("alert", "seen", str(failing.pk))
    assert triage(*seen, code=1).sentence == "say who looks after it: --user NAME"
    triage(*seen, "--user", "ada")
    assert triage(*seen, "--user", "olga", code=1).sentence == "Ada looks after it already"
    assert Alert.objects.get(pk=failing.pk).seen_by == ada


def test_only_ops_and_admins_look_after_alerts(triage: Command, failing: Alert, olga: User) -> None:
    User.objects.create(username="bob", teams=["community"])
    seen = ("alert", "seen", str(failing.pk), "--user")
    assert "takes ops or an admin" in triage(*seen, "bob", code=1).sentence
    assert "nobody called 'zoe'" in triage(*seen, "zoe", code=1).sentence
    assert Alert.objects.get(pk=failing.pk).seen_by is None
    triage(*seen, "olga")


def test_an_alert_that_is_over_or_was_never_there_is_refused(
    triage: Command, over: Alert, failing: Alert, olga: User
) -> None:
    for id in (over.pk, 99):
        assert f"there is no open alert {id};" in triage("alert", "seen", str(id), code=1).sentence
    Channel.objects.update(state="removed")
    assert "there is no open alert" in triage("alert", "seen", str(failing.pk), code=1).sentence
    assert triage("alert", "list", "--json").data == []
    assert "'x' is not a valid integer" in triage("alert", "seen", "x", code=2).err
