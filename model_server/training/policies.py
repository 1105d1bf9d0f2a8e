"""The policies that training changes: a small model of our own, or a LoRA adapter for a causal language model.

Both read an observation and write edits. Supervised training and reinforcement learning use the same interface.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM, PreTrainedModel

from model_server.training.policy_model import MAX_TOKENS, create_model, train_tokenizer
from relook_lsp.models.bpe_tokenizer import BpeTokenizer
from relook_lsp.models.edit_enumeration import enumerate_edits
from relook_lsp.models.edit_language import Observation
from relook_lsp.models.policy_prompt import TOLD, compact_prompt, policy_messages
from relook_lsp.models.shipped_policy import LONGEST_ANSWER, truncate_prompt

TokenizedExample = tuple[list[int], int]
"""Ids of prompt, answer and end, and where the answer begins."""

ADAPTER = "adapter_config.json"
"""The file that PEFT writes beside an adapter's weights."""

CONTEXT = 4096
"""Tokens that an adapted model is shown at most: the prompt with the focused source is about half of it."""

DTYPES = ("float32", "bfloat16")
"""Of an adapted model's own weights."""

MAX_ANSWER_TOKENS = 256
"""Tokens of an adapted model's answer at most."""


class TrainablePolicy(Protocol):
    """Training changes those parameters of ``model`` that need a gradient."""

    model: PreTrainedModel
    max_answer_tokens: int
    """Tokens of an answer at most."""
    reads_source: bool
    """Whether the prompt holds the focused source and the refused answers with their reasons, or only their number."""

    def tokenize(
        self, observation: Observation, refused: Sequence[tuple[str, str]], answer: str
    ) -> TokenizedExample: ...

    def count_tokens(self, answer: str) -> int:
        """In tokens, with its end."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Of an answer, up to its end."""
        ...

    @property
    def end_token(self) -> int: ...

    def enumerate_answers(self, observation: Observation) -> Sequence[str]:
        """Answers that the policy scores whether it writes them or not."""
        ...

    def save(self, folder: Path) -> None: ...

    def load_initial_model(self) -> PreTrainedModel:
        """The model as it was loaded, once more and not to be trained."""
        ...


class SmallPolicy(TrainablePolicy):
    """A Llama from scratch with its own tokenizer. It reads the short prompt, and weighs every edit that it can name."""

    max_answer_tokens = LONGEST_ANSWER
    reads_source = False

    def __init__(self, model: PreTrainedModel, tokenizer: Path) -> None:
        self.model = model
        self._file = tokenizer.read_bytes()
        self._folder = tokenizer.parent
        self._tokens = BpeTokenizer(tokenizer)

    @property
    def end_token(self) -> int:
        return self._tokens.end

    def tokenize(self, observation: Observation, refused: Sequence[tuple[str, str]], answer: str) -> TokenizedExample:
        head = truncate_prompt(
            self._tokens.encode(compact_prompt(observation, len(refused))), MAX_TOKENS - LONGEST_ANSWER
        )
        return [*head, *self._tokens.encode(answer)[: LONGEST_ANSWER - 1], self.end_token], len(head)

    def count_tokens(self, answer: str) -> int:
        return min(LONGEST_ANSWER, len(self._tokens.encode(answer)) + 1)

    def decode(self, ids: Sequence[int]) -> str:
        return self._tokens.decode(_cut_at_end(ids, self.end_token))

    def enumerate_answers(self, observation: Observation) -> Sequence[str]:
        return enumerate_edits(observation, TOLD)

    def save(self, folder: Path) -> None:
        self.model.save_pretrained(folder)
        (folder / "tokenizer.json").write_bytes(self._file)

    def load_initial_model(self) -> PreTrainedModel:
        return LlamaForCausalLM.from_pretrained(self._folder, dtype=torch.float32).to(self.model.device)


