"""What needs torch: tokens, the numpy Llama and the GRPO loss against the libraries that others use. Run by
``make test-training``; skipped where the training environment is not installed."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from model_server.training.learner import policy_loss  # noqa: E402
from model_server.training.policies import TrainablePolicy, load_policy  # noqa: E402
from model_server.training.policy_model import create_model, train_tokenizer  # noqa: E402
from model_server.training.reward import compute_advantages  # noqa: E402
from model_server.training.sampling import answer_log_probabilities, gumbel_top_k, sample_answers, sample_judged_group  # noqa: E402
from model_server.training.sft import answer_loss  # noqa: E402
from model_server.training.verdicts import JudgedAnswer, JudgedTask  # noqa: E402
from relook_lsp.models.bpe_tokenizer import BpeTokenizer  # noqa: E402
from relook_lsp.models.edit_language import DeclarationLine, ElementLine, Observation, SolvedValue  # noqa: E402
from relook_lsp.models.llama_inference import Llama  # noqa: E402

TEXTS = [
    "rule low-contrast error\nmeasured ratio=1.32 text=#e0e0e0\ne0 p.note 343x18 cause\n d0 color: #e0e0e0\ns0 color: #666\n",
    "rule text-too-small warning x2\ne1 div.card 320x40 above\n d12 font-size: 7px\n--ink: #222222\n>\nset d12 s3",
]
ODD = "é\u2028 {a} 1234567 d12 d12x --ink-2: #ff00aa; 日本 e1\n\n  s3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of the smallest size with its tokenizer, as training writes it."""
    torch.manual_seed(3)
    path = tmp_path_factory.mktemp("model")
    tokens = train_tokenizer(TEXTS, 400, path / "tokenizer.json")
    create_model("tiny", len(tokens.ids)).half().save_pretrained(path)
    return path


@pytest.fixture
def tokens(folder: Path) -> BpeTokenizer:
    return BpeTokenizer(folder / "tokenizer.json")


@pytest.fixture
def policy(folder: Path) -> TrainablePolicy:
    return load_policy(folder, torch.device("cpu"))


@pytest.fixture
def model(policy: TrainablePolicy) -> Any:
    return policy.model


def test_tokens_are_those_of_the_library(folder: Path, tokens: BpeTokenizer) -> None:
    from tokenizers import Tokenizer

    library = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in (*TEXTS, ODD):
        assert tokens.encode(text) == library.encode(text).ids
        assert tokens.decode(tokens.encode(text)) == text


def test_the_numpy_model_computes_what_torch_does(folder: Path, tokens: BpeTokenizer, model: Any) -> None:
    ids = tokens.encode(TEXTS[0])
    wanted = model(torch.tensor([ids])).logits[0].detach().numpy()
    light = Llama(folder)
    assert np.abs(light.forward(np.array([ids]), []) - wanted[-1]).max() < 1e-4
    past: list[Any] = []
    light.forward(np.array([ids[:9]]), past)
    assert np.abs(light.forward(np.array([ids[9:]]), past) - wanted[-1]).max() < 1e-4


def test_greedy_answers_are_those_of_torch(folder: Path, tokens: BpeTokenizer, model: Any) -> None:
    prompt = tokens.encode(TEXTS[1])
    light = Llama(folder)
    drawn = light.sample(light.read_prompt(prompt), 3, end=tokens.end, longest=12, temperature=0.8, seed=1)
    out = model.generate(
        torch.tensor([prompt]), do_sample=False, max_new_tokens=12, eos_token_id=tokens.end, pad_token_id=tokens.end
    )
    wanted = out[0, len(prompt) :].tolist()
    assert drawn[0][0] == [token for token in wanted if token != tokens.end]


def test_answers_are_as_likely_as_torch_says(folder: Path, tokens: BpeTokenizer, model: Any) -> None:
    prompt = tokens.encode(TEXTS[0])
    answers = [[*tokens.encode(text), tokens.end] for text in ("set d0 s0", "del d0", "set e0 color = #000")]
    light = Llama(folder)
    for answer, found in zip(answers, light.likelihoods(light.read_prompt(prompt), answers), strict=True):
        logits = model(torch.tensor([[*prompt, *answer]])).logits[0, len(prompt) - 1 : -1]
        wanted = torch.log_softmax(logits, -1)[range(len(answer)), answer].sum()
        assert found == pytest.approx(float(wanted.detach()), abs=1e-3)


def test_a_group_is_of_different_answers_and_each_as_likely_as_read_alone(
    tokens: BpeTokenizer, model: Any, policy: TrainablePolicy
) -> None:
    lines = tuple(DeclarationLine(0, name, "1px", "a") for name in ("width", "margin", "padding"))
    box = ElementLine("a.more", "cause", (10, 10, 12, 12), "More")
    slots = (SolvedValue("width", "auto"), SolvedValue("padding", "8px"))
    seen = Observation("small-target", "error", "", 1, {}, {}, "375x812", 0, None, (box,), lines, slots)
    group = sample_answers(policy, seen, (), 4, 1.0, Random(1))
    assert len(set(group)) == len(group) == 4
    prompt = tokens.encode(TEXTS[0])
    answers = [[*tokens.encode(text), tokens.end] for text in ("set d0 s0", "del d0")]
    likely, mask = answer_log_probabilities(model, [([*prompt, *answer], len(prompt)) for answer in answers])
    for row, kept, answer in zip(likely, mask, answers, strict=True):
        logits = model(torch.tensor([[*prompt, *answer]])).logits[0, len(prompt) - 1 : -1]
        wanted = torch.log_softmax(logits, -1)[range(len(answer)), answer].sum()
        assert float((row * kept).sum().detach()) == pytest.approx(float(wanted.detach()), abs=1e-3)
        slopes = [
            torch.autograd.grad(one, tuple(model.parameters()), retain_graph=True)
            for one in ((row * kept).sum(), wanted)
        ]
        assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(*slopes, strict=True))


