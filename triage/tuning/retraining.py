"""Retraining: fit on what was taught, compare with the model in use, promote it or say why not.

Only workers and commands import this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from models import registry
from models.cache import EmbeddingCache
from models.examples import Example, read_examples, starter_paths
from models.gate import held_out
from models.growing import without
from models.learning import learn
from models.training import TrainedModel, TrainingRefused
from models.training import train as fit
from triage.intents import every_intent, gone, routes
from triage.tables import Training
from triage.tuning.shelf import mirror_models
from triage.tuning.taxonomy import look
from triage.tuning.teaching import learnable, made_up, taught_examples
from triage.tuning.trainings import TrainingLost, finish_training, take_training, tell_step
from triage.tuning.weighing import weigh
from triage.vocabulary import INTENTS, label
from triage.walk.judging import current_classifier, models_root

log = structlog.get_logger()

State = Training.State
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taught:
    """What came of a training. `said` is one sentence or a few, with the numbers."""

    state: State
    said: str
    lessons: int = 0
    held_out: int = 0
    champion: str = ""
    challenger: str = ""
    numbers: dict[str, Any] = field(default_factory=dict)


def train_asked(training_id: int) -> bool:
    """Carry out a training that was asked for -> whether it was this worker's to do."""
    row = take_training(training_id)
    if row is None:
        return False
    look()
    try:
        carry_out(row, taught_examples(), tell=lambda _: None)
    except TrainingLost as lost:
        log.warning("training_lost", why=str(lost))
    return True


def carry_out(
    row: Training,
    examples: Sequence[Example],
    *,
    tell: Tell,
    starter: bool = True,
    use: bool = True,
    prove: bool = True,
) -> Taught:
    """Train under a row that this process has, and write into it what came of it.

    `starter` learns on top of the shipped model, `use` puts the new one in use if it is accepted,
    `prove` compares it with the one in use. Raises TrainingLost.
    """

    def step(sentence: str) -> None:
        tell_step(row, sentence)
        tell(sentence)

    try:
        taught = _teach(list(examples), step, starter=starter, use=use, prove=prove)
    except (TrainingRefused, registry.ModelRefused) as error:
        taught = Taught(State.FAILED, f"nothing was trained: {error}", len(examples))
    except TrainingLost:
        raise
    except Exception as bug:
        said = f"nothing was trained: {type(bug).__name__}; the worker's log has the rest."
        finish_training(row, state=State.FAILED, said=said)
        raise
    finish_training(
        row,
        state=taught.state,
        said=taught.said[:1].upper() + taught.said[1:],
        lessons=taught.lessons,
        champion=taught.champion,
        challenger=taught.challenger,
        numbers=taught.numbers,
    )
    mirror_models()
    return taught


def _teach(examples: list[Example], step: Tell, *, starter: bool, use: bool, prove: bool) -> Taught:
    old = current_classifier() if prove else None
    examples, waiting = learnable(examples)
    for intent, sentence in waiting.items():
        step(f"{label(intent)}: {sentence}")
    learnt, kept = (examples, []) if old is None else held_out(examples)
    step(f"learning from {len(learnt):,} labelled posts, {len(kept):,} are held out")
    model = _learnt([*learnt, *made_up(examples)], step, starter=starter)
    champion = old.version if old else ""
    said, numbers = f"learnt from {len(learnt):,} posts", dict[str, Any]()
    if old is not None:
        step(f"comparing it with {champion} on what was held out")
        verdict = weigh(model.classifier, old, kept)
        said, numbers = verdict.why, verdict.figures
        if not verdict.accepted:
            return Taught(State.REFUSED, said, len(examples), len(kept), champion, numbers=numbers)
    step("storing it")
    version = registry.save(model, models_root())
    if use:
        registry.use(models_root(), version)
    state = State.PROMOTED if use else State.KEPT
    return Taught(state, said, len(examples), len(kept), champion, version, numbers)


def _learnt(examples: list[Example], step: Tell, *, starter: bool) -> TrainedModel:
    if not starter:
        return fit(examples, routes=routes(), progress=step)
    try:
        base = registry.load_folder(registry.shipped_path())
    except registry.ModelRefused as refusal:
        step(f"the shipped model cannot be used, so the starter corpus is learnt anew: {refusal}")
        corpus, _ = learnable(read_examples(starter_paths(), intents=INTENTS)[0])
        return fit([*corpus, *examples], routes=routes(), progress=step)
    if base.limited:
        step(base.limited)
    base = without(base, [name for name in every_intent() if gone(name)])
    cache = EmbeddingCache(models_root() / "embeddings.sqlite3")
    return learn(base, examples, routes=routes(), cache=cache, progress=step)
