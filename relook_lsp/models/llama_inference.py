"""A Llama for one processor: reads a Hugging Face folder and samples from it, with nothing but numpy.

The shipped policy has a few million parameters and reads a few hundred tokens: one matrix product a layer takes a
millisecond, so that a runtime of its own would cost more to load than it saves. A test holds it equal to transformers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

_TYPES = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}


def read_weights(path: Path) -> dict[str, Array]:
    """A ``.safetensors`` file: eight bytes of length, a JSON header, then the numbers; as 32-bit floats."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = cast("dict[str, Any]", json.loads(raw[8 : 8 + size]))
    found: dict[str, Array] = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = (8 + size + offset for offset in entry["data_offsets"])
            numbers = np.frombuffer(raw[start:end], _TYPES[entry["dtype"]])
            found[name] = numbers.reshape(entry["shape"]).astype(np.float32)
    return found


@dataclass(frozen=True)
class ModelShape:
    layers: int
    heads: int
    shared: int
    """Key and value heads."""
    size: int
    """Of one head."""
    epsilon: float
    theta: float


@dataclass(frozen=True)
class PromptState:
    """``logits`` (1, vocabulary) after a prompt, and its keys and values in every layer."""

    logits: Array
    past: tuple[tuple[Array, Array], ...]

    def repeat(self, count: int) -> tuple[Array, list[tuple[Array, Array]]]:
        past = [(np.repeat(key, count, axis=0), np.repeat(value, count, axis=0)) for key, value in self.past]
        return np.repeat(self.logits, count, axis=0), past


_TOGETHER = 32
"""Continuations weighed at a time: each holds the prompt's keys and values once more."""


