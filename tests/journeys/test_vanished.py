"""Processes that vanish leave one dump each, of the right kind; processes that end leave nothing."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from crashing import PROGRAMS, Crasher

import tibidi

if TYPE_CHECKING:
    from crashing import Crash

# How vanish.py dies: kind, what `list` calls it, the innermost own function that is known.
DEATHS = {
    "segv": ("native", "native SIGSEGV", "segv"),
    "abort": ("native", "abort", "abort"),
    "abort_with_default": ("native", "abort", "abort_with_default"),
    "c_overflow": ("native", "native SIGSEGV", "recurse"),
    "threads_segv": ("native", "native SIGSEGV", "threads_segv"),
    "many_threads_segv": ("native", "native SIGSEGV", ""),  # faulthandler writes the stacks of 100, the oldest last
    "exit_3": ("exit", "exit", "exit_3"),
    "kill": ("killed", "killed", ""),
    "memory": ("crash", "builtins.MemoryError", None),
    "own_faulthandler": ("killed", "killed", ""),
    "c_child_exits": ("exit", "exit", "exit_3"),
    "closed_exits": ("exit", "exit", "exit_3"),
    "closed_child_dies": ("native", "native SIGSEGV", "die_in_child"),
    "child_dies": ("native", "native SIGSEGV", "die_in_child"),
    "deleted_folder_child_dies": ("native", "native SIGSEGV", "die_in_child"),
    "full_child_dies": ("native", "native SIGSEGV", "die_in_child"),
    "lowered_child_dies": ("native", "native SIGSEGV", "die_in_child"),
    "spawned_dies": ("native", "native SIGSEGV", "die_in_child"),
}
ENDS = (
    *("ret", "exit_0", "exit_1", "hard_exit_0", "term", "term_handled", "exec_true", "exec_python", "exec_fails"),
    *("term_hard_exit", "term_restored", "term_own_faulthandler", "term_children", "interrupt_default", "pipe_default"),
    *("hard_exit_index", "term_closed"),
    *("fork", "double_fork", "close_all", "pool", "recycled", "spawn", "preexec"),
)
ROOT_ONLY = ("setuid", "chroot", "chroot_fork")
# Of these versions, faulthandler may crash a thread that runs; so nothing tells SIGKILL from a request to stop.
TELLS_STOPS = not ((3, 12) <= sys.version_info < (3, 12, 8) or (3, 13) <= sys.version_info < (3, 13, 1))
UNKNOWN = "killed or stopped"


def litter(crash: Crasher) -> list[str]:
    """Return the names of the life records that are left, once no process of the program runs any more."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        names = [path.name for path in crash.directory.glob(".*.life")]
        if not names:
            break
        time.sleep(0.05)
    return names


def listed(crash: Crasher, *options: str) -> Any:
    """Return what `list` prints."""
    return json.loads(crash.run("-m", "tibidi", "list", "--json", *options).stdout)


@pytest.mark.parametrize("death", DEATHS)
def test_death(crash: Crasher, death: str) -> None:
    """Each death is one dump, of its kind, with the program and the last stack."""
    if death == "c_overflow" and sys.version_info[:2] not in {(3, 9), (3, 10), (3, 11), (3, 13)}:
        pytest.skip("Python 3.12 counts the calls in C as well, and 3.14 the stack that is left: it does not overflow")
    crash("vanish.py", death)
    (row,) = listed(crash, "--all")
    kind, title, function = DEATHS[death]

    if title == "killed" and not TELLS_STOPS:
        title = UNKNOWN

    assert (kind, title, "vanish") == (row["kind"], row["type"], row["program"])
    assert function is None or function == row["own_name"]
    assert [] == litter(crash)


@pytest.mark.parametrize("end", ENDS)
def test_end(crash: Crasher, end: str) -> None:
    """What ends by Python, is told to stop, or becomes another program leaves neither a dump nor a file."""
    if end == "recycled":
        pytest.importorskip("billiard")
    ended = crash("vanish.py", end)

    assert "recycled" != end or "1\n" == ended.stdout
    if end.startswith(("term", "interrupt", "pipe")):  # the next process looks, and finds that it was stopped
        listed(crash)
    assert ([], []) == (litter(crash), list(crash.directory.glob("*.pkl")))


