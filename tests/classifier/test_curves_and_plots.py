import builtins

import pytest

from models.curves import learning_curve
from models.evaluation import evaluate
from models.plots import NoPlots, draw


@pytest.fixture(scope="session")
def report(trained, examples):
    return evaluate(trained.classifier, examples[1:400:4])


def test_the_curve_has_a_point_a_size_that_the_source_can_fill(trained, examples):
    points = learning_curve(
        trained.classifier, examples[1:200:2], examples[200:220], sizes=(0, 20, 500), repeats=2
    )
    assert [point["lessons"] for point in points] == [0, 20]
    assert all(0 <= point["queue_accuracy"] <= 1 for point in points)
    assert all("rest_queue_accuracy" in point for point in points)


def test_pictures_are_drawn_where_matplotlib_is(report, tmp_path):
    pytest.importorskip("matplotlib")
    curve = {"own": [{"lessons": 0, "queue_accuracy": 0.5}, {"lessons": 50, "queue_accuracy": 0.6}]}
    drawn = draw({**report, "learning_curve": curve}, tmp_path)
    assert len(drawn) == 5
    assert all(path.read_text().lstrip().startswith("<?xml") for path in drawn)


def test_without_matplotlib_it_says_what_to_install(report, tmp_path, monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name == "matplotlib":
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(NoPlots, match="pip install"):
        draw(report, tmp_path)
