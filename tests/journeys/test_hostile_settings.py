"""Whatever the settings say, a process ends as without tibidi: in time, with its own traceback and one line.

A value that is not understood costs another line, at the start.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from tibidi import config
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crash, Crasher

pytestmark = pytest.mark.once

SECONDS = 2
# The interpreter's own time, and the end of a dump after its deadline, on a busy machine; what hangs does for ever.
MARGIN = 15
# A bad value, and what cannot be encrypted, have a line each, besides that about the dump.
HARMLESS = re.compile("is ignored, the default is used|it cannot be sealed")
LINE = re.compile(r"(Traceback dumped into: |tibidi: ).*\n")
CRASH = "def work(x):\n    return x / 0\nwork(5)\n"
HOSTILE = {
    "relative": "relative/path",
    "missing drive": "Z:\\dumps",
    "loop of links": "loop/dumps",
    "file in the way": "file/dumps",
    "no directory": "file",
    "long": "x" * 100_000,
    "deep": "/x" * 50_000,
    "not UTF-8": "\udcff\udcfe",
    "of the kernel": "/proc/self/fd",
    "device": "/dev/full",
    "empty": "",
    "strange": "{}%s\x1b[2J",
}
# Puts a file system that does not answer over a directory, for this process.
MOUNT = """
import ctypes
HUNG = {!r}
def mount(path):
    libc = ctypes.CDLL(None)
    libc.unshare(0x20000)
    libc.mount(None, b"/", None, 0x44000, None)
    libc.mount(HUNG.encode(), path.encode(), None, 4096, None)
"""
VARIABLES = sorted({*config.VARIABLES, "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"} - {"TIBIDI_ENABLE"})


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[Path]:
    """A directory on a file system whose server does not answer; the path in it cannot even be looked up."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = tmp_path / "hung"
    path.mkdir()
    try:
        server = os.open("/dev/fuse", os.O_RDWR)
    except OSError as error:
        pytest.skip(f"no FUSE here: {error}")
    options = f"fd={server},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    if libc.mount(b"hung", os.fsencode(path), b"fuse", 0, options.encode()):
        os.close(server)
        pytest.skip(f"cannot mount a file system: {os.strerror(ctypes.get_errno())}")
    yield path
    os.close(server)
    libc.umount2(os.fsencode(path), 2)


def compare(crash: Crasher, env: dict[str, str | None], code: str = CRASH, without: Crash | None = None) -> Crash:
    """Crash with and without tibidi; assert that it ends in time and adds one line, or two for a bad value."""
    limits = {"TIBIDI_MAX_SECONDS": str(SECONDS), "TIBIDI_ENABLE": "1"}
    command = [code] if code.endswith(".py") else ["-c", code]
    without = without or crash.run(*command, env={**limits, **env, "TIBIDI_ENABLE": None})
    start = time.monotonic()
    crashed = crash.run(*command, env={**limits, **env})

    assert time.monotonic() - start < SECONDS + MARGIN
    assert (without.status, without.stdout) == (crashed.status, crashed.stdout)
    assert without.stderr == LINE.sub("", crashed.stderr)
    lines = [match.group() for match in LINE.finditer(crashed.stderr)]
    assert 1 >= len([line for line in lines if not HARMLESS.search(line)]), crashed.stderr
    assert 2 >= len(lines), crashed.stderr
    return crashed


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A directory on a file system without any space."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = tmp_path / "full"
    path.mkdir()
    if libc.mount(b"full", os.fsencode(path), b"tmpfs", 0, b"size=64k"):
        pytest.skip(f"cannot mount a file system: {os.strerror(ctypes.get_errno())}")
    with contextlib.suppress(OSError), open(path / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))
    yield path
    libc.umount2(os.fsencode(path), 2)


@pytest.mark.parametrize("variable", VARIABLES)
def test_hostile_values(crash: Crasher, variable: str, tmp_path: Path) -> None:
    """No value of any variable, nor a file system that it leads to, changes how a program ends."""
    (crash.work / "loop").symlink_to("loop")
    (crash.work / "file").touch()
    (tmp_path / "tmp").mkdir()
    unset = {} if variable.startswith("TIBIDI_") else {"TIBIDI_DIR": None, "TIBIDI_KEY_FILE": None}
    without = crash.run("-c", CRASH, env={"TIBIDI_ENABLE": None}) if variable.startswith("TIBIDI_") else None
    for value in HOSTILE.values():
        compare(crash, {"TMPDIR": str(tmp_path / "tmp"), **unset, variable: value}, without=without)
    left = {"loop", "file", "relative", "Z:\\dumps", "tibidi", "\udcff\udcfe", "{}%s\x1b[2J"}

    assert set() == set(os.listdir(crash.work)) - left


@pytest.mark.parametrize("variable", [each for each in VARIABLES if "DIR" in each or "HOME" in each or "FILE" in each])
def test_directories_that_hang(crash: Crasher, variable: str, hung: Path) -> None:
    """A crash waits no longer for a directory than a dump may take."""
    unset = {} if variable.startswith("TIBIDI_") else {"TIBIDI_DIR": None, "TIBIDI_KEY_FILE": None}
    crashed = compare(crash, {"TMPDIR": str(crash.work), **unset, variable: str(hung / "path")})

    if variable == "TIBIDI_DIR":
        assert "tibidi: no dump: " in crashed.stderr
        assert "a file system or an import does not answer" in crashed.stderr
    if variable == "TIBIDI_KEY_FILE":
        with Reader(str(crashed.dump)) as reader:
            assert reader.summary.complete


