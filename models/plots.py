"""The figures of an evaluation as pictures: scikit-learn's own displays where they exist.

matplotlib is an extra (`pip install "triage[plots]"`); without it there are only the numbers.
"""

from pathlib import Path
from typing import Any

import numpy as np


class NoPlots(RuntimeError):
    """matplotlib is not installed; the message says what to do."""


def draw(report: dict[str, Any], folder: Path | str) -> list[Path]:
    """Writes the pictures of a report as SVG files and returns their paths. Raises NoPlots."""
    try:
        import matplotlib
    except ModuleNotFoundError:
        raise NoPlots('plots need matplotlib: pip install "triage[plots]"') from None
    matplotlib.use("Agg")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [
        _reliability(report, folder / "reliability.svg"),
        _risk_coverage(report, folder / "risk-coverage.svg"),
        _confusion(report["queue_confusion"], folder / "queues.svg", size=4.5),
        _confusion(report["intent_confusion"], folder / "intents.svg", size=9),
    ]
    if report.get("learning_curve"):
        drawn.append(_learning_curve(report, folder / "learning-curve.svg"))
    return drawn


def _reliability(report: dict[str, Any], path: Path) -> Path:
    from matplotlib import pyplot
    from sklearn.calibration import CalibrationDisplay

    bins = report["reliability"]
    said = np.array([each["confidence"] for each in bins])
    figure, axes = pyplot.subplots(figsize=(5, 5))
    right = np.array([each["accuracy"] for each in bins])
    CalibrationDisplay(right, said, said).plot(ax=axes, name=f"ECE {report['ece']:.3f}")
    axes.set(xlabel="confidence of the queue", ylabel="share that is right")
    return _saved(figure, path)


def _risk_coverage(report: dict[str, Any], path: Path) -> Path:
    from matplotlib import pyplot

    points = report["risk_coverage"]
    figure, axes = pyplot.subplots(figsize=(5, 4))
    axes.plot([each["coverage"] for each in points], [each["risk"] for each in points], marker=".")
    axes.set(
        xlabel="share of the posts, surest first", ylabel="share that is wrong", ylim=(0, None)
    )
    return _saved(figure, path)


def _confusion(table: dict[str, dict[str, int]], path: Path, *, size: float) -> Path:
    from matplotlib import pyplot
    from sklearn.metrics import ConfusionMatrixDisplay

    names = sorted(set(table) | {name for row in table.values() for name in row})
    counts = np.array([[table.get(right, {}).get(said, 0) for said in names] for right in names])
    figure, axes = pyplot.subplots(figsize=(size, size))
    ConfusionMatrixDisplay(counts, display_labels=names).plot(
        ax=axes, colorbar=False, xticks_rotation="vertical"
    )
    axes.set(xlabel="said", ylabel="right")
    return _saved(figure, path)


def _learning_curve(report: dict[str, Any], path: Path) -> Path:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 4))
    for source, points in report["learning_curve"].items():
        lessons = [each["lessons"] for each in points]
        axes.plot(lessons, [each["queue_accuracy"] for each in points], marker=".", label=source)
    axes.set(xlabel="own lessons", ylabel="queue accuracy")
    axes.legend()
    return _saved(figure, path)


def _saved(figure: Any, path: Path) -> Path:
    from matplotlib import pyplot

    figure.savefig(path, bbox_inches="tight")
    pyplot.close(figure)
    return path
