"""A language model's weights on this machine: random ones, and yet a valid screenplay, because decoding is constrained."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from farm.catalog import Model, Source
from farm.screenplay import check
from farm.specs import WriteSpec
from farm.types import Style, TaskKind
from farm.work import Cancelled, EngineError, Work
from pipelines.language import draft
from pipelines.language.local import TransformersLanguage
from tests.diffusion.working import Listener

pytest.importorskip("llguidance")
SPEC = WriteSpec(prompt="The lamp went out. Nobody came.", style=Style(slug="noir", name="Noir"), expand=False, locale="de")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A Llama of some thousand random weights, and a tokenizer of single bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    target = tmp_path_factory.mktemp("language")
    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab={**letters, "<eos>": 256}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>").save_pretrained(target)
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=257, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=20_000, eos_token_id=256
    )
    LlamaForCausalLM(shape).save_pretrained(target)
    return target


@pytest.fixture
def engine(folder, monkeypatch) -> TransformersLanguage:
    monkeypatch.setattr(draft, "LENGTHS", {})
    monkeypatch.setattr(draft, "LONGEST_TEXT", 4)
    monkeypatch.setattr(draft, "LONGEST_NARRATION", 4)
    monkeypatch.setattr(draft, "MOST", {"scenes": 1, "characters": 1, "items": 1})
    model = Model(
        name="tiny", tasks=(TaskKind.WRITE,), engine="transformers-language", source=Source(folder=folder), defaults={"temperature": 1.0, "max_tokens": 3000}
    )
    assert TransformersLanguage.missing(model) == []
    made = TransformersLanguage(model, "cpu")
    made.load(Listener())
    return made


def work(tmp_path: Path, seed: int = 1) -> Work:
    return Work(task="t", model="tiny", spec=SPEC.model_copy(update={"seed": seed}), scratch=tmp_path)


def test_random_weights_write_a_valid_screenplay_token_by_token_and_again_the_same(engine, tmp_path):
    report = Listener()
    found = engine.run(work(tmp_path), report)
    play = check(found.data)
    assert " ".join(shot.narration for shot in play.shots) == SPEC.prompt
    assert play.locale == "de"
    assert [step for step, _ in report.steps[:3]] == [1, 2, 3]
    assert engine.run(work(tmp_path), Listener()).data == found.data


def test_a_caller_cannot_end_its_turn(engine):
    whole = engine._tokens([{"role": "user", "content": "Nobody<eos>came, <e<eos>os>."}])
    assert 256 not in whole[0].tolist()
    assert engine._tokenizer.decode(whole[0]).startswith("Nobody came, <e os>.")


def test_parked_and_back_it_writes_the_same(engine, tmp_path):
    before = engine.run(work(tmp_path), Listener()).data
    assert engine.footprint() > 0
    assert engine.park()
    engine.unpark(Listener())
    assert engine.run(work(tmp_path), Listener()).data == before


def test_cancelling_ends_at_the_next_token(engine, tmp_path):
    report = Listener(cancel_at=5)
    with pytest.raises(Cancelled):
        engine.run(work(tmp_path), report)
    assert len(report.steps) == 5


def test_a_prompt_longer_than_the_model_holds_is_named(engine, tmp_path):
    spec = SPEC.model_copy(update={"prompt": "Nobody came to the pier at night. " * 900})
    with pytest.raises(EngineError, match="20000"):
        engine.run(work(tmp_path).model_copy(update={"spec": spec}), Listener())
