"""The upper layers in PyTorch: what is trained, and what `training.export` writes as ONNX."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.cross_encoder import CLAIM, QUESTION, SENTENCE
from training.graph import EPSILON, HEADS, WIDTH

LOWER, LAYERS = 3, 6
HIDDEN = 128
SPREAD = 20.0
"""Brings the product of two mean states to about the size of the states themselves."""


class Layer(nn.Module):  # type: ignore[misc, unused-ignore]
    """One layer of BERT over the tokens of many texts in one row, without padding: most of the time goes into these."""

    def __init__(self, weights: Mapping[str, Tensor], number: int) -> None:
        super().__init__()
        prefix = f"encoder.layer.{number}."
        self.query = _linear(weights, f"{prefix}attention.self.query")
        self.key = _linear(weights, f"{prefix}attention.self.key")
        self.value = _linear(weights, f"{prefix}attention.self.value")
        self.attended = _linear(weights, f"{prefix}attention.output.dense")
        self.attended_norm = _norm(weights, f"{prefix}attention.output.LayerNorm")
        self.wide = _linear(weights, f"{prefix}intermediate.dense")
        self.narrow = _linear(weights, f"{prefix}output.dense")
        self.norm = _norm(weights, f"{prefix}output.LayerNorm")

    def forward(self, states: Tensor, rows: Tensor, mask: Tensor) -> Tensor:
        """`states` (tokens, 384) stand at `rows` of the padded (texts * longest).

        `mask` (texts, 1, longest or 1, longest) says which tokens a token looks at.
        """
        texts, longest = len(mask), mask.shape[-1]
        three = torch.cat([self.query(states), self.key(states), self.value(states)], dim=1)
        padded = torch.zeros(texts * longest, 3 * WIDTH).index_copy(0, rows, three)
        query, key, value = padded.view(texts, longest, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        seen = seen.transpose(1, 2).reshape(texts * longest, WIDTH).index_select(0, rows)
        states = self.attended_norm(states + self.attended(seen))
        wide = functional.gelu(self.wide(states))
        normed: Tensor = self.norm(states + self.narrow(wide))
        return normed


class Network(nn.Module):  # type: ignore[misc, unused-ignore]
    """Log-odds that each sentence answers its question, or supports its claim, from lower states.

    It begins as the embedding's cosine. `apart`, it stays one, of question and sentence each read alone: a bi-encoder.
    """

    def __init__(self, weights: Mapping[str, Tensor], *, apart: bool = False) -> None:
        super().__init__()
        self.apart = apart
        self.layers = nn.ModuleList(Layer(weights, number) for number in range(LOWER, LAYERS))
        self.kinds = nn.Parameter(torch.randn(CLAIM, WIDTH) * 0.02)
        self.hidden = nn.Linear(3 * WIDTH, HIDDEN)
        self.dropout = nn.Dropout(0.1)
        self.out = nn.Linear(HIDDEN, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.slope = nn.Parameter(torch.tensor(8.0))
        self.intercept = nn.Parameter(torch.tensor(-4.0))

    def forward(self, states: Tensor, kinds: Tensor) -> Tensor:
        """`states` (texts, longest, 384) and the kind of each token (texts, longest), 0 for padding -> (texts,)."""
        question, sentence = self.means(states, kinds)
        alike: Tensor = self.slope * functional.cosine_similarity(question, sentence) + self.intercept
        if self.apart:
            return alike
        both = torch.cat([question, sentence, question * sentence * SPREAD], dim=1)
        learned: Tensor = self.out(self.dropout(functional.gelu(self.hidden(both)))).squeeze(1)
        return learned + alike

    def means(self, states: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        """The mean state of each question (or claim) and of each sentence, (texts, 384)."""
        mask = kinds > 0
        rows = mask.view(-1).nonzero().squeeze(1)
        kind = kinds.view(-1)[rows]
        text = torch.arange(len(kinds)).repeat_interleave(mask.sum(1))
        kept = states.view(-1, WIDTH)[rows] + functional.embedding(kind - QUESTION, self.kinds)
        looked = _looked_at(kinds, mask) if self.apart else mask[:, None, None, :]
        for layer in self.layers:
            kept = layer(kept, rows, looked)
        question = _mean(kept, (kind == QUESTION) | (kind == CLAIM), text, len(kinds))
        return question, _mean(kept, kind == SENTENCE, text, len(kinds))


def _looked_at(kinds: Tensor, mask: Tensor) -> Tensor:
    """Question and sentence each look at themselves only; padding looks at the rest, so that nothing divides by 0."""
    asking = (kinds == QUESTION) | (kinds == CLAIM)
    same = asking[:, :, None] == asking[:, None, :]
    return ((same | ~mask[:, :, None]) & mask[:, None, :])[:, None]


def _mean(states: Tensor, chosen: Tensor, text: Tensor, texts: int) -> Tensor:
    weight = chosen.float().unsqueeze(1)
    total = torch.zeros(texts, states.shape[1]).index_add(0, text, states * weight)
    return total / torch.zeros(texts, 1).index_add(0, text, weight).clamp(min=1)


def _linear(weights: Mapping[str, Tensor], name: str) -> nn.Linear:
    weight = weights[f"{name}.weight"]
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.weight.data, linear.bias.data = weight.clone(), weights[f"{name}.bias"].clone()
    return linear


def _norm(weights: Mapping[str, Tensor], name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(WIDTH, eps=EPSILON)
    norm.weight.data, norm.bias.data = weights[f"{name}.weight"].clone(), weights[f"{name}.bias"].clone()
    return norm
