"""Processes that have run out of a resource leave a dump, or one clear line why not."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from crashing import Crasher

    from tibidi.model import ExceptionRecord

pytestmark = pytest.mark.ends

LINE = "Traceback dumped into: "


def crash_of(path: Path) -> ExceptionRecord:
    """Return the exception that a dump is about."""
    with Reader(str(path)) as reader:
        return reader.summary.exceptions[-1]


USE_UP = """
def work(number):
    files = []
    while True:
        files.append(open(os.devnull))
work(5)
"""


def use_up(lower: str) -> str:
    """Return a program that opens files until it has no descriptor left."""
    begin = "import os, resource\nhard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
    return begin + textwrap.dedent(lower) + USE_UP


@pytest.mark.parametrize("lower", ["pass", "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))"])
def test_no_descriptors(crash: Crasher, lower: str) -> None:
    """A process that used up its descriptors leaves a whole dump."""
    command = f'ulimit -n 256; exec {crash.python} -c "$0"'
    crashed = crash.run("-c", "import os, sys; os.execvp('sh', ['sh', '-c', *sys.argv[1:]])", command, use_up(lower))

    assert "OSError: [Errno 24] Too many open files" in crashed.stderr
    assert ("builtins.OSError", "5") == (
        crash_of(crashed.dump).type,
        crash_of(crashed.dump).frames[-1].locals["number"].preview,
    )


# For root, runs a command that may not raise a limit again.
WITHOUT_PRIVILEGE = ["setpriv", "--bounding-set=-sys_resource"]


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root without setpriv, of util-linux")
def test_limit_of_descriptors_lowered_for_good(crash: Crasher) -> None:
    """A process without privileges that lowered its limit for good and used up its descriptors leaves a whole dump."""
    program = use_up("resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))")
    start = WITHOUT_PRIVILEGE if os.geteuid() == 0 else []
    command = [*start, str(crash.python), "-c", program]
    crashed = crash.run("-c", "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])", *command)

    assert "OSError: [Errno 24] Too many open files" in crashed.stderr
    assert "5" == crash_of(crashed.dump).frames[-1].locals["number"].preview
    with Reader(str(crashed.dump)) as reader:
        assert reader.index.complete


ASKED_FOR = """
import os, resource, tibidi
resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
files = []
try:
    while True:
        files.append(open(os.devnull))
except OSError as error:
    print(tibidi.{call})
    try:
        os.dup(0)
    except OSError as again:
        print("none left:", again)
"""


@pytest.mark.parametrize("call", ["snapshot()", "dump_exception(error)"])
def test_dump_in_code_without_descriptors(crash: Crasher, call: str) -> None:
    """A dump that code asks for uses the reserve, and sets it aside again."""
    run = crash.run("-c", ASKED_FOR.format(call=call))

    assert f"{run.dump}\nnone left: [Errno 24] Too many open files\n" == run.stdout, run.stderr


def test_limit_of_descriptors_below_the_reserve(crash: Crasher) -> None:
    """If the limit was lowered for good to less than the reserve has, there is a dump, or one line."""
    crashed = crash.run("-c", use_up("resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))"))

    assert 1 == crashed.status
    assert crashed.dumps or 1 == crashed.stderr.count("tibidi: no dump: ")


@pytest.mark.parametrize("most", [6, 8])
def test_few_descriptors_from_the_start(crash: Crasher, most: int) -> None:
    """A script starts and ends as without tibidi where its process may hardly open more files than the script."""
    command = [sys.executable, str(Path(__file__).parent.parent / "programs" / "divide.py"), "5", "0"]
    limit = f"import os, resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))"
    crashed = crash.run("-c", f"{limit}; os.execv({str(crash.python)!r}, {command})")

    assert (1, True) == (crashed.status, "ZeroDivisionError" in crashed.stderr), crashed.stderr
    assert crashed.dumps or 1 == crashed.stderr.count("tibidi: n")


MEMORY = """
    import resource
    def work(number):
        chunks = []
        while True:
            chunks.append(bytes(1 << 20))
    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, resource.RLIM_INFINITY))
    work(5)
