"""A crash as one HTML page: it refers to nothing outside, has no script, and no value becomes markup.

Rules: every text of the dump goes through `printable` and is escaped, by Jinja or by Pygments.  Should that fail, the
content security policy forbids scripts and whatever a browser would load.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from tibidi.culprit import culprit, subjects
from tibidi.errors import TibidiError
from tibidi.model import REDACTED, FrameRecord, Summary, TaskRecord, ThreadRecord
from tibidi.present import history, phrases
from tibidi.present.frames import Frames, is_definition
from tibidi.present.lines import cut
from tibidi.present.show import relation
from tibidi.process.texts import printable

INSTALL = "pip install 'tibidi[view]'"
LINES_AROUND = 5  # of source
MAX_TEXT = 200  # characters of a value in one line
LIGHT, DARK = "default", "github-dark"  # styles of Pygments


class Node(NamedTuple):
    """A value under its name: its type, its text, its parts, and a note such as where it is shown in full."""

    name: str
    type: str
    text: str
    children: tuple[Node, ...] = ()
    note: str = ""


def html(
    summary: Summary,
    sources: Mapping[str, str],
    variables: Mapping[str, Sequence[Node]],
    leaving: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page; `variables` has the values of each frame by its path, `leaving` titles and texts to add.

    Raises TibidiError if Jinja or Pygments is not installed.
    """
    template = _template("page.html")
    from pygments.formatters import HtmlFormatter

    colours = [
        HtmlFormatter(style=LIGHT).get_style_defs(".source"),
        f"@media (prefers-color-scheme: dark) {{ {HtmlFormatter(style=DARK).get_style_defs('.source')} }}",
    ]
    facts = _Page(summary, sources, variables).facts()
    text: str = template.render(facts, colours="\n".join(colours), leaving=leaving)
    return text


def index(rows: Sequence[Mapping[str, object]]) -> str:
    """Return a page with a line for each of `rows`: count, first, last, program, crash, and the file of its `page`."""
    text: str = _template("index.html").render(rows=rows)
    return text


def _template(name: str) -> Any:
    try:
        import jinja2
        import pygments  # noqa: F401 - both are in the extra
    except ImportError as error:
        raise TibidiError(f"a page needs {error.name}", INSTALL) from None
    loader = jinja2.FunctionLoader(lambda name: (pkgutil.get_data(__package__ or "", name) or b"").decode())
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, loader=loader)
    environment.filters["clean"] = lambda value, kept="": printable(str(value), kept)
    return environment.get_template(name)


