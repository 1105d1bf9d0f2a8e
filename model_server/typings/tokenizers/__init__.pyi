"""The part of tokenizers that ``model_server`` uses; it is not installed where types are checked."""

from collections.abc import Iterable

from tokenizers import decoders as decoders
from tokenizers import models as models
from tokenizers import pre_tokenizers as pre_tokenizers
from tokenizers import trainers as trainers

class Regex:
    def __init__(self, pattern: str) -> None: ...

class Tokenizer:
    decoder: decoders.Decoder
    pre_tokenizer: pre_tokenizers.PreTokenizer

    def __init__(self, model: models.Model) -> None: ...
    def save(self, path: str) -> None: ...
    def train_from_iterator(self, iterator: Iterable[str], trainer: trainers.Trainer) -> None: ...
