"""The key that signs dumps: its path, its permissions, and the trust that it gives."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from dumpfile import samples

from tibidi import config
from tibidi.dumpfile.reader import LARGE_BYTES, Reader
from tibidi.errors import NotADump
from tibidi.loader import load
from tibidi.store import keys


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a key that does not exist yet."""
    path = tmp_path / "keys" / "key"
    path.parent.mkdir(mode=0o700)
    monkeypatch.setattr(config, "key_file", str(path))
    return path


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A dump signed with the own key."""
    key = keys.read_or_make_key()
    path = tmp_path / "ours.pkl"
    path.write_bytes(samples.dump_bytes(key))
    return path


def test_made_on_first_use(key_file: Path) -> None:
    """The key is made when it is first needed, for its owner only, and then stays the same."""
    assert keys.read_key() is None
    key = keys.read_or_make_key()

    assert 0o600 == stat.S_IMODE(key_file.stat().st_mode)
    assert key == keys.read_or_make_key() == keys.read_key()
    assert keys.KEY_BYTES == len(key)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_others_have_access(mode: int, key_file: Path) -> None:
    """A key that other users can read or write is not used; the message has the reason and the remedy."""
    keys.read_or_make_key()
    key_file.chmod(mode)
    key, problem = keys.examine_key()

    assert key is None
    assert f"others have access to it (mode {mode:04o}); chmod 600 {key_file}" in problem


def test_no_key(key_file: Path) -> None:
    """A missing key, a short one or one that is no regular file is not used; a pipe does not block."""
    assert (None, "") == keys.examine_key()
    key_file.write_bytes(b"short")
    key_file.chmod(0o600)
    assert "has 5 bytes" in keys.examine_key()[1]
    key_file.unlink()
    os.mkfifo(key_file, 0o600)
    assert "it is no regular file" in keys.examine_key()[1]


def test_a_directory(key_file: Path) -> None:
    """A directory is no key, as container runtimes make where the source of a mount is missing."""
    key_file.mkdir()

    assert f"the key file {key_file} is not used: it is no regular file" in keys.examine_key()[1]
    assert keys.read_or_make_key() is None


@pytest.mark.parametrize("mode", [None, 0o755, 0o770, 0o777])
def test_not_made_just_anywhere(mode: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where TIBIDI_KEY_FILE leads to no private directory, neither a key nor a directory is made."""
    with tempfile.TemporaryDirectory() as folder:  # not below that of pytest, which is private
        key_file = Path(folder) / "key" if mode else Path(folder) / "missing" / "key"
        Path(folder).chmod(mode or 0o755)
        monkeypatch.setattr(config, "key_file", str(key_file))

        assert keys.read_or_make_key() is None
        assert not key_file.exists()
        assert f"no key is made in {key_file.parent}: " in keys.examine_key()[1]


def test_below_a_private_directory(key_file: Path) -> None:
    """A directory that others cannot reach is private, whatever its own mode is."""
    key_file.parent.chmod(0o755)
    key_file.parent.parent.chmod(0o700)

    assert keys.KEY_BYTES == len(keys.read_or_make_key() or b"")


def test_default_directory_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default directory for the key is made, private."""
    monkeypatch.setattr(config, "key_file", None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    assert keys.KEY_BYTES == len(keys.read_or_make_key() or b"")
    assert 0o700 == stat.S_IMODE((tmp_path / "config" / "tibidi").stat().st_mode)


def test_trust(ours: Path, tmp_path: Path) -> None:
    """A dump that the own key signed opens live, any other inert, unless `trust` says otherwise."""
    foreign = tmp_path / "foreign.pkl"
    foreign.write_bytes(samples.dump_bytes(b"another key" * 9))

    assert load(ours).live
    assert not load(ours, trust=False).live
    assert not load(foreign).live
    assert load(foreign, trust=True).live


def test_no_key_no_trust(ours: Path, key_file: Path) -> None:
    """Without a usable key no dump is trusted."""
    key_file.chmod(0o644)

    assert not load(ours).live


@pytest.mark.parametrize("size", [1_000, 2 * LARGE_BYTES])
def test_what_was_checked_is_what_is_read(tmp_path: Path, size: int) -> None:
    """A file that is overwritten after its check is read as it was when checked, whether small or large."""
    pickles = {"values/0000.pkl": os.urandom(size), "values/0001.pkl": b"second"}
    path = tmp_path / "signed.pkl"
    path.write_bytes(samples.dump_bytes(samples.KEY, pickles))
    with Reader(path) as reader:
        assert reader.is_signed_by(samples.KEY)
        path.write_bytes(b"\0" * path.stat().st_size)

        assert list(pickles.values()) == [file.read() for _, file, _ in reader.values()]


def test_not_a_regular_file(tmp_path: Path) -> None:
    """A pipe with the name of a dump does not block."""
    os.mkfifo(tmp_path / "pipe.pkl")
    with pytest.raises(NotADump, match="is not a regular file"):
        Reader(tmp_path / "pipe.pkl")