def test_a_known_group_is_worth_what_renders_said(policy: TrainablePolicy) -> None:
    lines = (DeclarationLine(0, "width", "1px", "a"),)
    box = ElementLine("a.more", "cause", (10, 10, 12, 12), "More")
    seen = Observation("small-target", "error", "", 1, {}, {}, "375x812", 0, None, (box,), lines, ())
    said = {
        "del e0 width": JudgedAnswer(1.0, True, "accepted"),
        "set e0 width = 24px": JudgedAnswer(0.0, False, "not-better"),
    }
    group = sample_judged_group(
        policy, JudgedTask("a", "train", "x", "small", False, "small-target", seen, said), 8, 1.0, Random(1)
    )
    assert set(group.answers) == set(said) and group.renders == 0
    worth = dict(zip(group.answers, group.rewards, strict=True))
    assert 0.8 < (worth["del e0 width"] or 0) < 1 and worth["set e0 width = 24px"] == 0


def test_likely_answers_are_drawn_first_and_others_too() -> None:
    random = Random(3)
    first = [gumbel_top_k([0.0, -2.0, -2.0, -2.0], 2, 1.0, random)[0] for _ in range(2000)]
    # softmax: 1 / (1 + 3 e^-2) = 0.71
    assert 0.68 < first.count(0) / 2000 < 0.74
    assert {1, 2, 3} < set(first)


def test_only_the_answer_counts(tokens: BpeTokenizer, model: Any) -> None:
    prompt, answer = tokens.encode(TEXTS[0]), tokens.encode("set d0 s0")
    other = [*tokens.encode("rule small-target warning"), *prompt[5:]]
    alone = answer_loss(model, [([*prompt, *answer, tokens.end], len(prompt))])
    logits = model(torch.tensor([[*prompt, *answer]])).logits[0, len(prompt) - 1 :]
    wanted = torch.nn.functional.cross_entropy(logits, torch.tensor([*answer, tokens.end]))
    assert float(alone.detach()) == pytest.approx(float(wanted.detach()), abs=1e-5)
    assert other != prompt


@pytest.mark.filterwarnings("ignore::FutureWarning")  # TRL's settings name what transformers is about to rename
@pytest.mark.parametrize("beta", [0.0, 0.1])
def test_the_loss_is_that_of_trl(tmp_path: Path, tokens: BpeTokenizer, model: Any, beta: float) -> None:
    pytest.importorskip("trl")
    from datasets import Dataset
    from transformers import PreTrainedTokenizerFast
    from trl import GRPOConfig, GRPOTrainer

    prompt = tokens.encode(TEXTS[0])
    answers = [tokens.encode(text) for text in ("set d0 s0", "del d0", "set d0 = #000", "set e0 color s0")]
    found = compute_advantages([1.0, 0.25, 0.0, 0.5])
    assert found is not None
    rows = [([*prompt, *answer, tokens.end], len(prompt)) for answer in answers]
    new, mask = answer_log_probabilities(model, rows)
    old = (new + 0.3 * torch.sin(torch.arange(new.numel()).reshape(new.shape))).detach()
    start = (new + 0.2 * torch.cos(torch.arange(new.numel()).reshape(new.shape))).detach()
    own = policy_loss(new, old, torch.tensor(found), mask, start=start if beta else None, beta=beta)

    library = PreTrainedTokenizerFast(
        tokenizer_file=str(Path(model.name_or_path) / "tokenizer.json"), pad_token="<end>", eos_token="<end>"
    )
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        args=GRPOConfig(
            output_dir=str(tmp_path), loss_type="grpo", beta=beta, epsilon=0.2, use_cpu=True, bf16=False, report_to=[],
            num_generations=4, per_device_train_batch_size=4, gradient_accumulation_steps=1,
        ),
        train_dataset=Dataset.from_list([{"prompt": "a"}]),
        processing_class=library,
    )  # fmt: skip
    trainer.current_gradient_accumulation_steps = 1
    model.eval()  # no dropout, so that both see the same numbers
    width = mask.shape[1]
    completion = torch.tensor([[*ids[start:], *([0] * (width - len(ids) + start))] for ids, start in rows])
    theirs = trainer._compute_loss(
        trainer.model,
        {
            "prompt_ids": torch.tensor([prompt] * 4),
            "prompt_mask": torch.ones(4, len(prompt), dtype=torch.long),
            "completion_ids": completion,
            "completion_mask": mask.long(),
            "advantages": torch.tensor(found),
            "old_per_token_logps": old,
            "ref_per_token_logps": start,
        },
    )
    assert float(theirs.detach()) == pytest.approx(float(own.detach()), abs=1e-4)
