"""The targets for the measurements, as ratios within one run."""

from __future__ import annotations

from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Callable, NamedTuple

from benchmarks.experiments import AGAIN, GROWTH, LARGE, NO_OBJECTS, OPENED, SCALES, WORKLOADS
from benchmarks.tools import COREDUMPY, INERT, NAIVE, OURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.experiments import Result

MILLISECOND = 1e-3
Claim = tuple[str, Callable[[], float], float, bool]
MANY = ("10^5 objects", "10^6 objects")
COMMON = {"divide": 1.2, "web, 50 frames": 1.5, "1,000 frames": 3, "numpy and pandas": 1.5}


class Target(NamedTuple):
    """A number that must not exceed a limit, or must reach it where `at_least`."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Return True if it does."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class Lookup:
    """The results by experiment, workload and tool."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._results = {(each.experiment, each.workload, each.tool): each for each in results}

    def __call__(self, experiment: str, workload: str, tool: str) -> Result:
        """Return a result; raise KeyError if it was not measured."""
        return self._results[experiment, workload, tool]


def targets(results: Sequence[Result]) -> list[Target]:
    """Return every target for which there are measurements."""
    found = []
    for make in _MAKERS:
        for name, value, limit, at_least in make(Lookup(results)):
            number = _try(value)
            if number is not None:
                found.append(Target(name, number, limit, at_least))
    return found


# Each maker yields (name, how to get the value, limit, whether the limit is a minimum).


def _start(of: Lookup) -> Iterator[Claim]:
    for state, limit in (("off", 0.5), ("on", 1.5)):
        added = partial(_added, of, "start", "python -c pass", f"tibidi, {state}")
        yield f"start, {state}: seconds more than without", added, limit * MILLISECOND, False


def _crash(of: Lookup) -> Iterator[Claim]:
    ratio = partial(_ratio, of, "crash")
    for workload, most in COMMON.items():
        yield f"{workload}: time, of the naive hook's", partial(ratio, workload, "seconds", OURS, NAIVE), most, False
    for many in MANY:
        yield f"{many}: time, of the naive hook's", partial(ratio, many, "seconds", OURS, NAIVE), 1.5, False
        yield f"{many}: times faster than coredumpy", partial(ratio, many, "seconds", COREDUMPY, OURS), 20, True
        yield f"{many}: dump size, of the naive dump's", partial(ratio, many, "dump_bytes", OURS, NAIVE), 0.25, False
        yield f"{many}: peak memory, of the naive hook's", partial(ratio, many, "peak_bytes", OURS, NAIVE), 1.5, False
    yield "numpy and pandas: seconds", partial(_added, of, "crash", "numpy and pandas", OURS), 2, False


def _open(of: Lookup) -> Iterator[Claim]:
    for workload in OPENED:
        ratio = partial(_ratio, of, "open", workload, "seconds", OURS, COREDUMPY)
        yield f"open {workload}: time, of coredumpy's", ratio, 0.8 if workload == "divide" else 1, False
    for tool, limit in ((OURS, 1), (INERT, 3)):
        yield f"open {LARGE}, {tool}: seconds", partial(_added, of, "open", LARGE, tool), limit, False


def _again(of: Lookup) -> Iterator[Claim]:
    yield "a dump after the first: seconds", lambda: _each(of("again", AGAIN, OURS)), 0.010, False


def _scale(of: Lookup) -> Iterator[Claim]:
    """Yield how much more one of the largest number costs than one of a tenth, or of the half."""
    for kind, counts in SCALES.items():
        smaller, larger = (partial(of, "scale", f"{count:,} {kind}", OURS) for count in counts[-2:])
        name = f"{counts[-1]:,} {kind}: cost of each, of that with {counts[-2]:,}"
        yield name, partial(_growing, smaller, larger), 1.5, False


def _growth(of: Lookup) -> Iterator[Claim]:
    yield "growth: spread of the time per object", partial(_spread, of), 0.2, False


def _list(of: Lookup) -> Iterator[Claim]:
    for workload, limit in (("1,000 dumps", 0.5), ("10,000 dumps", 1)):
        yield f"list {workload}: seconds", partial(_added, of, "list", workload, OURS), limit, False
    yield "show 1,000 frames: seconds", partial(_added, of, "show", "1,000 frames", OURS), 0.3, False


def _added(of: Lookup, experiment: str, workload: str, tool: str) -> float:
    return of(experiment, workload, tool).seconds


def _each(result: Result) -> float:
    return result.seconds / result.items


def _growing(smaller: Callable[[], Result], larger: Callable[[], Result]) -> float:
    return _each(larger()) / _each(smaller())


def _ratio(of: Lookup, experiment: str, workload: str, field: str, tool: str, other: str) -> float:
    numbers = (getattr(of(experiment, workload, each), field) for each in (tool, other))
    one, two = map(float, numbers)
    return one / two


def _spread(of: Lookup) -> float:
    """Return the cost ratio of the most and the least expensive object, less the cost of a dump without objects."""
    nothing = _added(of, "growth", NO_OBJECTS, "tibidi, no budget")
    times = []
    for workload in GROWTH[1:]:
        seconds = _try(partial(_added, of, "growth", workload, "tibidi, no budget"))
        if seconds is not None:
            times.append((seconds - nothing) / int(WORKLOADS[workload][1][0]))
    if min(times) <= 0:
        raise ValueError("the smallest number of objects is lost in the noise")
    return max(times) / min(times) - 1


_MAKERS = (_start, _crash, _again, _scale, _open, _growth, _list)


def _try(value: Callable[[], float]) -> float | None:
    """Return a value, or None if its measurements were not made, were stopped or failed."""
    try:
        number = value()
    except (KeyError, ZeroDivisionError, ValueError):
        return None
    return number if isfinite(number) else None
