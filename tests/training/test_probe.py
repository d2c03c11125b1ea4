"""The probe on a small rendered corpus: it hears what is there, and a probe of shuffled labels hears nothing."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch import Generator

from riffosc.composing.composer import compose_for
from riffosc.picture import EMBEDDED
from riffosc.synthesis.model.canvas import ScoreModel
from riffosc.synthesis.model.embedded import EmbeddedModel, Plan
from riffosc.synthesis.model.network import Sizes
from riffosc.training import evaluate, likeness, unseen_heard
from riffosc.training import probe as probe_module
from riffosc.training.asking import KINDS, Manner, question, questions
from riffosc.training.corpus import SAMPLERATE, describe, save_shard, to_int16
from riffosc.training.impressions import SOUND, VIEWS, impression
from riffosc.training.measures import band_hz
from riffosc.training.pictures import Entry, Seen, paint, seen
from riffosc.training.probe import GENRE_NAMES, Heard, Lessons, Probe, ProbeError, Tonality, fitted
from riffosc.training.render import Player
from riffosc.training.scores import Answers, following, mistakes, sounding
from riffosc.training.unseen import UNSEEN

ROLES = ("drums", "bass", "chords", "lead")
LOOPS, TAUGHT = 72, 48
SHORT = Lessons(steps=120, key_steps=40, batch=48)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One-bar loops of a lone player, 18 of each role; every sixth is swung by its genre."""
    listed, clips = [], []
    with closing(Player(SAMPLERATE)) as player:
        for index in range(LOOPS):
            genre = "jazz" if index % 6 == 5 else GENRE_NAMES[index % len(GENRE_NAMES)]
            loop = compose_for(index, bars=1, quantum=4, tempo=140.0, roles=(ROLES[index % 4],), genre=genre)
            listed.append(describe(index, loop))
            clips.append(to_int16(player.play(loop)))
    folder = tmp_path_factory.mktemp("corpus")
    save_shard(folder, 0, listed, clips)
    return folder


