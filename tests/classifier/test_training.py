from dataclasses import replace

import pytest

from models.training import MIN_EXAMPLES, TrainingRefused, train


def test_it_learns_more_than_chance(trained, some_examples):
    judged = trained.classifier.judge([example.passage for example in some_examples])
    right = sum(j.intent == e.intent for j, e in zip(judged, some_examples, strict=True))
    assert right / len(some_examples) > 0.6


def test_the_same_examples_and_seed_give_the_same_model(some_examples, routes):
    part = some_examples[:300]
    passages = [example.passage for example in part]
    one, two = (train(part, routes=routes, seed=3).classifier.judge(passages) for _ in range(2))
    assert one == two


def test_it_knows_the_languages_and_scripts_it_was_shown(trained):
    assert {"en", "de", "fr"} <= trained.classifier.settings.languages
    assert trained.classifier.settings.scripts == {"LATIN"}


def test_the_counts_say_what_it_learnt_from(trained, some_examples):
    assert sum(trained.counts["source"].values()) == len(some_examples)
    assert trained.counts["lang"]["en"] == sum(e.passage.lang == "en" for e in some_examples)


def test_progress_is_told(some_examples, routes):
    told: list[str] = []
    train(some_examples[:100], routes=routes, progress=told.append)
    assert told[-1] == "fitting on all 100 examples"


def test_one_class_is_refused(some_examples, routes):
    same = [replace(example, intent="question") for example in some_examples]
    with pytest.raises(TrainingRefused, match="Every example is labelled question"):
        train(same, routes=routes)


@pytest.mark.parametrize("count", [0, MIN_EXAMPLES - 1])
def test_too_few_examples_are_refused(some_examples, routes, count):
    with pytest.raises(TrainingRefused, match=f"There are {count} examples"):
        train(some_examples[:count], routes=routes)


def test_as_many_examples_as_are_needed_are_enough(some_examples, routes):
    assert train(some_examples[::25][:MIN_EXAMPLES], routes=routes)


def test_an_intent_without_a_queue_is_refused(some_examples, routes):
    fewer = {intent: kinds for intent, kinds in routes.items() if intent != "lead"}
    with pytest.raises(TrainingRefused, match="No queue is given for the intent lead"):
        train(some_examples, routes=fewer)


def test_routes_for_different_kinds_are_refused(some_examples, routes):
    with pytest.raises(TrainingRefused, match="same kinds"):
        train(some_examples, routes={**routes, "lead": {"public": "promo"}})


def test_one_group_is_learnt_from_without_calibration(some_examples, routes):
    together = [
        replace(example, source="one", passage=replace(example.passage, brand="one"))
        for example in some_examples[:100]
    ]
    model = train(together, routes=routes)
    assert model.classifier.settings.temperature == 1.0
    assert model.metrics["calibrated_on_groups_left_out"] is False


def test_an_intent_of_a_single_source_does_not_stop_calibration(some_examples, routes):
    part = [each for each in some_examples[:400] if each.intent != "event"]
    only = replace(next(each for each in some_examples if each.intent == "event"), source="alone")
    assert "event" in train([*part, only], routes=routes).classifier.intents


def test_a_weighty_example_counts_for_more(some_examples, routes):
    post = some_examples[0].passage
    light = replace(some_examples[0], intent="noise")
    heavy = replace(light, weight=50.0)
    chances = [
        model.probabilities([post])[0, model.intents.index("noise")]
        for model in (
            train([extra, *some_examples[1:200]], routes=routes).classifier
            for extra in (light, heavy)
        )
    ]
    assert chances[1] > chances[0]
