"""Fine-tunes the upper half of the encoder: queue and intent at once, a group of sources left out.

    python -m tools.encoder.finetune --base FILE --english FILE --group 0 --out DIR

`--group 0` leaves out what may not ship: that is the encoder in models/encoder. Groups 1 to 4
leave out a part of the others too; they make the figures of the model card. Needs torch and
transformers in an environment of its own (README.md beside this file).
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from models.calibration import queue_of
from models.encoder import DIMENSIONS, MAX_TOKENS
from models.examples import Example
from models.framing import frame
from models.unigram import Unigram
from tools.encoder.base import unpacked
from tools.encoder.pieces import kept, lines
from tools.encoder.posts import NAMES, QUEUES, ROUTES, shipping, starter_posts

EPOCHS, BATCH, RATE, HEAD_RATE = 2, 32, 2e-4, 10
FROZEN_LAYERS = 6
OWN_SHARE, OWN_WEIGHT = 0.5, 0.5
"""The share of our own posts that an epoch sees, other ones each time, and what one counts."""

SMOOTHING, AVERAGE = 0.05, 0.99
_BUCKET = 20
"""Batches that are sorted by length together, so that little is padding."""

_FAR = -1e9


class Network(nn.Module):
    """The upper layers with mean pooling and a linear head for intents and one for queues."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.layers = bert.encoder.layer[FROZEN_LAYERS:]
        self.intent = nn.Linear(DIMENSIONS, len(NAMES))
        self.queue = nn.Linear(DIMENSIONS, len(QUEUES))
        self.drop = nn.Dropout(0.1)

    def forward(self, hidden: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """The scores of intents and queues, from what the frozen layers made of the posts.

        `hidden` is (posts, pieces, DIMENSIONS), `real` (posts, pieces) False where there is none.
        """
        mask = torch.zeros(real.shape).masked_fill(~real, _FAR)[:, None, None, :]
        for layer in self.layers:
            found = layer(hidden, mask.to(torch.bfloat16))
            hidden = found[0] if isinstance(found, tuple) else found
        weight = real.unsqueeze(-1).float()
        mean = self.drop((hidden.float() * weight).sum(1) / weight.sum(1))
        return self.intent(mean), self.queue(mean)


def main() -> None:
    """Fine-tune and store the averaged weights with the vocabulary."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("--base", "--english", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--group", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    base = unpacked(options.base)
    own = starter_posts()
    numbers = kept(base, [*shipping(), *own], options.english)
    bert = base.network(numbers)
    examples = [*shipping(options.group), *own]
    hidden = lower(bert, Unigram(lines(base, numbers)), examples)
    network = Network(bert)
    average = learn(network, hidden, examples, len(own), random.Random(options.seed))  # noqa: S311
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(average, options.out / "network.pt")
    (options.out / "trained.json").write_text(
        json.dumps(
            {
                "group": options.group,
                "epochs": EPOCHS,
                "batch": BATCH,
                "rate": RATE,
                "frozen_layers": FROZEN_LAYERS,
                "own_share": OWN_SHARE,
                "own_weight": OWN_WEIGHT,
                "smoothing": SMOOTHING,
                "seed": options.seed,
            }
        )
    )


def lower(bert: BertModel, words: Unigram, examples: Sequence[Example]) -> list[Tensor]:
    """What the frozen layers make of each post, (pieces, DIMENSIONS) of float16; made only once."""
    found = []
    bottom = BertModel(bert.config, add_pooling_layer=False)
    bottom.load_state_dict(bert.state_dict())
    bottom.encoder.layer = bottom.encoder.layer[:FROZEN_LAYERS]
    bottom.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for each in examples:
            ids = torch.tensor([words.pair(*frame(each.passage), MAX_TOKENS).ids])
            found.append(bottom(input_ids=ids).last_hidden_state[0].half())
    return found


def learn(
    network: Network,
    hidden: Sequence[Tensor],
    examples: Sequence[Example],
    own: int,
    random_: random.Random,
) -> dict[str, Tensor]:
    """Trains in bfloat16 and returns the moving average of the weights; our own posts come last."""
    intents = torch.tensor([NAMES.index(each.intent) for each in examples])
    queues = torch.tensor(
        [QUEUES.index(queue_of(ROUTES, each.intent, each.passage.kind)) for each in examples]
    )
    weights = torch.tensor([each.weight for each in examples])
    weights[len(examples) - own :] = OWN_WEIGHT
    steps = EPOCHS * ((len(examples) - own + int(OWN_SHARE * own)) // BATCH + 1)
    optimiser = _optimiser(network)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1, (n + 1) / (0.1 * steps)) * max(0.02, (steps - n) / steps)
    )
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    begun = time.time()
    for step, rows in enumerate(_batches([len(each) for each in hidden], own, random_), start=1):
        with torch.autocast("cpu", torch.bfloat16):
            intent, queue = network(*_padded([hidden[row] for row in rows]))
        lost = _lost(intent, intents[rows]) + _lost(queue, queues[rows])
        loss = (lost * weights[rows]).sum() / weights[rows].sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        pace.step()
        keep = min(AVERAGE, step / (step + 10))
        for name, value in network.state_dict().items():
            average[name].lerp_(value, 1 - keep)
        if step % 25 == 0:
            print(f"{step}/{steps} loss {loss.item():.3f} {time.time() - begun:.0f} s", flush=True)  # noqa: T201
    return average


def _lost(scores: Tensor, right: Tensor) -> Tensor:
    return functional.cross_entropy(
        scores.float(), right, reduction="none", label_smoothing=SMOOTHING
    )


def _optimiser(network: Network) -> torch.optim.AdamW:
    heads = [*network.intent.parameters(), *network.queue.parameters()]
    groups = [
        {"params": [*network.layers.parameters()], "lr": RATE},
        {"params": heads, "lr": RATE * HEAD_RATE},
    ]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def _batches(lengths: Sequence[int], own: int, random_: random.Random) -> Iterator[list[int]]:
    real = range(len(lengths) - own)
    for _ in range(EPOCHS):
        order = [*real, *random_.sample(range(len(real), len(lengths)), int(OWN_SHARE * own))]
        random_.shuffle(order)
        batches = []
        for start in range(0, len(order), BATCH * _BUCKET):
            alike = sorted(order[start : start + BATCH * _BUCKET], key=lengths.__getitem__)
            batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
        random_.shuffle(batches)
        yield from batches


def _padded(posts: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    hidden = nn.utils.rnn.pad_sequence([each.float() for each in posts], batch_first=True)
    lengths = torch.tensor([len(each) for each in posts])
    return hidden, torch.arange(hidden.shape[1])[None, :] < lengths[:, None]


if __name__ == "__main__":
    main()
