"""The encoder's own opinion and the fast judge's, under one linear model.

Fine-tuning gave the encoder two linear heads over its embedding, one for intents and one for
queues. A weighted sum of linear scores is linear: the blend is one more logistic regression, that
lessons can move like the other. The weights of the three were fitted on sources left out
(tools/encoder), and stand in the encoder's card.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.adapting import linear_model
from models.calibration import DEFAULT_KIND, Routes
from models.deep import Deep
from models.encoder import Encoder
from models.files import ModelRefused


def blended(fast: LogisticRegression, encoder: Encoder, routes: Routes) -> Deep:
    """The second judge of a model whose first judge is `fast`. Raises ModelRefused."""
    card, intents = encoder.card, [str(intent) for intent in fast.classes_]
    mix, heads = card["mix"], card["heads"]
    unknown = sorted(set(intents) - set(heads["intents"]))
    if unknown or len(intents) < 3:
        raise ModelRefused(f"The encoder has no head for {', '.join(unknown) or 'two intents'}.")
    weights = mix["intent"] * np.array([heads["intents"][intent] for intent in intents])
    queues = _queues(intents, routes)
    if set(queues) <= set(heads["queues"]):
        weights += mix["queue"] * np.array([heads["queues"][queue] for queue in queues])
    coef = np.hstack([mix["sparse"] * fast.coef_, weights[:, :-1]])
    intercept = mix["sparse"] * fast.intercept_ + weights[:, -1]
    intercept = intercept + np.array([mix["bias"].get(intent, 0.0) for intent in intents])
    return Deep(encoder, linear_model(intents, coef, intercept))


def _queues(intents: Sequence[str], routes: Routes) -> list[str]:
    return [routes[intent][DEFAULT_KIND] for intent in intents]
