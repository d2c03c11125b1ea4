"""Riffusion's server: what its own client sends is answered as it expects, and the voices never notice."""

import asyncio
import io
import json
from base64 import b64decode
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import soundfile
from hall import RATE, Hall
from PIL import Image
from web_app import REFUSED, TAKEN, posted, with_http

from riffosc.app import Options, running
from riffosc.clip import Clip, ClipRequest
from riffosc.control.web import BODY_BYTES
from riffosc.errands import AT_ONCE, Busy, Errands
from riffosc.inference import FRAMES, SEEDS, TEMPO, Inference, InputError, request_of
from riffosc.masks import RIFFUSIONS
from riffosc.picture import RIFFUSION, Picture
from riffosc.pictures import PictureShelf
from riffosc.playback.player import Player
from riffosc.synthesis.performing import drawn
from riffosc.synthesis.process import Message

SHELF = PictureShelf()
SENT = json.loads(TAKEN[0])


def asked(**changed: object) -> bytes:
    return json.dumps({**SENT, **changed}).encode()


def end(**changed: object) -> dict[str, object]:
    return {**SENT["start"], **changed}


def within(low: float, high: float, value: float) -> float:
    return min(max(value, low), high)


@pytest.mark.parametrize("body", TAKEN, ids=map(str, range(len(TAKEN))))
def test_what_the_web_app_sends_means_what_it_means_to_riffusion(body: bytes) -> None:
    sent, request = json.loads(body), request_of(body, SHELF)
    start, last, alpha = sent["start"], sent["end"], sent["alpha"]
    assert request.prompts == ((start["prompt"], 1 - alpha), (last["prompt"], alpha))
    assert request.walk == alpha and (request.seed, request.to_seed) == (start["seed"] % 2**63, last["seed"] % 2**63)
    assert request.denoising == pytest.approx(within(0, 1, start["denoising"]))
    assert request.guidance == pytest.approx(within(0, 20, start["guidance"]))
    assert request.steps == within(1, 100, sent["num_inference_steps"])
    assert request.init is SHELF.find(SEEDS[sent["seed_image_id"]]) and request.drawn is RIFFUSION
    assert (request.mask and request.mask.text) == (sent["mask_image_id"] or None)
    assert (request.bars, request.quantum, request.samplerate, request.negative) == (2, 4, 44100, "")
    assert request.tempo == pytest.approx(93.93, abs=0.01) and request.frames == FRAMES == 225_351


def test_the_recording_has_all_that_the_web_app_can_ask() -> None:
    sent = [json.loads(body) for body in TAKEN]
    assert {each["seed_image_id"] for each in sent} == set(SEEDS)
    assert {each["mask_image_id"] for each in sent} == {None, "", *RIFFUSIONS}
    assert {each["start"]["denoising"] for each in sent} >= {0.75, 0.8, 0.85, 0.95}
    assert {0.25, 0.5, 0.75, 1} < {each["alpha"] for each in sent}
    assert any(each["start"]["prompt"] != each["end"]["prompt"] for each in sent), "from one prompt to another"
    assert any(each["start"]["seed"] != each["end"]["seed"] for each in sent), "from one seed to the next"


def test_between_two_ends_it_goes_straight() -> None:
    ends = {"start": end(denoising=0.75, guidance=7.0), "end": end(denoising=0.95, guidance=5)}
    request = request_of(asked(alpha=0.25, **ends), SHELF)
    assert request.denoising == pytest.approx(0.8) and request.guidance == pytest.approx(6.5)


def test_what_is_left_out_is_riffusions_default() -> None:
    brief = {"prompt": "funk", "seed": 1}
    body = {"start": brief, "end": brief, "alpha": 0, "mask_image_id": "", "unknown": 1}
    request = request_of(json.dumps(body).encode(), SHELF)
    assert (request.denoising, request.guidance, request.steps) == (0.75, 7.0, 50)
    assert request.seed_image == "og_beat" and request.negative == ""


@pytest.mark.parametrize("name", [*SEEDS, "house"])
def test_its_seed_images_are_two_bars_of_ours(name: str) -> None:
    init = request_of(asked(seed_image_id=name), SHELF).init
    assert init is not None and (init.beats, init.columns) == (8, 512)


@pytest.mark.parametrize("name", [*RIFFUSIONS, "beats 5-8 above 2 kHz"])
def test_its_masks_are_our_own(name: str) -> None:
    mask = request_of(asked(mask_image_id=name), SHELF).mask
    assert mask is not None and mask.text == name


def test_half_characters_are_no_trouble() -> None:
    assert request_of(asked(start=end(prompt="\ud800 funk")), SHELF).prompts[0][0] == "? funk"
    with pytest.raises(InputError, match='instead of value "\\?" of type "str"'):
        request_of(asked(start="\ud800"), SHELF)


def test_the_negative_prompt_of_the_nearer_end_counts() -> None:
    ends = {"start": end(negative_prompt="drums"), "end": end(negative_prompt="voice")}
    assert [request_of(asked(alpha=alpha, **ends), SHELF).negative for alpha in (0.5, 0.75)] == ["drums", "voice"]


