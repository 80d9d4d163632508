"""The trained network as an ONNX file that multiplies in 8 bits."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from onnx import TensorProto
from torch import Tensor

from assistant.cross_encoder import CLAIM, QUESTION, SENTENCE
from training.graph import WIDTH, Graph, Weights, layer, model, save_quantised, shaped
from training.network import LAYERS, LOWER, SPREAD, Network

_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "output.LayerNorm",
}


def export(network: Network, target: Path) -> None:
    """Inputs `states` (texts, tokens, 384) and `kinds` (texts, tokens), output `log_odds` (texts,)."""
    own = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    graph = Graph("fp32")
    kinds = graph.constant("kind_rows", np.concatenate([np.zeros((1, WIDTH), np.float32), own["kinds"]]))
    states = graph.add("Add", ["states", graph.add("Gather", [kinds, "kinds"], "kind")], "begun")
    zero = graph.constant("zero", np.array(0, np.int64))
    mask = graph.add("Cast", [graph.add("Greater", ["kinds", zero], "kept")], "mask", to=TensorProto.INT32)
    weights = _as_bert(own)
    for number in range(LOWER, LAYERS):
        states = layer(graph, weights, number, states, mask)
    question = _mean(graph, states, "question", QUESTION, CLAIM)
    sentence = _mean(graph, states, "sentence", SENTENCE)
    _head(graph, own, question, sentence)
    inputs = [
        shaped("states", TensorProto.FLOAT, "texts", "tokens", WIDTH),
        shaped("kinds", TensorProto.INT64, "texts", "tokens"),
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    save_quantised(model(graph, "reader", inputs, [shaped("log_odds", TensorProto.FLOAT, "texts")]), target)


def _as_bert(own: Mapping[str, np.ndarray]) -> Weights:
    """The weights of the layers under the names that the published ones have."""
    return {
        f"encoder.layer.{LOWER + place}.{theirs}.{kind}": own[f"layers.{place}.{ours}.{kind}"]
        for place in range(LAYERS - LOWER)
        for ours, theirs in _NAMES.items()
        for kind in ("weight", "bias")
    }


def _mean(graph: Graph, states: str, name: str, *kinds: int) -> str:
    """The mean state of the tokens of some kinds."""
    same = [
        graph.add("Equal", ["kinds", graph.constant(f"{name}.{kind}", np.array(kind, np.int64))], f"{name}.is{kind}")
        for kind in kinds
    ]
    either = graph.add("Or", same, f"{name}.either") if len(same) == 2 else same[0]
    weight = graph.add("Cast", [either], f"{name}.weight", to=TensorProto.FLOAT)
    last = graph.constant(f"{name}.last", np.array([2], np.int64))
    middle = graph.constant(f"{name}.middle", np.array([1], np.int64))
    column = graph.add("Unsqueeze", [weight, last], f"{name}.column")
    own = graph.add("Mul", [states, column], f"{name}.own")
    total = graph.add("ReduceSum", [own, middle], f"{name}.total", keepdims=0)
    count = graph.add("ReduceSum", [column, middle], f"{name}.count", keepdims=0)
    least = graph.constant(f"{name}.least", np.array(1, np.float32))
    return graph.add("Div", [total, graph.add("Max", [count, least], f"{name}.counted")], name)


def _head(graph: Graph, own: Mapping[str, np.ndarray], question: str, sentence: str) -> None:
    product = graph.add("Mul", [question, sentence], "product")
    spread = graph.add("Mul", [product, graph.constant("spread", np.array(SPREAD, np.float32))], "spread_product")
    both = graph.add("Concat", [question, sentence, spread], "both", axis=1)
    hidden = graph.add("MatMul", [both, graph.matrix("hidden", own["hidden.weight"].T)], "hidden.product")
    active = graph.add(
        "BiasGelu", [hidden, graph.constant("hidden.bias", own["hidden.bias"])], "active", domain="com.microsoft"
    )
    learned = graph.add("MatMul", [active, graph.constant("out", own["out.weight"].T)], "out.product")
    shifted = graph.add("Add", [learned, graph.constant("out.bias", own["out.bias"])], "shifted")
    units = [graph.add("LpNormalization", [one], f"{one}.unit", axis=-1, p=2) for one in (question, sentence)]
    last = graph.constant("cosine.last", np.array([1], np.int64))
    cosine = graph.add("ReduceSum", [graph.add("Mul", units, "alike"), last], "cosine", keepdims=1)
    sloped = graph.add("Mul", [cosine, graph.constant("slope", own["slope"])], "sloped")
    raised = graph.add("Add", [sloped, graph.constant("intercept", own["intercept"])], "raised")
    odds = graph.add("Add", [shifted, raised], "odds")
    graph.add("Squeeze", [odds, last], "log_odds")


def parity(network: Network, target: Path, states: Tensor, kinds: Tensor) -> float:
    """The mean difference in log-odds between the network and its file."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    theirs = session.run(["log_odds"], {"states": states.numpy(), "kinds": kinds.numpy()})[0]
    network.eval()
    return float(np.abs(network(states, kinds).detach().numpy() - theirs).mean())
