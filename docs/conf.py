"""The documentation site: Sphinx with MyST and furo.  `scripts/site` builds it."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import tibidi  # noqa: E402 - it is documented from the work tree
from tibidi.__main__ import GROUPS  # noqa: E402

project = "tibidi"
author = "The tibidi developers"
release = tibidi.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
exclude_patterns = ["images"]
html_theme = "furo"
html_title = f"tibidi {release}"
html_static_path: list[str] = []
html_extra_path = ["summary.schema.json"]
html_theme_options = {"source_repository": "", "navigation_with_keys": True}
html_show_sourcelink = False
html_copy_source = False
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # tables that scripts write begin at the third level
default_role = "code"  # docstrings quote names in single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
linkcheck_anchors = False

SCRIPTS = {"tbdebug": "tbdebug", "tbdump": "tbdump", "tbpeep": "tbpeep"}
# Files beside the README, and their pages in docs/project.
OUTSIDE = {"SECURITY.md": "security.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
COMMANDS_PAGE = Path(__file__).parent / "reference" / "commands.md"


def _parser_of(module: str) -> argparse.ArgumentParser | None:
    found = getattr(import_module(f"tibidi.commands.{module}"), "parser", None)
    return found() if isinstance(found, FunctionType) else found


def _sections() -> Iterator[str]:
    """Yield the page of the commands: the help of each, from its parser."""
    yield "# Commands\n\nWhat `--help` prints. Exit statuses: 0 it worked, 1 it is not there or not so, 2 misuse.\n"
    everything = {**{name: module for group in GROUPS.values() for name, (module, _) in group.items()}, **SCRIPTS}
    titles = {name: group for group, commands in GROUPS.items() for name in commands}
    last = ""
    for name, module in everything.items():
        group = titles.get(name, "debug and capture")
        if group != last:
            yield f"## {group.capitalize()}\n"
            last = group
        parser = _parser_of(module)
        if parser is not None:
            yield f"### {name}\n\n```text\n{parser.format_help().strip()}\n```\n"


def _write_commands(_: Sphinx) -> None:
    os.environ["COLUMNS"] = "90"
    text = "\n".join(_sections())
    if not COMMANDS_PAGE.exists() or COMMANDS_PAGE.read_text(encoding="utf-8") != text:
        COMMANDS_PAGE.write_text(text, encoding="utf-8")


def _lead_to_pages(_: Sphinx, docname: str, source: list[str]) -> None:
    """Have links of pages to the files beside the README lead to the pages of these on the site."""
    for file, page in OUTSIDE.items():
        source[0] = source[0].replace(f"](../{file})", f"](project/{page})")


def _lead_from_pages(_: Sphinx, path: Path, docname: str, source: list[str]) -> None:
    """Have links in the files beside the README lead to the pages."""
    source[0] = source[0].replace("](docs/", "](../")
    for file, page in OUTSIDE.items():
        source[0] = source[0].replace(f"]({file})", f"]({page})")


def setup(app: Sphinx) -> None:
    """Write the page of the commands before the pages are read."""
    app.connect("builder-inited", _write_commands)
    app.connect("source-read", _lead_to_pages)
    app.connect("include-read", _lead_from_pages)
