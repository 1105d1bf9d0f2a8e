"""What is trained: a small model of our own, or a LoRA adapter for any causal language model of the hub. Both read an
observation and write edits, and supervised and reinforcement learning treat them alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM, PreTrainedModel

from model_server.training.policy_model import LONGEST, new_model, train_tokenizer
from relook_lsp.models.edits import named
from relook_lsp.models.language import Observation
from relook_lsp.models.local import LONGEST_ANSWER, cut
from relook_lsp.models.prompt import TOLD, compact, messages
from relook_lsp.models.tokens import Tokens

Row = tuple[list[int], int]
"""Ids of prompt, answer and end, and where the answer begins."""

ADAPTER = "adapter_config.json"
"""The file that PEFT writes beside an adapter's weights."""

CONTEXT = 4096
"""Tokens that an adapted model is shown at most: the prompt with the focused source is about half of it."""

DTYPES = ("float32", "bfloat16")
"""Of an adapted model's own weights."""

REPLY = 256
"""Tokens of an adapted model's answer at most."""


class Student(Protocol):
    """``model`` computes; its parameters that need a gradient are what is trained."""

    model: PreTrainedModel
    reply: int
    """Tokens of an answer at most."""
    reads_source: bool
    """Whether it is told the focused source, and which answers were refused and why; others know only how many."""

    def row(self, observation: Observation, refused: Sequence[tuple[str, str]], answer: str) -> Row: ...

    def length(self, answer: str) -> int:
        """In tokens, with its end."""
        ...

    def text(self, ids: Sequence[int]) -> str:
        """Of an answer, up to its end."""
        ...

    @property
    def end(self) -> int: ...

    def known(self, observation: Observation) -> Sequence[str]:
        """Answers that are weighed whether they are written or not."""
        ...

    def save(self, folder: Path) -> None: ...

    def first(self) -> PreTrainedModel:
        """The model as it was loaded, once more and not to be trained."""
        ...


class Small(Student):
    """A Llama from scratch with its own tokenizer. It reads the short prompt, and weighs every edit that it can name."""

    reply = LONGEST_ANSWER
    reads_source = False

    def __init__(self, model: PreTrainedModel, tokenizer: Path) -> None:
        self.model = model
        self._file = tokenizer.read_bytes()
        self._folder = tokenizer.parent
        self._tokens = Tokens(tokenizer)

    @property
    def end(self) -> int:
        return self._tokens.end

    def row(self, observation: Observation, refused: Sequence[tuple[str, str]], answer: str) -> Row:
        head = cut(self._tokens.encode(compact(observation, len(refused))), LONGEST - LONGEST_ANSWER)
        return [*head, *self._tokens.encode(answer)[: LONGEST_ANSWER - 1], self.end], len(head)

    def length(self, answer: str) -> int:
        return min(LONGEST_ANSWER, len(self._tokens.encode(answer)) + 1)

    def text(self, ids: Sequence[int]) -> str:
        return self._tokens.decode(_until(ids, self.end))

    def known(self, observation: Observation) -> Sequence[str]:
        return named(observation, TOLD)

    def save(self, folder: Path) -> None:
        self.model.save_pretrained(folder)
        (folder / "tokenizer.json").write_bytes(self._file)

    def first(self) -> PreTrainedModel:
        return LlamaForCausalLM.from_pretrained(self._folder, dtype=torch.float32).to(self.model.device)