def test_a_number_too_high_or_too_low_is_the_nearest_there_is() -> None:
    """The app's `alphaVelocity` can take `alpha` a hair over 1, and its address may hold anything."""
    request = request_of(asked(alpha=1.0000000000000002, num_inference_steps=10**9), SHELF)
    assert request.walk == 1 and request.prompts[0][1] == 0 and request.steps == 100
    request = request_of(asked(alpha=-1, start=end(denoising=1.5, guidance=1e300, seed=-1)), SHELF)
    assert (request.walk, request.denoising, request.guidance, request.seed) == (0, 1, 20, 2**63 - 1)


async def nobody(_: ClipRequest) -> Clip:
    raise AssertionError


@pytest.mark.parametrize(("body", "status", "words"), REFUSED, ids=map(str, range(len(REFUSED))))
def test_what_riffusion_refuses_is_refused_in_its_words(body: bytes, status: int, words: str | None) -> None:
    answer = asyncio.run(Inference(nobody).answer(body))
    if status == 400:
        assert answer == (400, words)
    else:  # Riffusion fell over it
        assert answer[0] == 400 and answer[1] in ("the request is not JSON", 'missing value for field "start"')


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[" * 60_000, "the request is not JSON"),
        (b'{"start":' + b"[" * 950 + b"]" * 950 + b"}", ""),
        (b"\xff\xfe\xfd", "the request is not JSON"),
        (asked(alpha=float("nan")), 'value of field "alpha" is not a number'),
        (asked(seed_image_id="../../seeds/house.png"), "Invalid seed image: ../../seeds/house.png"),
        (asked(mask_image_id="seeds/house.png"), "Invalid mask image: seeds/house.png"),
        (asked(mask_image_id="beats 9"), "Invalid mask image: beats 9"),
        (asked(mask_image_id="beats " + "9" * 5000), 'value of field "mask_image_id" is limited to 4000 characters'),
        (asked(end=end(prompt="(" * 4001)), 'value of field "end.prompt" is limited to 4000 characters'),
    ],
)
def test_what_could_do_harm_is_refused_like_it(body: bytes, words: str) -> None:
    status, said = asyncio.run(Inference(nobody).answer(body))
    assert status == 400 and words in said


def test_picture_and_sound_come_back_as_riffusions_do(tmp_path: Path) -> None:
    """From the whole program, over HTTP, as the web app asks: without `Origin`. Where it starts nothing is painted."""
    body = next(body for body in TAKEN if b'"denoising":0,' in body)

    async def play() -> tuple[int, bytes, str]:
        async with running(Options(audio="none", port=0, state=tmp_path, midi=None, tidal="")) as app:
            url = urlsplit(app.page)
            return await asyncio.to_thread(posted, url.port or 0, body)

    status, text, kind = asyncio.run(play())
    assert (status, kind) == (200, "application/json")
    answer = json.loads(text)
    assert list(answer) == ["image", "audio", "duration_s"]
    assert answer["duration_s"] == pytest.approx(5.11)
    kind, image = answer["image"].split(",")
    picture = Image.open(io.BytesIO(b64decode(image)))
    assert kind == "data:image/jpeg;base64" and (picture.format, picture.mode, picture.size) == (
        "JPEG",
        "RGB",
        (512, 512),
    )
    kind, audio = answer["audio"].split(",")
    samples, samplerate = soundfile.read(io.BytesIO(b64decode(audio)))
    assert kind == "data:audio/mpeg;base64" and (samplerate, samples.ndim) == (RATE, 1)
    assert 0 <= len(samples) - FRAMES < 4 * 1152 and 0.05 < np.abs(samples).max() <= 1.1
    pixels = np.asarray(picture.convert("L"), float)
    assert pixels.min() < 10, "the loudest is black"
    # The picture shows the sound: low rows are below, and each row is as loud as the sound is at its pitch.
    from riffosc.synthesis import codec

    seen = codec.to_pixels(codec.analyse(samples[None, :FRAMES].astype(np.float32), RATE, RIFFUSION, 512))[0]
    assert np.corrcoef(pixels.mean(1), seen.mean(1))[0, 1] > 0.95
    assert np.corrcoef(pixels.mean(1)[::-1], seen.mean(1))[0, 1] < 0.5


