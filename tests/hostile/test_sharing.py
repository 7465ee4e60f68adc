"""What gives dumps away, or collects them, reads dumps only, writes to its target only, and says what it did not do."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from typing import TYPE_CHECKING

import pytest
from dumpfile import samples
from hostile import catalogue, forging

from tibidi import config
from tibidi.__main__ import main
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.store.remote import Folder

if TYPE_CHECKING:
    from pathlib import Path

STORY = encode.dumps(encode.summary_to_json(samples.summary()))
TIMES = ["a/../../../../escaped", "/../../../../../tmp", "2026-11-22T21:50:0/", "\x1b]0;owned\x07", ""]


def headed(**fields: object) -> bytes:
    """Return a dump with this headline."""
    return forging.member(fmt.SUMMARY, STORY, extra=forging.note(json.dumps(fields).encode())) + forging.end()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Note the stores that are used in a directory of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.parametrize("time", TIMES)
def test_push_to_elsewhere(time: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A time that is none is no part of a path in the store."""
    dump, store = tmp_path / "dump.pkl", tmp_path / "a" / "b" / "store"
    dump.write_bytes(headed(time=time, program="../../x", pid=7))

    assert 1 == main(["push", "--attempts", "1", str(store), str(dump)])
    assert f"tibidi push: {dump}: not a dump: {dump} has the time " in capsys.readouterr().err
    assert {"dump.pkl", "cache"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.timeout(20)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "hole"])
def test_push_what_does_not_end(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe, a device and a file of terabytes are not read."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "hole").write_bytes(samples.dump_bytes(None))
    os.truncate(tmp_path / "hole", 1 << 40)

    assert 1 == main(["push", "--attempts", "1", str(tmp_path / "store"), str(tmp_path / name)])
    (line,) = capsys.readouterr().err.splitlines()
    assert f"tibidi push: {tmp_path / name}: not a dump: {tmp_path / name} " in line


def test_seal_what_was_packed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A packed dump is not sealed in its place, or opened beside it: that is a private copy, which goes."""
    pyrage = pytest.importorskip("pyrage")
    monkeypatch.setattr(config, "identity", None)  # `open` sets it
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(identity), encoding="utf-8")
    packed, sealed = tmp_path / "dump.pkl.gz", tmp_path / "sealed.pkl"
    packed.write_bytes(gzip.compress(samples.dump_bytes(None)))
    seal, unseal = ["seal", "--to", str(identity.to_public())], ["open", "--identity", str(tmp_path / "key")]

    assert [2, 0] == [main([*seal, *to, str(packed)]) for to in ([], ["-o", str(sealed)])]
    packed.write_bytes(gzip.compress(sealed.read_bytes()))
    assert [2, 0] == [main([*unseal, *to, str(packed)]) for to in ([], ["-o", str(tmp_path / "plain.pkl")])]
    said = capsys.readouterr()
    refusal = "tibidi: a packed dump, or one on stdin, has no place for the new one; name it: -o OUT"
    assert [refusal] * 2 == said.err.splitlines()
    assert samples.dump_bytes(None) == (tmp_path / "plain.pkl").read_bytes()


def test_lzma(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A ZIP archive by LZMA, which may ask for 4 GiB or be damaged, is no dump, and one line says so."""
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.pkl", samples.dump_bytes(None))
    packed.write_bytes(packed.read_bytes().replace(b"\x09\x04\x05\x00\x5d", b"\x09\x04\x05\x00\xff"))

    assert 2 == main(["info", str(packed)])
    assert f"tibidi: {packed} is a ZIP archive, but no file in it is a dump" in capsys.readouterr().err


@pytest.mark.timeout(120)
def test_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store is indexed whatever is in it; what cannot be read is a row that says why."""
    pytest.importorskip("pyarrow")
    pytest.importorskip("duckdb")
    files = [samples.dump_bytes(None), headed(time="2026", line="x"), headed(time="2026", line=10**30, type="\ud800")]
    files += [forging.member(fmt.SUMMARY, bytes(1 << 30), claimed=100) + forging.end()]
    files += [forging.dump(summary=data) for data in catalogue.stories().values()]
    files += [forging.member(fmt.SUMMARY, b"{}", extra=forging.note(note)) for note in catalogue.headlines()]
    store = Folder(str(tmp_path / "store"))
    for number, data in enumerate(files):
        store.put(f"dumps/2026-11-22/20261122T000000Z-a-{number}-0123456789abcdef.pkl", data)
    os.mkfifo(tmp_path / "store" / "dumps" / "2026-11-22" / "20261122T000000Z-a-999-0123456789abcdef.pkl")

    assert 0 == main(["fleet", "index", store.url])
    assert f"indexed {len(files)} new dumps of {store.url}, 0 were known\n" == capsys.readouterr().out
    assert 0 == main(["fleet", "list", store.url])
    printed = capsys.readouterr()
    assert ("", False) == (printed.err, "\x1b" in printed.out)
