"""Growing: an intent is added, changed, merged, retired and brought back, and what follows."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.domain.growth import PRAISE, add_praise
from tests.domain.making import bring, lesson, misplaced, post
from triage.desk.acting import ActRefused
from triage.desk.items import hand_off
from triage.desk.relabelling import mislabelled, relabel
from triage.desk.undoing import undo
from triage.finding.filters import narrowed, read_filters
from triage.intents import SHIPPED, every_intent, gone, intents, know, queue_of, routes, today
from triage.tables import (
    AuditEntry,
    Channel,
    Deed,
    IntentRow,
    Item,
    Lesson,
    Move,
    Tag,
    User,
    Verdict,
)
from triage.times.reports import monday_of, week_report
from triage.tuning.accuracy import disagreements
from triage.tuning.growing import (
    MOST,
    IntentRefused,
    add_intent,
    edit_intent,
    merge_intents,
    restore_intent,
    retire_intent,
)
from triage.tuning.labelling import guide, keys_of
from triage.tuning.policies import policy_in_force, policy_row, put_in_force
from triage.tuning.policy import PolicyError
from triage.tuning.stalenames import stale_names
from triage.tuning.taxonomy import look, look_now_and_then
from triage.tuning.uptake import LEAST, uptakes
from triage.vocabulary import INTENTS

pytestmark = [pytest.mark.usefixtures("judge"), pytest.mark.django_db]
Change = Callable[[User], object]


def test_an_installation_begins_with_the_shipped_intents() -> None:
    look()
    assert intents() == INTENTS
    assert not IntentRow.objects.exists()


def test_an_added_intent_is_in_force_at_once_with_its_author_and_reason(olga: User) -> None:
    row = add_praise(olga)
    assert list(intents()) == [*INTENTS, "praise"]
    assert intents()["praise"].measure == "Staff who stay"
    assert queue_of("praise", "public") == "support"
    assert routes()["praise"] == {"public": "support", "community": "support"}
    assert (row.author, row.reason) == (olga, "people thank people")
    entry = AuditEntry.objects.get(event="intent_added")
    assert (entry.actor, entry.target) == ("olga", "praise")
    assert entry.details == {"reason": "people thank people"}


def test_its_posts_are_sorted_like_any_others(web: Channel, olga: User) -> None:
    add_praise(olga)
    item = bring(web, post(text="praise thank you, Mia"))
    assert (item.queue, item.intent, item.unsure) == ("support", "praise", False)
    assert item.why.startswith("Thanks somebody of ours by name: praise, 95% sure")


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("Praise!", {}, "The name is 'Praise!'; write 2 to 32 small letters, digits and"),
        ("p", {}, "The name is 'p'"),
        ("x" * 33, {}, "write 2 to 32 small letters"),
        ("unknown", {}, "The name is 'unknown'"),
        ("lead", {}, "There is an intent 'lead' already; change that."),
        ("praise", {"measure": " "}, "An intent needs a measure of 1 to 200 characters."),
        ("praise", {"guide": "x" * 301}, "An intent needs a guide of 1 to 300 characters."),
        ("praise", {"public": "review"}, "The queue on public channels is 'review'; choose"),
        ("praise", {"examples": ("x",) * 21}, "There are 21 examples; 20 are enough."),
    ],
)
def test_a_wrong_intent_is_refused_in_a_sentence(
    olga: User, name: str, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(IntentRefused) as refused:
        add_intent(name, replace(PRAISE, **changes), by=olga, reason="why not")
    assert sentence in str(refused.value)
    assert intents() == INTENTS
    assert not AuditEntry.objects.exists()
    assert add_praise(olga).name == "praise"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda by: retire_intent("noise", by=by, reason="x"), "Noise cannot be retired"),
        (lambda by: merge_intents("noise", into="lead", by=by, reason="x"), "cannot be merged"),
        (lambda by: merge_intents("lead", into="lead", by=by, reason="x"), "into itself"),
        (lambda by: merge_intents("lead", into="rant", by=by, reason="x"), "no intent 'rant'"),
        (lambda by: retire_intent("rant", by=by, reason="x"), "no intent 'rant'; known are lead"),
        (lambda by: retire_intent("lead", by=by, reason=" "), "Give a short reason"),
        (lambda by: restore_intent("lead", by=by, reason="x"), "Lead is already active."),
        (lambda by: edit_intent("lead", PRAISE, by=by, reason="x", seen=999), "has changed since"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_a_sentence(
    olga: User, change: Change, sentence: str
) -> None:
    with pytest.raises(IntentRefused) as refused:
        change(olga)
    assert sentence in str(refused.value)
    assert intents() == INTENTS
    retire_intent("lead", by=olga, reason="nobody asks")


def test_a_queue_keeps_its_last_intent(olga: User) -> None:
    for name in ("lead", "awareness", "visibility", "sales"):
        if name == "sales":
            with pytest.raises(IntentRefused, match="no intent would lead to promo on community"):
                retire_intent("sales", by=olga, reason="x")
        else:
            retire_intent(name, by=olga, reason="x")
    moved = replace(PRAISE, public="promo", community="promo")
    add_intent("praise", moved, by=olga, reason="x")
    retire_intent("sales", by=olga, reason="x")
    with pytest.raises(IntentRefused, match="no intent would lead to promo on community"):
        edit_intent("praise", PRAISE, by=olga, reason="x")


def test_there_are_so_many_at_most(olga: User) -> None:
    for number in range(MOST - len(INTENTS)):
        add_intent(f"praise{number}", PRAISE, by=olga, reason="x")
    keys = keys_of(intents())
    assert len(set(keys.values()) - {""}) == MOST, "each still has a key of its own"
    with pytest.raises(IntentRefused, match="There are 30 intents in force; merge or retire"):
        add_praise(olga)
    retire_intent("lead", by=olga, reason="x")
    add_praise(olga)
    with pytest.raises(IntentRefused, match="There are 30 intents in force"):
        restore_intent("lead", by=olga, reason="x")


def test_the_keys_of_the_shipped_ones_stay_when_one_is_added(olga: User) -> None:
    before = keys_of(every_intent())
    add_praise(olga)
    retire_intent("lead", by=olga, reason="x")
    after = keys_of(every_intent())
    assert before.items() <= after.items()
    assert after["praise"] not in before.values()


def test_the_guide_asks_for_what_was_added_before_what_takes_the_rest(olga: User) -> None:
    add_praise(olga)
    names = [name for name, _ in guide()]
    assert names[-2:] == ["praise", "awareness"]
    edit_intent("lead", replace(PRAISE, guide="Asks for a price."), by=olga, reason="clearer")
    assert dict(guide())["lead"] == "Asks for a price."
    assert dict(guide())["praise"] == PRAISE.guide


def test_noise_can_be_described_anew_and_stays_in_the_archive(olga: User) -> None:
    edit_intent("noise", replace(PRAISE, guide="Bots."), by=olga, reason="shorter")
    noise = intents()["noise"]
    assert (noise.guide, noise.measure, noise.public) == ("Bots.", None, "archive")


def test_a_merged_intent_is_read_as_its_successor_and_verdicts_stay(
    web: Channel, olga: User
) -> None:
    add_praise(olga)
    merge_intents("praise", into="retention", by=olga, reason="the same")
    item = bring(web, post(text="praise thank you, Mia"))
    assert (item.queue, item.intent, item.unsure) == ("support", "retention", False)
    assert "retention, 95% sure" in item.why
    assert Verdict.objects.get().intent == "praise", "what the model said is never changed"
    assert misplaced(policy_in_force()) == []


def test_merging_goes_on_along_the_line_and_can_be_taken_back(olga: User) -> None:
    add_praise(olga)
    merge_intents("praise", into="retention", by=olga, reason="the same")
    merge_intents("retention", into="awareness", by=olga, reason="the same")
    assert (today("praise"), queue_of("praise", "public")) == ("awareness", "promo")
    restore_intent("retention", by=olga, reason="not quite")
    assert today("praise") == "retention"
    retire_intent("retention", by=olga, reason="x")
    assert gone("praise") == "the intent retention was retired"
    restore_intent("praise", by=olga, reason="x")
    assert (today("praise"), gone("praise")) == ("praise", "")


def test_open_items_of_a_merged_intent_are_relabelled_only_when_asked(
    web: Channel, olga: User, bob: User
) -> None:
    add_praise(olga)
    item = bring(web, post(text="praise thank you"))
    done = bring(web, post(text="praise thanks", author_id="u-2", author="dan"))
    Item.objects.filter(pk=done.pk).update(status=Item.Status.RESOLVED)
    merge_intents("praise", into="retention", by=olga, reason="the same")
    item.refresh_from_db()
    assert (item.intent, mislabelled()) == ("praise", {"praise": 1})
    with pytest.raises(ActRefused, match="Only ops"):
        relabel("praise", bob)
    assert relabel("praise", olga) == (1, 0)
    for row, word in ((item, "retention"), (done, "praise")):
        row.refresh_from_db()
        assert row.intent == word
    move = Move.objects.filter(item=item).latest("id")
    assert (move.event, move.why) == ("relabelled", "Olga: praise is retention now.")
    assert AuditEntry.objects.get(event="items_relabelled").details["items"] == 1
    assert mislabelled() == {"praise": 0}
    with pytest.raises(ActRefused, match="merged into nothing"):
        relabel("lead", olga)


def test_what_a_model_says_of_a_retired_intent_goes_to_review_with_the_reason(
    web: Channel, olga: User
) -> None:
    before = bring(web, post(text="lead what does it cost"))
    retire_intent("lead", by=olga, reason="sales has them")
    item = bring(web, post(text="lead how much is it", author_id="u-2", author="dan"))
    assert (item.queue, item.unsure) == ("review", True)
    assert item.why == (
        "The model calls it lead, but the intent lead was retired, so a person decides."
    )
    before.refresh_from_db()
    assert (before.queue, before.intent) == ("promo", "lead"), "what was there keeps its word"
    filters = read_filters({"intent": "lead"})
    found = narrowed(Item.objects.all(), filters, olga, now=timezone.now())
    assert set(found) == {before, item}
    assert [each.item for each in misplaced(policy_in_force())] == [before.pk]


def test_a_word_that_no_taxonomy_knows_goes_to_review(web: Channel, olga: User) -> None:
    add_praise(olga)
    look()
    row = bring(web, post(text="praise thank you"))
    IntentRow.objects.all().delete()  # an older database was brought back
    again = bring(web, post(text="praise thanks", author_id="u-2", author="dan"))
    assert (row.queue, again.queue) == ("support", "review")
    assert "there is no intent praise" in again.why


def test_people_can_say_what_is_in_force_and_nothing_else(
    web: Channel, olga: User, alice: User
) -> None:
    item = bring(web, post(text="lead what does it cost"))
    add_praise(olga)
    retire_intent("question", by=olga, reason="x")
    with pytest.raises(ActRefused, match="There is no intent 'question'"):
        hand_off(item, alice, to="support", reason="theirs", intent="question")
    handed = hand_off(item, alice, to="support", reason="theirs", intent="praise")
    assert (handed.intent, Lesson.objects.get().intent) == ("praise", "praise")
    undo(alice, Deed.objects.get().stroke)
    assert not Lesson.objects.exists()


def test_the_policy_in_force_says_the_queue_of_an_intent(
    web: Channel, olga: User, alice: User
) -> None:
    text = policy_row().text + '\n[routes.visibility]\npublic = "support"\n'
    put_in_force(text.replace("[routes]\n", ""), author=olga, reason="press is theirs")
    item = bring(web, post(text="lead a reporter asks"))
    with pytest.raises(ActRefused, match="visibility belongs to support, not archive"):
        hand_off(item, alice, to="archive", reason="x", intent="visibility")
    handed = hand_off(item, alice, to="support", reason="press", intent="visibility")
    assert (handed.queue, handed.intent) == ("support", "visibility")


def test_a_policy_may_name_an_added_intent_and_keeps_working_when_it_ends(
    web: Channel, olga: User
) -> None:
    text = policy_row().text.replace("[priority]", "[priority]\npraise = 3")
    text += '[[rules]]\nname = "thanks"\nwhen = { intent = "praise" }\nthen = { tag = "thanks" }\n'
    with pytest.raises(PolicyError, match=r"when\.intent is 'praise'; it must be one of lead"):
        put_in_force(text, author=olga, reason="thanks first")
    add_praise(olga)
    put_in_force(text, author=olga, reason="thanks first")
    assert stale_names(text) == []
    retire_intent("praise", by=olga, reason="x")
    assert policy_in_force().priority["praise"] == 3
    item = bring(web, post(text="praise thank you"))
    assert (item.queue, item.priority) == ("review", 0)
    assert not Tag.objects.exists()
    assert stale_names(text) == [
        "priority.praise has no effect: the intent praise was retired.",
        "The intent praise in the rule 'thanks' has no effect: the intent praise was retired.",
    ]
    restore_intent("praise", by=olga, reason="x")
    merge_intents("praise", into="retention", by=olga, reason="x")
    assert stale_names(text) == [
        "priority.praise has no effect: the intent praise was merged into retention.",
        "The intent praise in the rule 'thanks' is read as retention, into which it was merged.",
    ]


def test_a_report_counts_a_merged_intent_with_its_successor(web: Channel, olga: User) -> None:
    add_praise(olga)
    bring(web, post(text="praise thank you"))
    merge_intents("praise", into="retention", by=olga, reason="the same")
    retire_intent("lead", by=olga, reason="x")
    now = timezone.now()
    week = monday_of(timezone.localtime(now).date())
    report = week_report(Item.objects.all(), week, policy=policy_in_force(), now=now)
    opened = {line.intent: line.opened for line in report.lines}
    assert opened["retention"] == 1
    assert not {"praise", "lead"} & opened.keys()


def test_a_lesson_of_the_successor_is_no_disagreement(web: Channel, olga: User) -> None:
    add_praise(olga)
    item = bring(web, post(text="praise thank you"))
    Lesson.objects.create(
        post_id=item.latest_post_id, post_version=1, queue="support", intent="retention",
        origin=Lesson.Origin.REVIEW,
    )  # fmt: skip
    assert disagreements(now=timezone.now(), weeks=4).count() == 1
    merge_intents("praise", into="retention", by=olga, reason="the same")
    assert disagreements(now=timezone.now(), weeks=4).count() == 0


def test_uptake_counts_the_posts_that_taught_an_intent(web: Channel, olga: User) -> None:
    add_praise(olga)
    for _ in range(3):
        lesson(intent="praise")
    bring(web, post(text="lead what does it cost"))
    found = uptakes(now=timezone.now())
    assert (found["praise"].taught, found["praise"].missing) == (3, LEAST - 3)
    assert (found["lead"].missing, found["lead"].share) == (1, 0.25)
    merge_intents("praise", into="retention", by=olga, reason="the same")
    assert uptakes(now=timezone.now())["retention"].taught == 3


def test_another_process_sees_a_change_with_its_next_look_at_the_policy(
    olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add_praise(olga)
    know(SHIPPED)  # as a process that was there before knows it
    policy_in_force()
    assert "praise" in intents()
    with django_assert_num_queries(1):
        policy_in_force()


def test_a_page_looks_every_few_seconds(
    olga: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr("triage.tuning.taxonomy.FRESH_FOR", 3.0)
    add_praise(olga)
    know(SHIPPED)
    with django_assert_num_queries(0):
        look_now_and_then(now=2.9)
    assert "praise" not in intents()
    with django_assert_num_queries(2):
        look_now_and_then(now=3.1)
    assert "praise" in intents()
    with django_assert_num_queries(1):
        look_now_and_then(now=6.2)


def test_a_change_that_failed_leaves_no_trace(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("triage.tuning.growing.note", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            add_praise(olga)
    look()
    assert intents() == INTENTS
    assert add_praise(olga).revision == len(INTENTS) + 1
