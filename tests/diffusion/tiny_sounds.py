"""Speech and music models of real architectures with a few thousand random weights, built from configs and saved as folders."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tests.diffusion.tiny_longcat import longcat_audio


def vits(folder: Path, speakers: int = 1) -> None:
    """MMS-TTS's shape: letters in, 16 kHz out."""
    from transformers import VitsConfig, VitsModel, VitsTokenizer

    folder.mkdir(parents=True)
    vocabulary = {letter: number for number, letter in enumerate("k'z- " + "".join(letter for letter in string.ascii_lowercase if letter not in "kz"))}
    path = folder / "vocab.json"
    path.write_text(json.dumps(vocabulary | {"<unk>": len(vocabulary)}), encoding="utf-8")
    VitsTokenizer(str(path), pad_token="k", unk_token="<unk>", phonemize=False, language="eng").save_pretrained(folder)
    VitsModel(
        VitsConfig(
            vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16, window_size=4, flow_size=16, spectrogram_bins=9,
            upsample_initial_channel=16, upsample_rates=[16, 16], upsample_kernel_sizes=[32, 32], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]],
            prior_encoder_num_flows=2, prior_encoder_num_wavenet_layers=1, posterior_encoder_num_wavenet_layers=1, duration_predictor_filter_channels=16,
            depth_separable_num_layers=1, duration_predictor_num_flows=2, num_speakers=speakers, speaker_embedding_size=8 if speakers > 1 else 0,
            noise_scale_duration=0.1,
        )
    ).save_pretrained(folder)  # fmt: skip


def wav2vec2(folder: Path) -> None:
    """A recogniser of letters, 50 frames a second."""
    from transformers import Wav2Vec2Config, Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC

    folder.mkdir(parents=True)
    vocabulary = {token: number for number, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *string.ascii_uppercase, "'"])}
    path = folder / "vocab.json"
    path.write_text(json.dumps(vocabulary), encoding="utf-8")
    Wav2Vec2CTCTokenizer(str(path)).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(sampling_rate=16_000).save_pretrained(folder)
    Wav2Vec2ForCTC(
        Wav2Vec2Config(
            vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_feat_extract_layers=7,
            conv_dim=(8,) * 7, conv_stride=(5, 2, 2, 2, 2, 2, 2), conv_kernel=(10, 3, 3, 3, 3, 2, 2), num_conv_pos_embeddings=16,
            num_conv_pos_embedding_groups=2, pad_token_id=0,
        )
    ).save_pretrained(folder)  # fmt: skip


def _field(number: int, value: bytes | int | str) -> bytes:
    """One field of a protocol buffer."""

    def varint(value: int) -> bytes:
        found = b""
        while value > 127:
            found, value = found + bytes([value & 127 | 128]), value >> 7
        return found + bytes([value])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def kokoro(folder: Path) -> None:
    """An ONNX graph with Kokoro's inputs, output and inner tensor of durations: each phoneme sounds for two ticks, at a loudness of its number."""
    import numpy as np

    def node(kind: str, given: list[str], gives: str, attributes: bytes = b"") -> bytes:
        return _field(1, b"".join(_field(1, one) for one in given) + _field(2, gives) + _field(3, gives) + _field(4, kind) + attributes)

    def constant(name: str, values: Any, kind: int) -> bytes:
        return _field(5, b"".join(_field(1, size) for size in values.shape) + _field(2, kind) + _field(8, name) + _field(9, values.tobytes()))

    def tensor(field: int, name: str, kind: int, shape: list[int | str]) -> bytes:
        sizes = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in shape)
        return _field(field, _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, sizes))))

    real, whole = 1, 7  # onnx.TensorProto.DataType
    beep = np.sin(np.arange(1200) * 0.2).astype(np.float32)[None] / 60
    graph = b"".join(
        [
            node("Cast", ["input_ids"], "ids", _field(5, _field(1, "to") + _field(3, real) + _field(20, 2))),
            node("Mul", ["ids", "zero"], "none"), node("Add", ["none", "two"], "/encoder/Clip_output_0"),
            node("ReduceSum", ["style"], "shade"), node("Mul", ["speed", "shade"], "still"), node("Mul", ["still", "zero"], "quiet"),
            node("Transpose", ["ids"], "column"), node("Mul", ["column", "beep"], "beeps"), node("Add", ["beeps", "quiet"], "all"),
            node("Reshape", ["all", "flat"], "waveform"), _field(2, "kokoro"),
            constant("zero", np.zeros(1, np.float32), real), constant("two", np.full(1, 2, np.float32), real), constant("beep", beep, real),
            constant("flat", np.full(1, -1, np.int64), whole),
            tensor(11, "input_ids", whole, [1, "n"]), tensor(11, "style", real, [1, 256]), tensor(11, "speed", real, [1]), tensor(12, "waveform", real, ["m"]),
        ]
    )  # fmt: skip
    (folder / "onnx").mkdir(parents=True)
    (folder / "voices").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(2, 13)))
    for number, name in enumerate(("af_heart", "am_adam", "bf_emma", "jf_alpha")):
        np.full(510 * 256, number / 100, "<f4").tofile(folder / "voices" / f"{name}.bin")
    letters = ";:,.!? abdefhijklmnopstuvwzæðŋɑɔəɛɡɪɹɾʃʊʌʒθˈˌʧʤᵊAIOWY"
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": {letter: number + 1 for number, letter in enumerate(letters)}}}), encoding="utf-8")