@pytest.mark.parametrize("hook", ["excepthook", "__excepthook__"])
def test_exit_in_an_excepthook(crash: Crasher, hook: str) -> None:
    """An excepthook that ends the process at once leaves one dump, of the exception, whether it calls ours or not."""
    program = f"import os, sys; hook = sys.{hook}; sys.excepthook = lambda *info: (hook(*info), os._exit(3)); 1 / 0"
    ended = crash.run("-c", program)

    assert ended.dump
    assert (3, ["builtins.ZeroDivisionError"]) == (ended.status, [row["type"] for row in listed(crash, "--all")])


def test_started_in_a_deleted_folder(crash: Crasher) -> None:
    """A program whose current folder is gone has a record, and starts without a word."""
    start = "import os, sys; os.mkdir('x'); os.chdir('x'); os.rmdir('../x'); os.execv(sys.argv[1], sys.argv[1:])"
    ended = crash.run("-c", start, str(crash.python), str(PROGRAMS / "vanish.py"), "segv", "word")

    assert ["native SIGSEGV"] == [row["type"] for row in listed(crash)]
    assert "tibidi" not in ended.stderr


@pytest.mark.parametrize("mode", [0o600, 0o700])
def test_file_in_the_way(crash: Crasher, mode: int) -> None:
    """Where the crash directory is a file, also an executable one, the record is in the temporary directory."""
    crash.directory.touch(mode)
    crash("vanish.py", "segv", env={"TMPDIR": str(crash.home)})
    listing = crash.run("-m", "tibidi", "list", env={"TMPDIR": str(crash.home)})

    assert "native SIGSEGV" in listing.stdout


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can")
@pytest.mark.parametrize("end", ROOT_ONLY)
def test_end_without_rights(crash: Crasher, end: str) -> None:
    """A process that cannot remove its record any more marks it, and the next one removes it."""
    ended = crash("vanish.py", end)
    assert (0, "") == (ended.status, ended.stderr)
    crash("vanish.py", "ret")

    assert ([], []) == (litter(crash), listed(crash))


def test_stacks(crash: Crasher) -> None:
    """A native crash has the stacks of all threads, with sources, in `show` and in the debugger, and says what not."""
    crash("vanish.py", "threads_segv")
    shown = crash.run("-m", "tibidi", "show", "--plain").stdout
    dump = tibidi.load(crash.dumps()[0], trust=False)
    debugged = crash.run("-m", "tbdebug", "-c", "w", "-c", "threads 1", "-c", "ll", "-c", "q").stdout

    assert ["threads_segv", "serve", "serve", "serve"] == [
        next(frame.name for frame in reversed(thread.frames) if "vanish" in frame.file)
        for thread in dump.threads
        if "C stack" not in thread.name
    ]
    assert "> 80 |" in shown.replace("  ", " ") or "ctypes.string_at(0)" in shown
    assert "There are no variables" in shown
    assert "There are no variables" in debugged
    assert "def serve(number):" in debugged


def test_names_beyond_ascii(crash: Crasher) -> None:
    """The names of files and functions, which faulthandler escapes, are as they were, and the sources are found."""
    program = crash.work / "bücher" / "läden.py"
    program.parent.mkdir()
    code = "def größe_𠀀(x):\n    import ctypes\n    ctypes.string_at(x)\n\ngröße_𠀀(0)\n"
    program.write_text(code, encoding="utf-8")
    crash.run(str(program))
    (row,) = listed(crash)
    shown = crash.run("-m", "tibidi", "show", "--plain").stdout

    assert (str(program), "größe_𠀀") == (row["own_file"], row["own_name"])
    assert "ctypes.string_at(x)" in shown


@pytest.mark.skipif(not TELLS_STOPS, reason="all that is known is that it ended")
@pytest.mark.parametrize("death", ["own_faulthandler", "own_faulthandler_in_child"])
def test_stacks_elsewhere(crash: Crasher, death: str) -> None:
    """Where the application has enabled faulthandler, the entry says that the stacks may be in its file."""
    crash("vanish.py", death)

    assert ["application's own faulthandler"] == re.findall("application's own faulthandler", str(listed(crash)))


