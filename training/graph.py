"""ONNX graphs of BERT, written node by node: the same weights give the same bytes whatever an exporter's release."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEADS, WIDTH, EPSILON = 12, 384, 1e-12

Weights = Mapping[str, np.ndarray]


class Graph:
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


def save_quantised(whole: onnx.ModelProto, target: Path, *, per_channel: bool = True) -> None:
    """With arithmetic in 8 bits (onnxruntime's dynamic quantisation), one scale a channel or one a matrix."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    kept = target.with_suffix(".fp32.onnx")
    onnx.save(whole, kept)
    quantize_dynamic(
        kept,
        target,
        op_types_to_quantize=["MatMul", "Attention", "Gather"],
        per_channel=per_channel,
        # Without AVX-VNNI the processor adds two 8-bit products in 16 bits: 7-bit weights can't overflow there.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )
    kept.unlink()


def layer(graph: Graph, weights: Weights, number: int, states: str, mask: str) -> str:
    """One layer of BERT, from the weights named for it, over the tokens that the mask keeps."""
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


def shaped(name: str, kind: int, *shape: str | int) -> onnx.ValueInfoProto:
    """An input or output of a graph."""
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    graph: Graph, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]
) -> onnx.ModelProto:
    """The whole, for onnxruntime on a processor."""
    body = helper.make_graph(graph.nodes, name, inputs, outputs, graph.initializers)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=8, producer_name="export_embedding.py")


def _quantised(value: np.ndarray, *, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """The value in 8 bits and its scale, one scale for each index that is not on the axis."""
    scale = (np.abs(value).max(axis=axis, keepdims=True) / 127).astype(np.float32)
    scale[scale == 0] = 1
    return np.rint(value / scale).astype(np.int8), scale
