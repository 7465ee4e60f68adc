"""Fixtures for all tests: installed interpreters, and programs to crash with them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import crashing
import pytest
from round_trips import RoundTrip

from tibidi import config

with contextlib.suppress(ImportError):
    import hypothesis

    # The same examples in each run, however busy the machine is; scripts/fuzz has others.
    patient = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=patient)
    hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheels of both distributions, built from the work tree."""
    return crashing.build_wheels(Path(sys.executable), tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="session")
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This interpreter with both distributions installed, the real `.pth` file included."""
    if crashing.is_installed():
        return Path(sys.executable)
    wheels = request.getfixturevalue("wheels")
    return crashing.make_environment(Path(sys.executable), wheels, tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="session")
def pythons(python: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every interpreter that was found, by version ("3.11"), with both distributions installed."""
    found = {"{}.{}".format(*sys.version_info): python}
    for each in crashing.other_pythons():
        query = "import os, sys, sysconfig; print('%d.%d' % sys.version_info[:2]);"
        query += f"print(os.path.exists(sysconfig.get_path('purelib') + '/{crashing.PTH_NAME}'))"
        answer = subprocess.run([str(each), "-c", query], check=True, capture_output=True, text=True)
        version, installed = answer.stdout.split()
        if version not in found:
            place = tmp_path_factory.mktemp(f"environment-{version}")
            fresh = installed != "True"
            found[version] = (
                crashing.make_environment(each, request.getfixturevalue("wheels"), place) if fresh else each
            )
    return found


@pytest.fixture
def crash(python: Path, tmp_path: Path) -> crashing.Crasher:
    """Run a program until it crashes: `crash("divide.py", "5", "0")` returns a `crashing.Crash`."""
    return crashing.Crasher(python, tmp_path)


@pytest.fixture
def crashes(crash: crashing.Crasher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> crashing.Crasher:
    """`crash`, whose crash directory and key are those of this process as well, so that commands find the dumps."""
    monkeypatch.setattr(config, "directory", str(crash.directory))
    monkeypatch.setattr(config, "key_file", str(crash.key_file))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return crash


@pytest.fixture
def round_trip() -> RoundTrip:
    """Write and load: `round_trip({"x": 1}).locals["x"]`; settings are attributes of it."""
    return RoundTrip()
