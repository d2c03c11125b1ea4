"""Whatever is sent, to whichever address: told in words, never a defect, and the values stay sane."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from osc_helpers import WALL, Table, bundle

from riffosc.commands import COMMANDS
from riffosc.params import Access, Store

ADDRESSES = [address for address, _ in Store().addresses()] + [command.address for command in COMMANDS]
KEYS = ["voice", "orbit", "prompt", "gain", "seed", "generate", "state", "cps", "room", ""]
FIELDS = st.one_of(
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1).map(lambda n: struct.pack(">i", n))),
    st.tuples(st.just("h"), st.integers(-(2**63), 2**63 - 1).map(lambda n: struct.pack(">q", n))),
    st.tuples(st.just("f"), st.floats(width=32).map(lambda x: struct.pack(">f", x))),
    st.tuples(st.just("d"), st.floats().map(lambda x: struct.pack(">d", x))),
    st.tuples(st.sampled_from("sS"), st.sampled_from([*KEYS, "clip", "/riff/*/gain", "nan", "1e999"]).map(str.encode)),
    st.tuples(st.sampled_from("sS"), st.binary(max_size=12).map(lambda b: b.replace(b"\0", b""))),
    st.tuples(st.sampled_from("TFNI[]"), st.just(b"")),
    st.tuples(st.sampled_from("crt"), st.integers(0, 2**32 - 1).map(lambda n: struct.pack(">I", n))),
    st.tuples(st.just("b"), st.binary(max_size=12)),
)


def padded(data):
    return data + b"\0" * (4 - len(data) % 4)


def message(address, fields):
    body = b""
    for tag, data in fields:
        if tag == "b":
            body += struct.pack(">i", len(data)) + data + b"\0" * (-len(data) % 4)
        elif tag == "t":
            body += data * 2
        else:
            body += padded(data) if tag in "sS" else data
    return padded(address.encode()) + padded(("," + "".join(tag for tag, _ in fields)).encode()) + body


MESSAGES = st.builds(
    message,
    st.one_of(
        st.sampled_from(ADDRESSES),
        st.sampled_from(
            ["/riff/play", "/dirt/play", "/riff/3/play", "/riff/*/play", "/riff/0/play", "/riff/*", "//", "/"]
        ),
        st.text("/rif12*?[]{},!-gan", max_size=20).map("/".__add__),
    ),
    st.lists(FIELDS, max_size=7),
)


@given(st.lists(MESSAGES, min_size=1, max_size=8), st.sampled_from([0, 0.5, 100, -5]))
@settings(max_examples=500)
def test_whatever_is_sent(messages, ahead):
    table = Table()
    for one in messages:
        table.raw(one)
        table.raw(
            b"#bundle\0"
            + struct.pack(">Q", int((WALL + ahead + 2208988800) * 2**32))
            + struct.pack(">i", len(one))
            + one
        )
    table.clock.advance(100)
    assert 500 not in [code for _, code, _ in table.fails()]
    assert table.desk.counters.bad == 0
    for address, param in table.store.addresses():
        value = table.store.get(address)
        assert type(value) is type(param.default)
        if param.access is Access.READ_WRITE:
            assert param.coerce(value) == value


def test_an_outer_bundle_of_everything():
    """One datagram that asks for all there is."""
    table = Table()
    table.raw(bundle(None, *[message(address, []) for address in ADDRESSES]))
    table.clock.advance(1)
    assert 500 not in [code for _, code, _ in table.fails()]