def test_stopped_at_its_start(crash: Crasher) -> None:
    """A program that is told to stop while it starts is no crash, also if it is making a dump of another one then."""
    for number in range(12):
        process = subprocess.Popen([str(crash.python), "-c", "import time; time.sleep(60)"], env=crash.environment({}))
        time.sleep(number / 100)
        process.terminate()
        process.wait()
        crash("vanish.py", "segv")

    assert ["native SIGSEGV"] == [row["type"] for row in listed(crash)]
    assert [] == litter(crash) == list(crash.directory.glob(".*.partial"))


def test_ended_while_it_began(crash: Crasher) -> None:
    """A record that was never written, and a dump that was never finished, of processes that were killed, go."""
    crash("vanish.py", "segv")
    (record,) = crash.directory.glob(".*.life")
    record.with_name(f"{record.name}.partial").write_bytes(b"PK")
    never = record.with_name(f"{record.name[:-5]}1.life")
    never.touch()
    os.utime(never, (time.time() - 60,) * 2)
    rows = listed(crash)

    assert ["native SIGSEGV"] == [row["type"] for row in rows]
    assert [] == list(crash.directory.glob(".*.life*"))


def test_module(crash: Crasher) -> None:
    """The record of `python -m` names the module."""
    (crash.work / "billing.py").write_text("import os; os.kill(os.getpid(), 9)", encoding="utf-8")
    crash.run("-m", "billing")

    assert ["billing"] == [row["program"] for row in listed(crash, "--all")]


def test_next_start_looks(crash: Crasher) -> None:
    """The dump is made by the next process that starts, without anybody listing; two are one group."""
    for _ in range(2):
        crash("vanish.py", "segv")
    crash("vanish.py", "ret")

    assert 2 == len(crash.dumps())
    (group,) = listed(crash)
    assert 2 == group["count"]


def test_off(crash: Crasher) -> None:
    """TIBIDI_NATIVE=0 turns it off."""
    crash("vanish.py", "segv", env={"TIBIDI_NATIVE": "0"})

    assert [] == list(crash.directory.glob("*")) == listed(crash)


def test_child_of_c_code(crash: Crasher) -> None:
    """A child that C code forked, as uwsgi its workers, has the record of its parent, and is told while that lives."""
    program = [str(crash.python), str(PROGRAMS / "vanish.py"), "c_child_dies"]
    with subprocess.Popen(program, env=crash.environment({}), cwd=crash.work, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1.2)  # SLACK_SECONDS
        with ThreadPoolExecutor(4) as looks:  # of workers that end at once
            list(looks.map(lambda _: listed(crash), range(4)))
        (row,) = listed(crash, "--all")
        process.terminate()

    assert ("native SIGSEGV", "die_in_child") == (row["type"], row["own_name"])
    assert f"{process.pid} goes on" in row["message"]
    assert [row["path"]] == [each["path"] for each in listed(crash, "--all")]
    assert [] == litter(crash)


def test_other_machine(crash: Crasher) -> None:
    """The record of another machine, on a shared directory, is left alone; so is one whose process lives."""
    crash("vanish.py", "segv")
    (record,) = crash.directory.glob(".*.life")
    facts = eval(record.read_text().splitlines()[0])
    facts.update(hostname="elsewhere", place="0badbeef-4026531836")
    record.write_text(f"{facts!a}\n")
    facts.update(pid=os.getpid(), place=record.name[1:].rpartition("-")[0].rpartition("-")[0])
    (crash.directory / f".{facts['place']}-{os.getpid()}-1.0.life").write_text(f"{facts!a}\n")
    facts.update(uptime=0.0)  # before this process was started: its number was used again
    (crash.directory / f".{facts['place']}-{os.getpid()}-2.0.life").write_text(f"{facts!a}\n")

    assert ["killed"] == [row["kind"] for row in listed(crash, "--all")]
    assert 2 == len(list(crash.directory.glob(".*.life")))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process started")
def test_process_with_the_same_number(crash: Crasher) -> None:
    """A process judges the record of an earlier one with its number, as of the first process of a container."""
    crash("vanish.py", "segv")
    (record,) = crash.directory.glob(".*.life")
    code = f"""if True:
        import os, pathlib, sys
        from tibidi.__main__ import main
        record = pathlib.Path({str(record)!r})
        facts = eval(record.read_text().splitlines()[0])
        text = record.read_text().partition("\\n")[2]
        name = record.name.replace(f"-{{facts['pid']}}-", f"-{{os.getpid()}}-")
        facts.update(pid=os.getpid(), uptime=0.0)
        record.write_text(f"{{facts!a}}\\n{{text}}")
        record.rename(record.with_name(name))
        sys.exit(main(["list"]))
    """
    ran = crash.run("-c", code, env={"TIBIDI_ENABLE": None})

    assert "native SIGSEGV" in ran.stdout
    assert [] == litter(crash)


