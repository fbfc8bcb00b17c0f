"""Routing: one judgement and one policy make one decision."""

import pytest

from tests.domain.making import judgement
from triage.tuning.facts import Facts
from triage.tuning.policy import read_policy
from triage.tuning.rules import apply
from triage.vocabulary import INTENTS, Queue
from triage.walk.routing import decide, queue_under

SHIPPED = read_policy("[thresholds]\narchive = 0.8\n[priority]\nquestion = 2\n", version=4)


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("kind", ["public", "community"])
def test_a_sure_judgement_goes_to_the_queue_of_its_intent(intent: str, kind: str) -> None:
    decision = decide(judgement(intent, kind=kind), kind=kind, policy=SHIPPED)
    assert decision.queue == decision.leaning == INTENTS[intent].queue(kind)
    assert not decision.unsure
    assert decision.why.startswith(INTENTS[intent].guide.rstrip("."))
    assert decision.why.endswith("95% sure, because of: first, word.")


def test_an_event_goes_by_the_kind_of_the_channel() -> None:
    assert decide(judgement("event"), kind="public", policy=SHIPPED).queue == Queue.PROMO
    assert decide(judgement("event"), kind="community", policy=SHIPPED).queue == Queue.SUPPORT


@pytest.mark.parametrize(
    ("intent", "confidence", "queue"),
    [
        ("lead", 0.6, Queue.PROMO),
        ("lead", 0.599, Queue.REVIEW),
        ("question", 0.6, Queue.SUPPORT),
        ("question", 0.0, Queue.REVIEW),
        ("noise", 0.8, Queue.ARCHIVE),
        ("noise", 0.79, Queue.REVIEW),
    ],
)
def test_below_the_threshold_of_its_queue_a_person_looks(
    intent: str, confidence: float, queue: Queue
) -> None:
    judged = judgement(intent, confidence=confidence)
    decision = decide(judged, kind="public", policy=SHIPPED)
    assert decision.queue == queue
    assert decision.unsure == (queue == Queue.REVIEW)
    assert decision.leaning == INTENTS[intent].public


def test_why_a_post_is_unsure_names_the_guess_the_chance_and_the_policy() -> None:
    why = decide(judgement("peer_help?"), kind="public", policy=SHIPPED).why
    assert why == (
        "The model leans to support (peer help) but is only 40% sure; policy 4 asks for 60%."
    )


def test_an_intent_with_a_threshold_of_its_own_goes_by_that() -> None:
    policy = read_policy("[thresholds.intents]\nquestion = 0.97\n", version=4)
    decision = decide(judgement("question"), kind="public", policy=policy)
    assert (decision.queue, decision.leaning) == (Queue.REVIEW, Queue.SUPPORT)
    assert decision.why.endswith("is only 95% sure; policy 4 asks for 97%.")
    assert decide(judgement("feedback"), kind="public", policy=policy).unsure is False


@pytest.mark.parametrize("text", ["lead a", "question? b", "noise c", "event refund"])
@pytest.mark.parametrize("kind", ["public", "community"])
def test_the_quick_answer_is_that_of_the_decision(text: str, kind: str) -> None:
    rule = "[[rules]]\nname = 'r'\nwhen = { contains = 'refund' }\nthen = { queue = 'review' }\n"
    policy, judged = read_policy(rule), judgement(text, kind=kind)
    facts = Facts(text=text, kind=kind)
    outcome = apply(policy.rules, facts)
    decision = decide(judged, kind=kind, policy=policy, facts=facts)
    assert queue_under(judged, kind=kind, policy=policy, outcome=outcome) == decision.queue


def test_what_no_model_can_judge_goes_to_review_however_sure_it_is() -> None:
    judged = judgement("question", strange="There is no text in it.")
    decision = decide(judged, kind="public", policy=SHIPPED)
    assert (decision.queue, decision.unsure) == (Queue.REVIEW, True)
    assert decision.why == "The model cannot judge this: There is no text in it."


def test_without_a_model_a_person_decides() -> None:
    decision = decide(None, kind="public", policy=SHIPPED)
    assert (decision.queue, decision.unsure, decision.priority) == (Queue.REVIEW, True, 0)
    assert decision.why == "No model is in use, so a person decides. Train one with `triage train`."


def test_priority_comes_from_the_policy() -> None:
    assert decide(judgement("question"), kind="public", policy=SHIPPED).priority == 2
    assert decide(judgement("lead"), kind="public", policy=SHIPPED).priority == 0


def test_a_company_can_route_an_intent_elsewhere() -> None:
    policy = read_policy('[routes.visibility]\npublic = "support"\n[thresholds]\nsupport = 0.96\n')
    decision = decide(judgement("visibility"), kind="public", policy=policy)
    assert decision.leaning == Queue.SUPPORT
    assert decision.queue == Queue.REVIEW, "the threshold is that of the queue it would go to"
    assert decide(judgement("visibility"), kind="community", policy=policy).queue == Queue.PROMO


def test_a_reason_without_words_is_still_a_sentence() -> None:
    why = decide(judgement("lead", because=()), kind="public", policy=SHIPPED).why
    assert why == "Not a customer yet, weighing it: lead, 95% sure."
