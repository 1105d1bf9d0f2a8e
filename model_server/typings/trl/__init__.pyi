"""The part of TRL that ``model_server`` uses; it is not installed where types are checked."""

from collections.abc import Callable, Sequence
from typing import Any

from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainerCallback

class GRPOConfig:
    def __init__(self, **options: Any) -> None: ...

class GRPOTrainer:
    def __init__(
        self,
        *,
        model: PreTrainedModel,
        reward_funcs: Callable[..., list[float]],
        args: GRPOConfig,
        train_dataset: Dataset,
        processing_class: PreTrainedTokenizerFast,
        callbacks: Sequence[TrainerCallback],
    ) -> None: ...
    def train(self) -> object: ...