@pytest.mark.skipif(not TELLS_STOPS, reason="all are killed or stopped")
def test_killed_or_stopped(crash: Crasher) -> None:
    """What may be either is in `list --all` only, never the latest dump, and goes after a day."""
    for death in ("segv", "kill"):
        crash("vanish.py", death)
        listed(crash)
    crash("vanish.py", "kill")
    (record,) = crash.directory.glob(".*.life")
    facts = eval(record.read_text().splitlines()[0])
    facts.update(stops=False)  # as where faulthandler cannot register a signal
    record.write_text(f"{facts!a}\n")
    rows = listed(crash, "--all")
    shown = crash.run("-m", "tibidi", "show", "--plain", rows[-1]["path"])
    infos = [crash.run("-m", "tibidi", "info", row["path"]).stdout for row in rows]
    told = [re.search("^(killed|native) +([^:,\\n]+)", info, re.MULTILINE).groups() for info in infos]
    (dump,) = (crash.directory / "stopped").glob("2*.pkl")
    os.utime(dump, (time.time() - 90_000,) * 2)

    assert ["killed or stopped", "killed", "native SIGSEGV"] == sorted(
        (row["type"] for row in rows), key=lambda name: (name != "killed or stopped", name)
    )
    assert (0, str(dump)) == (shown.status, rows[-1]["path"])
    assert [
        ("killed", "by SIGKILL or another signal"),
        ("killed", "killed or stopped"),
        ("native", "SIGSEGV"),
    ] == sorted(told)
    assert ["native SIGSEGV", "killed"] == [row["type"] for row in listed(crash)]
    assert 2 == len(listed(crash, "--all"))
    assert not dump.exists()


MEMORY = Path("/sys/fs/cgroup/memory")


@pytest.mark.skipif(not os.access(MEMORY, os.W_OK), reason="needs a memory controller of cgroup v1, and root")
def test_out_of_memory(crash: Crasher) -> None:
    """A process that the kernel kills since its cgroup has no memory left is an entry that says so."""
    group = MEMORY / f"tibidi-{os.getpid()}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text("80M")
        start = f"echo $$ > {group}/cgroup.procs; exec {crash.python} {PROGRAMS / 'vanish.py'} memory_of_cgroup"
        status = subprocess.run(["sh", "-c", start], env=crash.environment({}), check=False).returncode
        (row,) = listed(crash)
    finally:
        group.rmdir()

    assert -signal.SIGKILL == status
    assert ("killed", "vanish") == (row["kind"], row["program"])
    assert row["message"].startswith("out of memory, the kernel has killed a process of its cgroup; ")


def test_secrets(crash: Crasher) -> None:
    """A record has the command line without what may be a secret, on the disk as well."""
    secrets = ["--password", "hunter", "--token=s3cr3t", "-pglued", "AKIAIOSFODNN7EXAMPLE", "--pin", "47110815-4711"]
    crash("vanish.py", "segv", *secrets, "--port", "8000")
    (record,) = crash.directory.glob(".*.life")
    text = record.read_text()

    assert not [word for word in ("hunter", "s3cr3t", "glued", "AKIA", "47110815") if word in text]
    assert "'--port', '8000'" in text
    listed(crash)
    assert "--token=<omitted>" in tibidi.load(crash.dumps()[0], trust=False).process.argv


def test_read_only(crash: Crasher) -> None:
    """Where no record can be written, programs run as ever."""
    ran = crash.run("-c", "print(1)", env={"TIBIDI_DIR": "/proc/nothing", "TMPDIR": "/proc"})

    assert (0, "1\n", "") == (ran.status, ran.stdout, ran.stderr)


# How a worker dies: the kind of its dump, its title, and how the reason begins.
WORKERS = {
    "os.kill(os.getpid(), signal.SIGKILL)": ("killed", "killed", "by SIGKILL; started"),
    "ctypes.string_at(0)": (
        "native",
        "native SIGSEGV",
        "the stacks are where the application's own faulthandler writes",
    ),
    "os.abort()": ("native", "abort", "the stacks are where"),
}