class _Page:
    """Collects the facts that the template shows."""

    def __init__(self, summary: Summary, sources: Mapping[str, str], variables: Mapping[str, Sequence[Node]]) -> None:
        self._summary = summary
        self._variables = variables
        self._frames = Frames(summary.process, sources, width=None, everything=True)
        self._culprit = culprit(subjects(summary), summary.process)

    def facts(self) -> dict[str, object]:
        summary = self._summary
        process = summary.process
        exceptions = subjects(summary)
        crash, cause = exceptions[-1], exceptions[self._culprit.exception]
        number = self._culprit.frame
        place = "" if number is None else self._frames.place(cause.frames[number])
        missing = [(each.path, f"{each.reason} {each.detail}") for each in summary.omissions]
        hidden = [(each.path, each.detail) for each in summary.omissions if each.reason == REDACTED]
        facts = {**process._asdict(), "argv": " ".join(process.argv)}
        return {
            "title": phrases.title(crash, cause, place),
            "subtitle": f"{facts['argv']}, {phrases.origin(summary)}",
            "has_culprit": number is not None,
            "exceptions": list(self._exceptions()),
            "test": self._test(),
            "others": [*self._stacks("threads", summary.threads), *self._stacks("tasks", summary.tasks)],
            "process": [(name, facts[name]) for name in facts if name not in {"packages", "environment"}],
            "packages": sorted(process.packages.items()),
            "environment": sorted(process.environment.items()),
            "log": [(history.head(each), each.text) for each in summary.log],
            "swallowed": [(each.time[11:23], history.fate(each, self._frames)) for each in summary.swallowed],
            "missing": missing,
            "redacted": hidden,
        }

    def _exceptions(self) -> Iterator[dict[str, object]]:
        names = {record.id: f"exceptions[{index}]" for index, record in enumerate(self._summary.exceptions)}
        for index, each in enumerate(self._summary.exceptions):
            attributes = [f"{name} = {variable.preview}" for name, variable in each.attributes.items()]
            facts = {"message": phrases.crash_line(each.type, each.message), "notes": (*each.notes, *attributes)}
            path = f"exceptions[{index}]"
            yield {"title": path + relation(each, names), **facts, "groups": self._groups(path, each.frames)}

    def _test(self) -> dict[str, object] | None:
        test = self._summary.test
        if test is None:
            return None
        given = {**test.params, **test.fixtures}.items()
        nodes = [Node(name, each.type, cut(each.preview, MAX_TEXT)) for name, each in given]
        return {"title": ", ".join(filter(None, test[:2])), "given": nodes, "captured": test.captured.items()}

    def _stacks(self, kind: str, stacks: Sequence[ThreadRecord | TaskRecord]) -> Iterator[dict[str, object]]:
        for index, each in enumerate(stacks):
            if each.frames:
                path = f"{kind}[{index}]"
                yield {"title": f"{path}, {each.name}", "groups": self._groups(path, each.frames)}

    def _groups(self, path: str, frames: Sequence[FrameRecord]) -> list[dict[str, object]]:
        """Return own frames, and the frames of libraries between them, each with the names of the libraries."""
        shown = [self._frame(path, number, frame) for number, frame in enumerate(frames)]
        groups: list[dict[str, object]] = []
        for own, members in groupby(shown, key=lambda each: each["own"]):
            together = list(members)
            libraries = ", ".join(dict.fromkeys(str(each["library"]) for each in together))
            title = f"{phrases.count(len(together), 'frame')} of {libraries}"
            groups.append({"own": own, "frames": together, "title": title})
        return groups

    def _frame(self, path: str, number: int, frame: FrameRecord) -> dict[str, Any]:
        here = f"{path}.frames[{number}]"
        found = {node.name: node for node in self._variables.get(here, ())}
        nodes: dict[bool, list[Node]] = {False: [], True: []}
        tables = [(name, each.table) for name, each in frame.locals.items() if each.table is not None]
        for name, variable in frame.locals.items():
            tree = found.get(name, Node(name, "", ""))
            text = cut(variable.preview, MAX_TEXT)
            nodes[is_definition(frame, variable)].append(tree._replace(type=variable.type, text=text))
        return {
            "path": here,
            "number": number,
            "own": self._frames.is_own(frame),
            "culprit": here == f"exceptions[{self._culprit.exception}].frames[{self._culprit.frame}]",
            "place": self._frames.place(frame),
            "library": frame.module.partition(".")[0],
            "line": self._frames.line(frame, frame.line).strip(),
            "at": frame.line,
            "source": _highlighted(self._frames.around(frame, LINES_AROUND, LINES_AROUND)),
            "tables": [(f"{name}: {table.title}", table.rows) for name, table in tables],
            "variables": nodes[False],
            "definitions": nodes[True],
        }


def _highlighted(lines: Iterable[tuple[int, str]]) -> list[tuple[int, object]]:
    """Return lines of Python as markup; Pygments escapes the text."""
    from markupsafe import Markup
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    found = list(lines)
    text = "\n".join(printable(line) for _, line in found)
    marked = highlight(text, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True)).split("\n")
    return [(number, Markup(line)) for (number, _), line in zip(found, marked)]  # noqa: S704 - escaped by Pygments