def test_links_and_arguments_that_hang(crash: Crasher, hung: Path) -> None:
    """Nor does a start wait for a crash directory behind a symbolic link, or for a file that the command line names."""
    (crash.work / "link").symlink_to(hung)
    compare(crash, {"TIBIDI_DIR": str(crash.work / "link" / "path")}, "pass")
    start = time.monotonic()
    ran = crash.run("-c", "pass", str(hung / "path"))

    assert (0, "") == (ran.status, ran.stderr)
    assert time.monotonic() - start < MARGIN


@pytest.mark.parametrize("how", ["sys.path.insert(0, HUNG)", "mount(os.path.dirname(tibidi.__file__))"])
def test_imports_that_hang(crash: Crasher, how: str, hung: Path) -> None:
    """A module path that does not answer any more, be it that of tibidi itself, does not keep a process from ending."""
    code = f"""
        import linecache, os, sys, tokenize, traceback, tibidi
        try:
            {{}}["import what a traceback needs"]
        except KeyError as error:
            sys.__excepthook__(type(error), error, error.__traceback__)
        {how}
        1 / 0
    """
    program = crash.work / "app.py"
    program.write_text(MOUNT.format(str(hung)) + textwrap.dedent(code), encoding="utf-8")
    crashed = compare(crash, {}, str(program))

    assert "does not answer" in crashed.stderr


def test_exit_beside_what_hangs(crash: Crasher, hung: Path) -> None:
    """A process that calls `os._exit()` for a file system that does not answer does not wait for it."""
    program = crash.work / "app.py"
    code = "import os, sys, tibidi\nmount(os.path.dirname(tibidi.__file__))\nos._exit(3)"
    program.write_text(MOUNT.format(str(hung)) + code, encoding="utf-8")

    start = time.monotonic()
    ended = crash.run(str(program))

    assert (3, "") == (ended.status, ended.stderr)
    assert time.monotonic() - start < MARGIN


@pytest.mark.parametrize("setting", ["directory", "key_file"])
@pytest.mark.parametrize("value", ["dumps", "Z:\\dumps", "loop/dumps", "x/" * 50_000])
def test_hostile_values_in_code(crash: Crasher, setting: str, value: str) -> None:
    """A program may set the same values, while it runs."""
    (crash.work / "loop").symlink_to("loop")
    code = f"try:\n    import tibidi\n    tibidi.config.{setting} = {value!r}\nexcept ImportError:\n    pass\n{CRASH}"

    compare(crash, {"TMPDIR": str(crash.work)}, code)


def test_living_process(crash: Crasher, hung: Path) -> None:
    """A process that goes on gets its garbage collector back, and the next crash a dump."""
    code = f"""
        import gc, tibidi, threading, time
        def crash():
            start = time.monotonic()
            thread = threading.Thread(target=lambda: 1 / 0)
            thread.start()
            thread.join()
            print(gc.isenabled(), time.monotonic() - start < {MARGIN})
        directory, tibidi.config.directory = tibidi.config.directory, {str(hung / "dumps")!r}
        crash()
        tibidi.config.directory = directory
        crash()
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert "True True\nTrue True\n" == crashed.stdout
    assert 1 == len(crashed.dumps), crashed.stderr


@pytest.mark.parametrize("how", ["full", "/proc/self/fd"])
def test_directory_without_room(crash: Crasher, how: str, full: Path) -> None:
    """Where TIBIDI_DIR is full, or takes no files, the dump goes to the temporary directory."""
    directory = str(full) if how == "full" else how
    crashed = compare(crash, {"TIBIDI_DIR": directory, "TMPDIR": str(crash.work)})

    assert f"Traceback dumped into: {crash.work}/tibidi-{os.geteuid()}/" in crashed.stderr


def test_everything_full(crash: Crasher, full: Path) -> None:
    """Where the temporary directory is full as well, the line names both, and nothing is left behind."""
    crashed = compare(crash, {"TIBIDI_DIR": str(full / "."), "TMPDIR": str(full)})

    assert f"no directory to write to: {full}: No space left on device; {full}/tibidi-" in crashed.stderr
    assert ["ballast"] == [each for each in os.listdir(full) if not each.startswith("tibidi-")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_unreadable_library(crash: Crasher) -> None:
    """A process that gave up its rights, and cannot read its own Python any more, says so."""
    code = """
        import os
        os.chroot(os.getcwd())
        os.chdir("/")
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert 1 == crashed.status
    assert re.search(r"tibidi: no dump: the standard library cannot be read: /.*: No such file", crashed.stderr)


@pytest.mark.parametrize("command", ["tibidi", "tbdebug", "tbpeep", "tbdump"])
def test_interrupted_at_the_start(crash: Crasher, command: str) -> None:
    """Ctrl-C while a command imports ends it with the status of a shell, and no traceback."""
    code = f"""
        import runpy, signal, sys, os
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits that it is ignored
        pressed = []
        def press(event, arguments):
            if event == "import" and arguments[0].startswith("tibidi.commands") and not pressed:
                pressed.append(arguments[0])
                os.kill(os.getpid(), signal.SIGINT)
        sys.addaudithook(press)
        sys.argv = ["x", "--help"]
        sys.path.insert(0, "")
        runpy.run_module({command!r}, run_name="__main__", alter_sys=True)
    """
    interrupted = crash.run("-c", textwrap.dedent(code), env={"TIBIDI_ENABLE": None})

    assert (130, "", "") == (interrupted.status, interrupted.stdout, interrupted.stderr)


def test_nested_debugger(crash: Crasher) -> None:
    """The end of input in a debugger within the debugger ends both."""
    crash.run("-c", CRASH)
    ended = crash.run("-m", "tbdebug", stdin="debug 1+1\n")

    assert (0, "") == (ended.status, ended.stderr)
