"""Add tibidi_autoinstall.pth at the root of the wheel, and so of site-packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "tibidi_autoinstall.pth"


class PthHook(BuildHookInterface):  # type: ignore[type-arg]  # it has no configuration
    """Use the file beside this one, as in an sdist, or that at the root of the repository."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file to the wheel; an editable wheel has a list of its own."""
        root = Path(self.root)
        for folder in (root, root.parent.parent):
            path = folder / NAME
            if path.exists():
                build_data["force_include"][str(path)] = NAME
                if version == "editable":
                    build_data["force_include_editable"][str(path)] = NAME
                return
        raise FileNotFoundError(f"{NAME} is neither in {root} nor in {root.parent.parent}")
