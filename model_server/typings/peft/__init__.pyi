"""The part of PEFT that ``model_server`` uses; it is not installed where types are checked."""

from collections.abc import Sequence
from pathlib import Path

from transformers import PreTrainedModel

class LoraConfig:
    def __init__(
        self,
        *,
        r: int,
        lora_alpha: int,
        target_modules: Sequence[str],
        layers_to_transform: Sequence[int] | None,
        task_type: str,
    ) -> None: ...

class PeftModel:
    @classmethod
    def from_pretrained(cls, model: PreTrainedModel, model_id: Path, *, is_trainable: bool) -> PeftModel: ...
    def get_base_model(self) -> PreTrainedModel: ...
    def save_pretrained(self, save_directory: Path) -> None: ...

def get_peft_model(model: PreTrainedModel, peft_config: LoraConfig) -> PeftModel: ...
