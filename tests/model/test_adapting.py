"""Any causal language model with an adapter goes through the scripts that train the small policy. Run by
``make test-training``; skipped where the training environment is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from model_server.serve import tiny_models  # noqa: E402
from model_server.training import grpo, sft  # noqa: E402
from model_server.training.policies import AdapterPolicy, create_adapter_policy, load_policy, trainable_parameters  # noqa: E402
from model_server.training.sampling import answer_log_probabilities, sample_answers  # noqa: E402
from model_server.training.verdicts import JudgedAnswer, JudgedTask, encode_line  # noqa: E402
from relook_lsp.models.edit_language import DeclarationLine, ElementLine, Observation, SolvedValue  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")  # what the libraries say of each other

CPU = torch.device("cpu")
SEEN = Observation(
    "small-target", "error", "Too small.", 1, {"width": 12}, {"width": 24}, "375x812", 0, None,
    (ElementLine("a.more", "cause", (10, 10, 12, 12), "More"),),
    (DeclarationLine(0, "width", "12px", "a.more"), DeclarationLine(0, "margin", "0", "a.more")),
    (SolvedValue("width", "auto"),), 0, source="a.more { width: 12px }",
)  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("base")
    tiny_models.write_tiny_policy(path, hidden=64, layers=2)
    return path


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "examples.jsonl"
    about = {"source": "a", "kind": "tiny", "held_out_kind": False, "rule": "small-target", "key": "1", "together": 1}
    about |= {"root": "/nowhere", "entry": "a.html", "edits": [], "observation": asdict(SEEN), "answer": "del cause"}
    path.write_text("".join(json.dumps({**about, "split": s}) + "\n" for s in ("train", "train", "development")))
    return path


@pytest.fixture(scope="module")
def adapter(base: Path, examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After supervised training."""
    out = tmp_path_factory.mktemp("sft")
    options = ["--base", str(base), "--rank", "4", "--rate", "1e-2", "--batch", "2", "--steps", "100"]
    assert sft.main(["--data", str(examples), "--out", str(out), *options]) == 0
    losses = [json.loads(one)["loss"] for one in (out / "metrics.jsonl").read_text().splitlines()]
    # Embeddings of random numbers stay as they are, so that no token can become certain.
    assert losses[-1] < losses[0] - 1
    return out / "model"


def _likely(folder: Path, answers: Sequence[str]) -> list[float]:
    policy = load_policy(folder, CPU)
    likely, mask = answer_log_probabilities(policy.model, [policy.tokenize(SEEN, (), answer) for answer in answers])
    return (likely * mask).sum(1).tolist()


def test_only_the_adapter_is_trained_and_kept(adapter: Path, base: Path) -> None:
    policy = load_policy(adapter, CPU)
    assert isinstance(policy, AdapterPolicy)
    assert all("lora" in name for name in trainable_parameters(policy)) and trainable_parameters(policy)
    assert {one.name for one in adapter.iterdir()} >= {"adapter_config.json", "adapter_model.safetensors"}
    assert (adapter / "adapter_model.safetensors").stat().st_size < (base / "model.safetensors").stat().st_size / 2


def test_the_last_layers_alone_may_be_adapted(base: Path) -> None:
    names = trainable_parameters(create_adapter_policy(str(base), 4, CPU, torch.float32, last=1))
    assert names and all(".layers.1." in name for name in names)


def test_what_cannot_be_adapted_is_said_in_a_sentence(examples: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot be loaded as a language model"):
        sft.main(["--data", str(examples), "--out", str(tmp_path), "--base", str(tmp_path)])


def test_it_reads_what_a_served_model_is_asked_and_learns_the_edit(adapter: Path) -> None:
    policy = load_policy(adapter, CPU)
    head, start = policy.tokenize(SEEN, (("del d1", "not better"),), "del cause")
    asked = policy._tokenizer.decode(head[:start])  # type: ignore[attr-defined]
    assert "a.more { width: 12px }" in asked and "not better" in asked and asked.endswith("<|im_start|>assistant\n")
    assert policy.decode(head[start:]) == "del cause"
    learnt, other = _likely(adapter, ["del cause", "set d1 s0"])
    assert learnt > other + 3
    assert len(set(sample_answers(policy, SEEN, (), 4, 1.0, Random(1)))) == 4


def _verdicts(path: Path) -> Path:
    said = {"del cause": JudgedAnswer(0.0, False, "not better"), "set cause s0": JudgedAnswer(1.0, True, "accepted")}
    path.write_text(encode_line(JudgedTask("t", "train", "a", "tiny", False, "small-target", SEEN, said)))
    return path


def test_reinforcement_learning_turns_it_to_what_renders_accept(adapter: Path, tmp_path: Path) -> None:
    answers = ["del cause", "set cause s0"]
    before = _likely(adapter, answers)
    options = ["--start", str(adapter), "--out", str(tmp_path / "rl"), "--rate", "1e-2", "--steps", "8", "--pages", "1"]
    assert grpo.main(["--verdicts", str(_verdicts(tmp_path / "v.jsonl")), *options]) == 0
    after = _likely(tmp_path / "rl" / "model", answers)
    assert after[1] - after[0] > before[1] - before[0] + 0.5


@pytest.mark.timeout(300)
def test_two_processes_learn_together_and_one_writes(adapter: Path, tmp_path: Path) -> None:
    launch = [str(Path(sys.executable).with_name("accelerate")), "launch", "--cpu", "--num_processes", "2"]
    script = [
        "--num_machines",
        "1",
        "--mixed_precision",
        "no",
        "--dynamo_backend",
        "no",
        "-m",
        "model_server.training.grpo",
    ]
    options = ["--start", str(adapter), "--out", str(tmp_path / "rl"), "--rate", "1e-2", "--steps", "3", "--pages", "1"]
    told = ["--verdicts", str(_verdicts(tmp_path / "v.jsonl"))]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*launch, *script, *told, *options], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    steps = [json.loads(one)["step"] for one in (tmp_path / "rl" / "metrics.jsonl").read_text().splitlines()]
    assert steps == [0, 1, 2]
    answers = ["del cause", "set cause s0"]
    (old_a, old_b), (new_a, new_b) = _likely(adapter, answers), _likely(tmp_path / "rl" / "model", answers)
    assert new_b - new_a > old_b - old_a
