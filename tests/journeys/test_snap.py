"""`tibidi snap PID`: a dump of a process that goes on."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

import tibidi
from tibidi.commands import snap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crashing import Crasher

pytestmark = pytest.mark.ends

# Of other versions, faulthandler may crash a thread that runs.
HAS_STACK = not ((3, 12) <= sys.version_info < (3, 12, 8) or (3, 13) <= sys.version_info < (3, 13, 1))
USR2 = {"TIBIDI_SNAPSHOT_SIGNAL": "USR2"}
CLIENTS = 20
SECONDS = 3.0
NOBODY = 65534


@contextmanager
def running(crash: Crasher, how: str, env: Mapping[str, str | None]) -> Iterator[list[int]]:
    """Run vanish_server.py until the block ends; the value is what it prints first."""
    command = [str(crash.python), str(PROGRAMS / "vanish_server.py"), how]
    process = subprocess.Popen(command, env=crash.environment(env), cwd=crash.work, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield [int(word) for word in process.stdout.readline().split()]
        assert process.poll() is None, "the process went on"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


@pytest.mark.parametrize("how", ["sleep", "wait"])
def test_by_signal(crash: Crasher, how: str) -> None:
    """The stacks are printed at once, then the dump has the variables; also of a main thread that waits for a lock."""
    with running(crash, how, USR2) as (pid,):
        snapped = crash.run("-m", "tibidi", "snap", str(pid))
        as_json = json.loads(crash.run("-m", "tibidi", "snap", "--json", str(pid)).stdout)
    dump = tibidi.load(snapped.stdout.strip(), trust=False)

    assert (pid, "snapshot") == (as_json["pid"], tibidi.load(as_json["path"], trust=False).kind)
    assert (0, HAS_STACK) == (snapped.status, f" in {how}\n" in snapped.stderr)
    assert (sys.version_info >= (3, 14)) == ("Current thread 0x" in snapped.stderr)
    assert ("snapshot", "hello") == (dump.kind, dump.threads[0].frames[1]["greeting"])


@pytest.mark.parametrize("how", ["deep", "patched", "full"])
def test_goes_on(crash: Crasher, how: str) -> None:
    """A program that has few calls or no descriptors left, or has replaced what a dump calls, is dumped and goes on."""
    with running(crash, how, USR2) as (pid,):
        snapped = [crash.run("-m", "tibidi", "snap", str(pid)).stdout.strip() for _ in range(2)]

    assert ["sleep", "sleep"] == [tibidi.load(each, trust=False).threads[0].frames[-1].name for each in snapped]


def test_twice_at_once(crash: Crasher) -> None:
    """Who asks for a snapshot while one is made gets that one."""
    with running(crash, "sleep", USR2) as (pid,), ThreadPoolExecutor() as pool:
        runs = [pool.submit(crash.run, "-m", "tibidi", "snap", str(pid)) for _ in range(2)]
        snapped = [run.result() for run in runs]

    assert [True, True] == [Path(each.stdout.strip()).is_file() for each in snapped], snapped


@pytest.mark.parametrize("folder", ["dumps", "~/dumps"])
def test_any_directory(crash: Crasher, folder: str) -> None:
    """The process is asked wherever its crash directory is: its life record is open."""
    with running(crash, "sleep", {**USR2, "TIBIDI_DIR": folder}) as (pid,):
        snapped = crash.run("-m", "tibidi", "snap", str(pid), cwd=crash.home)

    assert Path(snapped.stdout.strip()).is_file(), snapped.stderr


@pytest.mark.parametrize("how", ["sleep", "closed"])
def test_what_is_no_record(crash: Crasher, how: str) -> None:
    """A file that only has the name of a life record of the process does not matter."""
    with running(crash, how, USR2) as (pid,):
        (crash.directory / f".0-0-{pid}-1.life").write_text("rubbish")
        snapped = crash.run("-m", "tibidi", "snap", str(pid))

    assert Path(snapped.stdout.strip()).is_file(), snapped.stderr


def test_failed(crash: Crasher) -> None:
    """The reason why a process has made no dump is one line of the command."""
    with running(crash, "failing", USR2) as (pid,):
        snapped = crash.run("-m", "tibidi", "snap", str(pid))

    last = snapped.stderr.splitlines()[-1]
    assert last.startswith("tibidi: no dump: ZeroDivisionError: division by zero; the process goes on")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="sys.remote_exec asks any process")
def test_never_kills(crash: Crasher) -> None:
    """A process that has not said that it handles a signal gets none; the line says how to start it."""
    with running(crash, "sleep", {}) as (pid,):
        snapped = crash.run("-m", "tibidi", "snap", str(pid))

    assert 1 == snapped.status
    assert f"process {pid} does not take snapshots; start it with TIBIDI_ENABLE=1 TIBIDI_S" in snapped.stderr


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="sys.remote_exec asks any process")
def test_handler_of_the_application(crash: Crasher) -> None:
    """A process that handles the signal itself by now gets none; one that has put the handler back is dumped."""
    with running(crash, "own_handler", USR2) as (pid,):
        refused = crash.run("-m", "tibidi", "snap", str(pid))
    with running(crash, "handler_put_back", USR2) as (pid,):
        snapped = crash.run("-m", "tibidi", "snap", str(pid))

    assert (1, True) == (refused.status, "does not take snapshots; start it with" in refused.stderr)
    assert "snapshot" == tibidi.load(snapped.stdout.strip(), trust=False).kind


@pytest.mark.skipif(sys.version_info < (3, 14), reason="sys.remote_exec came with Python 3.14")
def test_by_remote_exec(crash: Crasher) -> None:
    """From Python 3.14 on, any process can be asked, also one where tibidi is off."""
    with running(crash, "sleep", {"TIBIDI_ENABLE": None}) as (pid,):
        snapped = crash.run("-m", "tibidi", "snap", str(pid))

    assert "hello" == tibidi.load(snapped.stdout.strip(), trust=False).threads[0].frames[1]["greeting"]


@pytest.mark.parametrize("refusal", [None, RuntimeError("it may not be asked")], ids=["answered", "refused"])
def test_script_for_another_user(refusal: Exception | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What root asks a process of another user to run is readable for it, and removed afterwards."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("only root may ask processes of others")
    owners = []

    def remote_exec(_: int, script: Path) -> None:
        """Answer as the process would."""
        owners.extend(os.stat(each).st_uid for each in (script, script.parent))
        if refusal is not None:
            raise refusal
        (script.parent / "answer").write_text("/the/dump.pkl", encoding="utf-8")

    monkeypatch.setattr(sys, "remote_exec", remote_exec, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen(["sleep", "60"], user=NOBODY) as process:
        try:
            with nullcontext() if refusal is None else pytest.raises(RuntimeError, match="it may not be asked"):
                assert "/the/dump.pkl" == snap._by_remote_exec(process.pid, 10)
        finally:
            process.kill()

    assert [NOBODY, NOBODY] == owners
    assert [] == [*tmp_path.iterdir()]


def test_no_dump_in_time(crash: Crasher) -> None:
    """A dump that is not there in time is a line that says what may be the reason, and the process goes on."""
    with running(crash, "serve", USR2) as (_, pid):
        snapped = crash.run("-m", "tibidi", "snap", "--wait", "0", str(pid))

    assert 1 == snapped.status
    assert "no dump for 0 s: its main thread runs no Python code, or the dump takes longer; " in snapped.stderr


def test_no_process(crash: Crasher) -> None:
    """A number without a process is a line that says so."""
    snapped = crash.run("-m", "tibidi", "snap", "4000000")

    assert (1, "") == (snapped.status, snapped.stdout)
    assert "tibidi: process 4000000: No such process; " in snapped.stderr


def test_bad_signal(crash: Crasher) -> None:
    """A signal that does not exist, or that nobody can handle, is a line at the start."""
    unknown = crash.run("-c", "print(1)", env={"TIBIDI_SNAPSHOT_SIGNAL": "USR9"})
    kill, native = (crash.run("-c", "print(1)", env={"TIBIDI_SNAPSHOT_SIGNAL": name}) for name in ("KILL", "SEGV"))

    assert ("1\n", "1\n", "1\n") == (unknown.stdout, kill.stdout, native.stdout)
    assert "tibidi: TIBIDI_SNAPSHOT_SIGNAL: signal 11 cannot be handled here\n" == native.stderr
    assert [] == list(crash.directory.glob(".*.life"))
    assert "TIBIDI_SNAPSHOT_SIGNAL='USR9' is ignored" in unknown.stderr
    assert "signal 9 cannot be handled" in kill.stderr


def answer_to(order: int) -> int:
    """Return what the server answers."""
    answer = order
    for _ in range(400):
        answer = int(hashlib.sha256(str(answer).encode()).hexdigest()[:12], 16)
    return answer


def ask(port: int, number: int, until: float, times: list[tuple[float, float]], wrong: list[int]) -> None:
    """Ask again and again; note when each answer came and how long it took."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rwb") as file:
        while time.monotonic() < until:
            number += 1
            begin = time.monotonic()
            file.write(f"{number}\n".encode())
            file.flush()
            line = file.readline()
            times.append((begin, time.monotonic() - begin))
            if int(line) != answer_to(number):
                wrong.append(number)
            time.sleep(0.02)


