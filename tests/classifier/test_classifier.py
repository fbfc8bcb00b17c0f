import pickle
from dataclasses import replace

import pytest

from models.classifier import Classifier
from models.text import Passage


@pytest.fixture
def classifier(trained) -> Classifier:
    return trained.classifier


@pytest.fixture
def passages(some_examples) -> list[Passage]:
    return [example.passage for example in some_examples[:300]]


def test_judgements_come_in_input_order(classifier, passages):
    assert [judged.id for judged in classifier.judge(passages)] == [each.id for each in passages]


def test_nothing_in_nothing_out(classifier):
    assert classifier.judge([]) == []


def test_the_answer_does_not_depend_on_the_batch(classifier, passages, odd_passages):
    mixed = passages[:60] + odd_passages
    together = classifier.judge(mixed)
    assert together == [classifier.judge([passage])[0] for passage in mixed]
    assert together == classifier.judge(mixed[::-1])[::-1]


def test_the_confidence_is_the_sum_over_the_queues_intents(classifier, passages, routes):
    judged = classifier.judge(passages)
    chances = classifier.probabilities(passages)
    for passage, judgement, row in zip(passages, judged, chances, strict=True):
        total = sum(
            chance
            for intent, chance in zip(classifier.intents, row, strict=True)
            if routes[intent][passage.kind] == judgement.queue
        )
        assert judgement.confidence == pytest.approx(total, abs=2e-6)


def test_the_intent_leads_to_the_queue(classifier, passages, routes):
    for passage, judgement in zip(passages, classifier.judge(passages), strict=True):
        assert routes[judgement.intent][passage.kind] == judgement.queue


def test_a_second_intent_is_always_the_other_teams(classifier, passages, routes):
    judged = classifier.judge(passages)
    named = [(p, j) for p, j in zip(passages, judged, strict=True) if j.also]
    assert named
    for passage, judgement in named:
        assert {judgement.queue, routes[judgement.also][passage.kind]} == {"promo", "support"}


def test_an_event_follows_the_kind_of_channel(classifier):
    post = Passage(id="1", text="See you at the meetup, is there a livestream of the talk?")
    public, community = classifier.judge([post, replace(post, kind="community")])
    assert (public.intent, public.queue) == ("event", "promo")
    if community.intent == "event":
        assert community.queue == "support"


def test_an_unknown_kind_is_judged_as_public(classifier, passages):
    posts = [replace(passage, kind="private", parent_text=None) for passage in passages[:5]]
    assert len(classifier.judge(posts)) == 5


def test_reasons_are_words_of_the_post_or_of_its_parent(classifier, passages):
    judged = classifier.judge(passages)
    assert all(len(judgement.because) <= 4 for judgement in judged)
    assert sum(bool(judgement.because) for judgement in judged) > 290


def test_taking_the_reason_away_lowers_the_confidence(classifier):
    whole = Passage(id="1", text="My order never arrived how do I get a refund please help")
    first = classifier.judge([whole])[0]
    reason = first.because[0]
    assert reason in whole.text.lower()
    without = replace(whole, text=whole.text.lower().replace(reason, ""))
    index = classifier.intents.index(first.intent)
    before, after = classifier.probabilities([whole, without])[:, index]
    assert after < before


def test_odd_posts_are_judged_with_finite_numbers(classifier, odd_passages):
    for judgement in classifier.judge(odd_passages):
        assert 0 <= judgement.intent_confidence <= judgement.confidence <= 1


def test_what_is_strange_never_lands_in_the_archive(classifier, odd_passages):
    strange = [judged for judged in classifier.judge(odd_passages) if judged.strange]
    assert {"empty", "emoji", "link", "right to left", "japanese"} <= {each.id for each in strange}
    assert "archive" not in {judged.queue for judged in strange}


def test_a_model_of_two_intents_judges_too(some_examples, routes):
    from models.training import train

    two = [example for example in some_examples if example.intent in ("question", "noise")]
    classifier = train(two, routes=routes, shares=None).classifier
    judged = classifier.judge([example.passage for example in two])
    right = sum(j.intent == e.intent for j, e in zip(judged, two, strict=True))
    assert right / len(two) > 0.8


def test_judgements_can_cross_a_process_border(classifier, passages):
    judged = classifier.judge(passages[:3])
    assert pickle.loads(pickle.dumps(judged)) == judged
