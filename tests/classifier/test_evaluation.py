import json

import pytest

from models import registry
from models.evaluation import evaluate, leave_sources_out
from models.examples import read_examples


def test_a_report_is_json_and_counts_every_post(trained, some_examples):
    report = json.loads(json.dumps(evaluate(trained.classifier, some_examples), allow_nan=False))
    assert report["posts"] == len(some_examples)
    assert sum(row["posts"] for row in report["by_lang"].values()) == len(some_examples)
    low, high = report["queue"]["accuracy_95"]
    assert low < report["queue"]["accuracy"] < high


def test_a_higher_threshold_leaves_fewer_posts_and_more_right(trained, examples):
    unseen = examples[1::4]
    loose, strict = (
        evaluate(trained.classifier, unseen, threshold=threshold)["sure"]
        for threshold in (0.4, 0.8)
    )
    assert strict["coverage"] < loose["coverage"]
    assert strict["queue_accuracy"] > loose["queue_accuracy"]


def test_no_examples_are_an_error(trained):
    with pytest.raises(ValueError, match="no examples"):
        evaluate(trained.classifier, [])


def test_sources_left_out_are_harder_than_those_learnt_from(trained, some_examples, routes):
    part = some_examples[:500]
    report = leave_sources_out(part, routes=routes, k=2)
    assert report["posts"] == 500
    assert report["intent"]["accuracy"] < evaluate(trained.classifier, part)["intent"]["accuracy"]


def test_one_source_cannot_be_left_out(some_examples, routes):
    alone = [example for example in some_examples if example.source == some_examples[0].source]
    with pytest.raises(ValueError, match="only one source"):
        leave_sources_out(alone, routes=routes)


def test_the_shipped_model_beats_the_largest_queue_on_real_posts(routes, shared):
    posts, _ = read_examples([shared / "labelled" / "dev.jsonl"], intents=routes)
    report = evaluate(registry.load_folder(registry.shipped_path()), posts)
    largest = max(sum(said.values()) for said in report["queue_confusion"].values()) / len(posts)
    assert report["queue"]["accuracy_95"][0] > largest
    assert report["ece"] < 0.08