def test_busy_server(crash: Crasher) -> None:
    """A snapshot of 20 busy threads has all of them, and their answers stay right."""
    times: list[tuple[float, float]] = []
    wrong: list[int] = []
    with running(crash, "serve", USR2) as (port, pid):
        until = time.monotonic() + SECONDS
        clients = [
            threading.Thread(target=ask, args=(port, n * 1000, until, times, wrong), daemon=True)
            for n in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        time.sleep(SECONDS / 2)
        begin = time.monotonic()
        os.kill(pid, signal.SIGUSR2)
        for client in clients:
            client.join()
        while not crash.dumps() and time.monotonic() < until + 30:  # a busy machine takes longer
            time.sleep(0.05)
        (path,) = crash.dumps()
    dump = tibidi.load(path, trust=False)
    before = sorted(took for at, took in times if at < begin)
    after = sorted(took for at, took in times if at >= begin)
    print(
        f"99th percentile: {before[len(before) * 99 // 100]:.4f} s before, {after[len(after) * 99 // 100]:.4f} s after"
    )

    assert [] == wrong
    assert len(dump.threads) == CLIENTS + 1
    assert len(times) > 10 * CLIENTS


def test_gives_way(crash: Crasher) -> None:
    """A snapshot pauses for other threads, and leaves the switch interval to the application; other dumps do not."""
    code = """if True:
        import sys, tibidi
        from tibidi.process import time
        clock, sleep, pauses = time.monotonic, time.sleep, []
        time.sleep = lambda seconds: pauses.append(sys.getswitchinterval()) or sleep(seconds)
        rows = [[{"number": number}] for number in range(50_000)]
        try:
            1 / 0
        except ZeroDivisionError as error:
            tibidi.dump_exception(error)
        print(len(pauses))
        tibidi.snapshot()
        print(len(pauses) > 5, set(pauses), sys.getswitchinterval(), time.monotonic is clock)
    """
    ran = crash.run("-c", code)

    assert ("0\nTrue {0.005} 0.005 True\n", "") == (ran.stdout, ran.stderr)


def test_gives_way_to_each_other(crash: Crasher) -> None:
    """A snapshot that was given up ends while another one runs: the clock is the original one afterwards."""
    code = """if True:
        from tibidi import living
        from tibidi.process import time
        clock, first, second = time.monotonic, living.giving_way(), living.giving_way()
        first.__enter__(), second.__enter__()
        first.__exit__(None, None, None)
        print(time.monotonic is clock)
        second.__exit__(None, None, None)
        print(time.monotonic is clock)
    """

    assert "False\nTrue\n" == crash.run("-c", code).stdout
