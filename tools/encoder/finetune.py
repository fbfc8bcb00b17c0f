"""Fine-tunes the sentence encoder on posts: queue and intent at once, a group of sources left out.

    python -m tools.encoder.finetune --weights DIR --group 0 --out DIR

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
from transformers import AutoTokenizer, BertModel

from models.calibration import queue_of
from models.encoder import DIMENSIONS, MAX_TOKENS
from models.examples import Example
from models.framing import frame
from tools.encoder.posts import NAMES, QUEUES, ROUTES, shipping

EPOCHS, BATCH, RATE, HEAD_RATE = 2, 32, 5e-4, 10
FROZEN_LAYERS = 2
SMOOTHING, AVERAGE = 0.05, 0.99
_BUCKET = 20
"""Batches that are sorted by length together, so that little is padding."""


class Network(nn.Module):
    """The encoder with mean pooling and a linear head for intents and one for queues."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(weights, add_pooling_layer=False)
        self.intent = nn.Linear(DIMENSIONS, len(NAMES))
        self.queue = nn.Linear(DIMENSIONS, len(QUEUES))
        self.drop = nn.Dropout(0.1)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor]:
        """The scores of the intents and of the queues."""
        found = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types)
        words = found.last_hidden_state.float()
        weight = mask.unsqueeze(-1).float()
        mean = self.drop((words * weight).sum(1) / weight.sum(1))
        return self.intent(mean), self.queue(mean)

    def freeze(self) -> None:
        """Leave the embeddings and the lowest layers as they came."""
        for part in (self.bert.embeddings, *self.bert.encoder.layer[:FROZEN_LAYERS]):
            part.requires_grad_(False)


def main() -> None:
    """Fine-tune and store the averaged weights."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--group", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    network = Network(options.weights)
    network.freeze()
    examples = shipping(options.group)
    tokenizer = AutoTokenizer.from_pretrained(options.weights)
    average = learn(network, tokenizer, examples, random.Random(options.seed))  # noqa: S311
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(average, options.out / "network.pt")
    (options.out / "trained.json").write_text(
        json.dumps({"group": options.group, "epochs": EPOCHS, "batch": BATCH, "rate": RATE})
    )


def learn(
    network: Network, tokenizer: AutoTokenizer, examples: Sequence[Example], random_: random.Random
) -> dict[str, Tensor]:
    """Trains in bfloat16 and returns the moving average of the weights."""
    read = tokenizer(
        *map(list, zip(*(frame(each.passage) for each in examples), strict=True)),
        truncation="longest_first",
        max_length=MAX_TOKENS,
    )
    intents = torch.tensor([NAMES.index(each.intent) for each in examples])
    queues = torch.tensor(
        [QUEUES.index(queue_of(ROUTES, each.intent, each.passage.kind)) for each in examples]
    )
    weights = torch.tensor([each.weight for each in examples])
    steps = EPOCHS * (len(examples) // BATCH + 1)
    optimiser = _optimiser(network)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min(1, (n + 1) / (0.1 * steps)) * max(0.02, (steps - n) / steps)
    )
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    begun = time.time()
    for step, rows in enumerate(_batches(read["input_ids"], random_), start=1):
        with torch.autocast("cpu", torch.bfloat16):
            intent, queue = network(*_tensors(read, rows))
        lost = _lost(intent, intents[rows]) + _lost(queue, queues[rows])
        loss = (lost * weights[rows]).sum() / weights[rows].sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        pace.step()
        keep = min(AVERAGE, step / (step + 10))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
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
    body = [each for each in network.bert.parameters() if each.requires_grad]
    groups = [{"params": body, "lr": RATE}, {"params": heads, "lr": RATE * HEAD_RATE}]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def _batches(ids: Sequence[Sequence[int]], random_: random.Random) -> Iterator[list[int]]:
    for _ in range(EPOCHS):
        order = list(range(len(ids)))
        random_.shuffle(order)
        batches = []
        for start in range(0, len(order), BATCH * _BUCKET):
            alike = sorted(order[start : start + BATCH * _BUCKET], key=lambda row: len(ids[row]))
            batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
        random_.shuffle(batches)
        yield from batches


def _tensors(read: dict[str, list[list[int]]], rows: Sequence[int]) -> Iterator[Tensor]:
    longest = max(len(read["input_ids"][row]) for row in rows)
    for name in ("input_ids", "attention_mask", "token_type_ids"):
        padded = [read[name][row] + [0] * (longest - len(read[name][row])) for row in rows]
        yield torch.tensor(padded)


if __name__ == "__main__":
    main()
