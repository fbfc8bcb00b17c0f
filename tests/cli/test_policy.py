"""`triage policy`: seen, tried, put in force, and gone back from."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.web.desk import arrive
from triage.tables import Item, User
from triage.tuning.policies import adopt_file, policy_in_force, policy_row
from triage.tuning.resorting import resort_asked

BEGIN = "[thresholds]\npromo = 0.5\nsupport = 0.5\narchive = 0.5\n"
STRICT = BEGIN.replace("0.5", "0.95") + (
    '[[rules]]\nname = "Money"\nwhen = { contains = "refund" }\nthen = { queue = "promo" }\n'
)


@pytest.fixture
def file(db: None, tmp_path: Path) -> Path:
    """A stricter policy in a file; a looser one is in force."""
    path = tmp_path / "begin.toml"
    path.write_text(BEGIN, encoding="utf-8")
    adopt_file(path, reason="to begin with")
    path = tmp_path / "strict.toml"
    path.write_text(STRICT, encoding="utf-8")
    return path


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create(username="olga", teams=["ops"])


def test_the_policy_in_force_is_shown_as_it_was_written(triage: Command, file: Path) -> None:
    assert triage("policy", "show").out == BEGIN
    assert triage("policy", "show", "1", "--json").data[0]["text"] == BEGIN
    assert "there is no policy 2" in triage("policy", "show", "2", code=1).sentence


def test_a_file_is_checked_without_using_it(triage: Command, file: Path) -> None:
    assert "It can be used: 1 rule." in triage("policy", "check", str(file)).err
    file.write_text("[thresholds]\npromo = 7\n", encoding="utf-8")
    said = triage("policy", "check", str(file), code=1).sentence
    assert "thresholds.promo is 7; it must be from 0 to 1" in said
    file.write_bytes(b"\xff")
    assert "is not UTF-8" in triage("policy", "check", str(file), code=1).sentence
    assert policy_in_force().version == 1


def test_a_file_is_tried_on_the_last_days_and_changes_nothing(triage: Command, file: Path) -> None:
    arrive("my refund", confidence=0.9)
    arrive("how?", confidence=0.9)
    data = triage("policy", "try", str(file), "--json").data[0]
    assert (data["posts"], data["changed"], data["waiting_to_move"]) == (2, 2, 2)
    assert (data["review_now"], data["review_then"], data["sorted_alone"]) == (0, 1, 0)
    assert (data["expected_right"], data["measured"]) == (None, False)
    assert [(rule["name"], rule["ran"]) for rule in data["rules"]] == [("Money", 1)]
    said = triage("policy", "try", str(file), "--days", "7").out
    assert "2 posts of the last 7 days: 2 would be in another queue." in said
    assert "support to promo: 1" in said
    assert policy_in_force().version == 1


def test_what_is_expected_says_where_it_comes_from(triage: Command, file: Path) -> None:
    arrive("how?", confidence=0.97)
    said = triage("policy", "try", str(file)).out
    assert "97.0% (63.6% to 100.0%) are expected to be right: so the model claims" in said


def test_a_file_is_put_in_force_with_a_reason_and_an_author(
    triage: Command, file: Path, olga: User
) -> None:
    assert triage("policy", "use", str(file), code=2)
    assert "few words why" in triage("policy", "use", str(file), "--reason", " ", code=1).sentence
    said = triage("policy", "use", str(file), "--reason", "safer", "--user", "olga", "--json")
    assert (said.data[0]["version"], said.data[0]["author"]) == (2, "olga")
    assert [row["version"] for row in triage("policy", "list", "--json").data] == [2, 1]
    assert "*    2" in triage("policy", "list").out
    nobody = triage("policy", "use", str(file), "--reason", "r", "--user", "bob", code=1)
    assert "there is nobody called 'bob'" in nobody.sentence


def test_a_policy_that_asks_for_approval_nobody_can_give_is_warned_of(
    triage: Command, file: Path, olga: User
) -> None:
    file.write_text(STRICT + '[approval]\nqueues = ["promo"]\n', encoding="utf-8")
    said = triage("policy", "use", str(file), "--reason", "care")
    assert "Nobody may approve answers in promo yet" in said.err
    User.objects.filter(pk=olga.pk).update(may_approve=True)
    said = triage("policy", "use", str(file), "--reason", "care")
    assert "Nobody may" not in said.err


def test_going_back_is_a_new_version(triage: Command, file: Path) -> None:
    assert "there is no earlier policy" in triage("policy", "rollback", code=1).sentence
    triage("policy", "use", str(file), "--reason", "safer")
    assert triage("policy", "rollback", "--json").data[0]["version"] == 3
    assert (policy_row().text, policy_row().reason) == (BEGIN, "back to policy 1")
    triage("policy", "rollback", "2", "--reason", "after all")
    assert (policy_row().text, policy_row().reason) == (STRICT, "back to policy 2: after all")
    assert "there is no policy 9" in triage("policy", "rollback", "9", code=1).sentence


def test_resorting_is_asked_for_by_name(triage: Command, file: Path, olga: User) -> None:
    item = arrive("how?", confidence=0.9)
    triage("policy", "use", str(file), "--reason", "safer")
    data = triage("policy", "resort", "--user", "olga", "--json").data[0]
    assert data == {"policy": 2, "will_move": 1}
    assert resort_asked()
    assert Item.objects.get(pk=item.pk).queue == "review"
    User.objects.create(username="bob", teams=["community"])
    assert "Only ops and admins" in triage("policy", "resort", "--user", "bob", code=1).sentence
