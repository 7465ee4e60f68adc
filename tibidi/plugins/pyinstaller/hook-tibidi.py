"""Collect the modules that tibidi imports by name; PyInstaller reads these variables."""

from PyInstaller.utils.hooks import collect_submodules

hiddenimports = collect_submodules("tibidi", filter=lambda name: not name.startswith("tibidi.plugins"))
# Optional: a build has them if the application imports them.
excludedimports = ["argcomplete", "jinja2", "peepshow", "pygments", "rich"]
