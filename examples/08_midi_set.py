"""The words and the four scenes that the pads of 08_midi_set.toml call."""

import argparse

from riffosc.client import Riff

WORDS = {
    "organ": "gospel organ chords",
    "rhodes": "mellow electric piano chords",
    "strings": "warm string chords",
    "stabs": "rave piano stabs",
}
PARTS = {1: "house drums", 2: "funk bassline", 4: "bell lead, (sparse:1.2)"}
SCENES = {  # levels of voices 1 to 4
    "1 intro": (0.0, 0.0, 0.8, 0.0),
    "2 verse": (0.9, 0.9, 0.6, 0.0),
    "3 break": (0.0, 0.5, 0.9, 0.7),
    "4 drop": (1.0, 1.0, 0.7, 0.7),
}

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
wanted = options.parse_args()

with Riff(port=wanted.port) as riff:
    riff.send("tempo", 118)
    riff.send("key", "Am")
    for name, words in WORDS.items():
        riff.send("slot/set", name, words)
    riff[3].send("slot", "rhodes")
    for voice, words in PARTS.items():
        riff[voice].send("prompt", words)
    for scene, levels in SCENES.items():
        for voice, level in enumerate(levels, 1):
            riff[voice].send("gain", level)
        riff.ask("snapshot/save", scene, answer="done")
    riff.send("snapshot/recall", "2 verse")
print(f"scenes: {', '.join(SCENES)}")
