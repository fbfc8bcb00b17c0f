"""What one model version says of one post."""

from dataclasses import dataclass

SENTIMENTS = ("negative", "neutral", "positive")
"""What the author of a post can feel about what they speak of, worst first."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one model version says of one passage.

    `confidence` is the calibrated probability of the queue: the sum over the intents that lead
    there. `also` is an intent of the other team that would want to see the post. `because` are
    the words that tipped it, strongest first. `strange` says in a sentence why the model is no
    judge of this text; such a post is never put in the archive. `sentiment` is what its author
    feels about what they speak of, one of SENTIMENTS; empty where the model does not say.
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
    sentiment: str = ""