def _t5(width: int = 16) -> tuple[Any, Any]:
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -1.0), *((letter, -2.0) for letter in string.ascii_lowercase)]
    return T5EncoderModel(T5Config(vocab_size=100, d_model=width, d_ff=16, d_kv=8, num_heads=2, num_layers=1)), T5Tokenizer(vocab=pieces, extra_ids=0)


def musicgen(folder: Path, channels: int = 2) -> None:
    """Stereo at 8 kHz, 25 frames a second, two codebooks a channel."""
    from transformers import EncodecConfig, EncodecFeatureExtractor, EncodecModel, MusicgenConfig, MusicgenForConditionalGeneration, MusicgenProcessor
    from transformers.models.musicgen.configuration_musicgen import MusicgenDecoderConfig

    text, tokenizer = _t5()
    codec = EncodecModel(
        EncodecConfig(
            target_bandwidths=[0.3], sampling_rate=8_000, num_filters=4, hidden_size=8, upsampling_ratios=[8, 8, 5], codebook_size=64, codebook_dim=8,
            num_lstm_layers=1, num_residual_layers=1, kernel_size=3, last_kernel_size=3, residual_kernel_size=3, norm_type="weight_norm", use_causal_conv=False,
        )
    )  # fmt: skip
    decoder = MusicgenDecoderConfig(
        vocab_size=64, hidden_size=16, ffn_dim=16, num_hidden_layers=1, num_attention_heads=2, num_codebooks=2 * channels, audio_channels=channels,
        max_position_embeddings=2048, pad_token_id=64, bos_token_id=64,
    )  # fmt: skip
    config = MusicgenConfig(text_encoder=text.config.to_dict(), audio_encoder=codec.config.to_dict(), decoder=decoder.to_dict())
    model = MusicgenForConditionalGeneration(config)
    model.text_encoder.load_state_dict(text.state_dict(), strict=False)
    model.generation_config.decoder_start_token_id = model.generation_config.pad_token_id = model.generation_config.bos_token_id = 64
    model.save_pretrained(folder)
    MusicgenProcessor(EncodecFeatureExtractor(feature_size=channels, sampling_rate=8_000), tokenizer).save_pretrained(folder)