@pytest.fixture(scope="module")
def loops(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    return list(seen(corpus / "00000.json", tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def probe(loops: list[Seen]) -> Probe:
    return fitted(loops[:TAUGHT], SHORT)


def share_of_roles(heard: Heard, loops: list[Seen]) -> float:
    wanted = torch.tensor([ROLES.index(one.entry["roles"][0]) for one in loops])
    return float((heard.role.argmax(1) == wanted).float().mean())


def noise(loops: list[Seen]) -> list[Seen]:
    dots = Generator().manual_seed(0)
    return [Seen(one.entry, torch.rand(one.values.shape, generator=dots)) for one in loops]


def test_roles_are_heard_in_loops_never_heard_before(probe: Probe, loops: list[Seen]) -> None:
    assert share_of_roles(probe.hear(loops[TAUGHT:]), loops[TAUGHT:]) > 0.6
    assert share_of_roles(probe.hear(noise(loops[TAUGHT:])), loops[TAUGHT:]) < 0.5


def test_of_shuffled_labels_nothing_is_learned(loops: list[Seen]) -> None:
    """Each loop with another one's labels: what was learned of them is no help with loops never heard before."""
    order = torch.randperm(TAUGHT, generator=Generator().manual_seed(1)).tolist()
    shuffled = [Seen(loops[other].entry, one.values) for one, other in zip(loops, order, strict=False)]
    assert share_of_roles(fitted(shuffled, SHORT).hear(loops[TAUGHT:]), loops[TAUGHT:]) < 0.5


def test_the_same_lessons_give_the_same_probe(loops: list[Seen], tmp_path: Path) -> None:
    lessons = Lessons(steps=3, key_steps=3, batch=8)
    first, second = fitted(loops[:8], lessons), fitted(loops[:8], lessons)
    first.save(tmp_path / "probe.safetensors")
    for each in (second, Probe.load(tmp_path / "probe.safetensors")):
        assert each.hear(loops[8:10]).embedding.equal(first.hear(loops[8:10]).embedding)


def test_what_is_no_probe_is_told_in_words(tmp_path: Path, loops: list[Seen]) -> None:
    path = tmp_path / "probe.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(ProbeError, match="is no probe of this version"):
        Probe.load(path)
    drums = [one for one in loops if one.entry["roles"] == ["drums"]]
    with pytest.raises(ProbeError, match="no pitched loops"):
        fitted(drums)


def chord(*pitches: int) -> torch.Tensor:
    """A beat of lines in a picture, an octave's overtone to each: values (64, 512)."""
    hz = 440 * 2 ** ((torch.tensor([p + o for p in pitches for o in (0, 12)]) - 69) / 12)
    values = torch.zeros(64, 512)
    values[:, torch.searchsorted(band_hz(), hz)] = 0.5
    return values


def test_a_key_is_heard_alike_wherever_it_lies() -> None:
    """Taught triads on white keys' roots only, it knows those on the others."""
    shapes = {0: (0, 4, 7), 1: (0, 3, 7)}
    views = {
        (root, mode): impression(chord(*(60 + root + step for step in shape)).repeat(4, 1), 4).pitch
        for root in range(12)
        for mode, shape in shapes.items()
    }
    taught = [(root, mode) for root, mode in views if root in (0, 2, 5, 7, 9)]
    ear = Tonality(Generator().manual_seed(0))
    keys = torch.tensor([root + 12 * mode for root, mode in taught])
    probe_module._teach_tonality(
        ear, torch.stack([views[each] for each in taught]), keys, Lessons(key_steps=120, drop=0.0)
    )
    others = [each for each in views if each not in taught]
    heard = ear(torch.stack([views[each] for each in others])).argmax(1).tolist()
    right = sum(key == root + 12 * mode for key, (root, mode) in zip(heard, others, strict=True))
    assert right >= 0.8 * len(others)


def test_impressions_have_one_size_whatever_the_meter() -> None:
    for bars, quantum in ((1, 3), (2, 4), (4, 4)):
        noted = impression(torch.rand(64 * bars * quantum, 512), quantum)
        assert noted.sound.shape == (SOUND,) and noted.pitch.shape[0] == VIEWS


def test_clouds() -> None:
    points = torch.randn(400, 8, generator=Generator().manual_seed(0))
    assert likeness.frechet(points, points) == pytest.approx(0, abs=1e-4)
    assert likeness.frechet(points, points + 2) == pytest.approx(32, rel=1e-4)
    assert likeness.frechet(points, 3 * points) > likeness.frechet(points, 2 * points) > 1


def test_questions_are_in_words_of_their_own_and_keys_only_where_they_are_told(loops: list[Seen]) -> None:
    asked = questions(loops, 5)
    kinds = [each.kind for each, _ in asked]
    assert {kind: kinds.count(kind) for kind in KINDS} == {"role": 5, "instrument": 5, "genre": 0, "key": 5, "swing": 5}
    for each, one in asked:
        assert each.entry is one.entry and each.prompt not in one.entry["captions"] and "{" not in each.prompt
        assert bool(each.key) == (each.kind != "key" and each.entry["roles"] != ["drums"])


def test_scores_of_the_answers_themselves_and_of_noise(probe: Probe, loops: list[Seen]) -> None:
    pairs = questions(loops[:TAUGHT], 12)
    asked, real = [each for each, _ in pairs], [one for _, one in pairs]
    own, dots = Answers.of(asked, real, probe), Answers.of(asked, noise(real), probe)
    assert following(own)["role"] > 0.9 and following(own)["role"] > following(dots)["role"] + 0.3
    assert sounding(own)["in key"] > sounding(dots)["in key"]
    assert sounding(own)["straight"] > sounding(dots)["straight"]
    worst = mistakes(own, dots)[0]
    assert worst.painted < worst.real and worst.taken_for
    assert all(line.painted == line.real for line in mistakes(own, own))


def small_model() -> EmbeddedModel:
    sizes = Sizes(dims=8, width=64, blocks=1, heads=1, hidden=32, told=32, text_width=16, text_buckets=64)
    plan = Plan(sizes, EMBEDDED, ("drums",))
    return EmbeddedModel(plan, plan.network(), plan.autoencoder())


def test_words_are_judged_by_what_is_painted(probe: Probe, loops: list[Seen]) -> None:
    judge = unseen_heard.Judge(probe, loops)
    by_role = {role: [one for one in loops if one.entry["roles"] == [role]][:6] for role in ROLES}
    assert [judge.name("role", by_role[role]) for role in ROLES] == list(ROLES)
    assert judge.name("family", by_role["bass"]) == "bass"
    assert judge.name("force", [Seen(loops[0].entry, torch.ones(256, 512))]) == "loud"
    assert judge.name("mode", loops[1:2]) in ("major", "minor")
    one = unseen_heard.verdict(ScoreModel(small_model()), judge, UNSEEN[0], Manner(1, 1.0))
    assert one.asked is UNSEEN[0] and one.heard


def test_chance_is_what_other_words_bring_forth() -> None:
    drums = [each for each in UNSEEN if each.kind == "role" and each.right == {"drums"}][:3]
    bass = [each for each in UNSEEN if each.kind == "role" and each.right == {"bass"}][:1]
    found = [unseen_heard.Verdict(each, "drums") for each in [*drums, *bass]]
    assert unseen_heard.share_right(found) == 0.75
    assert unseen_heard.by_chance(found) == pytest.approx(0.75)
    assert unseen_heard.by_chance([unseen_heard.Verdict(drums[0], "drums"), *found[3:]]) == pytest.approx(0.5)


@pytest.fixture
def cache(probe: Probe, tmp_path: Path) -> Iterator[Path]:
    probe.save(tmp_path / "probe.safetensors")
    small_model().save(tmp_path / "model")
    yield tmp_path


def test_the_command(corpus: Path, cache: Path) -> None:
    told = ["--corpus", str(corpus), "--cache", str(cache), "--model", str(cache / "model"), "--json"]
    how = ["--clips", "2", "--steps", "1", "--guidance", "1", "--no-words"]
    done = CliRunner().invoke(evaluate.main, [*told, str(cache / "out.json"), *how])
    assert done.exit_code == 0, (done.output, done.exception)
    found = json.loads((cache / "out.json").read_text())
    rows = found["What is heard"]
    assert set(rows) == {"real", "another real loop", "noise", "autoencoder", "1 steps, guidance 1"}
    assert rows["real"]["role"] == 1
    for title in ("What is heard", "How it sounds: share", "What is taken for what", "Likeness", "Seam"):
        assert f"## {title}" in done.stdout
    assert 0 <= found["Seam"]["real"]["median rank"] <= 1
    assert found["Likeness"]["1 steps, guidance 1"]["distance"] > found["Likeness"]["real"]["distance"]


def test_a_corpus_without_labels_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "00000.json").write_text(json.dumps([{"index": 0}]))
    done = CliRunner().invoke(evaluate.main, ["--corpus", str(tmp_path), "--cache", str(tmp_path), "--model", "none"])
    assert done.exit_code == 1 and "does not say what is played" in done.output


def test_each_kind_of_question_has_held_out_words() -> None:
    entry: Entry = describe(60, compose_for(2, bars=1, quantum=4, roles=("lead",)))
    assert question("key", entry).prompt.count(" ") >= 3
    assert np.unique([question(kind, entry).prompt for kind in KINDS]).size == len(KINDS)


def test_pictures_of_a_shard_are_read_in_part(corpus: Path, tmp_path: Path, loops: list[Seen]) -> None:
    found = list(seen(corpus / "00000.json", tmp_path, lambda entry: entry["index"] in (3, 40)))
    assert [one.entry["index"] for one in found] == [3, 40]
    assert all(one.values.equal(loops[one.entry["index"]].values) for one in found)
    assert paint(np.zeros(400, np.float32), 1).shape == (64, 512)
