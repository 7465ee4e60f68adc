"""Why tests of other projects differ by way of a dump."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

BYTES = "it looks at the bytes of a pickle; those of a dump are compressed, and of one protocol"
RAISES = "it expects an error; a dump has a stand-in for what cannot be pickled, or a buffer in its place"
IDENTITY = "it expects the same class, in the same process or in one that sent it; a dump is read in another process"
INERT = "inert, nothing runs: functions, classes and modules are shown"
OWNER = "what owned a file is a stand-in"
LAZY = "an object that may be a proxy is not evaluated"

# (suite, mode, test: globs; a regular expression found in the outcome) -> the reason.
EXPLAINED: dict[tuple[str, str, str, str], str] = {
    (
        "*",
        "*",
        "*",
        r"PK\\x03|b'PK|no newline found when|'ascii' codec can't decode|unknown opcode|chunk|\bopcode",
    ): BYTES,
    ("*", "*", "*", r"DID NOT RAISE (?!AttributeError)|not raised"): RAISES,
    ("cloudpickle", "*", "*test_out_of_band_buffers", ""): BYTES,
    ("cloudpickle", "*", "*test_namedtuple", ""): IDENTITY,
    ("cloudpickle", "*", "*test_NamedTuple", ""): IDENTITY,
    ("cloudpickle", "*", "*test_generic_*", ""): IDENTITY,
    ("cloudpickle", "*", "*enum", ""): IDENTITY,
    ("cloudpickle", "*", "*test_interactive_*remote_instances", ""): IDENTITY,
    ("cloudpickle", "*", "*test_interactively_defined_dataclass*", ""): IDENTITY,
    ("cloudpickle", "*", "*test_pickle_dynamic_typevar_tracking", ""): IDENTITY,
    ("cloudpickle", "*", "*test_pickling_file_handles", ""): OWNER,
    ("pickletester", "*", "*test_buffers_numpy", ""): "the memory of an array is copied, as into a file",
    ("pickletester", "*", "*test_proto", ""): BYTES,
    ("pickletester", "live", "*test_builtin_functions", "function open"): "open() as a pickle names it opens no file",
    ("pickletester", "*", "*test_newobj_proxies", ""): LAZY,
    ("dill", "*", "*", r"owned something outside|cannot leave its process"): OWNER,
    ("*", "inert", "*", r"inert|Inert|cannot be called|object is not (callable|an iterator)"): INERT,
    ("cloudpickle", "inert", "*annotations*", ""): INERT,
    ("cloudpickle", "inert", "*test_mappingproxy", ""): INERT,
    ("cloudpickle", "inert", "*test_type_hint", ""): INERT,
    ("cloudpickle", "inert", "*test_import", ""): INERT,
    ("cloudpickle", "inert", "*test_multiprocess", ""): INERT,
    ("cloudpickle", "inert", "*test_logger", ""): "inert, it shows the call that makes it",
    ("pickletester", "*", "*test_global_ext?", ""): BYTES,
    ("pickletester", "inert", "*test_recursive_*", "assertIsInstance|Lists differ"): INERT,
    ("pickletester", "inert", "*interning", ""): "inert, names of attributes are not interned",
    ("dill", "inert", "*Iterator*", ""): "inert, it shows the call that makes it",
    ("dill", "inert", "*iterator*", ""): "inert, it shows the call that makes it",
    ("dill", "inert", "*Logger*", ""): "inert, it shows the call that makes it",
    ("dill", "inert", "*Dataclasses*", ""): "inert, it shows the name",
}


def explanation(suite: str, mode: str, name: str, outcome: str) -> str | None:
    """Return the reason of a difference, None if there is none."""
    for (suites, modes, names, pattern), reason in EXPLAINED.items():
        found = fnmatchcase(suite, suites) and fnmatchcase(mode, modes) and fnmatchcase(name, names)
        if found and re.search(pattern, outcome, re.DOTALL):
            return reason
    return None