class Adapted(Student):
    """A model of the hub or a folder, with an adapter. It reads what a served model is asked: the chat's messages."""

    reply = REPLY
    reads_source = True

    def __init__(self, whole: Any, tokenizer: Any, folder: Path | None) -> None:
        self._whole = whole
        self._tokenizer = tokenizer
        self._folder = folder
        self.model: PreTrainedModel = whole.get_base_model()

    @property
    def end(self) -> int:
        return self._tokenizer.eos_token_id

    def row(self, observation: Observation, refused: Sequence[tuple[str, str]], answer: str) -> Row:
        asked = [{"role": one.role, "content": one.text} for one in messages(observation, refused)]
        if self._tokenizer.chat_template:
            head = self._tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_dict=False)
        else:
            head = self._tokenizer.encode("\n".join(one["content"] for one in asked) + "\n", add_special_tokens=False)
        room = min(CONTEXT, self.model.config.max_position_embeddings) - REPLY
        said = self._tokenizer.encode(answer, add_special_tokens=False)[: REPLY - 1]
        head = cut(head, room)
        return [*head, *said, self.end], len(head)

    def length(self, answer: str) -> int:
        return len(self._tokenizer.encode(answer, add_special_tokens=False)) + 1

    def text(self, ids: Sequence[int]) -> str:
        return self._tokenizer.decode(_until(ids, self.end), skip_special_tokens=True)

    def known(self, observation: Observation) -> Sequence[str]:
        return ()

    def save(self, folder: Path) -> None:
        self._whole.save_pretrained(folder)

    def first(self) -> PreTrainedModel:
        if self._folder is None:
            raise SystemExit("--beta needs an adapter to start from (--start FOLDER).")
        student = load(self._folder, self.model.device, self.model.dtype)
        return student.model.requires_grad_(False)


def _until(ids: Sequence[int], end: int) -> list[int]:
    found = list(ids)
    return found[: found.index(end)] if end in found else found


def scratch(size: str, vocabulary: int, texts: Iterable[str], folder: Path, device: torch.device) -> Small:
    """A new small model; its tokenizer is learnt from ``texts``, once for a ``folder``."""
    tokenizer = folder / "tokenizer.json"
    tokens = Tokens(tokenizer) if tokenizer.exists() else train_tokenizer(texts, vocabulary, tokenizer)
    return Small(new_model(size, len(tokens.ids)).to(device), tokenizer)


def adapted(base: str, rank: int, device: torch.device, dtype: torch.dtype, last: int = 0) -> Adapted:
    """A new adapter, which changes nothing yet, for every linear part of a model's ``last`` layers (0: of all): what lies
    below them needs no gradients, which take two thirds of a step."""
    from peft import LoraConfig, get_peft_model

    base = str(Path(base).resolve()) if Path(base).is_dir() else base
    model = _causal(base, dtype).to(device)
    linear = {
        name.rpartition(".")[2] for name, part in model.base_model.named_modules() if isinstance(part, torch.nn.Linear)
    }
    number = model.config.num_hidden_layers
    layers = list(range(number - last, number)) if last else None
    config = LoraConfig(
        r=rank, lora_alpha=rank, target_modules=sorted(linear), layers_to_transform=layers, task_type="CAUSAL_LM"
    )
    return Adapted(get_peft_model(model, config), AutoTokenizer.from_pretrained(base), None)


def _causal(base: str, dtype: torch.dtype) -> PreTrainedModel:
    try:
        return AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{base} cannot be loaded as a language model: {str(error).strip().splitlines()[0]}") from None


def load(folder: Path, device: torch.device, dtype: torch.dtype = torch.float32) -> Student:
    """A checkpoint: an adapter with the model that it names, or a small model with its tokenizer."""
    if not (folder / ADAPTER).exists():
        model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).to(device)
        return Small(model, folder / "tokenizer.json")
    from peft import PeftModel

    base = json.loads((folder / ADAPTER).read_text("utf-8"))["base_model_name_or_path"]
    model = _causal(base, dtype).to(device)
    whole = PeftModel.from_pretrained(model, folder, is_trainable=True)
    return Adapted(whole, AutoTokenizer.from_pretrained(base), folder)


def trained(student: Student) -> dict[str, torch.Tensor]:
    """What learning changes, by name."""
    return {name: one for name, one in student.model.named_parameters() if one.requires_grad}


def restore(student: Student, weights: dict[str, torch.Tensor]) -> None:
    student.model.load_state_dict(weights, strict=False)
