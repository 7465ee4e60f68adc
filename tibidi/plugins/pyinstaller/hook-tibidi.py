"""Collect the modules that tibidi imports by name; PyInstaller reads these variables."""

from PyInstaller.utils.hooks import collect_submodules

hiddenimports = collect_submodules("tibidi", filter=lambda name: not name.startswith("tibidi.plugins"))
# For developers and for applications that use them anyway: such an application brings them into its build.
excludedimports = ["IPython", "argcomplete", "distributed", "django", "duckdb", "jinja2", "markupsafe", "mcp",
                   "mcp_types", "obstore", "peepshow", "pyarrow", "pygments", "pytest", "rich"]  # fmt: skip
