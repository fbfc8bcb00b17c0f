"""`triage intent`: what posts can be about, from a shell; other processes go by it at once."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.web.desk import arrive
from triage.intents import intents
from triage.tables import AuditEntry, Item, Move, User

PRAISE = (
    "--measure", "Staff who stay", "--department", "Human Resources", "--queue", "support",
    "--guide", "Thanks somebody of ours by name.", "--reason", "people thank people",
)  # fmt: skip
POLICY = "[thresholds]\npromo = 0.7\n[priority]\npraise = 2\n"


def test_an_intent_is_added_changed_merged_and_brought_back(triage: Command) -> None:
    [added] = triage("intent", "add", "praise", *PRAISE, "--example", "Thanks!", "--json").data
    assert (added["public"], added["community"]) == ("support", "support")
    assert (added["examples"], added["lessons_missing"]) == (["Thanks!"], 20)
    [changed] = triage(
        "intent", "edit", "praise", "--guide", "Thanks.", "--reason", "shorter", "--json"
    ).data
    assert (changed["guide"], changed["measure"]) == ("Thanks.", "Staff who stay")
    [merged] = triage(
        "intent", "merge", "praise", "--into", "retention", "--reason", "x", "--json"
    ).data
    assert merged["merged_into"] == "retention"
    assert "praise" not in intents()
    triage("intent", "restore", "praise", "--reason", "x")
    triage("intent", "retire", "praise", "--reason", "x")
    listed = {each["name"]: each for each in triage("intent", "list", "--json").data}
    assert not listed["praise"]["in_force"]
    assert {entry.actor for entry in AuditEntry.objects.all()} == {"command line"}


def test_open_items_of_a_merged_intent_are_relabelled_and_nothing_else_of_them_changes(
    triage: Command,
) -> None:
    User.objects.create(username="olga", teams=["ops"])
    item = arrive(intent="lead", confidence=0.9)
    done = arrive(intent="lead", confidence=0.9)
    Item.objects.filter(pk=done.pk).update(status="resolved")
    merge = triage("intent", "merge", "lead", "--into", "sales", "--reason", "one word")
    assert "1 open item still named so: `triage intent relabel lead`" in merge.err
    User.objects.create(username="bob", teams=["community"])
    refused = triage("intent", "relabel", "lead", "--user", "bob", code=1)
    assert refused.sentence == "Only ops and admins can relabel items."
    relabel = ("intent", "relabel", "lead", "--user", "olga")
    assert triage(*relabel).out == "1 item relabelled.\n"
    assert triage(*relabel, "--json").data == [{"name": "lead", "done": 0, "left": 0}]
    assert Item.objects.get(pk=item.pk).intent == "sales"
    assert Item.objects.get(pk=done.pk).intent == "lead"
    assert (Item.objects.get(pk=item.pk).queue, item.queue) == ("promo", "promo")
    [entry] = AuditEntry.objects.filter(event="items_relabelled")
    assert (entry.actor, entry.target, entry.details) == (
        "olga", "lead", {"into": "sales", "items": 1},
    )  # fmt: skip


def test_more_items_than_fit_in_one_go_are_all_relabelled_by_the_command_line(
    triage: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.desk.relabelling.AT_ONCE", 2)
    for _ in range(5):
        arrive(intent="lead", confidence=0.9)
    triage("intent", "merge", "lead", "--into", "sales", "--reason", "one word")
    [told] = triage("intent", "relabel", "lead", "--json").data
    assert told == {"name": "lead", "done": 5, "left": 0}
    entries = AuditEntry.objects.filter(event="items_relabelled")
    assert {entry.actor for entry in entries} == {"command line"}
    assert Move.objects.filter(why="command line: lead is sales now.").count() == 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("retire", "noise", "--reason", "x"), "Noise cannot be retired"),
        (("retire", "rant", "--reason", "x"), "There is no intent 'rant'"),
        (("edit", "rant", "--reason", "x"), "there is no intent 'rant'"),
        (("add", "lead", *PRAISE), "There is an intent 'lead' already"),
        (("merge", "lead", "--into", "lead", "--reason", "x"), "into itself"),
        (("restore", "lead", "--reason", "x"), "Lead is already active"),
        (("relabel", "rant"), "there is no intent 'rant'"),
        (("relabel", "lead"), "Lead is merged into nothing."),
        (("relabel", "lead", "--user", "bob"), "there is nobody called 'bob'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    triage: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in triage("intent", *arguments, code=1).sentence


def test_the_next_process_goes_by_it(shell: Command, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY)
    use = ("policy", "use", str(file), "--reason", "thanks first")
    assert "no such intent" in shell(*use, code=1).sentence
    shell("intent", "add", "praise", *PRAISE)
    shell(*use)
    assert [each["name"] for each in shell("intent", "list", "--json").data][-1] == "praise"
    said = shell("intent", "retire", "praise", "--reason", "nobody does")
    assert "priority.praise has no effect: the intent praise was retired." in said.err
    assert "priority.praise has no effect" in shell("policy", "check", str(file)).err
    shell("run", "--once")
