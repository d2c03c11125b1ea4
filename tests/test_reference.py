"""`riffosc params`: all that can be set, read, pulled and asked, for people and for programs."""

import asyncio
import json
import re

import pytest
from click.testing import CliRunner

from riffosc import table
from riffosc.app import Options, running
from riffosc.cli import main
from riffosc.control.oscquery import Namespace
from riffosc.params import PARAMS, Access, Store
from riffosc.reference import every_command


def printed(*options):
    done = CliRunner().invoke(main, ["params", *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_command_of_a_running_riffosc_is_documented(tmp_path):
    async def play():
        async with running(Options(audio="none", port=0, web=False, state=tmp_path)) as app:
            return {doc.address: doc for doc in app.osc.desk.commands.docs}

    assert asyncio.run(play()) == {doc.address: doc for doc in every_command()}


@pytest.mark.parametrize("options", [(), ("--markdown",)])
def test_everything_has_one_line(options):
    found = re.findall(r"^\|? ?`?(/[\w<>/]+)`? ", printed(*options), re.MULTILINE)
    wanted = [param.path.replace("{voice}", "<voice>") for param in PARAMS]
    assert sorted(found) == sorted(wanted + [doc.address for doc in every_command()])


def test_the_tables_of_parameters_are_those_of_the_readme():
    assert printed("--markdown").startswith(table.markdown())


def test_json():
    listed = json.loads(printed("--json"))
    assert len(listed["parameters"]) == len(PARAMS) and len(listed["commands"]) == len(every_command())
    named = {record["address"]: record for record in listed["parameters"]}
    assert named["/riff/<voice>/bars"] == {
        "address": "/riff/<voice>/bars", "type": "i", "access": "read-write", "heard": "clip", "default": 2,
        "low": 1, "high": 16, "choices": [1, 2, 3, 4, 6, 8, 12, 16], "unit": "bars",
        "doc": "Length of a clip; the embedded model knows 1, 2 and 4 best.",
    }  # fmt: skip
    assert named["/riff/<voice>/mute"]["default"] == 0
    assert "default" not in named["/riff/panic"] and "heard" not in named["/riff/xruns"]
    for param in PARAMS:
        record = named[param.path.replace("{voice}", "<voice>")]
        assert (
            record["access"]
            == {Access.READ: "read", Access.READ_WRITE: "read-write", Access.TRIGGER: "trigger"}[param.access]
        )


def test_every_command_can_be_called_by_what_its_node_says():
    node = Namespace(Store(), every_command).node("/riff")
    for doc in every_command():
        if not doc.address.startswith("/riff/"):
            continue
        here = node
        for name in doc.address.removeprefix("/riff/").split("/"):
            here = here["CONTENTS"][name]
        ways = [here["TYPE"], *(way["TYPE"] for way in here.get("OVERLOADS", ()))]
        assert all(way == "N" or re.fullmatch("[ifs]+", way) for way in ways)
        assert (ways == ["N"]) is (not doc.arguments)
        assert ways == sorted(ways, key=len)