@pytest.mark.ends
@pytest.mark.parametrize("death", WORKERS)
@pytest.mark.parametrize("restarts", [0, 1])
def test_pytest_worker(crash: Crasher, death: str, restarts: int) -> None:
    """A worker of pytest-xdist that dies is one dump, whose process is the worker, with the signal that ended it."""
    pytest.importorskip("xdist")
    (crash.work / "test_it.py").write_text(f"import ctypes, os, signal\ndef test_dies(): {death}\n", encoding="utf-8")
    without = [f"-pno:{name}" for name in ("anyio", "cacheprovider", "hypothesispytest", "timeout")]
    ran = crash.run("-m", "pytest", "-q", "-n1", *without, f"--max-worker-restart={restarts}", "test_it.py")
    (row,) = listed(crash)

    assert "crashed while running" in ran.stdout
    *expected, reason = WORKERS[death]
    assert (expected, True) == ([row["kind"], row["type"]], row["message"].startswith(reason))


@pytest.mark.skipif(sys.version_info < (3, 14), reason="faulthandler has the C stack since Python 3.14")
def test_c_stack(crash: Crasher) -> None:
    """From Python 3.14 on, the stack of C is a stack of the dump."""
    crash("vanish.py", "segv")
    listed(crash)

    assert "C stack" in [thread.name for thread in tibidi.load(crash.dumps()[0], trust=False).threads]


# How vanish_hang.py hangs: what the reason has besides, and the innermost own function.
HANGS = {
    "deadlock": ("MainThread waits for store.stock, which booking holds", "deadlock"),
    "condition": ("not moved for 1 s; MainThread waits for self._lock, which booking holds", "condition"),
    "join_deadlocked": ("booking waits for lock, which does not name its holder", "join_deadlocked"),
    "join_cycle": ("booking waits for the end of MainThread; MainThread waits for the end of booking", "join_cycle"),
    "blocked_loop": ("the main thread has not moved for 1 s", "main"),
    "sleeping_loop": ("the main thread has not moved for 1 s", "main"),
    "gil": ("no Python code ran for 0:00:01", "gil"),
}
NO_HANGS = (
    *("idle_loop", "busy_loop", "sleep", "compute", "wait", "simple_queue", "join", "turns", "stopped", "starved"),
    "subinterpreter",
)
TOLD = {"gil_for_ever": b"Timeout ("}  # in the life record, where no Python code can say more
SECOND = {"TIBIDI_HANG_SECONDS": "1", "TIBIDI_SILENT": "1"}


def hang(crash: Crasher, how: str, env: dict[str, str], seconds: float = 3.2) -> Any:
    """Let vanish_hang.py hang, and kill it unless it ends by itself; return what `list` prints."""
    command = [str(crash.python), str(PROGRAMS / "vanish_hang.py"), how]
    process = subprocess.Popen(command, env=crash.environment(env), cwd=crash.work)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(60 if how == "gil" else seconds)
    end = time.monotonic() + 30
    while process.poll() is None and not is_told(crash, TOLD.get(how, b"told: hang")) and time.monotonic() < end:
        time.sleep(0.1)  # a busy machine takes longer
    process.kill()
    process.wait()
    return listed(crash, "--all")


def is_told(crash: Crasher, text: bytes) -> bool:
    """Return True if the life record says that the hang is known, so that a kill from now on is no other entry."""
    return any(text in path.read_bytes() for path in crash.directory.glob(".*.life"))