def test_what_a_model_of_riffusions_paints_stays_as_it_is_painted() -> None:
    pixels = np.tile((np.arange(512) // 3).astype(np.uint8), (1, 512, 1))
    picture = Picture(pixels, RIFFUSION, beats=8, tempo=TEMPO)
    request = replace(request_of(asked(), SHELF), init=picture)
    silence = np.zeros((1, FRAMES), np.float32)
    assert np.array_equal(drawn(silence, picture, request).pixels, pixels)
    narrow = replace(picture, pixels=pixels[:, :, :511])
    shown = drawn(silence, narrow, request)
    assert shown.columns == 512 and np.abs(shown.pixels[0, :, 1:-2].astype(int) - pixels[0, :, 1:-2]).max() <= 1


def test_over_http_strangers_and_what_is_too_long_are_refused() -> None:
    bodies: list[bytes] = []

    async def answer(body: bytes) -> tuple[int, str]:
        bodies.append(body)
        return 400, "no"

    async def play(port: int) -> None:
        assert await asyncio.to_thread(posted, port, b"{}") == (400, b"no", "text/plain")
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
            status, *_ = await asyncio.to_thread(partial(posted, port, b"{}", **headers))
            assert status == 403
        assert (await asyncio.to_thread(posted, port, b" " * (BODY_BYTES + 1)))[0] == 413
        assert bodies == [b"{}"]

    with_http(answer, play)


def test_who_hangs_up_is_not_painted_for() -> None:
    ended = asyncio.Event()

    async def answer(_: bytes) -> tuple[int, str]:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return 400, ""

    async def play(port: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /run_inference/ HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 2\r\n\r\n{}" % port)
        await asyncio.sleep(0.1)
        assert not ended.is_set()
        writer.close()
        async with asyncio.timeout(10):
            await ended.wait()

    with_http(answer, play)


class Slow:
    """A renderer that has said nothing yet."""

    def __init__(self) -> None:
        self.orders: list[tuple[int, ClipRequest]] = []
        self.cancelled: list[int] = []

    def render(self, job: int, request: ClipRequest, memory: str) -> None:
        self.orders.append((job, request))

    def cancel(self, job: int) -> None:
        self.cancelled.append(job)


def test_an_errand_gives_way_and_is_begun_again() -> None:
    async def play() -> None:
        player, slow, rig = Player(1, RATE), Slow(), ClipRequest().rig
        errands = Errands(player.bank)
        asking = asyncio.create_task(errands.ask(ClipRequest(seed=3)))
        await asyncio.sleep(0)
        errands.tend(slow, rig, idle=False)
        assert not slow.orders, "a voice is painted"
        errands.tend(slow, rig, idle=True)
        errands.tend(slow, rig, idle=False)
        errands.tend(slow, rig, idle=False)
        assert slow.cancelled == [-1]
        assert errands.take(("progress", -1, 0.5)) and errands.take(("cancelled", -1))
        assert len(player.bank) == 0
        errands.tend(slow, rig, idle=True)
        assert [job for job, _ in slow.orders] == [-1, -2]
        assert errands.take(("done", -2, SHELF.find("house"), {}))
        assert (await asking).request.seed == 3
        assert len(player.bank) == 0 and not errands.take(("done", 2, None, {}))
        player.close()

    asyncio.run(play())


@pytest.mark.parametrize("message", [("failed", -1, "no"), ("lost",)])
def test_an_errand_that_comes_to_nothing_says_why(message: Message) -> None:
    async def play() -> None:
        player, slow = Player(1, RATE), Slow()
        errands = Errands(player.bank)
        answering = asyncio.create_task(Inference(errands.ask).answer(asked()))
        while not errands._waiting:
            await asyncio.sleep(0.001)
        errands.tend(slow, ClipRequest().rig, idle=True)
        assert errands.take(message) is (message[0] == "failed")
        assert await answering == (500, "no" if message[0] == "failed" else "the renderer died over it")
        assert len(player.bank) == 0
        player.close()

    asyncio.run(play())


def test_who_goes_away_is_forgotten_and_too_many_are_turned_away() -> None:
    async def play() -> None:
        player, slow, rig = Player(1, RATE), Slow(), ClipRequest().rig
        errands = Errands(player.bank)
        asking = [asyncio.create_task(errands.ask(ClipRequest())) for _ in range(AT_ONCE)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await errands.ask(ClipRequest())
        assert (await Inference(errands.ask).answer(asked()))[0] == 503
        errands.tend(slow, rig, idle=True)
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        errands.tend(slow, rig, idle=True)
        assert slow.cancelled == [-1] and errands.take(("cancelled", -1))
        errands.tend(slow, rig, idle=True)
        assert len(slow.orders) == 1 and len(player.bank) == 0
        status, words = await Inference(errands.ask, patience_s=0.01).answer(asked())
        assert status == 503 and "no time" in words
        player.close()

    asyncio.run(play())


def test_voices_play_on_beside_an_errand() -> None:
    async def play() -> None:
        hall = Hall()
        asking = asyncio.create_task(hall.engine.errands.ask(ClipRequest(seed=50)))
        hall.store.set("/riff/1/seed", 10)
        hall.store.set("/riff/1/prompt", "one")
        await asyncio.sleep(0)
        hall.run(3)
        clip = await asking
        assert clip.samples.shape == (1, clip.request.frames) and clip.samples[0, 0] == 0.5
        assert hall.store.get("/riff/1/state") == "playing" and len(hall.player.bank) == 1
        hall.close()

    asyncio.run(play())
