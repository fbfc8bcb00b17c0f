"""What one model version says of one post."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one model version says of one passage.

    `confidence` is the calibrated probability of the queue: the sum over the intents that lead
    there. `also` is an intent of the other team that would want to see the post. `because` are
    the words that tipped it, strongest first. `strange` says in a sentence why the model is no
    judge of this text; such a post is never put in the archive.
    """

    id: str
    queue: str
    intent: str
    confidence: float
    intent_confidence: float
    also: str | None
    because: tuple[str, ...]
    model: str
    strange: str | None
