"""Leave parts of a dump out, so that the bytes of the new one do not hold them; what is left opens as before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tibidi import config
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.decode import summary_from_json
from tibidi.dumpfile.headline import note_of
from tibidi.dumpfile.minimal import SCRUBBED_TEXT, minimal
from tibidi.dumpfile.reader import Reader
from tibidi.dumpfile.writer import Archive
from tibidi.errors import TibidiError
from tibidi.loader import module_in
from tibidi.model import MODULE, REDACTED_TEXT, SCRUBBED, Index, Omission, Summary
from tibidi.present.phrases import crash_line
from tibidi.tools.pickles import MIN_LEARNT, Pickles

Json = Any
# What can be dropped, and what it empties in the summary; other words are keys of the summary.
PROCESS_PARTS = {"arguments": "argv", "environment": "environment", "packages": "packages", "vitals": "vitals"}
PARTS = (*PROCESS_PARTS, "globals", "sources", "tasks", "threads", "values")
KEPT = {"format", "tibidi", "time", "complete", "fingerprint", "fingerprints", "kind", "process", "exceptions"}
MINIMAL = "minimal"  # all but stacks and types
FRAMES_OF = re.compile(r"frames of module (\S+)")
FRAME_PATH = re.compile(r"(exceptions|threads|tasks)\[(\d+)\]\.frames\[(\d+)\]")
PLACE = ("file", "module", "name", "qualname")
# The fields of records that have messages, and what is there without: exceptions, swallowed ones, the log, tests.
MESSAGES: tuple[tuple[set[str], dict[str, Json]], ...] = (
    ({"message", "notes"}, {"message": "", "notes": []}),
    ({"message", "raised_name"}, {"message": ""}),
    ({"logger", "text"}, {"text": ""}),
    ({"captured", "fixtures"}, {"captured": {}}),
)
NAMED = ("attributes", "environment", "fixtures", "locals", "params")  # mappings by the names that masks are for
# A name with a value in a preview (`name=…`, `'name': …`, `b'name': …`, `[('name', …`) that is not redacted as a whole.
SHOWN_NAME = re.compile(
    rf"""(?:(?P<pair>[\[ ]\(b?)?(?P<quote>['"])(?P<key>[^'"]*)(?P=quote)(?(pair), |: )|\b(?P<name>\w+)=)"""
    rf"""(?!b?(?P<mark>['"]?){REDACTED_TEXT}(?P=mark)(?:[],)}}> ]|$))"""
)


class Rules(NamedTuple):
    """What to leave out: parts, frames of modules, values under names (all of these globs), or all but types."""

    parts: frozenset[str] = frozenset()
    modules: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    types_only: bool = False

    def words(self) -> Iterator[str]:
        """Yield what is left out, for people."""
        yield from sorted(self.parts)
        yield from (f"frames of module {name}" for name in self.modules)
        yield from (f"values named {name}" for name in self.masks)


def rules(drops: Iterable[str], masks: Iterable[str] = ()) -> Rules:
    """Return the rules for words such as `environment` and `frames of module x.*`; raise TibidiError for others."""
    parts, modules, types_only = set(), [], False
    for drop in drops:
        match = FRAMES_OF.fullmatch(drop)
        if match:
            modules.append(match[1])
        elif drop == MINIMAL:
            types_only = True
        elif drop in PARTS or (drop.isidentifier() and drop not in KEPT):
            parts.add(drop)
        else:
            known = ", ".join((MINIMAL, *PARTS))
            raise TibidiError(f"cannot drop {drop!r}", f"choose from {known}, 'frames of module NAME.*'")
    return Rules(frozenset(parts), tuple(modules), tuple(masks), types_only)


def scrub(reader: Reader, rules: Rules, archive: Archive, key: bytes | None) -> Summary:
    """Write a dump without what the rules name, signed with `key` if the old one was; return its summary."""
    key = key if reader.is_signed_by(key) else None  # else a dump of a stranger would be opened live
    unknown = rules.parts.difference(PARTS, encode.summary_to_json(reader.summary))
    if unknown:
        raise TibidiError(f"the dump has no {', '.join(sorted(unknown))}", f"choose from {', '.join(PARTS)}")
    if reader.is_sealed and not config.identity and not rules.types_only:
        raise TibidiError("a sealed dump can't be scrubbed", "set TIBIDI_IDENTITY to the file of your key")
    if rules.types_only:
        summary = minimal(reader.summary)
        omission = Omission("values", SCRUBBED, "all but stacks and types was left out")
        summary = summary._replace(omissions=(omission,), complete=True)
        _add_summary(archive, summary)
        index = Index(complete=True, omissions=(omission,))
        archive.add(fmt.INDEX, encode.dumps(encode.index_to_json(index)))
    else:
        summary = _Scrubbing(reader, rules).write(archive)
    archive.finish(key)
    return summary


def _add_summary(archive: Archive, summary: Summary) -> None:
    archive.add(fmt.SUMMARY, encode.summary_json(summary), encode.headline(summary))


class _Scrubbing:
    def __init__(self, reader: Reader, rules: Rules) -> None:
        self._reader = reader
        self._rules = rules
        self._summary = reader.summary
        self._data: Json = json.loads(encode.dumps(encode.summary_to_json(reader.summary)))
        names = [name for name, _, _ in reader.values()]
        self._paths = {name: reader.index.members.get(name, ()) for name in names}
        self._kept = [not (paths and all(map(self._is_dropped, paths))) for paths in self._paths.values()]
        if "values" in rules.parts:
            self._kept = [False] * len(names)
        members = [file.read() for _, file, _ in reader.values()] if any(self._kept) else []
        is_bare = "sources" in rules.parts  # without docstrings and the constants of code, too
        packed = {member.name: member.packed for member in reader.members()}
        masks = (*rules.masks, "__doc__") if is_bare else rules.masks
        self._pickles = Pickles(members, [packed[name] for name in names], masks, without_code=is_bare)
        self._learnt = set(self._pickles.learnt)
        self._clean: Callable[[str], str] = str
        self._edit(self._data)
        self._learnt.discard(REDACTED_TEXT)
        self._clean = self._pickles.clean = _replacer(self._learnt)

    def write(self, archive: Archive) -> Summary:
        data = self._edit(self._data)
        for part in self._rules.parts.difference(PARTS) | (self._rules.parts & {"threads", "tasks"}):
            data[part] = type(data[part])()
        for part, field in PROCESS_PARTS.items():
            if part in self._rules.parts:
                data["process"][field] = type(data["process"][field])()
        data["scrubbed"] += self._rules.words()
        data["omissions"] += [Omission(word, SCRUBBED, "on request")._asdict() for word in self._rules.words()]
        summary = summary_from_json(data)
        _add_summary(archive, summary)
        archive.add(fmt.TRACEBACK, self._traceback(summary).encode("utf-8", "backslashreplace"))
        self._add_sources(archive)
        index = encode.index_to_json(self._reader.index._replace(omissions=summary.omissions))
        index["members"] = {name: list(paths) for name, paths in self._add_values(archive) if paths}
        archive.add(fmt.INDEX, encode.dumps(index))
        return summary

    def _add_sources(self, archive: Archive) -> None:
        hidden = {frame.file for frame in self._summary.frames() if self._is_hidden(frame.module)}
        for member in self._reader.members():
            note = note_of(member.extra)
            file = note.get("file")
            text = self._reader.sources.get(file) if isinstance(file, str) and file not in hidden else None
            if member.name.startswith(fmt.SOURCES) and text is not None and "sources" not in self._rules.parts:
                archive.add(member.name, self._clean(text).encode("utf-8", "surrogatepass"), note)

    def _add_values(self, archive: Archive) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Write the pickles that stay; yield their names and paths."""
        for number, (name, paths) in enumerate(self._paths.items()):
            if self._kept[number]:
                memo, data = self._pickles.rewritten(number)
                archive.add(name, data, {"memo": memo})
                yield name, paths

    def _is_dropped(self, path: str) -> bool:
        parts = self._rules.parts
        match, module = FRAME_PATH.match(path), module_in(path)
        if match is None:
            return module is not None and ("globals" in parts or self._is_hidden(module.partition("#")[0]))
        try:
            frame = getattr(self._summary, match[1])[int(match[2])].frames[int(match[3])]
        except (IndexError, ValueError):
            return True  # in doubt, it is what is to be left out
        is_global = "globals" in parts and frame.code.kind == MODULE
        return match[1] in parts or is_global or self._is_hidden(frame.module)

    def _is_hidden(self, module: str) -> bool:
        return any(fnmatchcase(module, glob) or fnmatchcase(f"{module}.", glob) for glob in self._rules.modules)

    def _is_masked(self, name: str) -> bool:
        return any(fnmatchcase(name.lower(), mask.lower()) for mask in self._rules.masks) and name != ""

    def _edit(self, value: Json, name: str = "") -> Json:
        """Return a part of the summary without what is left out; learn the texts under masked names."""
        if isinstance(value, str):
            return self._text(value, name)
        if isinstance(value, list):
            return [self._edit(each) for each in value]
        if not isinstance(value, dict):
            return value
        if value.keys() >= {"type", "preview"}:
            return self._variable(value, name)
        value = self._message(self._frame(value))
        return {key: self._named(each) if key in NAMED else self._edit(each) for key, each in value.items()}

    def _variable(self, value: Json, name: str) -> Json:
        if "values" in self._rules.parts:
            return {"type": value["type"], "preview": SCRUBBED_TEXT}
        preview = self._text(value["preview"], name)
        if self._is_masked(name) or self._shows_masked(preview):
            return {"type": value["type"], "preview": REDACTED_TEXT}
        rest = {"table": self._edit(value["table"])} if "table" in value else {}
        return {"type": value["type"], "preview": preview, **rest}

    def _shows_masked(self, preview: str) -> bool:
        """Return True for a preview with the value of a masked name: a number or a short text is not learnt."""
        return any(self._is_masked(each["key"] or each["name"] or "") for each in SHOWN_NAME.finditer(preview))

    def _frame(self, value: Json) -> Json:
        if not value.keys() >= {"qualname", "locals"}:
            return value
        kind = value["code"]["kind"]
        if self._is_hidden(value["module"]):
            return {**value, **dict.fromkeys(PLACE, SCRUBBED_TEXT), "locals": {}, "code": {"kind": kind}}
        return {**value, "locals": {}} if "globals" in self._rules.parts and kind == MODULE else value

    def _message(self, value: Json) -> Json:
        """Return an exception, a swallowed one, a record of the log or a test without what the program has said."""
        if "values" not in self._rules.parts:
            return value
        for known, empty in MESSAGES:
            if value.keys() >= known:
                value = {**value, **empty}
        return value

    def _named(self, values: dict[str, Json]) -> dict[str, Json]:
        return {name: self._edit(each, name) for name, each in values.items()}

    def _text(self, text: str, name: str) -> str:
        if not self._is_masked(name):
            return self._clean(text)
        self._learnt.update(each for each in (text, text.strip("'\"")) if len(each) >= MIN_LEARNT)
        return REDACTED_TEXT

    def _traceback(self, summary: Summary) -> str:
        """Return the traceback, without source lines where some were left out."""
        rules = self._rules
        is_there = any(member.name == fmt.TRACEBACK for member in self._reader.members())
        if is_there and not (rules.modules or rules.parts & {"sources", "values"}):
            return self._clean(self._reader.content(fmt.TRACEBACK).decode("utf-8", "replace"))
        lines = []
        for record in summary.exceptions:
            lines += ["Traceback (most recent call last):"]
            lines += [f'  File "{frame.file}", line {frame.line}, in {frame.name}' for frame in record.frames]
            lines += [crash_line(record.type, record.message), ""]
        return "\n".join(lines)


def _replacer(learnt: set[str]) -> Callable[[str], str]:
    """Return a function that replaces all these texts, the longest first."""
    if not learnt:
        return str
    pattern = re.compile("|".join(map(re.escape, sorted(learnt, key=len, reverse=True))))
    return lambda text: pattern.sub(REDACTED_TEXT, text)
