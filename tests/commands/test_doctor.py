"""`python -m tibidi doctor`: what is wrong, and the next thing to do."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from crashing import Crasher


def test_works(crash: Crasher) -> None:
    """Where all is well, a child process crashes, its dump is read, and nothing of that is left."""
    ran = crash.run("-m", "tibidi", "doctor")

    assert 0 == ran.status
    assert "a child process crashed, and its dump was read" in ran.stdout
    assert "It works.\n" in ran.stdout
    assert [] == list(crash.directory.iterdir())


def test_json(crash: Crasher) -> None:
    """`--json` prints the same for programs."""
    facts = json.loads(crash.run("-m", "tibidi", "doctor", "--json", env={"TIBIDI_KEEP": "many"}).stdout)

    assert "works" == facts["verdict"]
    assert facts["versions"]["match"]
    assert [True] == [pth["as_shipped"] for pth in facts["pth"]]
    assert {"ours": True} == {"ours": all(hook["ours"] for hook in facts["hooks"].values())}
    assert {"raw": "many", "parsed": 20, "understood": False} == facts["variables"]["TIBIDI_KEEP"]
    assert str(crash.directory) == facts["directory"]["path"]
    assert (1, "") == (facts["probe"]["status"], facts["probe"]["problem"])
    assert ["correct the variable, or unset it"] == [finding["remedy"] for finding in facts["findings"]]


def test_what_is_not_understood_is_named_exactly(crash: Crasher) -> None:
    """A variable that is not understood does not mark another whose name is a prefix of its name."""
    environment = {"TIBIDI_KEEP": "5", "TIBIDI_KEEP_DAYS": "TIBIDI_DIR="}
    variables = json.loads(crash.run("-m", "tibidi", "doctor", "--json", env=environment).stdout)["variables"]

    assert ["TIBIDI_KEEP_DAYS"] == [name for name, variable in variables.items() if not variable["understood"]]


@pytest.mark.parametrize("debug", [None, "1"])
def test_misspelt_variable(crash: Crasher, debug: str | None) -> None:
    """A variable that is no setting is reported once, with the one that was meant."""
    environment = {"TIBIDI_KEEEP": "5", "TIBIDI_DEBUG": debug}
    ran = crash.run("-m", "tibidi", "doctor", env=environment)
    (finding,) = json.loads(crash.run("-m", "tibidi", "doctor", "--json", env=environment).stdout)["findings"]

    assert 1 == ran.stdout.count("- TIBIDI_KEEEP is not a setting; did you mean TIBIDI_KEEP?; next: correct")
    assert "TIBIDI_KEEEP is not a setting; did you mean TIBIDI_KEEP?" == finding["problem"]


def test_key(crash: Crasher) -> None:
    """The key that signs dumps is named; it is created on first use."""
    ran = crash.run("-m", "tibidi", "doctor")
    facts = json.loads(crash.run("-m", "tibidi", "doctor", "--json").stdout)

    assert f"key          {crash.key_file}\n" in ran.stdout
    assert {"path": str(crash.key_file), "used": True, "problem": ""} == facts["key"]


def test_key_that_is_not_used(crash: Crasher) -> None:
    """When dumps are not signed, the reason is printed, and the command that corrects it."""
    crash.key_file.write_bytes(os.urandom(32))
    crash.key_file.chmod(0o644)
    ran = crash.run("-m", "tibidi", "doctor")
    (finding,) = json.loads(crash.run("-m", "tibidi", "doctor", "--json").stdout)["findings"]

    assert 0 == ran.status
    assert f"key          {crash.key_file}  (not used)\n" in ran.stdout
    assert "others have access to it (mode 0644): dumps are not signed, and open inert" in ran.stdout
    assert ran.stdout.endswith(f"; next: chmod 600 {crash.key_file}\n")
    assert f"chmod 600 {crash.key_file}" == finding["remedy"]


def test_key_that_cannot_be_made(crash: Crasher) -> None:
    """When no key can be created, that is reported as well."""
    blocked = crash.work / "blocked"
    blocked.write_text("", encoding="utf-8")
    ran = crash.run("-m", "tibidi", "doctor", env={"TIBIDI_KEY_FILE": str(blocked / "key")})

    assert 0 == ran.status
    assert "dumps are not signed, and open inert; next: set TIBIDI_KEY_FILE to" in ran.stdout


def test_not_enabled(crash: Crasher) -> None:
    """Without TIBIDI_ENABLE it is not active, and the next thing is to set it."""
    ran = crash.run("-m", "tibidi", "doctor", env={"TIBIDI_ENABLE": None})

    assert 1 == ran.status
    assert "next: set TIBIDI_ENABLE=1 where the program starts" in ran.stdout


@pytest.mark.parametrize("flag", ["-I", "-E"])
def test_isolated(crash: Crasher, flag: str) -> None:
    """With -I or -E it is not active, and the flag is named."""
    ran = crash.run(flag, "-m", "tibidi", "doctor")

    assert 1 == ran.status
    assert "next: run it without -I and -E" in ran.stdout


def test_broken(crash: Crasher) -> None:
    """Where nothing can be written it is broken, and the next thing is another directory."""
    blocked = crash.work / "blocked"
    blocked.write_text("", encoding="utf-8")
    environment = {"TIBIDI_DIR": str(blocked), "TMPDIR": str(crash.work)}
    (crash.work / f"tibidi-{os.geteuid()}").symlink_to(crash.home)
    ran = crash.run("-m", "tibidi", "doctor", env=environment)

    assert 2 == ran.status
    assert "It is broken.\n" in ran.stdout
    assert "next: set TIBIDI_DIR to a directory that can be written" in ran.stdout


def test_fallback(crash: Crasher) -> None:
    """When dumps go to the temporary directory, that is reported, with the reason."""
    blocked = crash.work / "blocked"
    blocked.write_text("", encoding="utf-8")
    ran = crash.run("-m", "tibidi", "doctor", env={"TIBIDI_DIR": str(blocked), "TMPDIR": str(crash.home)})

    assert 0 == ran.status
    assert f"because {blocked} cannot be written" in ran.stdout


def test_replaced_hook_is_named(crash: Crasher) -> None:
    """A function that replaced the hook is named, with its file."""
    code = """
import runpy, sys
def their_hook(*args): pass
sys.excepthook = their_hook
sys.argv = ["doctor", "doctor"]
runpy.run_module("tibidi", run_name="__main__")
"""
    ran = crash.run("-c", code)

    assert 0 == ran.status
    assert "sys.excepthook was replaced by __main__.their_hook (<string>:3); next: no action needed" in ran.stdout
    assert "\nhook         threading.excepthook: tibidi\n" in ran.stdout


def test_another_version_of_the_companion(crash: Crasher, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Different versions of the two distributions are reported."""
    place = tmp_path_factory.mktemp("fake") / "tibidi_autoinstall-0.1.0.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tibidi-autoinstall\nVersion: 0.1.0\n", encoding="utf-8"
    )
    ran = crash.run("-m", "tibidi", "doctor", env={"PYTHONPATH": str(place.parent)})

    assert "tibidi-autoinstall is 0.1.0" in ran.stdout


def test_interpreter_is_named(crash: Crasher) -> None:
    """The interpreter and its version are printed."""
    assert f"python       {sys.version.split()[0]}" in crash.run("-m", "tibidi", "doctor").stdout
