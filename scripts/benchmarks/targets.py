"""What the measurements are held against, as ratios within one run."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from benchmarks.experiments import GROWTH
from benchmarks.experiments import OPENED
from benchmarks.experiments import WORKLOADS
from benchmarks.tools import COREDUMPY
from benchmarks.tools import NAIVE
from benchmarks.tools import OURS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from benchmarks.experiments import Result

MILLISECOND = 1e-3
MANY = ("10^5 objects", "10^6 objects")


class Target(NamedTuple):
    """A number that must not exceed a limit, or must reach it where `at_least`."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Tell whether it does."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class Lookup:
    """The results by experiment, workload and tool."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._results = {(each.experiment, each.workload, each.tool): each for each in results}

    def __call__(self, experiment: str, workload: str, tool: str) -> Result:
        """Return a result; raise KeyError when it was not measured."""
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


# Each maker yields (name, how to get the value, limit, whether it is to be reached).


def _start(of: Lookup) -> Iterator[tuple[str, Callable[[], float], float, bool]]:
    for state, limit in (("off", 0.5), ("on", 1.5)):
        tool = f"tibidi, {state}"
        value = lambda tool=tool: of("start", "python -c pass", tool).seconds / MILLISECOND  # noqa: E731 - bound now
        yield f"start, {state}: ms more than without", value, limit, False


def _crash(of: Lookup) -> Iterator[tuple[str, Callable[[], float], float, bool]]:
    def ratio(workload: str, field: str, tool: str, other: str) -> Callable[[], float]:
        return lambda: getattr(of("crash", workload, tool), field) / getattr(of("crash", workload, other), field)

    yield "divide: time, of the naive hook's", ratio("divide", "seconds", OURS, NAIVE), 1.5, False
    for workload in MANY:
        yield f"{workload}: time, of the naive hook's", ratio(workload, "seconds", OURS, NAIVE), 1.5, False
        yield f"{workload}: times faster than coredumpy", ratio(workload, "seconds", COREDUMPY, OURS), 20, True
        yield f"{workload}: dump size, of the naive dump's", ratio(workload, "dump_bytes", OURS, NAIVE), 0.25, False
        yield f"{workload}: peak memory, of the naive hook's", ratio(workload, "peak_bytes", OURS, NAIVE), 1.5, False
    yield "numpy and pandas: seconds", lambda: of("crash", "numpy and pandas", OURS).seconds, 2.0, False


def _open(of: Lookup) -> Iterator[tuple[str, Callable[[], float], float, bool]]:
    for workload in OPENED:
        ours, theirs = (lambda tool=tool, w=workload: of("open", w, tool).seconds for tool in (OURS, COREDUMPY))
        yield f"open {workload}: time, of coredumpy's", lambda o=ours, t=theirs: o() / t(), 1.0, False


def _growth(of: Lookup) -> Iterator[tuple[str, Callable[[], float], float, bool]]:
    def per_object(workload: str) -> float:
        return of("growth", workload, "tibidi, no budget").seconds / int(WORKLOADS[workload][1][0])

    def spread() -> float:
        times = [time for time in (_try(lambda w=w: per_object(w)) for w in GROWTH) if time is not None]
        return max(times) / min(times) - 1

    yield "growth: spread of the time per object", spread, 0.2, False


def _list(of: Lookup) -> Iterator[tuple[str, Callable[[], float], float, bool]]:
    yield "list 1,000 dumps: seconds", lambda: of("list", "1,000 dumps", OURS).seconds, 0.5, False


_MAKERS = (_start, _crash, _open, _growth, _list)


def _try(value: Callable[[], float]) -> float | None:
    """Return a value, None where it takes measurements that were not made or came to nothing."""
    try:
        return value()
    except (KeyError, ZeroDivisionError, ValueError):
        return None
