"""Sealed dumps: nothing of the values reaches the disk in plaintext, and only the private key opens them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from crashing import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

pytest.importorskip("pyrage", reason="sealing needs pyrage")

PROGRAM = """
import sys
big = [("PLAIN-%d" % n) * 20 for n in range(int(sys.argv[1]))]
# PLAIN-comment
def f(text):
    raise ValueError("PLAIN-message")
f("PLAIN-" + "argument")
"""


@pytest.fixture
def keys(tmp_path: Path) -> tuple[str, Path]:
    """A pair of keys: the public one, and the file of the private one."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    path = tmp_path / "identity.txt"
    path.write_text(f"# a comment\n{identity}\n", encoding="utf-8")
    return str(identity.to_public()), path


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """Return the environment of a program that crashes with tibidi on."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TIBIDI_")}
    place = {"TIBIDI_DIR": str(tmp_path / "crashes"), "TIBIDI_KEY_FILE": str(tmp_path / "key"), "TMPDIR": str(tmp_path)}
    return {**own, **place, "PYTHONPATH": str(ROOT), "BIRD": "PLAIN-environment", **more}


def crash(tmp_path: Path, *command: str, size: int = 100, **more: str) -> subprocess.CompletedProcess[str]:
    """Crash the program."""
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    arguments = [
        *(command or (sys.executable,)),
        "-m",
        "tbdump",
        "-o",
        str(tmp_path / "out.pkl"),
        str(tmp_path / "app.py"),
    ]
    environ = environment(tmp_path, **more)
    environ["PYTHONPATH"] = f"{ROOT}:{ROOT / 'scripts'}"
    return subprocess.run([*arguments, str(size)], env=environ, capture_output=True, text=True, check=False)


def tibidi(tmp_path: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m tibidi`."""
    command = [sys.executable, "-m", "tibidi", *arguments]
    return subprocess.run(command, env=environment(tmp_path, **more), capture_output=True, text=True, check=False)