class Llama:
    """``config.json`` and ``model.safetensors`` of a folder; input and output embeddings are one."""

    def __init__(self, folder: Path) -> None:
        config = cast("dict[str, Any]", json.loads((folder / "config.json").read_text("utf-8")))
        heads = int(config["num_attention_heads"])
        rope = cast("dict[str, Any]", config.get("rope_parameters") or config)
        self.shape = ModelShape(
            int(config["num_hidden_layers"]),
            heads,
            int(config["num_key_value_heads"]),
            int(config.get("head_dim") or config["hidden_size"] // heads),
            float(config["rms_norm_eps"]),
            float(rope.get("rope_theta", 10000.0)),
        )
        self.longest = int(config["max_position_embeddings"])
        self.weights = read_weights(folder / "model.safetensors")
        self.embedding = self.weights["model.embed_tokens.weight"]

    def forward(self, tokens: NDArray[np.int64], past: list[tuple[Array, Array]]) -> Array:
        """Logits (batch, vocabulary) after the last of ``tokens`` (batch, length); ``past`` holds keys and values
        (batch, shared heads, length, size) of every layer, and grows."""
        shape, start = self.shape, past[0][0].shape[2] if past else 0
        x = self.embedding[tokens]
        turn = _rotary_angles(start, tokens.shape[1], shape)
        for layer in range(shape.layers):
            x = x + self._attention(
                layer, _rms_norm(x, self._weight(layer, "input_layernorm"), shape.epsilon), turn, past
            )
            y = _rms_norm(x, self._weight(layer, "post_attention_layernorm"), shape.epsilon)
            gate = y @ self._weight(layer, "mlp.gate_proj").T
            gated = gate / (1 + np.exp(-gate)) * (y @ self._weight(layer, "mlp.up_proj").T)
            x = x + gated @ self._weight(layer, "mlp.down_proj").T
        last = _rms_norm(x[:, -1], self.weights["model.norm.weight"], shape.epsilon)
        return last @ self.embedding.T

    def _weight(self, layer: int, name: str) -> Array:
        return self.weights[f"model.layers.{layer}.{name}.weight"]

    def _attention(self, layer: int, y: Array, turn: tuple[Array, Array], past: list[tuple[Array, Array]]) -> Array:
        shape, (batch, length) = self.shape, y.shape[:2]

        def split(name: str, heads: int) -> Array:
            projected = y @ self._weight(layer, f"self_attn.{name}").T
            return projected.reshape(batch, length, heads, shape.size).transpose(0, 2, 1, 3)

        query = _apply_rotary(split("q_proj", shape.heads), turn)
        key, value = _apply_rotary(split("k_proj", shape.shared), turn), split("v_proj", shape.shared)
        if layer < len(past):
            key = np.concatenate((past[layer][0], key), axis=2)
            value = np.concatenate((past[layer][1], value), axis=2)
            past[layer] = key, value
        else:
            past.append((key, value))
        group = shape.heads // shape.shared
        query = query.reshape(batch, shape.shared, group, length, shape.size)
        scores = query @ key[:, :, None].swapaxes(-1, -2) / np.float32(shape.size**0.5)
        if length > 1:
            hidden = np.triu(np.ones((length, key.shape[2]), bool), key.shape[2] - length + 1)
            scores = np.where(hidden, np.float32(-1e30), scores)
        mixed = _softmax(scores) @ value[:, :, None]
        mixed = mixed.reshape(batch, shape.heads, length, shape.size).transpose(0, 2, 1, 3)
        return mixed.reshape(batch, length, -1) @ self._weight(layer, "self_attn.o_proj").T

    def read_prompt(self, prompt: list[int]) -> PromptState:
        """The prompt, once for all that may follow it."""
        past: list[tuple[Array, Array]] = []
        return PromptState(self.forward(np.array([prompt], np.int64), past), tuple(past))

    def sample(
        self, read: PromptState, count: int, *, end: int, longest: int, temperature: float, seed: int
    ) -> list[tuple[list[int], float]]:
        """``count`` continuations with their log-probabilities at temperature 1; the first is the greedy one."""
        random = np.random.default_rng(seed)
        logits, past = read.repeat(count)
        written: list[list[int]] = [[] for _ in range(count)]
        scores, open_ = np.zeros(count), np.ones(count, bool)
        for _ in range(longest):
            likely = _log_softmax(logits)
            noise = random.gumbel(size=likely.shape) * temperature
            noise[0] = 0
            chosen = np.argmax(likely + noise, axis=-1)
            for index in np.flatnonzero(open_):
                scores[index] += likely[index, chosen[index]]
                if chosen[index] == end:
                    open_[index] = False
                else:
                    written[index].append(int(chosen[index]))
            if not open_.any():
                break
            logits = self.forward(chosen[:, None].astype(np.int64), past)
        return list(zip(written, scores.tolist(), strict=True))

    def likelihoods(self, read: PromptState, answers: Sequence[Sequence[int]]) -> list[float]:
        """The log-probability of each of these continuations, all of its tokens."""
        found: list[float] = []
        for first in range(0, len(answers), _TOGETHER):
            part = answers[first : first + _TOGETHER]
            lengths = np.array([len(answer) for answer in part])
            ids = np.zeros((len(part), lengths.max()), np.int64)
            for row, answer in zip(ids, part, strict=True):
                row[: len(answer)] = answer
            logits, past = read.repeat(len(part))
            scores = np.zeros(len(part))
            for at in range(ids.shape[1]):
                likely = _log_softmax(logits)[np.arange(len(part)), ids[:, at]]
                scores += np.where(at < lengths, likely, 0)
                if at + 1 < ids.shape[1]:
                    logits = self.forward(ids[:, at : at + 1], past)
            found += scores.tolist()
        return found


def _rms_norm(x: Array, weight: Array, epsilon: float) -> Array:
    return weight * (x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(epsilon)))


def _rotary_angles(start: int, length: int, shape: ModelShape) -> tuple[Array, Array]:
    """Cosines and sines (length, size) of rotary positions."""
    positions = np.arange(start, start + length)
    rates = shape.theta ** (-np.arange(0, shape.size, 2) / shape.size)
    angles = np.concatenate((np.outer(positions, rates),) * 2, axis=-1)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _apply_rotary(x: Array, turn: tuple[Array, Array]) -> Array:
    half = x.shape[-1] // 2
    return x * turn[0] + np.concatenate((-x[..., half:], x[..., :half]), axis=-1) * turn[1]


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _log_softmax(x: Array) -> Array:
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