def musicgen_melody(folder: Path) -> None:
    """Mono at 8 kHz; a melody of pitch classes goes before the text."""
    from transformers import EncodecConfig, EncodecModel, MusicgenMelodyConfig, MusicgenMelodyForConditionalGeneration
    from transformers.models.musicgen_melody.configuration_musicgen_melody import MusicgenMelodyDecoderConfig

    text, tokenizer = _t5()
    codec = EncodecConfig(
        target_bandwidths=[0.3], sampling_rate=8_000, num_filters=4, hidden_size=8, upsampling_ratios=[8, 8, 5], codebook_size=64, codebook_dim=8,
        num_lstm_layers=1, num_residual_layers=1, kernel_size=3, last_kernel_size=3, residual_kernel_size=3, use_causal_conv=False,
    )  # fmt: skip
    decoder = MusicgenMelodyDecoderConfig(
        vocab_size=64, hidden_size=16, ffn_dim=16, num_hidden_layers=1, num_attention_heads=2, num_codebooks=2, audio_channels=1, pad_token_id=64,
        bos_token_id=64, max_position_embeddings=2048,
    )  # fmt: skip
    config = MusicgenMelodyConfig(
        text_encoder=text.config.to_dict(), audio_encoder=EncodecModel(codec).config.to_dict(), decoder=decoder.to_dict(), num_chroma=12, chroma_length=62
    )
    model = MusicgenMelodyForConditionalGeneration(config)
    model.generation_config.decoder_start_token_id = model.generation_config.pad_token_id = model.generation_config.bos_token_id = 64
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def stable_audio(folder: Path) -> None:
    """Ten seconds at 4 kHz."""
    from diffusers import AutoencoderOobleck, EDMDPMSolverMultistepScheduler, StableAudioDiTModel, StableAudioPipeline, StableAudioProjectionModel

    text, tokenizer = _t5()
    tokenizer.model_max_length = 128
    StableAudioPipeline(
        vae=AutoencoderOobleck(
            encoder_hidden_size=6, downsampling_ratios=[4, 10], decoder_channels=3, decoder_input_channels=3, audio_channels=2, channel_multiples=[2, 4],
            sampling_rate=4_000,
        ),
        text_encoder=text, tokenizer=tokenizer,
        projection_model=StableAudioProjectionModel(text_encoder_dim=16, conditioning_dim=4, min_value=0, max_value=512),
        transformer=StableAudioDiTModel(
            sample_size=1000, in_channels=3, num_layers=1, attention_head_dim=4, num_attention_heads=2, num_key_value_attention_heads=2, out_channels=3,
            cross_attention_dim=4, time_proj_dim=8, global_states_input_dim=8, cross_attention_input_dim=4,
        ),
        scheduler=EDMDPMSolverMultistepScheduler(solver_order=2, prediction_type="v_prediction", sigma_data=1.0, sigma_schedule="exponential"),
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip


def stable_audio_3(folder: Path) -> None:
    """Any length at 4 kHz, conditioned by a T5Gemma encoder."""
    from diffusers import AutoencoderSAME, FlowMatchEulerDiscreteScheduler, StableAudio3DiTModel, StableAudio3Pipeline
    from diffusers.pipelines.stable_audio_3 import StableAudio3DurationEmbedder
    from transformers import T5GemmaConfig, T5GemmaEncoderModel
    from transformers.models.t5gemma.configuration_t5gemma import T5GemmaModuleConfig

    shape = T5GemmaModuleConfig(
        vocab_size=300, hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, head_dim=8, sliding_window=32
    )
    tokenizer = _bytes(eos="<eos>")
    tokenizer.pad_token = tokenizer.eos_token = "<eos>"
    StableAudio3Pipeline(
        vae=AutoencoderSAME(
            patch_size=16, encoder_channels=16, encoder_c_mults=[1], encoder_strides=[8], encoder_transformer_depths=[1], latent_dim=8, dim_heads=8,
            sampling_rate=4_000,
        ),
        text_encoder=T5GemmaEncoderModel(T5GemmaConfig(encoder=shape, decoder=shape, is_encoder_decoder=False, vocab_size=300)), tokenizer=tokenizer,
        duration_embedder=StableAudio3DurationEmbedder(output_dim=16, fourier_dim=16),
        transformer=StableAudio3DiTModel(
            io_channels=8, embed_dim=64, depth=1, num_heads=2, cond_token_dim=16, global_cond_dim=16, local_add_cond_dim=9, timestep_features_dim=16,
            num_memory_tokens=2,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, stochastic_sampling=True),
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip


def ace_step(folder: Path) -> None:
    """Any length at 4 kHz, conditioned by a Qwen 3 text encoder."""
    from diffusers import AceStepPipeline, AceStepTransformer1DModel, AutoencoderOobleck, FlowMatchEulerDiscreteScheduler
    from diffusers.pipelines.ace_step import AceStepConditionEncoder
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3Model

    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab={**letters, "<eos>": 256}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "sliding_window": 16}
    AceStepPipeline(
        vae=AutoencoderOobleck(
            encoder_hidden_size=6, downsampling_ratios=[16, 10], decoder_channels=3, decoder_input_channels=8, audio_channels=2, channel_multiples=[2, 4],
            sampling_rate=4_000,
        ),
        text_encoder=Qwen3Model(
            Qwen3Config(
                vocab_size=300, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2, head_dim=8
            )
        ),
        tokenizer=PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>", pad_token="<eos>"),
        transformer=AceStepTransformer1DModel(**shape, num_hidden_layers=2, in_channels=24, audio_acoustic_hidden_dim=8, is_turbo=True),
        condition_encoder=AceStepConditionEncoder(
            **shape, text_hidden_dim=16, timbre_hidden_dim=8, num_lyric_encoder_hidden_layers=1, num_timbre_encoder_hidden_layers=1
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
    ).save_pretrained(folder, safe_serialization=True)  # fmt: skip


def language(folder: Path) -> None:
    """A GPT-2 that knows nothing but how often each letter comes: with constrained decoding its answers are short, valid screenplays of gibberish."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab={**letters, "<eos>": 256}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>").save_pretrained(folder)
    net = GPT2LMHeadModel(
        GPT2Config(vocab_size=257, n_positions=20_000, n_embd=8, n_layer=1, n_head=1, n_inner=8, tie_word_embeddings=False, bos_token_id=256, eos_token_id=256)
    )
    likely = {**dict.fromkeys("etaoinshrdlu", 4.0), "Ġ": 5.5, '"': 4.5, "]": 0.0}
    with torch.no_grad():
        net.transformer.ln_f.weight.zero_()
        net.transformer.ln_f.bias.zero_()[0] = 1.0
        net.lm_head.weight.zero_()[:, 0] = -12.0
        for letter, number in letters.items():
            if letter in likely or letter.isascii():
                net.lm_head.weight[number, 0] = likely.get(letter, -2.0)
    net.save_pretrained(folder)


def _bytes(**tokens: str) -> Any:
    """A tokenizer of single bytes and some tokens of its own."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=letters, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    found = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    found.add_special_tokens({"additional_special_tokens": list(tokens.values())})
    return found


def speecht5(folder: Path) -> None:
    """A SpeechT5 and, within its folder, its vocoder and one voice."""
    import numpy as np
    import sentencepiece
    from safetensors.numpy import save_file
    from transformers import SpeechT5Config, SpeechT5ForTextToSpeech, SpeechT5HifiGan, SpeechT5HifiGanConfig, SpeechT5Tokenizer

    folder.mkdir(parents=True)
    (folder / "text.txt").write_text("\n".join([string.ascii_lowercase + ".,", *("a word " + letter for letter in string.ascii_letters)]), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "text.txt"), model_prefix=str(folder / "spm_char"), model_type="char", vocab_size=60, hard_vocab_limit=False, minloglevel=2
    )
    SpeechT5Tokenizer(str(folder / "spm_char.model")).save_pretrained(folder)
    SpeechT5ForTextToSpeech(
        SpeechT5Config(
            vocab_size=81, hidden_size=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16,
            decoder_ffn_dim=16, num_mel_bins=8, speech_decoder_prenet_units=8, speech_decoder_postnet_layers=2, speech_decoder_postnet_units=8,
            speaker_embedding_dim=12, max_speech_positions=600, max_text_positions=300,
        )
    ).save_pretrained(folder)  # fmt: skip
    SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=8, upsample_initial_channel=16, upsample_rates=[16, 16], upsample_kernel_sizes=[32, 32], resblock_kernel_sizes=[3],
            resblock_dilation_sizes=[[1]], initializer_range=0.5,
        )
    ).save_pretrained(folder / "vocoder")  # fmt: skip
    save_file({"mara": np.linspace(-1, 1, 12, dtype=np.float32)}, folder / "mara.safetensors")


