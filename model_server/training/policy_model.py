"""The small policy: its configuration and its tokenizer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from relook_lsp.models.bpe_tokenizer import END, PATTERN, BpeTokenizer

Item = TypeVar("Item", int, float)

MAX_TOKENS = 512
"""Tokens of prompt and answer together."""

SIZES: dict[str, dict[str, int]] = {
    "tiny": {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128},
    "small": {"hidden_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 352},
    "medium": {"hidden_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4, "intermediate_size": 704},
}
"""About 0.1, 0.7 and 5 million parameters with a vocabulary of 1,024."""


def train_tokenizer(texts: Iterable[str], size: int, path: Path) -> BpeTokenizer:
    """A byte-level BPE over the pieces of ``PATTERN``, written as ``tokenizer.json``."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
    return BpeTokenizer(path)


def create_model(size: str, vocabulary: int) -> LlamaForCausalLM:
    shape = SIZES[size]
    config = LlamaConfig(
        vocab_size=vocabulary,
        num_key_value_heads=max(1, shape["num_attention_heads"] // 2),
        max_position_embeddings=MAX_TOKENS,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=0,
        **shape,
    )
    return LlamaForCausalLM(config)


def pad_rows(rows: Sequence[Sequence[Item]], value: Item) -> list[list[Item]]:
    width = max(map(len, rows))
    return [[*row, *([value] * (width - len(row)))] for row in rows]
