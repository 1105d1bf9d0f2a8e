"""The small policy: its configuration, its tokenizer, and how an example becomes tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from relook_lsp.models.tokens import END, PATTERN, Tokens

LONGEST = 640
"""Tokens of prompt and answer together."""

SIZES: dict[str, dict[str, int]] = {
    "tiny": {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128},
    "small": {"hidden_size": 192, "num_hidden_layers": 5, "num_attention_heads": 6, "intermediate_size": 512},
    "medium": {"hidden_size": 320, "num_hidden_layers": 8, "num_attention_heads": 8, "intermediate_size": 864},
}
"""About 0.2, 2.5 and 10 million parameters with a vocabulary of 2,048."""


def train_tokenizer(texts: Iterable[str], size: int, path: Path) -> Tokens:
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
    return Tokens(path)


def new_model(size: str, vocabulary: int) -> LlamaForCausalLM:
    shape = SIZES[size]
    config = LlamaConfig(
        vocab_size=vocabulary,
        num_key_value_heads=max(1, shape["num_attention_heads"] // 2),
        max_position_embeddings=LONGEST,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=0,
        **shape,
    )
    return LlamaForCausalLM(config)


def encode(tokens: Tokens, prompt: str, answer: str) -> tuple[list[int], int]:
    """Ids of prompt, answer and end, and where the answer begins. A prompt that is too long loses its beginning last:
    what is cut is the middle, the far elements."""
    head, tail = tokens.encode(prompt), [*tokens.encode(answer), tokens.end]
    room = LONGEST - len(tail)
    if len(head) > room:
        head = [*head[: room - 64], *head[-64:]]
    return [*head, *tail], len(head)


def padded(rows: Sequence[Sequence[int]], value: int) -> list[list[int]]:
    width = max(map(len, rows))
    return [[*row, *([value] * (width - len(row)))] for row in rows]
