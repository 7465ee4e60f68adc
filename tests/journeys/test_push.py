"""`tibidi push`: dumps of this machine to a store, each once; a dump of a store opens by its name."""

from __future__ import annotations

import errno
import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi.__main__ import main
from tibidi.fleet.push import Pusher
from tibidi.store.directory import CrashDirectory, Limits
from tibidi.store.remote import Folder
from tibidi.tools.scrub import rules

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.once


@pytest.fixture
def three(crashes: Crasher) -> Crasher:
    """Three crashes: two of one kind, one of another."""
    for code in ("x = 1\n1/0", "x = 2\n1/0", "{}['missing']"):
        crashes.run("-c", code)
    return crashes


def stored(store: Path) -> list[Path]:
    """Return the dumps in a store."""
    return sorted(path for path in (store / "dumps").rglob("*") if path.is_file())


def copy_of(dump: Path, store: Path) -> Path:
    """Return the copy of a dump in a store."""
    (path,) = (each for each in stored(store) if each.name.startswith(f"{dump.stem}-"))
    return path


def test_each_once(three: Crasher, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each dump is in the store once, as it was, however often it is pushed, under its day, time and digest."""
    store = tmp_path / "store"
    for _ in range(2):
        assert 0 == main(["push", str(store)])
    (three.directory / "pushed").unlink()
    assert 0 == main(["push", str(store)])

    assert ["pushed 3 dumps", "pushed 0 dumps", "pushed 3 dumps"] == [
        line.partition(" to ")[0] for line in capsys.readouterr().out.splitlines()
    ]
    assert sorted(path.read_bytes() for path in three.dumps()) == sorted(path.read_bytes() for path in stored(store))
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-python-\d+-[0-9a-f]{16}\.pkl", path.name) for path in stored(store))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", path.parent.name) for path in stored(store))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_little_memory(three: Crasher, tmp_path: Path) -> None:
    """To push a small dump takes little memory, though a file of up to 1 GiB is read."""
    code = """import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))
from tibidi.__main__ import main
sys.exit(main(["push", sys.argv[1]]))"""
    ended = three.run("-c", code, str(tmp_path / "store"))

    assert (0, 3) == (ended.status, len(stored(tmp_path / "store"))), ended.stderr


def test_damaged_among_others(three: Crasher, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no dump is reported, and the others are pushed; so is one that cannot be opened."""
    broken = three.directory / "20261122T215000Z-app-4711.pkl"
    broken.write_bytes(b"no dump")

    assert 1 == main(["push", str(tmp_path / "store")])
    assert 1 == main(["push", str(tmp_path / "store"), str(tmp_path)])

    out, err = capsys.readouterr()
    assert [f"pushed {count} dumps to {tmp_path / 'store'}" for count in (3, 0)] == out.splitlines()
    assert [
        f"tibidi push: {broken}: not a dump: {broken} starts with b'no dump'",
        f"tibidi push: {tmp_path}: not a dump: {tmp_path} is a folder",
    ] == err.splitlines()