def csm(folder: Path) -> None:
    """Four codebooks at 12.5 frames a second, 24 kHz."""
    from transformers import CsmConfig, CsmForConditionalGeneration, CsmProcessor, EncodecFeatureExtractor

    tokenizer = _bytes(bos="<|begin_of_text|>", end="<|end_of_text|>", audio="<|AUDIO|>", eos="<|audio_eos|>")
    tokenizer.bos_token, tokenizer.pad_token = "<|begin_of_text|>", "<|end_of_text|>"
    number = tokenizer.convert_tokens_to_ids
    template = (
        "{%- for turn in messages %}{{ '<|begin_of_text|>[' + turn['role'] + ']' }}{%- for part in turn['content'] %}{%- if part['type'] == 'text' %}"
        "{{ part['text'] + '<|end_of_text|>' }}{%- else %}{{ '<|AUDIO|><|audio_eos|>' }}{%- endif %}{%- endfor %}{%- endfor %}"
    )
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2}
    config = CsmConfig(
        **small, num_codebooks=4, vocab_size=67, text_vocab_size=300, bos_token_id=number("<|begin_of_text|>"), pad_token_id=number("<|end_of_text|>"),
        codebook_pad_token_id=66, codebook_eos_token_id=0, audio_token_id=number("<|AUDIO|>"), audio_eos_token_id=number("<|audio_eos|>"),
        depth_decoder_config={**small, "num_codebooks": 4, "backbone_hidden_size": 16, "vocab_size": 67, "max_position_embeddings": 5},
        codec_config={
            "model_type": "mimi", "sampling_rate": 24_000, "hidden_size": 16, "num_filters": 4, "num_residual_layers": 1, "upsampling_ratios": [8, 6, 5, 4],
            "codebook_size": 128, "codebook_dim": 8, "vector_quantization_hidden_dimension": 8, "num_quantizers": 4, "num_semantic_quantizers": 1,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 16, "sliding_window": 64,
            "upsample_groups": 16,
        },
    )  # fmt: skip
    model = CsmForConditionalGeneration(config)
    model.generation_config.update(do_sample=True, temperature=0.9, depth_decoder_do_sample=True, depth_decoder_temperature=0.9)
    model.save_pretrained(folder)
    CsmProcessor(EncodecFeatureExtractor(sampling_rate=24_000), tokenizer, chat_template=template).save_pretrained(folder)


