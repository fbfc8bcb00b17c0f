"""`triage policy`: seen, tried, put in force, and gone back from."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.web.desk import arrive
from triage.tables import AuditEntry, Item, Resorting, User
from triage.tuning.policies import adopt_file, policy_in_force, policy_row, put_in_force
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
    assert "short reason" in triage("policy", "use", str(file), "--reason", " ", code=1).sentence
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
    assert "Nobody can approve replies in promo yet" in said.err
    User.objects.filter(pk=olga.pk).update(may_approve=True)
    said = triage("policy", "use", str(file), "--reason", "care")
    assert "Nobody can" not in said.err


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
    assert data == {"policy": 2, "will_move": 1, "will_adjust": 0, "already_running": False}
    assert resort_asked()
    assert Item.objects.get(pk=item.pk).queue == "review"
    User.objects.create(username="bob", teams=["community"])
    assert "Only ops and admins" in triage("policy", "resort", "--user", "bob", code=1).sentence


def test_a_resorting_that_runs_is_told_and_what_the_last_one_did(
    triage: Command, file: Path, olga: User
) -> None:
    assert triage("policy", "resorting", "--json").data == [{"resorting": None}]
    assert "Nobody has asked" in triage("policy", "resorting").out
    item = arrive("how?", confidence=0.9)
    triage("policy", "use", str(file), "--reason", "safer")
    triage("policy", "resort", "--user", "olga")
    again = triage("policy", "resort", "--user", "olga")
    assert (
        "It had been asked for already. Re-sorting under policy 2, asked for by olga" in again.err
    )
    assert Resorting.objects.count() == 1
    assert "0 items moved so far." in triage("policy", "resorting").out
    assert resort_asked()
    [data] = triage("policy", "resorting", "--json").data
    assert (data["resorting"]["moved"], data["resorting"]["by"]) == (1, "olga")
    assert data["resorting"]["finished_at"]
    assert "Re-sorted under policy 2, asked for by olga" in triage("policy", "resorting").out
    assert Item.objects.get(pk=item.pk).queue == "review"


def test_two_versions_are_compared_line_by_line(triage: Command, file: Path) -> None:
    triage("policy", "use", str(file), "--reason", "safer")
    said = triage("policy", "compare", "1", "2").out
    assert "-promo = 0.5\n" in said
    assert "+promo = 0.95\n" in said
    assert triage("policy", "compare", "2", "2", "--json").data[0]["lines"] == []
    assert "Policies 2 and 2 say the same." in triage("policy", "compare", "2", "2").out
    assert "there is no policy 9" in triage("policy", "compare", "1", "9", code=1).sentence
    triage("policy", "compare", "one", "2", code=2)


def test_the_posts_that_would_move_are_shown_and_what_a_rule_was_kept_from(
    triage: Command, file: Path
) -> None:
    money = '[[rules]]\nname = "More"\nwhen = { contains = "my" }\nthen = { priority = 3 }\n'
    file.write_text(STRICT + money, encoding="utf-8")
    item = arrive("my refund", confidence=0.9)
    said = triage("policy", "try", str(file), "--posts").out
    assert "rule Money: would have run on 1 post\n" in said
    assert "rule More: would have run on 0 posts; an earlier rule would have kept it from 1" in said
    assert f"item {item.pk}, support to promo: question (0.90)\n    my refund" in said
    [data] = triage("policy", "try", str(file), "--json").data
    assert [(row["to"], row["text"]) for row in data["examples"]] == [("promo", "my refund")]
    assert "my refund" not in triage("policy", "try", str(file)).out


def test_a_threshold_is_tried_before_it_is_saved(triage: Command, file: Path, olga: User) -> None:
    commented = "# ours\n" + BEGIN
    put_in_force(commented, author=None, reason="a word")
    arrive("how?", confidence=0.7)
    tried = triage("policy", "threshold", "support", "0.8")
    assert "Threshold of support: 0.8 in place of 0.5." in tried.out
    assert "1 post of the last 30 days: 1 would be in another queue." in tried.out
    assert "support to review: 1" in tried.out
    assert "Nothing is saved" in tried.err
    assert policy_row().text == commented
    save = ("policy", "threshold", "support", "0.8", "--save", "--user", "olga")
    assert "short reason" in triage(*save, code=1).sentence
    [saved] = triage(*save, "--reason", "too much was wrong", "--json").data
    assert (saved["before"], saved["threshold"], saved["saved"]) == (0.5, 0.8, 3)
    assert policy_row().text == commented.replace("support = 0.5", "support = 0.8")
    assert (policy_row().author, policy_row().reason) == (olga, "too much was wrong")
    assert AuditEntry.objects.filter(event="policy_changed", actor="olga").count() == 1
    assert "Policy 3 says so already." in triage(*save, "--reason", "again").err


def test_an_intent_has_a_threshold_of_its_own_until_it_follows_its_queue_again(
    triage: Command, file: Path
) -> None:
    more = ("--save", "--reason", "leads are dear")
    said = triage("policy", "threshold", "lead", "0.9", *more)
    assert "Threshold of lead: 0.9 in place of that of its queue." in said.out
    triage("policy", "threshold", "sales", "0.8", *more)
    assert policy_in_force().intents == {"lead": 0.9, "sales": 0.8}
    triage("policy", "threshold", "lead", "none", *more)
    assert policy_in_force().intents == {"sales": 0.8}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("moon", "0.5"), 1, "nothing called 'moon' has a threshold; the queues promo, support"),
        (("review", "0.5"), 1, "nothing called 'review' has a threshold"),
        (("support", "none"), 1, "support needs a threshold"),
        (("support", "85"), 2, "it is '85'; write a share from 0 to 1, like 0.85"),
        (("support", "nan"), 2, "it is 'nan'"),
        (("support", "high"), 2, "it is 'high'"),
        (("support", "0.5", "--save", "--reason", "r", "--user", "bob"), 1, "nobody called 'bob'"),
    ],
)
def test_a_threshold_that_is_none_is_told_and_changes_nothing(
    triage: Command, file: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    said = triage("policy", "threshold", *arguments, code=code)
    assert sentence in said.err
    assert (policy_row().version, policy_row().text) == (1, BEGIN)