def test_unwritable_store(three: Crasher, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that cannot be made is reported at once, without further attempts."""
    (tmp_path / "file").write_bytes(b"")

    assert 1 == main(["push", str(tmp_path / "file" / "store")])

    out, err = capsys.readouterr()
    assert f"pushed 0 dumps to {tmp_path / 'file' / 'store'}\n" == out
    assert 3 == err.count("NotADirectoryError: [Errno 20] Not a directory")


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOENT])
def test_a_folder_that_stays_so(
    three: Crasher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    """A file system that is read-only, or where no folder can be made, such as /proc, is reported at once, too."""

    def refused(self: object, key: str, data: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tibidi.store.remote.Folder.put", refused)
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("it waits"))

    assert 1 == main(["push", str(tmp_path / "store")])
    assert 3 == capsys.readouterr().err.count(f"[Errno {number}]")


def test_opens_by_name(three: Crasher, tmp_path: Path) -> None:
    """A dump of a store that was used here opens by its name, and by its place."""
    store = tmp_path / "store"
    main(["push", str(store)])
    path = copy_of(three.dumps()[0], store)

    assert three.dumps()[0].read_bytes() == path.read_bytes()
    assert "ZeroDivisionError" in tibidi.load(path.name).exceptions[-1].type
    assert "ZeroDivisionError" in tibidi.load(f"file://{path}").exceptions[-1].type
    assert 1 == main(["show", "20200101T000000Z-python-1-0123456789abcdef.pkl"])


def test_another_dump_of_the_same_name(three: Crasher, tmp_path: Path) -> None:
    """A dump that replaced one of its name, as tbdump and `set_excepthook()` make it, is pushed as well."""
    for code in ("1 / 0", "{}['other']"):
        three.run("-m", "tbdump", "-o", str(tmp_path / "traceback.pkl"), "-c", code)
        for _ in range(2):
            assert 0 == main(["push", str(tmp_path / "store"), str(tmp_path / "traceback.pkl")])

    assert 2 == len(stored(tmp_path / "store"))
    assert 2 == len((tmp_path / "pushed").read_text().splitlines())


def test_without_a_home(three: Crasher, tmp_path: Path) -> None:
    """Dumps are pushed where the store cannot be noted for later."""
    pushed = three.run("-m", "tibidi", "push", str(tmp_path / "store"), env={"HOME": "/proc/nowhere"})

    assert (0, 3) == (pushed.status, len(stored(tmp_path / "store"))), pushed.stderr


def test_no_attempts(three: Crasher, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A push without an attempt is refused, and notes nothing as pushed."""
    with pytest.raises(SystemExit, match="2"):
        main(["push", "--attempts", "0", str(tmp_path / "store")])

    assert "argument --attempts: not a whole number above 0: '0'\n" in capsys.readouterr().err
    assert not (three.directory / "pushed").exists()


def test_limit(three: Crasher, tmp_path: Path) -> None:
    """With a limit, no more dumps of one fingerprint and hour are pushed."""
    main(["push", str(tmp_path / "store"), "--limit", "1"])

    assert 2 == len(stored(tmp_path / "store"))


def test_pushed_dumps_go_first(three: Crasher, tmp_path: Path) -> None:
    """Retention deletes what was pushed before anything that was not."""
    second = three.dumps()[1]
    main(["push", str(tmp_path / "store"), str(second)])
    gone = CrashDirectory(str(three.directory)).prune(Limits(keep=2))

    assert [second.name] == [entry.name for entry in gone]


class Refusing(Folder):
    """A store that refuses the first attempts."""

    refusals = 2

    def put(self, key: str, data: bytes) -> None:
        """Refuse, or write."""
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("the line was cut\n\nDebug: more")
        super().put(key, data)


def test_retry(three: Crasher, tmp_path: Path) -> None:
    """An attempt that fails is repeated after a pause; after the last one, the dump is reported as not pushed."""
    path = str(three.dumps()[0])
    store = Refusing(str(tmp_path / "store"))

    assert [(path, "ConnectionError: the line was cut")] == list(Pusher(store, attempts=1).push([path]))
    assert [(path, "")] == list(Pusher(store, attempts=3).push([path]))
    assert 0 == store.refusals


def test_sealed(three: Crasher, tmp_path: Path) -> None:
    """With --seal-to, the copies in the store are sealed, under the names that the originals give them."""
    pyrage = pytest.importorskip("pyrage")
    identity = pyrage.x25519.Identity.generate()
    main(["push", str(tmp_path / "plain")])
    (three.directory / "pushed").unlink()
    main(["push", str(tmp_path / "sealed"), "--seal-to", str(identity.to_public())])

    assert [path.name for path in stored(tmp_path / "plain")] == [path.name for path in stored(tmp_path / "sealed")]
    assert all(b"sealed.age" in path.read_bytes() for path in stored(tmp_path / "sealed"))
    assert all(each.is_file() for each in three.dumps())


def test_scrubbed(three: Crasher, tmp_path: Path) -> None:
    """With --scrub and --mask, the copies do not hold what is named, under the names that the originals give them."""
    three.run("-c", "iban = 'DE02120300000000202051'\nhost = 'db.example'\n1/0")
    main(["push", str(tmp_path / "plain")])
    (three.directory / "pushed").unlink()
    main(["push", str(tmp_path / "scrubbed"), "--scrub", "environment", "--mask", "iban*"])
    newest = tibidi.load(copy_of(three.dumps()[-1], tmp_path / "scrubbed"))

    assert [path.name for path in stored(tmp_path / "plain")] == [path.name for path in stored(tmp_path / "scrubbed")]
    assert ("<redacted>", "db.example") == tuple(
        newest.exceptions[-1].frames[-1].locals[name] for name in ("iban", "host")
    )
    assert {} == newest.process.environment
    assert all(b"DE02120300000000202051" not in path.read_bytes() for path in stored(tmp_path / "scrubbed"))


def test_scrubbed_and_sealed(three: Crasher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --scrub and --seal-to, what is sealed is the scrubbed dump; a sealed one is not scrubbed without the key."""
    pyrage = pytest.importorskip("pyrage")
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(identity))
    main(["push", str(tmp_path / "store"), "--scrub", "minimal", "--seal-to", str(identity.to_public())])
    sealed = str(stored(tmp_path / "store")[0])
    (without,) = Pusher(Folder(str(tmp_path / "other")), rules(["environment"])).push([sealed])
    monkeypatch.setattr(tibidi.config, "identity", str(tmp_path / "key"))

    assert (sealed, "TibidiError: a sealed dump can't be scrubbed") == without
    assert ["values"] == [omission.path for omission in tibidi.load(sealed).omissions]
    assert "all but stacks and types was left out" == tibidi.load(sealed).omissions[0].detail


def test_no_such_store(three: Crasher, capsys: pytest.CaptureFixture[str]) -> None:
    """A URL of no kind that is known, or one that needs the extra, is one line with what to do."""
    assert 2 == main(["push", "gopher://crashes/shop"])
    (line,) = capsys.readouterr().err.splitlines()

    assert "gopher://crashes/shop" in line