def dia(folder: Path) -> None:
    """Nine codebooks, 44.1 kHz of 86 frames a second."""
    from transformers import DacConfig, DacModel, DiaConfig, DiaFeatureExtractor, DiaForConditionalGeneration, DiaProcessor, DiaTokenizer

    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8}
    cross = {"cross_num_attention_heads": 2, "cross_head_dim": 8, "cross_num_key_value_heads": 2, "cross_hidden_size": 16}
    model = DiaForConditionalGeneration(DiaConfig(encoder_config=shape, decoder_config={**shape, **cross}))
    model.generation_config.update(do_sample=True, temperature=1.0, max_length=3072, guidance_scale=3.0)
    codec = DacModel(
        DacConfig(encoder_hidden_size=4, downsampling_ratios=[2, 4, 8, 8], decoder_hidden_size=16, n_codebooks=9, codebook_size=1024, sampling_rate=44_100)
    )
    codec.save_pretrained(folder / "codec")
    model.save_pretrained(folder)
    DiaProcessor(DiaFeatureExtractor(sampling_rate=44_100, hop_length=512), DiaTokenizer(), DacModel.from_pretrained(folder / "codec")).save_pretrained(folder)


def bark(folder: Path) -> None:
    """Bark's three models at their own vocabularies, eight numbers wide."""
    from transformers import BarkConfig, BarkModel, BarkProcessor, BertTokenizer, EncodecConfig
    from transformers.models.bark.configuration_bark import BarkCoarseConfig, BarkFineConfig, BarkSemanticConfig
    from transformers.models.bark.generation_configuration_bark import BarkCoarseGenerationConfig, BarkFineGenerationConfig, BarkSemanticGenerationConfig

    shape = {"hidden_size": 8, "num_layers": 1, "num_heads": 1, "block_size": 1024}
    codec = EncodecConfig(
        target_bandwidths=[6.0], sampling_rate=24_000, num_filters=4, hidden_size=8, upsampling_ratios=[8, 5, 4, 2], codebook_size=1024, codebook_dim=8,
        num_lstm_layers=1, num_residual_layers=1, kernel_size=3, last_kernel_size=3, residual_kernel_size=3,
    )  # fmt: skip
    config = BarkConfig(
        semantic_config=BarkSemanticConfig(**shape, input_vocab_size=129_600, output_vocab_size=10_048).to_dict(),
        coarse_acoustics_config=BarkCoarseConfig(**shape, input_vocab_size=12_096, output_vocab_size=12_096).to_dict(),
        fine_acoustics_config=BarkFineConfig(**shape, input_vocab_size=1056, output_vocab_size=1056).to_dict(),
        codec_config=codec.to_dict(),
    )
    BarkModel(config).save_pretrained(folder)
    generating = {
        "semantic_config": BarkSemanticGenerationConfig(semantic_rate_hz=4.0, max_new_tokens=24).to_dict(),
        "coarse_acoustics_config": BarkCoarseGenerationConfig().to_dict(), "fine_acoustics_config": BarkFineGenerationConfig().to_dict(),
        "sample_rate": 24_000, "codebook_size": 1024,
    }  # fmt: skip
    (folder / "generation_config.json").write_text(json.dumps(generating, default=str), encoding="utf-8")
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *string.ascii_lowercase, *("##" + one for one in string.ascii_lowercase)]))
    BarkProcessor(BertTokenizer(str(vocabulary))).save_pretrained(folder)


MODELS: dict[str, Callable[[Path], None]] = {
    "vits": vits,
    "wav2vec2": wav2vec2,
    "kokoro": kokoro,
    "language": language,
    "csm": csm,
    "dia": dia,
    "bark": bark,
    "speecht5": speecht5,
    "musicgen": musicgen,
    "musicgen-melody": musicgen_melody,
    "stable-audio": stable_audio,
    "ace-step": ace_step,
    "stable-audio-3": stable_audio_3,
    "longcat-audio": longcat_audio,
    "vits-3": lambda folder: vits(folder, 3),
}


def saved(name: str, folder: Path) -> Path:
    """The folder of the model `name`; built and saved if it is not there."""
    target = folder / name
    if not target.exists():
        torch.manual_seed(0)
        MODELS[name](target)
    return target
