"""The text classifier: no Django, no Celery, nothing of the product in here.

`Judgement` and `Passage` are light; `Classifier` and what trains it bring scikit-learn with them
and are imported when first named, so that a web process can speak of judgements without the price.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from models.judgement import SENTIMENTS, Judgement
from models.text import Passage

if TYPE_CHECKING:
    from models.classifier import Classifier
    from models.evaluation import evaluate, leave_sources_out
    from models.examples import BadLine, Example, read_examples, starter_paths
    from models.files import ModelRefused
    from models.gate import compare
    from models.learning import learn
    from models.training import TrainedModel, TrainingRefused, train

__all__ = [
    "SENTIMENTS",
    "BadLine",
    "Classifier",
    "Example",
    "Judgement",
    "ModelRefused",
    "Passage",
    "TrainedModel",
    "TrainingRefused",
    "compare",
    "evaluate",
    "learn",
    "leave_sources_out",
    "read_examples",
    "starter_paths",
    "train",
]

_HOMES = {
    "Classifier": "classifier",
    "evaluate": "evaluation",
    "leave_sources_out": "evaluation",
    "BadLine": "examples",
    "Example": "examples",
    "read_examples": "examples",
    "starter_paths": "examples",
    "ModelRefused": "files",
    "compare": "gate",
    "learn": "learning",
    "TrainedModel": "training",
    "TrainingRefused": "training",
    "train": "training",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'models' has no attribute {name!r}")
    return getattr(import_module(f"models.{_HOMES[name]}"), name)