"""


def test_no_memory(crash: Crasher) -> None:
    """A process that used up its address space leaves a dump, or a line that says why not, within the deadline."""
    crashed = crash.run("-c", textwrap.dedent(MEMORY))

    assert 1 == crashed.status
    assert "MemoryError" in crashed.stderr
    assert "builtins.MemoryError" == crash_of(crashed.dump).type


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other limits, or none")
@pytest.mark.parametrize("megabytes", [60, 100, 200])
def test_little_address_space_from_the_start(crash: Crasher, megabytes: int) -> None:
    """A small program runs and ends as without tibidi where its process may have little memory."""
    code = """
        import threading
        thread = threading.Thread(target=lambda: print("in a thread"))
        thread.start()
        thread.join()
        1 / 0
    """
    (crash.work / "app.py").write_text(textwrap.dedent(code), encoding="utf-8")
    limit = f"import os, resource; resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20}, {megabytes << 20}))"
    command = f"{limit}; os.execv({str(crash.python)!r}, [{str(crash.python)!r}, 'app.py'])"
    without, ours = (crash.run("-c", command, env={"TIBIDI_ENABLE": on}) for on in (None, "1"))
    added = [line for line in ours.stderr.splitlines() if line not in without.stderr.splitlines()]

    assert (without.status, without.stdout) == (ours.status, ours.stdout)
    assert [True] == [line.startswith((LINE, "tibidi: no dump: ")) for line in added], ours.stderr


def test_file_size_limit(crash: Crasher) -> None:
    """If files may not grow, one line says so, and nothing is left behind."""
    older = crash.run("-c", "1 / 0").dump.read_bytes()
    crashed = crash.run("-c", "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); 1 / 0")

    assert 1 == crashed.status
    assert 1 == crashed.stderr.count("tibidi: no dump: File too large")
    assert [older] == [path.read_bytes() for path in crash.dumps()]
    assert 2 == len(os.listdir(crash.directory))


def test_directory_that_cannot_be_written(crash: Crasher) -> None:
    """Where the crash directory is no directory, the dump goes to a private one in the temporary directory."""
    blocked = crash.work / "blocked"
    blocked.write_text("", encoding="utf-8")
    temporary = crash.work / "tmp"
    temporary.mkdir()
    crashed = crash.run("-c", "1 / 0", env={"TIBIDI_DIR": str(blocked), "TMPDIR": str(temporary)})

    assert f"{LINE}{temporary}/tibidi-{os.geteuid()}/" in crashed.stderr


@pytest.mark.parametrize("how", ["shutil.rmtree(place)", "os.rename(place, place + '-moved')"])
def test_directory_taken_away(crash: Crasher, how: str) -> None:
    """If the crash directory is deleted or moved while a dump is written there, the dump goes to the next one."""
    place, temporary = crash.work / "crashes", crash.work / "tmp"
    temporary.mkdir()
    program = f"""
        import os, shutil
        place = {str(place)!r}
        class Cleaner:
            def __reduce__(self):
                if os.path.exists(place):
                    {how}
                return int, (3,)
        cleaner, after = Cleaner(), "value"
        1 / 0
    """
    env = {"TIBIDI_DIR": str(place), "TMPDIR": str(temporary)}
    crashed = crash.run("-c", textwrap.dedent(program), env=env)
    path = crashed.stderr.rpartition(LINE)[2].strip()

    assert path.startswith(f"{temporary}/tibidi-{os.geteuid()}/"), crashed.stderr
    with Reader(path) as reader:
        assert reader.index.complete
    assert "'value'" == crash_of(Path(path)).frames[-1].locals["after"].preview


def test_nowhere_to_write(crash: Crasher) -> None:
    """If nothing can be written, one line names what was tried."""
    blocked = crash.work / "blocked"
    blocked.write_text("", encoding="utf-8")
    (crash.work / f"tibidi-{os.geteuid()}").symlink_to(crash.home)
    crashed = crash.run("-c", "1 / 0", env={"TIBIDI_DIR": str(blocked), "TMPDIR": str(crash.work)})

    assert 1 == crashed.status
    assert 1 == crashed.stderr.count("tibidi: no dump: no directory to write to: ")
    assert "set TIBIDI_DIR to a directory that can be written" in crashed.stderr


def test_no_home(crash: Crasher) -> None:
    """Without HOME the dump goes to the home directory of the user database, or to the temporary directory."""
    code = """
        import os, pwd
        def unknown(uid): raise KeyError(uid)
        pwd.getpwuid = unknown
        1 / 0
    """
    env = {"HOME": None, "TIBIDI_DIR": None, "TIBIDI_KEY_FILE": None, "TMPDIR": str(crash.work)}
    crashed = crash.run("-c", textwrap.dedent(code), env=env)

    assert f"{LINE}{crash.work}/tibidi-{os.geteuid()}/" in crashed.stderr
    assert ["tibidi-" + str(os.geteuid())] == os.listdir(crash.work)


@pytest.mark.parametrize(
    "close", ["import sys; sys.stderr = None", "import os; os.close(2)", "import sys; sys.stderr.close()"]
)
def test_no_stderr(crash: Crasher, close: str) -> None:
    """A process without stderr leaves a dump."""
    assert "builtins.ZeroDivisionError" == crash_of(crash.run("-c", f"{close}; 1 / 0").dump).type


def test_no_working_directory(crash: Crasher) -> None:
    """A process whose working directory was removed leaves a dump."""
    crashed = crash.run("-c", "import os; os.mkdir('x'); os.chdir('x'); os.rmdir('../x'); 1 / 0")

    assert "builtins.ZeroDivisionError" == crash_of(crashed.dump).type


def test_explicit_hook_where_nothing_can_be_written(crash: Crasher) -> None:
    """`set_excepthook()` in a directory that was removed prints the traceback, and one line why there is no dump."""
    code = "import os, tibidi; tibidi.set_excepthook(); os.mkdir('x'); os.chdir('x'); os.rmdir('../x'); 1 / 0"
    crashed = crash.run("-c", code, env={"TIBIDI_ENABLE": None})

    assert 1 == crashed.status
    assert "ZeroDivisionError" in crashed.stderr
    assert 1 == crashed.stderr.count("tibidi: no dump: No such file or directory")


def test_descriptors_closed_by_the_program(crash: Crasher) -> None:
    """A program that closes all descriptors, as daemons do, and reuses the numbers keeps its files."""
    code = """
        import os, threading
        os.closerange(3, 4096)
        mine = [os.dup2(os.open(os.devnull, os.O_RDONLY), number) for number in (62, 63)]
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        print([os.fstat(number).st_rdev == os.stat(os.devnull).st_rdev for number in mine])
    """
    crashed = crash.run("-c", textwrap.dedent(code))

    assert "[True, True]\n" == crashed.stdout
    assert 1 == len(crashed.dumps)


def test_stderr_that_nobody_reads(crash: Crasher) -> None:
    """A stderr pipe that is full does not keep a program from ending if it writes nothing to it itself."""
    code = """
        import os, sys, threading
        read, write = os.pipe()
        os.set_blocking(write, False)
        try:
            while True:
                os.write(write, b"x" * 100)
        except BlockingIOError:
            os.set_blocking(write, True)
        os.dup2(write, 2)
        def report(*args):
            print("reported elsewhere", flush=True)
        sys.excepthook = report
        1 / 0
    """
    crashed = crash.run("-c", textwrap.dedent(code), timeout=20)

    assert (1, "reported elsewhere\n") == (crashed.status, crashed.stdout)
    assert 1 == len(crashed.dumps)
