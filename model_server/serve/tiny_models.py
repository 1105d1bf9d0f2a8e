"""Tiny models with random weights, made on the spot: what a real server needs to be tested without a download.

python -m model_server.serve.tiny_models critic FOLDER     Qwen2.5-VL, about 1 M parameters
python -m model_server.serve.tiny_models policy FOLDER     Llama, about 5 M parameters
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

VOCABULARY = 1024
CONTEXT = 8192
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
VISION = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")

_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for part in m['content'] %}"
    "{% if part['type'] == 'text' %}{{ part['text'] }}{% else %}<|vision_start|><|image_pad|><|vision_end|>{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def train_tokenizer() -> Any:
    """Byte-level, its pairs learnt from this package's own source."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[*SPECIAL, *VISION], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    texts = [file.read_text("utf-8") for file in sorted(Path(__file__).parents[1].rglob("*.py"))]
    bare.train_from_iterator(texts, trainer)
    end, _, close = SPECIAL
    return PreTrainedTokenizerFast(
        tokenizer_object=bare, eos_token=close, pad_token=end, chat_template=_TEMPLATE, model_max_length=CONTEXT
    )


def write_tiny_policy(folder: Path, hidden: int = 256, layers: int = 6) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    words = train_tokenizer()
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=hidden, intermediate_size=3 * hidden, num_hidden_layers=layers,
        num_attention_heads=hidden // 64, num_key_value_heads=hidden // 64, max_position_embeddings=CONTEXT,
        tie_word_embeddings=True, eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id, bos_token_id=None,
    )  # fmt: skip
    _save_model(LlamaForCausalLM(config), words, folder)


def write_tiny_adapter(folder: Path, hidden: int = 256, layers: int = 6, rank: int = 8) -> None:
    """In the format of PEFT, which is not needed for it. Large enough to change what the policy says."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(1)
    weights = {
        f"base_model.model.model.layers.{layer}.self_attn.{name}.lora_{side}.weight": torch.randn(shape)
        for layer in range(layers)
        for name in ("q_proj", "v_proj")
        for side, shape in (("A", (rank, hidden)), ("B", (hidden, rank)))
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "adapter_model.safetensors")
    config = {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": rank, "lora_alpha": rank, "lora_dropout": 0.0, "bias": "none",
        "target_modules": ["q_proj", "v_proj"], "base_model_name_or_path": None,
    }  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps(config), "utf-8")


def write_tiny_critic(folder: Path, hidden: int = 128) -> None:
    import torch
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
    from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor

    torch.manual_seed(0)
    words = train_tokenizer()
    start, end, image, video = (words.convert_tokens_to_ids(name) for name in VISION)
    text = {
        "vocab_size": len(words), "hidden_size": hidden, "intermediate_size": 2 * hidden, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": CONTEXT, "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [4, 6, 6]},
        "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id, "bos_token_id": None,
    }  # fmt: skip
    sight = {
        "depth": 2, "hidden_size": 64, "intermediate_size": 128, "out_hidden_size": hidden, "num_heads": 4, "patch_size": 14,
        "spatial_merge_size": 2, "temporal_patch_size": 2, "fullatt_block_indexes": [1], "window_size": 112,
    }  # fmt: skip
    config = Qwen2_5_VLConfig(
        text_config=text, vision_config=sight, tie_word_embeddings=True, image_token_id=image, video_token_id=video,
        vision_start_token_id=start, vision_end_token_id=end,
    )  # fmt: skip
    pixels = {"shortest_edge": 56 * 56, "longest_edge": 280 * 280}
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessorPil(size=pixels), train_tokenizer=words,
        video_processor=Qwen2VLVideoProcessor(), chat_template=_TEMPLATE,
    )  # fmt: skip
    _save_model(Qwen2_5_VLForConditionalGeneration(config), words, folder)
    processor.save_pretrained(folder)


def _save_model(model: Any, words: Any, folder: Path) -> None:
    import torch

    model.to(torch.bfloat16)
    model.generation_config.eos_token_id = words.eos_token_id
    model.generation_config.pad_token_id = words.pad_token_id
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    print(f"{folder}: {sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters")


if __name__ == "__main__":
    from model_server.serve import torchvision_ops

    torchvision_ops.install_import_hook()
    {"critic": write_tiny_critic, "policy": write_tiny_policy, "adapter": write_tiny_adapter}[sys.argv[1]](
        Path(sys.argv[2])
    )