def plaintext(folder: Path) -> list[str]:
    """Return the files below a folder that hold a part of what is to be sealed."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "app.py" and b"PLAIN-" in inflated(path):
            found.append(path.name)
    return found


def inflated(path: Path) -> bytes:
    """Return the bytes of a file, and those of its members if it is an archive, whole or cut."""
    import io
    import zlib

    data = path.read_bytes()
    parts, at = [data], data.find(b"PK\x03\x04")
    while at >= 0:
        name, extra = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (26, 28))
        try:
            parts.append(zlib.decompressobj(-15).decompress(data[at + 30 + name + extra :]))
        except zlib.error:
            parts.append(io.BytesIO(b"").read())
        at = data.find(b"PK\x03\x04", at + 4)
    return b"".join(parts)


def test_at_the_crash(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """A sealed dump shows stacks and types, holds no plaintext, and opens whole with the private key."""
    public, private = keys
    ended = crash(tmp_path, TIBIDI_SEAL_TO=public)
    dump = tmp_path / "out.pkl"
    shown = json.loads(tibidi(tmp_path, "show", "--json", str(dump)).stdout)
    opened = tibidi(tmp_path, "show", "--plain", "--all", str(dump), TIBIDI_IDENTITY=str(private)).stdout

    assert 1 == ended.returncode
    assert [] == plaintext(tmp_path)
    assert ("", {"text": {"type": "str", "preview": "<scrubbed>"}}) == (
        shown["exceptions"][-1]["message"],
        shown["exceptions"][-1]["frames"][-1]["locals"],
    )
    assert ["sealed"] == [each["reason"] for each in shown["omissions"]]
    assert "PLAIN-argument" in opened
    assert "PLAIN-message" in opened
    assert "PLAIN-99" in load(tmp_path, dump, private)


def test_without_the_key(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """Without the private key each view says that the variables are sealed, and how to open them."""
    crash(tmp_path, TIBIDI_SEAL_TO=keys[0])
    command = [sys.executable, "-m", "tbdebug", str(tmp_path / "out.pkl"), "-c", "q"]
    debugger = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False).stdout
    dump = str(tmp_path / "out.pkl")
    views = [tibidi(tmp_path, name, dump).stdout for name in ("show", "info", "mem", "analyze")]
    asked = [tibidi(tmp_path, *words).stderr for words in (("find", "PLAIN", dump), ("eval", dump, "text"))]

    said = "he variables are sealed; set TIBIDI_IDENTITY"
    assert [1] * 7 == [view.count(said) for view in (debugger, *views, *asked)]
    assert "tibidi eval" not in views[-1]
    assert "Values are" not in debugger
    assert [] == [
        line for view in views for line in view.splitlines() if "on ," in line or line.endswith((", in", ","))
    ]


def test_scrub(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """Without the private key a sealed dump is scrubbed to the minimum only: the rest would lose what is sealed."""
    crash(tmp_path, TIBIDI_SEAL_TO=keys[0])
    dump, small = tmp_path / "out.pkl", tmp_path / "small.pkl"
    refused = tibidi(tmp_path, "scrub", "--drop", "environment", "-o", str(small), str(dump))
    is_written = small.exists()
    tibidi(tmp_path, "scrub", "--profile", "minimal", "-o", str(small), str(dump))
    found = tibidi(tmp_path, "find", "PLAIN", str(small))

    assert (2, False) == (refused.returncode, is_written)
    assert "a sealed dump can't be scrubbed; set TIBIDI_IDENTITY" in refused.stderr
    assert "has nothing to search: The variables were left out by scrub" in found.stderr


def load(tmp_path: Path, dump: Path, private: Path) -> str:
    """Return the last item of the large variable, as loaded in another process with the private key."""
    code = (
        f"import tibidi; d = tibidi.load({str(dump)!r}); print(d.live, d.exceptions[-1].frames[0].globals['big'][-1])"
    )
    environ = environment(tmp_path, TIBIDI_IDENTITY=str(private))
    return subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout


def test_another_key(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """A private key that does not fit is one line that says so."""
    import pyrage

    crash(tmp_path, TIBIDI_SEAL_TO=keys[0])
    (tmp_path / "other.txt").write_text(str(pyrage.x25519.Identity.generate()), encoding="utf-8")
    ended = tibidi(tmp_path, "open", "--identity", str(tmp_path / "other.txt"), str(tmp_path / "out.pkl"))

    assert 2 == ended.returncode
    assert "does not open this dump" in ended.stderr
    assert "; name the key that it was sealed to" in ended.stderr
    assert 1 == len(ended.stderr.splitlines())


def test_seal_and_open(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """`tibidi seal` replaces the dump by a sealed one for several keys, `tibidi open` gives it back byte for byte."""
    import pyrage

    public, private = keys
    second = pyrage.x25519.Identity.generate()
    crash(tmp_path)
    dump, original = tmp_path / "out.pkl", (tmp_path / "out.pkl").read_bytes()
    sealed = tibidi(tmp_path, "seal", "--to", public, str(second.to_public()), str(dump))
    leaks = plaintext(tmp_path)
    (tmp_path / "second.txt").write_text(str(second), encoding="utf-8")
    for number, identity in enumerate((private, tmp_path / "second.txt")):
        out = tmp_path / f"opened{number}.pkl"
        ended = tibidi(tmp_path, "open", "--identity", str(identity), str(dump), "-o", str(out))

        assert ("", original) == (ended.stderr, out.read_bytes())
    assert (0, []) == (sealed.returncode, leaks)
    assert 2 == tibidi(tmp_path, "seal", "--to", public, str(dump)).returncode


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_stock_age(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """The command age decrypts the member: it is the dump as it would be without sealing."""
    crash(tmp_path, TIBIDI_SEAL_TO=keys[0])
    with zipfile.ZipFile(tmp_path / "out.pkl") as archive:
        (tmp_path / "member.age").write_bytes(archive.read("sealed.age"))
    command = ["age", "-d", "-i", str(keys[1]), "-o", str(tmp_path / "plain.pkl"), str(tmp_path / "member.age")]
    subprocess.run(command, check=True)

    with zipfile.ZipFile(tmp_path / "plain.pkl") as archive:
        assert b"PLAIN-message" in archive.read("summary.json")


def test_link_to_a_dump(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """A link such as latest.pkl is followed: the dump itself is replaced, and the link stays."""
    crash(tmp_path)
    (tmp_path / "latest.pkl").symlink_to("out.pkl")
    sealed = tibidi(tmp_path, "seal", "--to", keys[0], str(tmp_path / "latest.pkl"))

    assert f"sealed {tmp_path / 'out.pkl'}; the plaintext dump was replaced\n" == sealed.stdout
    assert (tmp_path / "latest.pkl").is_symlink()
    assert [] == plaintext(tmp_path)


def test_process_that_was_killed(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """The dump of a process that vanished is sealed, too, by the one that finds its record."""
    code = "import faulthandler\n# PLAIN-comment\nfaulthandler._sigsegv()"
    (tmp_path / "app.py").write_text(code, encoding="utf-8")
    environ = environment(tmp_path, TIBIDI_ENABLE="1", TIBIDI_SEAL_TO=keys[0])
    subprocess.run([sys.executable, str(tmp_path / "app.py")], env=environ, capture_output=True, check=False)
    listed = tibidi(tmp_path, "list", TIBIDI_SEAL_TO=keys[0])
    (dump,) = (tmp_path / "crashes").glob("2*.pkl")

    assert "native SIGSEGV" in listed.stdout
    assert "sealed.age" in zipfile.ZipFile(dump).namelist()
    assert [] == plaintext(tmp_path)


def test_doctor(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """The doctor finds that sealing works, also where only the public key is."""
    examined = tibidi(tmp_path, "doctor", TIBIDI_ENABLE="1", TIBIDI_SEAL_TO=keys[0])

    assert "has another crash" not in examined.stdout + examined.stderr


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_ssh_keys(tmp_path: Path) -> None:
    """A key of SSH seals and opens as well, named by its file."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "id")], check=True)
    crash(tmp_path, TIBIDI_SEAL_TO=str(tmp_path / "id.pub"))

    assert [] == plaintext(tmp_path)
    assert "PLAIN-99" in load(tmp_path, tmp_path / "out.pkl", tmp_path / "id")


