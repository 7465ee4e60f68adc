"""What differs between the machine of the crash and this one."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from tibidi.capture.sources_elsewhere import around
from tibidi.model import ExceptionRecord, FrameRecord, ProcessRecord, Summary
from tibidi.revive.mismatch import PACKAGE, PLATFORM, PYTHON, SOURCE, mismatches

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TEXT = "def fail():\n    return 1 / 0\n\n\nfail()\n"


def summary(file: str = "", module: str = "__main__", **process: object) -> Summary:
    """Return the story of a crash at line 2 of `file`."""
    frame = FrameRecord(file=file, module=module, name="fail", qualname="fail", line=2)
    exception = ExceptionRecord(0, None, "raised", "ZeroDivisionError", "", frames=(frame,))
    return Summary(tibidi="1", time="", process=ProcessRecord(**process), exceptions=(exception,))


def differences(story: Summary, sources: dict[str, str] | None = None) -> list[tuple[str, bool]]:
    """Return kind and weight of what differs."""
    return [(each.kind, each.serious) for each in mismatches(story, sources or {})]


def test_nothing_differs(tmp_path: Path) -> None:
    """The same file, Python, platform and packages are not reported."""
    file = tmp_path / "app.py"
    file.write_text(TEXT)
    here = summary(
        str(file),
        python=platform.python_version(),
        implementation="cpython",
        platform=f"{platform.system()}-{platform.release()}-{platform.machine()}",
        packages={"pytest": version("pytest")},
    )

    assert [] == mismatches(here, {str(file): TEXT.replace("\n", "\r\n")})


def test_large_file(tmp_path: Path) -> None:
    """Of a large file only some lines were captured: the others do not differ, those may."""
    file = tmp_path / "app.py"
    text = TEXT + "x = 1  # padding\n" * 300_000
    file.write_text(text)
    captured = around(text, {2})
    assert len(captured) < len(text) / 10

    assert [] == differences(summary(str(file)), {str(file): captured})
    assert [(SOURCE, True)] == differences(summary(str(file)), {str(file): captured.replace("1 / 0", "2 / 0")})


def test_line_of_the_stack_differs(tmp_path: Path) -> None:
    """A file that differs at a line of a captured frame is reported with that line, as it is and as it was."""
    file = tmp_path / "app.py"
    file.write_text(TEXT.replace("1 / 0", "2 / 0"))
    (found,) = mismatches(summary(str(file)), {str(file): TEXT})

    assert f"{file}: line 2 of the stack is 'return 2 / 0' here, it was 'return 1 / 0'" == str(found)
    assert (SOURCE, True) == (found.kind, found.serious)


def test_other_line_differs(tmp_path: Path) -> None:
    """A file that differs elsewhere is reported with the first line that does."""
    file = tmp_path / "app.py"
    file.write_text(TEXT + "later = True\n")
    (found,) = mismatches(summary(str(file)), {str(file): TEXT})

    assert f"{file}: differs here from line 6 on, the lines of the stack are the same" == str(found)


def test_checkout_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another folder is compared with the one that the checkout here has for its module."""
    package = tmp_path / "src" / "shop"
    package.mkdir(parents=True)
    (package / "cart.py").write_text("# rewritten\n")
    monkeypatch.chdir(tmp_path)
    name = "/opt/customer/releases/7/shop/cart.py"
    (found,) = mismatches(summary(name, "shop.cart"), {name: TEXT})

    assert str(package / "cart.py") == found.subject
    assert "line 2 of the stack is missing here" in found.detail


def test_captured_text_that_was_cut(tmp_path: Path) -> None:
    """A text that ends within a line, since the dump was cut there, is no difference."""
    file = tmp_path / "app.py"
    file.write_text(TEXT)

    assert [] == mismatches(summary(str(file)), {str(file): TEXT[:-3]})


def test_no_checkout() -> None:
    """Files that are not here are told in one line, which is not serious: the dump has their text."""
    names = ["/opt/gone/one.py", "/opt/gone/two.py"]
    story = summary(names[0])

    assert [(SOURCE, False)] == differences(story, dict.fromkeys(names, TEXT))


def test_python_and_platform() -> None:
    """Another minor version of Python and another system are serious, another patch release is not."""
    elsewhere = summary(python="3.6.1", platform="Plan9-4-vax")
    major, minor, _ = platform.python_version_tuple()

    assert [(PYTHON, True), (PLATFORM, True)] == differences(elsewhere)
    assert [(PYTHON, False)] == differences(summary(python=f"{major}.{minor}.99"))


def test_release_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release candidate equals itself and differs from the final release."""
    monkeypatch.setattr(sys, "version_info", (3, 15, 0, "candidate", 1))

    assert [] == differences(summary(python="3.15.0rc1"))
    assert [(PYTHON, False)] == differences(summary(python="3.15.0"))


def test_packages() -> None:
    """Another version is serious, and first comes what the stack runs through; what is not here is told in one line."""
    packages = {"PyTest": "1.0", "Iniconfig": "0.1", "no-such-one": "1", "no-such-two": "2"}
    found = mismatches(summary(module="pytest.sub", packages=packages), {})

    assert [(PACKAGE, True), (PACKAGE, True), (PACKAGE, False)] == [(each.kind, each.serious) for each in found]
    assert f"PyTest: {version('pytest')} here, it was 1.0" == str(found[0])
    assert "no-such-one 1, no-such-two 2: not installed here" == str(found[2])


def test_impossible_names() -> None:
    """File names that no file can have are survived."""
    assert [(SOURCE, False)] == differences(summary("a\0b"), {"a\0b": TEXT, "<string>": TEXT})