@pytest.fixture(scope="module")
def hung(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All have hung, at the same time, as they mostly wait; this is what `list` prints of each."""
    kinds = (*HANGS, "gil_for_ever")
    with ThreadPoolExecutor(len(kinds)) as pool:
        runs = {how: pool.submit(hang, Crasher(python, tmp_path_factory.mktemp(how)), how, SECOND) for how in kinds}
    return {how: run.result() for how, run in runs.items()}


@pytest.mark.ends
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a thread waits for")
@pytest.mark.parametrize("how", HANGS)
def test_hang(hung: dict[str, Any], how: str) -> None:
    """A hang is one snapshot, also if the process is killed then; it says who waits for what, and where."""
    rows = hung[how]
    reason, function = HANGS[how]

    assert [("snapshot", "hang", function)] == [(row["kind"], row["type"], row["own_name"]) for row in rows], rows
    assert reason in rows[0]["message"]


@pytest.mark.ends
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a thread waits for")
def test_killed_while_it_holds_the_interpreter_lock(hung: dict[str, Any]) -> None:
    """A process that is killed in C code that holds the interpreter lock is one entry, with the stack there."""
    (row,) = hung["gil_for_ever"]

    assert ("killed", "gil_for_ever") == (row["kind"], row["own_name"])
    assert row["message"].startswith("it had not moved for 0:00:01, ")


@pytest.fixture(scope="module")
def ended(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Crasher, Crash]]:
    """All have run, at the same time, as they mostly wait; this is how each ended."""
    places = {how: Crasher(python, tmp_path_factory.mktemp(how)) for how in NO_HANGS}
    with ThreadPoolExecutor(len(NO_HANGS)) as pool:
        runs = {how: pool.submit(crash, "vanish_hang.py", how, env=SECOND) for how, crash in places.items()}
    return {how: (places[how], run.result()) for how, run in runs.items()}


@pytest.mark.ends
@pytest.mark.parametrize("how", NO_HANGS)
def test_no_hang(ended: dict[str, tuple[Crasher, Crash]], how: str) -> None:
    """What waits for events, times or other threads, or moves on, does not hang."""
    crash, end = ended[how]

    assert [] == end.dumps == listed(crash)
    assert (0, "") == (end.status, end.stderr)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork() on Windows")
def test_fork_beside_the_timer(crash: Crasher) -> None:
    """A child that is forked while the timer of faulthandler runs neither waits for it nor hangs."""
    forked = crash("vanish_hang.py", "fork", env=SECOND)

    assert ("ended\n", []) == (forked.stdout, listed(crash))


def test_timer_of_the_application(crash: Crasher) -> None:
    """An application that uses the timer of faulthandler itself has it."""
    code = (
        "import faulthandler, time\nfile = open('own.txt', 'w')\n"
        "faulthandler.dump_traceback_later(1.5, file=file)\ntime.sleep(0.9)\ntime.sleep(1)\n"
    )
    crash.run("-c", code, env=SECOND)

    assert "Timeout (0:00:01.500000)!" in (crash.work / "own.txt").read_text()


def test_hangs_of_a_free_threaded_build(crash: Crasher) -> None:
    """Without the GIL no hang can be found, which a line says; here `sys` answers as without."""
    code = "import sys\nsys._is_gil_enabled = lambda: False\nfrom tibidi.hooks import hangs\nhangs.install()\nprint(1)"
    ran = crash.run("-c", code, env={**SECOND, "TIBIDI_ENABLE": None})

    assert "1\n" == ran.stdout
    assert "tibidi: TIBIDI_HANG_SECONDS: no hang is found here: free-threaded build: " in ran.stderr


@pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="only Linux has it")
def test_lock_after_a_hang(crash: Crasher) -> None:
    """A process that told of its own hang still holds the lock on its record, its sign of life elsewhere."""
    code = (
        "import ctypes, os, time\nctypes.PyDLL(None).sleep(3)\ntime.sleep(4)\n"
        "print(any(f' {os.getpid()} ' in line for line in open('/proc/locks')))\n"
    )
    ran = crash.run("-c", code, env=SECOND)

    assert ("True\n", 1) == (ran.stdout, len(listed(crash)))


def test_abort_after_an_exception(crash: Crasher) -> None:
    """A process that aborts because of an exception, as PyQt does, leaves the dump of the exception alone."""
    code = "import os, sys; hook = sys.excepthook; sys.excepthook = lambda *info: (hook(*info), os.abort()); {}['lost']"
    crashed = crash.run("-c", code)
    rows = listed(crash)

    assert -signal.SIGABRT == crashed.status
    assert ["builtins.KeyError"] == [row["type"] for row in rows]
    assert [] == litter(crash)


def test_killed_by_its_own(crash: Crasher) -> None:
    """A process of Ray, which kills its processes at its end, leaves nothing."""
    program = crash.work / "site-packages" / "ray" / "worker.py"
    program.parent.mkdir(parents=True)
    program.write_text("import os; os.kill(os.getpid(), 9)", encoding="utf-8")
    crashed = crash.run(str(program))

    assert (-signal.SIGKILL, []) == (crashed.status, listed(crash))
    assert [] == litter(crash)