def test_without_pyrage(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """Without pyrage, or with a wrong key, the dump has no values, and a line says why."""
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "pyrage.py").write_text("raise ImportError('no pyrage')", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'without')!r})"
    (tmp_path / "without" / "sitecustomize.py").write_text(code, encoding="utf-8")
    for key, said in ((keys[0], "sealing needs pyrage"), ("age1nonsense", "is no public key")):
        more = {"PYTHONPATH": str(tmp_path / "without")} if key == keys[0] else {}
        ended = crash(tmp_path, TIBIDI_SEAL_TO=key) if not more else crash_without(tmp_path, key)

        assert said in ended.stderr
        assert [] == plaintext(tmp_path)
        assert "sealed.age" not in zipfile.ZipFile(tmp_path / "out.pkl").namelist()


def crash_without(tmp_path: Path, key: str) -> subprocess.CompletedProcess[str]:
    """Crash where pyrage cannot be imported."""
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    environ = environment(tmp_path, TIBIDI_SEAL_TO=key, PYTHONPATH=f"{tmp_path / 'without'}:{ROOT}:{ROOT / 'scripts'}")
    command = [sys.executable, "-m", "tbdump", "-o", str(tmp_path / "out.pkl"), str(tmp_path / "app.py"), "100"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path, keys: tuple[str, Path]) -> None:
    """A process that is killed at thirty moments while it seals leaves no plaintext in any file."""
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    environ = environment(tmp_path, TIBIDI_SEAL_TO=keys[0], PYTHONPATH=f"{ROOT}:{ROOT / 'scripts'}")
    command = [sys.executable, "-m", "tbdump", "-o", str(tmp_path / "out.pkl"), str(tmp_path / "app.py"), "20000"]
    start = time.monotonic()
    subprocess.run(command, env=environ, capture_output=True, check=False)
    whole = time.monotonic() - start
    killed = 0
    for number in range(30):
        start = time.monotonic()
        process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(whole * (0.3 + 0.7 * number / 30))
            whole = min(whole, time.monotonic() - start)  # the machine was busier at first
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL

        assert [] == plaintext(tmp_path)
    assert killed > 15
