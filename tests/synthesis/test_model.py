"""The embedded model with small random weights: circular, repeatable, steered by words, and clear about faults."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from riffosc.clip import ClipRequest
from riffosc.picture import EMBEDDED, load_picture
from riffosc.resources import seeds_dir
from riffosc.synthesis.codec import to_values
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.model.autoencoder import Moments, fitted
from riffosc.synthesis.model.canvas import GUIDED_BELOW, ScoreModel
from riffosc.synthesis.model.embedded import EmbeddedModel, Plan, Score
from riffosc.synthesis.model.keys import key_said, parse_key
from riffosc.synthesis.model.network import Conditions, Meter, Sizes, score_features
from riffosc.synthesis.model.players import Played
from riffosc.synthesis.model.text import Tokenizer, Vocabulary, split_words
from riffosc.synthesis.sampler import Given, beyond, sample

SIZES = Sizes(dims=24, width=64, blocks=2, heads=1, hidden=96, told=64, text_width=32, text_buckets=256, text_tokens=8)
PLAN = Plan(SIZES, EMBEDDED, ("bass", "drums", "techno", "piano"))
SCORE = Score(bars=2, quantum=4, tempo=124.0, key="Am")


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def model() -> EmbeddedModel:
    """Random everywhere, also where training begins at zero."""
    generator = Generator().manual_seed(7)
    network, autoencoder = PLAN.network(), PLAN.autoencoder()
    with torch.no_grad():
        for weights in [*network.parameters(), autoencoder.components]:
            weights.normal_(std=0.1, generator=generator)
    return EmbeddedModel(PLAN, network, autoencoder)


def text(model: EmbeddedModel, *prompts: str) -> Tensor:
    return torch.stack([model.text([(prompt, 1.0)]) for prompt in prompts])


def test_the_autoencoder_brings_real_pictures_back() -> None:
    pictures = [to_values(load_picture(path).pixels)[0] for path in sorted(seeds_dir().glob("*.png"))]
    moments = Moments(4 * EMBEDDED.bins)
    for values in pictures:
        moments.add(values.reshape(-1, 4 * EMBEDDED.bins))
    autoencoder, deviation = fitted(moments, EMBEDDED.bins, 4, 64)
    latents = [autoencoder.encode(values[None]) for values in pictures]
    errors = [(autoencoder.decode(z)[0] - values).abs().mean() for z, values in zip(latents, pictures, strict=True)]
    assert max(errors) < 0.04
    together = torch.cat(latents)
    assert together.square().mean() == pytest.approx(1, abs=0.05)
    torch.testing.assert_close(together.std(0), deviation, rtol=0.05, atol=0.02)


@pytest.mark.parametrize(("bars", "quantum"), [(2, 4), (4, 3), (3, 5)])
def test_moving_the_input_by_bars_moves_the_output_by_as_much(model: EmbeddedModel, bars: int, quantum: int) -> None:
    meter = Meter(bars, quantum)
    x = noise(2, *model.shape(meter.beats))
    told = Conditions(
        text(model, "techno drums", ""),
        score_features(torch.tensor([90.0, 170.0]), meter),
        torch.tensor([[9, 1], [12, 2]]),
    )
    time = torch.tensor([0.3, 0.9])
    bar = quantum * SIZES.tokens_per_beat
    with torch.no_grad():
        straight = model.network.denoiser(x, time, told, meter)
        for moved_by in (bar, 2 * bar):
            moved = model.network.denoiser(x.roll(moved_by, 1), time, told, meter)
            torch.testing.assert_close(moved, straight.roll(moved_by, 1), rtol=1e-4, atol=1e-4)
        by_a_beat = model.network.denoiser(x.roll(SIZES.tokens_per_beat, 1), time, told, meter)
    assert (by_a_beat - straight.roll(SIZES.tokens_per_beat, 1)).abs().max() > 1e-2


def test_the_same_question_has_the_same_answer(model: EmbeddedModel) -> None:
    x, words = noise(1, *model.shape(8)), text(model, "techno bass")
    assert torch.equal(model.velocity(x, 0.5, words, SCORE), model.velocity(x, 0.5, words, SCORE))


@pytest.mark.parametrize("other", [replace(SCORE, tempo=90), replace(SCORE, key="A"), replace(SCORE, key="")])
def test_tempo_and_key_matter(model: EmbeddedModel, other: Score) -> None:
    x, words = noise(1, *model.shape(8)), text(model, "techno bass")
    assert not torch.equal(model.velocity(x, 0.5, words, SCORE), model.velocity(x, 0.5, words, other))


def test_weights_on_words(model: EmbeddedModel) -> None:
    plain = model.text([("techno drums", 1.0)])
    torch.testing.assert_close(model.text([("techno", 1.0), ("drums", 1.0)]), plain)
    torch.testing.assert_close(model.text([("techno drums", 0.0)])[2:], plain[2:])
    more = model.text([("techno", 1.0), ("drums", 1.4)])
    torch.testing.assert_close(more[0], plain[0])
    assert not torch.allclose(more[1], plain[1])
    torch.testing.assert_close(more.norm(dim=-1), plain.norm(dim=-1))


def test_the_empty_prompt(model: EmbeddedModel) -> None:
    assert torch.equal(model.text([]), model.empty)
    assert torch.equal(model.text([("", 1.0), ("and the", 2.0)]), model.empty)


def test_words_it_never_saw_still_say_something(model: EmbeddedModel) -> None:
    unknown = text(model, "zither", "zithers", "gong")
    assert not torch.equal(unknown[0], model.empty)
    near, far = ((unknown[0, 0] - unknown[i, 0]).norm() for i in (1, 2))
    assert near < far


def test_long_prompts_lose_unknown_words_first() -> None:
    tokenizer = Tokenizer(Vocabulary(("bass", "drums", "piano"), 64), 3)
    kept = tokenizer.weighted([("soft drums and a fat bass", 1.0), ("piano", 1.5)])
    assert kept == [("drums", 1.0), ("bass", 1.0), ("piano", 1.5)]
    assert len(tokenizer.weighted([("drums bass piano drums bass", 1.0)])) == 3


def test_words_are_split_without_case_marks_or_stop_words() -> None:
    assert split_words("Lo-Fi Hip Hop, 808 drums AND a double bass!") == [
        "lo-fi",
        "hip",
        "hop",
        "808",
        "drums",
        "double",
        "bass",
    ]


@pytest.mark.parametrize(
    ("key", "numbers"),
    [("C", (0, False)), ("Am", (9, True)), ("F#", (6, False)), ("Ebm", (3, True)), ("cb", (11, False)),
     ("bb minor", (10, True)), ("G maj", (7, False)), ("DM", (2, False)), ("B#m", (0, True))],
)  # fmt: skip
def test_keys(key: str, numbers: tuple[int, bool]) -> None:
    assert parse_key(key) == numbers


def test_no_key_and_no_such_key() -> None:
    assert parse_key("") is None
    with pytest.raises(ValueError, match="'H#' is not a key"):
        parse_key("H#")


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("rhodes chords in e flat minor", "Ebm"),
        ("techno, f# minor, 130 bpm", "F#m"),
        ("g-sharp major pads", "G#"),
        ("bb major horns", "Bb"),
        ("piano in a minor key of sorts", "Am"),
        ("piano, a minor", "Am"),
        ("D Dorian bass", "Dm"),
        ("f mixolydian", "F"),
        ("a minor masterpiece", ""),
        ("a major chord progression", ""),
        ("dub minor", ""),
        ("rhodes in Am", "Am"),
        ("house in F#m, 124 bpm", "F#m"),
        ("pads in e♭", "Eb"),
        ("funk in the key of E", "E"),
        ("horns, key of b flat", "Bb"),
        ("strings in Dmaj", "D"),
        ("in the key of a song", ""),
        ("bass in a club", ""),
        ("BASS IN A CLUB", ""),
        ("blues in E", "E"),
        ("strings in d harmonic minor", "Dm"),
        ("drums in e minor second", "Em"),
        ("made in amsterdam", ""),
        ("drums", ""),
    ],
)
def test_a_key_in_words_is_a_key(prompt: str, key: str) -> None:
    assert key_said(prompt) == key
    assert (parse_key(key) is None) == (not key)


def test_saved_and_loaded(model: EmbeddedModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = EmbeddedModel.load(tmp_path)
    assert again.settings == EMBEDDED and again.plan == PLAN
    x = noise(1, *model.shape(4))
    words = text(model, "piano")
    one_bar = Score(1, 4, 100.0)
    torch.testing.assert_close(
        again.velocity(x, 0.5, words, one_bar), model.velocity(x, 0.5, words, one_bar), rtol=0.05, atol=0.05
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "model.safetensors"]


def test_faults_are_told_in_words(model: EmbeddedModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model in"):
        EmbeddedModel.load(tmp_path)
    model.save(tmp_path)
    whole = json.loads((tmp_path / "model.json").read_text())
    for broken, words in (
        ({**whole, "family": "else"}, "not of the family"),
        ({name: value for name, value in whole.items() if name != "sizes"}, "does not say 'sizes'"),
        ({**whole, "sizes": {**whole["sizes"], "depth": 3}}, "does not fit this version"),
        ({**whole, "sizes": {**whole["sizes"], "width": 128}}, "do not fit its model.json"),
    ):
        (tmp_path / "model.json").write_text(json.dumps(broken))
        with pytest.raises(ModelError, match=words):
            EmbeddedModel.load(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(whole))
    (tmp_path / "model.safetensors").write_bytes(b"not tensors")
    with pytest.raises(ModelError, match="cannot be read"):
        EmbeddedModel.load(tmp_path)


@pytest.mark.parametrize("negative", ["", "piano"])
def test_a_taught_guidance_comes_in_one_pass_and_any_other_by_comparison(model: EmbeddedModel, negative: str) -> None:
    """With three times what a plain model makes of words in its guesses, the sampler paints what it would have."""
    led = Led(model)
    asked = ClipRequest((("techno drums", 1.0),), negative, bars=1, key="Am")
    for guidance in (3.0, 1.0, 5.0):
        request = replace(asked, guidance=guidance)
        led.passes = 0
        found, wanted = (made(ScoreModel(each), request) for each in (led, Joint(model)))
        torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)
        assert led.passes == (request.steps if guidance == 3 and not negative else 2 * request.steps - 1)


def made(model: ScoreModel, request: ClipRequest) -> Tensor:
    canvas = model.canvas(request)
    return sample(canvas, request.guidance, Given(canvas.text()), Draws(request))


class Exact(EmbeddedModel):
    """Guesses in full precision, so that ways of adding them up can be compared."""

    def __init__(self, of: EmbeddedModel, guidance: float = 1.0) -> None:
        super().__init__(replace(of.plan, guidance=guidance), of.network, of.autoencoder)
        self.bfloat16 = False


class Led(Exact):
    """What a perfect pupil would be: away from no prompt and no key, three times."""

    def __init__(self, of: EmbeddedModel) -> None:
        super().__init__(of, 3.0)
        self.passes = 0

    def velocity(self, x: Tensor, time: float, text: Tensor, score: Score, _: Played | None = None) -> Tensor:
        self.passes += 1
        told = super().velocity(x, time, text, score)
        if time >= GUIDED_BELOW:
            return told
        free = super().velocity(x, time, self.empty.expand_as(text), replace(score, key=""))
        return free + 3 * (told - free)


class Joint(Exact):
    """A plain model whose empty prompt is asked for without the key, too."""

    def velocity(self, x: Tensor, time: float, text: Tensor, score: Score, _: Played | None = None) -> Tensor:
        rows = [
            super(Joint, self).velocity(
                x[i : i + 1], time, text[i : i + 1], replace(score, key="") if text[i].equal(self.empty) else score
            )
            for i in range(len(x))
        ]
        return torch.cat(rows)

    def lead(self, guesses: Tensor, guidance: float, _: Tensor, __: float) -> Tensor:
        return beyond(guesses, guidance)


def test_guidance_makes_no_picture_darker_throughout(model: EmbeddedModel) -> None:
    """Of what it changes, the part that would make all of it darker is left out: loud moments may still gain."""
    silence = model.encode(torch.zeros(1, 64, 512))
    clip = model.encode(torch.rand(1, 64, 512, generator=torch.Generator().manual_seed(1)))
    x, time = torch.randn(clip.shape), 0.5
    towards, louder, other = (x - clip) / time, 0.1 * (silence - clip), torch.randn(clip.shape)

    def led(change: Tensor) -> Tensor:
        return x - time * model.lead(torch.stack([towards, towards - change]), 3.0, x, time)

    torch.testing.assert_close(led(louder), clip, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(led(other + louder), led(other), rtol=1e-3, atol=1e-3)
    assert not torch.allclose(led(other), clip, atol=0.1)
