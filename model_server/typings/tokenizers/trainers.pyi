from collections.abc import Sequence

class Trainer: ...

class BpeTrainer(Trainer):
    def __init__(
        self,
        *,
        vocab_size: int,
        special_tokens: Sequence[str],
        initial_alphabet: Sequence[str],
        show_progress: bool = ...,
    ) -> None: ...
