"""The rules page: forms that edit the policy's text, and a dry run before anything is saved."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.conftest import at_desk
from tests.web.desk import arrive
from triage.tables import User
from triage.tuning.policies import adopt_file, policy_in_force, policy_row
from triage.tuning.policy import read_policy
from triage.web.rulecontrols import CONTROLS

TEXT = """\
# ours
[thresholds]
promo = 0.5
support = 0.5

# money first
[[rules]]
name = "Money"
when = { contains = "refund" }
then = { queue = "support" }

[[rules]]
name = "Press"
when = { reach_at_least = 50000 }
then = { queue = "promo", notify = ["alice"] }
"""
NEW = {"name": "Norway", "when.contains": "norway\r\nnorge", "then.tag": "nordic", "go_on": "on"}


@pytest.fixture(autouse=True)
def _policy(db: None, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(TEXT, encoding="utf-8")
    adopt_file(file, reason="to begin with")


def send(user: User, act: str, **typed: object) -> tuple[int, str, str]:
    """Press a button of the page -> status, the text that stands in it now, the page."""
    form = {"text": TEXT, "seen": "1", "place": "", "act": act} | typed
    answer = at_desk(user).post("/tuning/rules/", form)
    if answer.status_code == 302:
        return 302, policy_row().text, ""
    return answer.status_code, answer.context["draft"].text, answer.content.decode()


def names(text: str) -> list[str]:
    return [line.split('"')[1] for line in text.splitlines() if line.startswith("name")]


def test_the_rules_in_force_are_listed_in_words(olga: User) -> None:
    page = at_desk(olga).get("/tuning/rules/").content.decode()
    assert "When: Text contains any of refund. Then: Send to queue support." in page
    assert "When: Followers at least 50000. Then: Send to queue promo; Notify alice." in page
    assert 'value="up:0"' not in page
    assert 'value="down:1"' not in page


def test_a_rule_is_added_tried_and_only_then_saved(olga: User) -> None:
    arrive("do you ship to Norway?", confidence=0.9)
    arrive("hello", confidence=0.9)
    status, text, page = send(olga, "put", **NEW)
    assert status == 200
    assert names(text) == ["Money", "Press", "Norway"]
    assert "Dry run: matched 1 post." in page
    assert "do you ship to Norway?" in page
    assert "Dry run on 2 posts from the last 30 days" in page
    assert policy_in_force().version == 1, "nothing is saved yet"
    status, saved, _ = send(olga, "save", text=text, reason="the campaign there")
    row = policy_row()
    assert (status, row.version, row.author, row.reason) == (302, 2, olga, "the campaign there")
    rule = policy_in_force().rules[-1]
    assert (rule.name, rule.tags, rule.go_on) == ("Norway", ("nordic",), True)
    assert "# money first" in saved


def test_a_rule_is_opened_changed_moved_and_removed(olga: User) -> None:
    _, _, page = send(olga, "edit:1")
    assert 'value="Press"' in page
    assert 'value="50000"' in page
    assert 'name="place" value="1"' in page
    changed = {"name": "Papers", "when.reach_at_least": "9", "then.queue": "promo", "place": "1"}
    _, text, _ = send(olga, "put", **changed)
    assert names(text) == ["Money", "Papers"]
    assert names(send(olga, "down:0")[1]) == ["Press", "Money"]
    assert names(send(olga, "up:1")[1]) == ["Press", "Money"]
    assert names(send(olga, "remove:0")[1]) == ["Press"]


def test_the_history_of_an_item_says_which_rules_ran_and_which_would_have(olga: User) -> None:
    item = arrive("my refund", reach=60_000)
    page = at_desk(olga).get(f"/item/{item.pk}/").content.decode()
    assert "Rules that ran: “Money”. Stopped by an earlier rule: “Press”." in page
    other = arrive("hello")
    page = at_desk(olga).get(f"/item/{other.pk}/").content.decode()
    assert "Rules that ran" not in page


def test_the_dry_run_says_what_would_move(olga: User) -> None:
    arrive("my refund", intent="lead", confidence=0.9)
    text = TEXT.replace('contains = "refund" }', 'contains = "nothing" }')
    _, _, page = send(olga, "try", text=text)
    assert "would put 1 post in a different queue than the active policy" in page
    assert "Support to Promo; lead, 90% confidence" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "it needs a name of 1 to 80 characters"),
        ({"when.contains": ""}, "it needs a condition"),
        ({"then.tag": ""}, "it needs an action"),
        ({"when.matches": "("}, "when.matches is no pattern that can be used"),
        ({"when.reach_at_least": "many"}, "it must be a whole number from 0 on"),
        ({"when.confidence_below": "7"}, "it must be from 0 to 1"),
        ({"when.time": "10 to 12"}, "write a span as"),
        ({"when.age_below": "young"}, "write &quot;45m&quot;"),
        ({"when.weekday": "caturday"}, "it must be one of monday"),
        ({"name": "Money"}, "two rules are called"),
        ({"place": "9"}, "there is no rule number 10"),
    ],
)
def test_a_wrong_rule_gets_one_sentence_and_keeps_what_was_typed(
    olga: User, typed: dict[str, str], sentence: str
) -> None:
    status, text, page = send(olga, "put", **(NEW | typed))
    assert status == 409
    assert sentence in page.partition('id="refused">')[2].partition("</p>")[0]
    assert text == TEXT
    assert "norge" in page or "when.contains" in typed
    assert "nordic" in page or "then.tag" in typed


def test_wrong_toml_gets_one_sentence_and_keeps_what_was_typed(olga: User) -> None:
    for act in ("try", "save", "up:0"):
        status, text, page = send(olga, act, text="[thresholds\nmine", reason="r")
        assert (status, text) == (409, "[thresholds\nmine")
        assert "the policy is not valid TOML" in page
    assert policy_in_force().version == 1


def test_saving_asks_for_a_reason_and_for_the_version_that_was_seen(olga: User) -> None:
    text = TEXT + "# more\n"
    assert "Give a short reason" in send(olga, "save", text=text)[2]
    status, kept, page = send(olga, "save", text=text, reason="mine", seen="7")
    assert (status, kept) == (409, text)
    assert "since you opened policy 7" in page
    assert 'value="mine"' in page
    assert send(olga, "save", text=text, reason="mine", seen="1")[0] == 302


def test_a_rule_that_is_typed_but_not_in_the_list_is_not_lost_by_saving(olga: User) -> None:
    status, _, page = send(olga, "save", text=TEXT + "# x\n", reason="r", **NEW)
    assert status == 409
    assert "has not been added to the list yet" in page
    assert "norge" in page


def test_what_is_typed_is_not_lost_by_another_button(olga: User) -> None:
    typing = {"name": "Norway", "when.contains": "norge"}
    status, text, page = send(olga, "down:0", **typing)
    assert (status, names(text)) == (200, ["Press", "Money"])
    assert ">norge</textarea>" in page
    changing = {"name": "Papers", "when.reach_at_least": "9", "then.queue": "promo", "place": "1"}
    for act in ("edit:0", "remove:0", "up:1"):
        status, text, page = send(olga, act, **changing)
        assert (status, text) == (409, TEXT)
        assert "has not been added to the list yet" in page
    status, text, page = send(olga, "drop", **changing)
    assert (status, text) == (200, TEXT)
    assert "Papers" not in page


def test_a_rule_that_was_opened_and_left_alone_keeps_nobody_from_saving(olga: User) -> None:
    rule = {
        "name": "Money",
        "place": "0",
        "when.contains": "refund\r\nback",
        "when.weekday": ["monday", "sunday"],
        "then.queue": "support",
    }
    text = TEXT.replace(
        'contains = "refund"', 'contains = ["refund", "back"], weekday = ["sunday", "monday"]'
    )
    assert send(olga, "save", text=text, reason="r", **rule)[0] == 302


def test_days_feelings_and_approval_are_ticked(olga: User) -> None:
    arrive("it is broken again", confidence=0.9)
    ticked = {
        "name": "Care",
        "when.sentiment": ["negative", "neutral"],
        "when.weekday": ["saturday", "sunday"],
        "when.time": "22:00-06:00",
        "when.age_below": "8h",
        "then.approval": "true",
    }
    status, text, page = send(olga, "put", **ticked)
    assert status == 200
    assert "Its author sounds positive" not in page
    assert "Written on saturday, sunday" in page
    assert "Then: Hold replies for approval." in page
    [*_, rule] = read_policy(text).rules
    assert rule.approval
    _, _, page = send(olga, "edit:2", text=text)
    fields = dict.fromkeys(re.findall(r'name="([a-z._]+)" value="([a-z]+)" checked', page))
    assert list(fields) == [
        ("when.sentiment", "neutral"),
        ("when.sentiment", "negative"),
        ("when.weekday", "saturday"),
        ("when.weekday", "sunday"),
        ("then.approval", "true"),
    ]


def test_a_choice_that_is_not_offered_any_more_stays_ticked(olga: User) -> None:
    control = next(each for each in CONTROLS if each.name == "when.sentiment")
    [*_, last] = replace(control, value="negative\nfurious").options
    assert (last.value, last.ticked) == ("furious", True)


def test_a_file_is_brought_in_as_a_draft(olga: User) -> None:
    file = SimpleUploadedFile("p.toml", TEXT.replace("Money", "Cash").encode())
    status, text, _ = send(olga, "bring", file=file)
    assert (status, names(text)) == (200, ["Cash", "Press"])
    assert policy_in_force().version == 1
    wrong = SimpleUploadedFile("p.toml", b"[thresholds]\npromo = 7\n")
    status, text, page = send(olga, "bring", file=wrong)
    assert (status, text) == (409, TEXT)
    assert "thresholds.promo is 7" in page
    assert "not UTF-8" in send(olga, "bring", file=SimpleUploadedFile("p", b"\xff"))[2]
    assert "Choose a policy file" in send(olga, "bring")[2]


def test_a_catastrophic_pattern_takes_no_longer_than_any_other(olga: User) -> None:
    arrive("a" * 5000 + "!")
    status, _, page = send(olga, "put", **(NEW | {"when.matches": "(a+)+$", "when.contains": ""}))
    assert status == 200
    assert "Dry run: matched 0 posts." in page


def test_names_of_other_people_are_shown_as_text(olga: User) -> None:
    text = TEXT.replace("Money", "<script>alert(1)</script>")
    page = send(olga, "try", text=text)[2]
    assert "<script>alert(1)" not in page
