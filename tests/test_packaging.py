"""Both distributions as they are built, installed and removed."""

from __future__ import annotations

import email
import http.server
import os
import re
import subprocess
import sys
import tarfile
import threading
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from crashing import PTH_NAME, ROOT, make_environment

import tibidi

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPANION = ROOT / "scripts" / "autoinstall"
PTH_LINE = "import os; os.environ.get('TIBIDI_ENABLE') and __import__('tibidi_autoinstall').main()\n"
SCRIPTS = ["tbdebug.py", "tbdump.py", "tbpeep.py"]


def hatch(project: Path, target: str, place: Path) -> Path:
    """Build a wheel or sdist of the project in a folder; return the file."""
    before = set(place.iterdir()) if place.exists() else set()
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(place)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return next(iter(set(place.iterdir()) - before))


def unpack(sdist: Path, place: Path) -> Path:
    """Unpack an sdist; return its only folder."""
    with tarfile.open(sdist) as archive:
        archive.extractall(place, filter="data")
    return next(place.iterdir())


def names(wheel: Path) -> list[str]:
    """Return what a wheel holds."""
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


def metadata(wheel: Path) -> email.message.Message:
    """Return METADATA of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def pip(python: Path, *args: str, **environ: str) -> str:
    """Run pip on the environment of `python`, without the settings of this machine; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    environment.update(PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1", **environ)
    command = [sys.executable, "-m", "pip", "--python", str(python), *args]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def output(python: Path, *args: str, **environ: str) -> str:
    """Run the interpreter away from the work tree; return everything that it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TIBIDI_"))}
    command = [str(python), *args]
    done = subprocess.run(
        command, cwd=python.parent, env={**environment, **environ}, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def site_packages(python: Path) -> Path:
    """Return where the environment has its packages."""
    return Path(output(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An environment without either distribution, which sees what they require."""
    return make_environment(Path(sys.executable), [], tmp_path / "bare")


@pytest.fixture(scope="module")
def main_wheel(wheels: list[Path]) -> Path:
    """The wheel of tibidi."""
    return next(wheel for wheel in wheels if wheel.name.startswith("tibidi-"))


@pytest.fixture(scope="module")
def companion_wheel(wheels: list[Path]) -> Path:
    """The wheel of tibidi-autoinstall."""
    return next(wheel for wheel in wheels if wheel.name.startswith("tibidi_autoinstall-"))


@pytest.fixture
def index(wheels: list[Path], tmp_path: Path) -> Iterator[str]:
    """The address of a simple index (PEP 503) on the loopback interface that has the two wheels."""
    for wheel in wheels:
        project = tmp_path / "simple" / re.sub(r"[-_.]+", "-", wheel.name.partition("-")[0])
        project.mkdir(parents=True)
        (project / wheel.name).write_bytes(wheel.read_bytes())
        (project / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>', encoding="utf-8")
    handler = partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a line on stderr for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_one_version(main_wheel: Path, companion_wheel: Path) -> None:
    """Both distributions, the package and the pin of the extra have the same version."""
    pins = [each for each in metadata(main_wheel).get_all("Requires-Dist", []) if "autoinstall" in each]

    assert tibidi.__version__ == metadata(main_wheel)["Version"] == metadata(companion_wheel)["Version"]
    assert [f"tibidi-autoinstall=={tibidi.__version__}"] == [pin.partition(";")[0].strip() for pin in pins]


def test_requirements(main_wheel: Path, companion_wheel: Path) -> None:
    """tibidi requires cloudpickle and platformdirs, its companion nothing."""
    required = [each for each in metadata(main_wheel).get_all("Requires-Dist", []) if "extra ==" not in each]

    assert ["cloudpickle", "platformdirs"] == [re.split(r"[<>=~!;\s]", each)[0] for each in required]
    assert ["auto", "fleet", "mcp", "peep", "seal", "view"] == metadata(main_wheel).get_all("Provides-Extra")
    assert metadata(companion_wheel).get_all("Requires-Dist") is None


def test_content_of_the_wheels(main_wheel: Path, companion_wheel: Path) -> None:
    """The modules of `python -m` stand at the root, and only the companion brings the `.pth` file."""
    in_main, in_companion = names(main_wheel), names(companion_wheel)

    assert SCRIPTS == [name for name in in_main if "/" not in name]
    assert {"tibidi"} == {name.partition("/")[0] for name in in_main if "/" in name and ".dist-info" not in name}
    assert "tibidi/py.typed" in in_main
    assert [PTH_NAME, "tibidi_autoinstall.py"] == [name for name in in_companion if "/" not in name]
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in in_main)


def test_the_line(companion_wheel: Path) -> None:
    """The `.pth` file is the one line that the README shows, in ASCII, and RECORD knows it."""
    with zipfile.ZipFile(companion_wheel) as archive:
        line = archive.read(PTH_NAME).decode("ascii")
        record = next(archive.read(name).decode() for name in archive.namelist() if name.endswith("/RECORD"))

    assert PTH_LINE == line
    assert f"{PTH_NAME},sha256=" in record


@pytest.mark.parametrize("project", [ROOT, COMPANION], ids=["tibidi", "autoinstall"])
def test_sdist_to_wheel(project: Path, wheels: list[Path], tmp_path: Path) -> None:
    """A wheel built from the sdist holds what one built from the work tree holds."""
    unpacked = unpack(hatch(project, "sdist", tmp_path / "sdist"), tmp_path / "unpacked")

    wheel = hatch(unpacked, "wheel", tmp_path / "wheel")

    assert names(wheel) == names(next(each for each in wheels if each.name == wheel.name))


def test_companion_from_the_sdist_of_tibidi(companion_wheel: Path, tmp_path: Path) -> None:
    """The sdist of tibidi is enough to build both."""
    unpacked = unpack(hatch(ROOT, "sdist", tmp_path / "sdist"), tmp_path / "unpacked")

    wheel = hatch(unpacked / "scripts" / "autoinstall", "wheel", tmp_path / "wheel")

    assert names(companion_wheel) == names(wheel)


def test_install_and_uninstall(bare: Path, wheels: list[Path], tmp_path: Path) -> None:
    """Removing the companion removes its `.pth` file; tibidi goes on without it."""
    pip(bare, "install", "--no-index", *map(str, wheels))
    pth = site_packages(bare) / PTH_NAME
    hook = "import sys; print(sys.excepthook is not sys.__excepthook__)"
    active = {"TIBIDI_ENABLE": "1", "TIBIDI_DIR": str(tmp_path / "crashes")}

    assert PTH_LINE == pth.read_text(encoding="ascii")
    assert "True\n" == output(bare, "-c", hook, **active)
    assert "False\n" == output(bare, "-c", hook)
    pip(bare, "uninstall", "--yes", "tibidi-autoinstall")
    assert not pth.exists()
    assert "False\n" == output(bare, "-c", hook, **active)
    assert f"tibidi {tibidi.__version__}\n" == output(bare, "-m", "tibidi", "--version")


def test_no_hook_without_the_companion(bare: Path, main_wheel: Path) -> None:
    """Installing tibidi alone adds no `.pth` file."""
    before = set(site_packages(bare).glob("*.pth"))

    pip(bare, "install", "--no-index", str(main_wheel))

    assert before == set(site_packages(bare).glob("*.pth"))


def test_main_gone_companion_left(bare: Path, wheels: list[Path]) -> None:
    """Without tibidi the companion is silent when off, and says one line when on; Python starts all the same."""
    pip(bare, "install", "--no-index", *map(str, wheels))
    pip(bare, "uninstall", "--yes", "tibidi")

    assert "alive\n" == output(bare, "-c", "print('alive')")
    lines = output(bare, "-c", "print('alive')", TIBIDI_ENABLE="1").splitlines()
    assert "alive" == lines[0]
    assert ["tibidi"] == [line[:6] for line in lines[1:]]


def test_find_links(bare: Path, wheels: list[Path]) -> None:
    """`pip install --no-index --find-links dist 'tibidi[auto]==VERSION'` brings both."""
    requirement = f"tibidi[auto]=={tibidi.__version__}"

    pip(bare, "install", "--no-index", "--find-links", str(wheels[0].parent), requirement)

    assert (site_packages(bare) / PTH_NAME).exists()


def test_index(bare: Path, index: str) -> None:
    """The same requirement works from an index over HTTP."""
    pip(bare, "install", "--index-url", index, f"tibidi[auto]=={tibidi.__version__}")

    assert (site_packages(bare) / PTH_NAME).exists()


def test_by_path(bare: Path) -> None:
    """`pip install ./scripts/autoinstall '.[auto]'`, as the README has it."""
    pip(bare, "install", "--no-index", "--no-build-isolation", str(COMPANION), f"{ROOT}[auto]")

    assert (site_packages(bare) / PTH_NAME).exists()


def test_editable(bare: Path) -> None:
    """Editable installs have the `.pth` file and the modules of `python -m`, too."""
    arguments = ["-e", str(COMPANION), "-e", f"{ROOT}[auto]"]

    pip(bare, "install", "--no-index", "--no-build-isolation", *arguments)

    assert PTH_LINE == (site_packages(bare) / PTH_NAME).read_text(encoding="ascii")
    assert f"{ROOT / 'tibidi' / '__init__.py'}\n" == output(bare, "-c", "import tibidi; print(tibidi.__file__)")
    assert "usage" in output(bare, "-m", "tbdump", "--help")


def test_console_scripts(python: Path) -> None:
    """`tibidi`, `tbdump`, `tbdebug` and `tbpeep` are commands, and explain themselves."""
    for name in ("tibidi", "tbdump", "tbdebug", "tbpeep"):
        done = subprocess.run([python.parent / name, "--help"], capture_output=True, text=True, check=False)

        assert 0 == done.returncode, done.stderr
        assert "usage" in done.stdout.lower()
