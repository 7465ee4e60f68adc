"""What a notebook shows of a loaded dump: from the summary alone, so nothing of the application is called."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from tibidi.errors import TibidiError
from tibidi.model import ExceptionRecord, FrameRecord, Summary
from tibidi.present import phrases
from tibidi.process.texts import printable

HEIGHT = 600  # pixels


def page(summary: Summary, sources: Mapping[str, str]) -> str | None:
    """Return the page of a crash in an iframe, which keeps its styles and its content apart; None without Jinja."""
    from tibidi.present.page import html  # Jinja is an extra

    try:
        text = html(summary, sources, {})
    except TibidiError:
        return None
    return f'<iframe sandbox srcdoc="{escape(text)}" style="border:0;width:100%;height:{HEIGHT}px"></iframe>'


def exception(record: ExceptionRecord) -> str:
    """Return an exception with the places of its frames, outermost first."""
    places = [phrases.place(frame.file, frame.line, frame.qualname) for frame in record.frames]
    return f"<pre>{_text(chr(10).join([*places, phrases.crash_line(record.type, record.message)]))}</pre>"


def variables(record: FrameRecord) -> str:
    """Return the variables of a frame as a table."""
    rows = [
        f"<tr><th>{_text(name)}</th><td>{_text(each.type)}</td><td><code>{_text(each.preview)}</code></td></tr>"
        for name, each in record.locals.items()
    ]
    place = phrases.place(record.file, record.line, record.qualname)
    return f"<p>{_text(place)}</p><table>{''.join(rows)}</table>"


def _text(text: str) -> str:
    return escape(printable(text, kept="\n"))
