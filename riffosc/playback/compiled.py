"""What numba needs to be told: how audio code is compiled, and the few instructions it lacks."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba import cfunc, extending, types

from riffosc.machine_code import kept

PACKAGE = Path(__file__).parent
njit: Any = numba.njit
OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
F = TypeVar("F", bound=Callable[..., Any])


def audio(function: F) -> F:
    """Compiled without Python: nothing allocated, no lock, and x / 0 is inf as in numpy."""
    return cast(F, njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **OPTIONS)(function))


def entry(function: F) -> F:
    """The same, and called from Python too: what it took to compile is kept for the next start."""
    with kept(PACKAGE) as cache:
        return cast(F, njit(cache=cache, **OPTIONS)(function))


class Callback:
    """A C function for an audio library, compiled when its address is asked for."""

    def __init__(self, signature: Any, function: Callable[..., Any]) -> None:
        self._signature, self._function = signature, function

    @cached_property
    def address(self) -> int:
        with kept(PACKAGE) as cache:
            self._compiled = cfunc(self._signature, cache=cache, error_model="numpy")(self._function)
        return int(self._compiled.address or 0)


def callback(signature: Any) -> Callable[[Callable[..., Any]], Callback]:
    return lambda function: Callback(signature, function)


def instruction(function: Callable[..., Any]) -> Any:
    """A few lines of machine code, by their builder."""
    return extending.intrinsic(function)


@instruction
def sample(_: Any, address: Any, index: Any) -> Any:
    """Audio thread. The float32 at `index` of the samples that begin at `address`."""

    def build(_: Any, builder: Any, __: Any, args: Any) -> Any:
        samples = builder.inttoptr(args[0], ir.PointerType(ir.FloatType()))
        return builder.load(builder.gep(samples, [args[1]]))

    return types.float32(types.int64, types.int64), build


@instruction
def peek(_: Any, address: Any, index: Any) -> Any:
    """Audio thread. The byte at `index` of those that begin at `address`."""

    def build(_: Any, builder: Any, __: Any, args: Any) -> Any:
        data = builder.inttoptr(args[0], ir.PointerType(ir.IntType(8)))
        return builder.load(builder.gep(data, [args[1]]))

    return types.uint8(types.int64, types.int64), build


@instruction
def poke(_: Any, address: Any, index: Any, value: Any) -> Any:
    """Audio thread. Write a byte at `index` of those that begin at `address`."""

    def build(context: Any, builder: Any, _: Any, args: Any) -> Any:
        data = builder.inttoptr(args[0], ir.PointerType(ir.IntType(8)))
        builder.store(args[2], builder.gep(data, [args[1]]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.uint8), build


@instruction
def put(_: Any, address: Any, index: Any, value: Any) -> Any:
    """Audio thread. Write a float32 at `index` of the samples that begin at `address`."""

    def build(context: Any, builder: Any, _: Any, args: Any) -> Any:
        samples = builder.inttoptr(args[0], ir.PointerType(ir.FloatType()))
        builder.store(args[2], builder.gep(samples, [args[1]]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32), build


def record_at(dtype: Any) -> Any:
    """An instruction: the record of `dtype` at an address."""
    record = numba.from_dtype(dtype)

    @instruction
    def view(_: Any, address: Any) -> Any:
        def build(context: Any, builder: Any, _: Any, args: Any) -> Any:
            cast_to = context.get_value_type(record)
            if isinstance(args[0].type, ir.PointerType):
                return builder.bitcast(args[0], cast_to)
            return builder.inttoptr(args[0], cast_to)

        return record(address), build

    return view


def foreign(result: Any, *arguments: Any) -> Any:
    """An instruction: call the C function of one to three arguments that lies at an address."""

    def build(context: Any, builder: Any, _: Any, args: Any) -> Any:
        kinds = [context.get_value_type(a) for a in arguments]
        function = ir.FunctionType(context.get_value_type(result), kinds)
        return builder.call(builder.inttoptr(args[0], function.as_pointer()), args[1:])

    def call_one(_: Any, address: Any, first: Any) -> Any:
        return result(types.int64, *arguments), build

    def call_two(_: Any, address: Any, first: Any, second: Any) -> Any:
        return result(types.int64, *arguments), build

    def call_three(_: Any, address: Any, first: Any, second: Any, third: Any) -> Any:
        return result(types.int64, *arguments), build

    return instruction((call_one, call_two, call_three)[len(arguments) - 1])


@instruction
def fence(_: Any) -> Any:
    """Audio thread. What was written before is seen before what is written after, on any processor."""

    def build(context: Any, builder: Any, *_: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), build


def _exchange(operation: str) -> Any:
    @instruction
    def exchange(_: Any, array: Any, index: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, _: Any, args: Any) -> Any:
            data = context.make_array(array)(context, builder, args[0]).data
            return builder.atomic_rmw(operation, builder.gep(data, [args[1]]), args[2], "seq_cst")

        return types.int64(array, types.int64, types.int64), build

    return exchange


swap = _exchange("xchg")  # (int64 array, index, value) -> what was there
raise_to = _exchange("max")  # (int64 array, index, value) -> what was there