class AdapterPolicy(TrainablePolicy):
    """A model of the hub or a folder, with an adapter. It reads what a served model is asked: the chat's messages."""

    max_answer_tokens = MAX_ANSWER_TOKENS
    reads_source = True

    def __init__(self, whole: Any, tokenizer: Any, folder: Path | None) -> None:
        self._whole = whole
        self._tokenizer = tokenizer
        self._folder = folder
        self.model: PreTrainedModel = whole.get_base_model()

    @property
    def end_token(self) -> int:
        return self._tokenizer.eos_token_id

    def tokenize(self, observation: Observation, refused: Sequence[tuple[str, str]], answer: str) -> TokenizedExample:
        asked = [{"role": one.role, "content": one.text} for one in policy_messages(observation, refused)]
        if self._tokenizer.chat_template:
            head = self._tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=False)
        else:
            head = self._tokenizer.encode("\n".join(one["content"] for one in asked) + "\n", add_special_tokens=False)
        room = min(CONTEXT, self.model.config.max_position_embeddings) - MAX_ANSWER_TOKENS
        said = self._tokenizer.encode(answer, add_special_tokens=False)[: MAX_ANSWER_TOKENS - 1]
        head = truncate_prompt(head, room)
        return [*head, *said, self.end_token], len(head)

    def count_tokens(self, answer: str) -> int:
        return len(self._tokenizer.encode(answer, add_special_tokens=False)) + 1

    def decode(self, ids: Sequence[int]) -> str:
        return self._tokenizer.decode(_cut_at_end(ids, self.end_token), skip_special_tokens=True)

    def enumerate_answers(self, observation: Observation) -> Sequence[str]:
        return ()

    def save(self, folder: Path) -> None:
        self._whole.save_pretrained(folder)

    def load_initial_model(self) -> PreTrainedModel:
        if self._folder is None:
            raise SystemExit("--beta needs an adapter to start from (--start FOLDER).")
        policy = load_policy(self._folder, self.model.device, self.model.dtype)
        return policy.model.requires_grad_(False)


def _cut_at_end(ids: Sequence[int], end: int) -> list[int]:
    found = list(ids)
    return found[: found.index(end)] if end in found else found


def create_small_policy(
    size: str, vocabulary: int, texts: Iterable[str], folder: Path, device: torch.device
) -> SmallPolicy:
    """A new small model; its tokenizer is learnt from ``texts``, once for a ``folder``."""
    tokenizer = folder / "tokenizer.json"
    tokens = BpeTokenizer(tokenizer) if tokenizer.exists() else train_tokenizer(texts, vocabulary, tokenizer)
    return SmallPolicy(create_model(size, len(tokens.ids)).to(device), tokenizer)


def create_adapter_policy(
    base: str, rank: int, device: torch.device, dtype: torch.dtype, last: int = 0
) -> AdapterPolicy:
    """A new adapter, which changes nothing yet, for every linear part of a model's ``last`` layers (0: of all): what lies
    below them needs no gradients, which take two thirds of a step."""
    from peft import LoraConfig, get_peft_model

    base = str(Path(base).resolve()) if Path(base).is_dir() else base
    model = _load_causal_model(base, dtype).to(device)
    linear = {
        name.rpartition(".")[2] for name, part in model.base_model.named_modules() if isinstance(part, torch.nn.Linear)
    }
    number = model.config.num_hidden_layers
    layers = list(range(number - last, number)) if last else None
    config = LoraConfig(
        r=rank, lora_alpha=rank, target_modules=sorted(linear), layers_to_transform=layers, task_type="CAUSAL_LM"
    )
    return AdapterPolicy(get_peft_model(model, config), AutoTokenizer.from_pretrained(base), None)


def _load_causal_model(base: str, dtype: torch.dtype) -> PreTrainedModel:
    try:
        return AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{base} cannot be loaded as a language model: {str(error).strip().splitlines()[0]}") from None


def load_policy(folder: Path, device: torch.device, dtype: torch.dtype = torch.float32) -> TrainablePolicy:
    """A checkpoint: an adapter with the model that it names, or a small model with its tokenizer."""
    if not (folder / ADAPTER).exists():
        model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).to(device)
        return SmallPolicy(model, folder / "tokenizer.json")
    from peft import PeftModel

    base = json.loads((folder / ADAPTER).read_text("utf-8"))["base_model_name_or_path"]
    model = _load_causal_model(base, dtype).to(device)
    whole = PeftModel.from_pretrained(model, folder, is_trainable=True)
    return AdapterPolicy(whole, AutoTokenizer.from_pretrained(base), folder)


def trainable_parameters(policy: TrainablePolicy) -> dict[str, torch.Tensor]:
    """What learning changes, by name."""
    return {name: one for name, one in policy.model.named_parameters() if one.requires_grad}


def restore_parameters(policy: TrainablePolicy, weights: dict[str, torch.Tensor]) -> None:
    policy.model.load_state_dict(weights, strict=False)
