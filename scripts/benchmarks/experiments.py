"""What is measured: start, crash, again, scale, records, open, growth, list, show."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import environments
from benchmarks import measuring
from benchmarks import tools as compared
from benchmarks.measuring import Case
from benchmarks.tools import COREDUMPY, DEBUGLATER, INERT, NAIVE, NOTHING, NOTHING_OLD, ORIGINAL, OURS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.measuring import Sample
    from benchmarks.tools import Tools

# workload -> (program, arguments)
WORKLOADS = {
    "divide": ("divide", ("5", "0")),
    "no objects": ("objects", ("0",)),
    "web, 50 frames": ("web", ()),
    "10^4 objects": ("objects", ("10000",)),
    "10^5 objects": ("objects", ("100000",)),
    "10^6 objects": ("objects", ("1000000",)),
    "10^7 objects": ("objects", ("10000000",)),
    "numpy and pandas": ("arrays", ()),
    "1,000 frames": ("recursion", ()),
}
OPENED = ("divide", "web, 50 frames", "10^4 objects", "10^5 objects", "10^6 objects", "1,000 frames")
LARGE = "10^6 objects"  # opened by tibidi only: the peers take minutes to write it
# what there is many of -> how many
SCALES = {
    "frames": (100, 1_000, 10_000, 100_000),
    "chain": (100, 1_000, 10_000, 100_000),
    "threads": (100, 1_000, 2_000),
    "tasks": (100, 1_000, 10_000, 20_000),
    "strings": (100, 1_000, 10_000, 100_000, 1_000_000),
}
MANY = 10_000  # from here on a run takes seconds, and is repeated less often
ROUNDS_OF_MANY = 3
DUMPS = 11
AGAIN = f"{DUMPS - 1} dumps after the first, 50 frames"
# what a program does before it crashes -> how often
RECORDS = {"logged": 100_000, "caught": 1_000_000}
NO_OBJECTS = "no objects"
GROWTH = (NO_OBJECTS, "10^4 objects", "10^5 objects", "10^6 objects", "10^7 objects")
HEAVY = "10^7 objects"  # only tibidi and the limit: the peers give up, or take hours
UNBOUNDED = {"TIBIDI_MAX_BYTES": "64G", "TIBIDI_MAX_SECONDS": "3600"}
LISTED_DUMPS = (1_000, 10_000)
CRASHES = ("crash", "growth")
START_ROUNDS_FACTOR = 20  # a start takes milliseconds, and the differences are fractions of one
# A short crash is noisier, but can be repeated more often.
ROUNDS_FACTORS = {"divide": 5, NO_OBJECTS: 8, "10^4 objects": 5, "10^5 objects": 2}


class Result(NamedTuple):
    """The median of one case: `seconds` and `peak_bytes` are the cost of the tool, `total_seconds` is all."""

    experiment: str
    workload: str
    tool: str
    seconds: float
    total_seconds: float
    peak_bytes: int
    dump_bytes: int
    rounds: int
    items: int = 0  # where the cost of each is of interest


class Options(NamedTuple):
    """How often and how long to measure."""

    rounds: int
    limit_seconds: float
    heavy: bool


def start(tools: Tools, options: Options) -> list[Result]:
    """Measure the start of an interpreter that has nothing to do."""
    nothing = ("-c", "pass")
    environ = environments.clean_environ()
    cases = {
        NOTHING: Case((str(tools.bare), *nothing), environ),
        "tibidi, off": Case((str(tools.ours), *nothing), environ),
        "tibidi, on": Case((str(tools.ours), *nothing), {**environ, "TIBIDI_ENABLE": "1", "TIBIDI_DIR": "{place}"}),
        "coverage.py, off": Case((str(tools.coverage), *nothing), environ),
    }
    samples = _run(cases, options._replace(rounds=options.rounds * START_ROUNDS_FACTOR))
    return _results("start", "python -c pass", samples, {tool: NOTHING for tool in cases})


def crash(tools: Tools, options: Options) -> list[Result]:
    """Measure the cost of a dump over the same crash without a hook."""
    results = []
    for workload in _workloads(WORKLOADS, options):
        if workload == NO_OBJECTS:
            continue
        program, arguments = WORKLOADS[workload]
        names = [NOTHING, NAIVE, OURS, *(() if workload == HEAVY else tools.peers)]
        if tools.original and workload != HEAVY:
            names += [NOTHING_OLD, ORIGINAL]
        cases = {name: tools.crash(name, program, *arguments) for name in names}
        baselines = {name: NOTHING_OLD if name in (ORIGINAL, NOTHING_OLD) else NOTHING for name in names}
        results += _results("crash", workload, _run(cases, _rounds(workload, options)), baselines)
    return results


def again(tools: Tools, options: Options) -> list[Result]:
    """Measure the dumps of a process after its first one."""
    cases = {str(count): tools.crash(OURS, "again", str(count)) for count in (1, DUMPS)}
    samples = _run(cases, options._replace(rounds=options.rounds * 3))
    medians = {name: measuring.median(each) for name, each in samples.items()}
    more = DUMPS - 1
    seconds = medians[str(DUMPS)].seconds - medians["1"].seconds
    size = (medians[str(DUMPS)].dump_bytes - medians["1"].dump_bytes) // more
    return [Result("again", AGAIN, OURS, seconds, medians[str(DUMPS)].seconds, 0, size, options.rounds * 3, more)]


def scale(tools: Tools, options: Options) -> list[Result]:
    """Measure dumps of more and more frames, chained exceptions, threads, tasks and strings, without a budget."""
    results = []
    for kind, counts in SCALES.items():
        for count in counts:
            arguments = ("scale", kind, str(count))
            cases = {NOTHING: tools.crash(NOTHING, *arguments), OURS: tools.crash(OURS, *arguments, **UNBOUNDED)}
            rounds = ROUNDS_OF_MANY if count >= MANY else options.rounds
            samples = _run(cases, options._replace(rounds=rounds))
            found = _results("scale", f"{count:,} {kind}", samples, dict.fromkeys(cases, NOTHING))
            results += [each._replace(items=count) for each in found if each.tool == OURS]
    return results


def records(tools: Tools, options: Options) -> list[Result]:
    """Measure what is kept of a program that has not crashed yet: log records, and exceptions that are caught."""
    results = []
    for kind, count in RECORDS.items():
        names = [NOTHING, OURS, *({compared.SENTRY} & set(tools.peers))]
        cases = {name: tools.crash(name, "records", kind, str(count)) for name in names}
        nothing = {f"{name}, none": tools.crash(name, "records", kind, "0") for name in names}
        samples = _run({**cases, **nothing}, options)
        found = _results("records", f"{count:,} {kind}", samples, {name: f"{name}, none" for name in names})
        results += [each._replace(items=count) for each in found if each.tool in names]
    return results


def growth(tools: Tools, options: Options) -> list[Result]:
    """Measure dumps of more and more objects, with and without a budget."""
    results = []
    for workload in _workloads(GROWTH, options):
        program, arguments = WORKLOADS[workload]
        cases = {
            NOTHING: tools.crash(NOTHING, program, *arguments),
            "tibidi, default budget": tools.crash(OURS, program, *arguments),
            "tibidi, no budget": tools.crash(OURS, program, *arguments, **UNBOUNDED),
        }
        results += _results("growth", workload, _run(cases, _rounds(workload, options)), dict.fromkeys(cases, NOTHING))
    return results


def opening(tools: Tools, options: Options) -> list[Result]:
    """Measure the time from the command to the first prompt of pdb, each tool on its own dump of the same crash."""
    results = []
    with measuring.new_place() as name:
        for workload in OPENED:
            cases = _openings(tools, workload, Path(name) / workload, options)
            runs = {tool: partial(measuring.run_to_prompt, case, options.limit_seconds) for tool, case in cases.items()}
            samples = measuring.interleave(runs, _rounds(workload, options).rounds)
            results += _results("open", workload, samples, {})
    return results


def listing(tools: Tools, options: Options) -> list[Result]:
    """Measure `tibidi list` in a crash directory with thousands of dumps."""
    results = []
    for count in LISTED_DUMPS:
        with measuring.new_place() as name:
            directory = _multiply(_dump(tools, "web, 50 frames", Path(name) / "one", options), count)
            environ = {**environments.clean_environ(), "TIBIDI_DIR": str(directory)}
            _check_listing(tools, environ, count)
            case = Case((str(tools.main), "-m", "tibidi", "list"), environ)
            results += _results("list", f"{count:,} dumps", _run({OURS: case}, options), {})
    return results


def showing(tools: Tools, options: Options) -> list[Result]:
    """Measure `tibidi show` of a dump with a thousand frames."""
    with measuring.new_place() as name:
        dump = _dump(tools, "1,000 frames", Path(name) / "one", options)
        case = Case((str(tools.main), "-m", "tibidi", "show", str(dump)), environments.clean_environ())
        return _results("show", "1,000 frames", _run({OURS: case}, options), {})


EXPERIMENTS = {
    "start": start,
    "crash": crash,
    "again": again,
    "scale": scale,
    "records": records,
    "open": opening,
    "growth": growth,
    "list": listing,
    "show": showing,
}


def _run(cases: Mapping[str, Case], options: Options) -> dict[str, list[Sample]]:
    runs = {name: partial(measuring.run, case, options.limit_seconds) for name, case in cases.items()}
    return measuring.interleave(runs, options.rounds)


def _rounds(workload: str, options: Options) -> Options:
    return options._replace(rounds=options.rounds * ROUNDS_FACTORS.get(workload, 1))


def _results(
    experiment: str, workload: str, samples: Mapping[str, list[Sample]], baselines: Mapping[str, str]
) -> list[Result]:
    medians = {tool: measuring.median(each) for tool, each in samples.items()}
    if experiment in CRASHES and not medians[NOTHING].status:
        raise SystemExit(f"{workload} did not crash")
    results = []
    for tool, median in medians.items():
        base = medians[baselines[tool]] if tool in baselines else measuring.Sample(0)
        added = Result(
            experiment,
            workload,
            tool,
            seconds=median.seconds - base.seconds,
            total_seconds=median.seconds,
            peak_bytes=median.peak_bytes - base.peak_bytes,
            dump_bytes=median.dump_bytes,
            rounds=len(samples[tool]),
        )
        results.append(added)
    return results


def _workloads(names: Mapping[str, object] | tuple[str, ...], options: Options) -> list[str]:
    return [name for name in names if options.heavy or name != HEAVY]


def _openings(tools: Tools, workload: str, place: Path, options: Options) -> dict[str, Case]:
    """Return the case that opens each tool's own dump of a workload, if it made one."""
    program, arguments = WORKLOADS[workload]
    cases = {}
    for tool in (OURS,) if workload == LARGE else (OURS, COREDUMPY, DEBUGLATER):
        dump = compared.make_dump(
            tools, tool, program, *arguments, place=place / tool, limit_seconds=options.limit_seconds
        )
        if dump is not None:
            cases[tool] = tools.opening(tool, dump)
        if dump is not None and tool == OURS:
            cases[INERT] = tools.opening(INERT, dump)
    return cases


def _dump(tools: Tools, workload: str, place: Path, options: Options) -> Path:
    program, arguments = WORKLOADS[workload]
    dump = compared.make_dump(tools, OURS, program, *arguments, place=place, limit_seconds=options.limit_seconds)
    if dump is None:
        raise SystemExit(f"no dump of {workload}")
    return dump


def _multiply(dump: Path, count: int) -> Path:
    """Copy a dump under the names of `count` processes; return their folder."""
    directory = dump.parent
    stem, _, _ = dump.stem.rpartition("-")
    for number in range(1, count):
        shutil.copyfile(dump, directory / f"{stem}-{1_000_000 + number}.pkl")
    return directory


def _check_listing(tools: Tools, environ: Mapping[str, str], count: int) -> None:
    command = (tools.main, "-m", "tibidi", "list", "--all")
    lines = subprocess.run(command, env=dict(environ), capture_output=True, text=True, check=True).stdout.splitlines()
    if len(lines) < count:
        raise SystemExit(f"{len(lines)} lines for {count} dumps")
