"""`triage lessons`: what people labelled, as a file that a training reads."""

from pathlib import Path

from models.examples import read_examples
from tests.cli.conftest import Command
from tests.web.desk import arrive
from triage.desk.items import hand_off
from triage.desk.opinions import say_sentiment
from triage.intents import every_intent
from triage.tables import AuditEntry, User


def test_each_labelled_post_is_a_line_with_intent_and_sentiment(
    triage: Command, tmp_path: Path
) -> None:
    olga = User.objects.create(username="olga", teams=["ops"])
    arrive("nobody said anything of this")
    both, felt = arrive("what is the price?", author="@dan"), arrive("it broke again")
    moved = hand_off(both, olga, to="promo", reason="asks before buying", intent="lead")
    say_sentiment(moved, olga, sentiment="neutral")
    say_sentiment(felt, olga, sentiment="positive")
    say_sentiment(felt, olga, sentiment="negative")
    said = triage("lessons", "--json")
    told = [(post["text"], post["intent"], post["sentiment"]) for post in said.data]
    assert told == [
        ("what is the price?", "lead", "neutral"),
        ("it broke again", None, "negative"),
    ]
    file = tmp_path / "lessons.jsonl"
    file.write_text(said.out)
    examples, bad = read_examples([file], intents=every_intent())
    assert [(each.passage.text, each.intent) for each in examples] == [
        ("what is the price?", "lead")
    ]
    assert [line.line for line in bad] == [2]
    assert triage("lessons").out.splitlines()[1] == "-\tnegative\tit broke again"
    assert AuditEntry.objects.filter(event="exported", target="lessons").count() == 2


def test_it_says_how_to_label_where_nobody_has(triage: Command) -> None:
    assert "Nobody has labelled a post yet" in triage("lessons").err
