"""Remove secrets from long texts, window by window, until a deadline: what is not searched by then is left out."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.model import REDACTED_TEXT
from tibidi.process import time

if TYPE_CHECKING:
    from tibidi.redaction import Redactor

WINDOW = 1 << 16  # characters that are searched at a time
MAX_SECONDS = 2.0  # for one text
SAMPLE = 1024  # bytes
BEGIN, END = "-----BEGIN ", "-----END "
LONGEST_KEY = 1 << 14


def scrub(redactor: Redactor, text: str) -> tuple[str, str]:
    """Return a text with its secrets replaced, and the rule; where time is over, the rest is left out."""
    known = redactor.long_texts.get(id(text))
    if known is not None:
        return known[1], known[2]
    parts: list[str] = []
    rule, at, now = "", 0, time.monotonic()
    until = now + min(MAX_SECONDS, (redactor.until - now) / 2)
    while at < len(text):
        if time.monotonic() > until:
            parts.append(REDACTED_TEXT)
            rule = f"no time to search all of it for secrets: {len(text) - at} of {len(text)} characters left out"
            break
        end = _end_of_window(text, at)
        window = text[at:end]
        if redactor.suspects_value(window.encode("utf-8", "surrogatepass"), b"\n"):
            window, found = redactor.scrub(window)
            rule = rule or found
        parts.append(window)
        at = end
    cleaned = "".join(parts) if rule else text
    redactor.long_texts[id(text)] = text, cleaned, rule  # kept alive, and so its id()
    return cleaned, rule


def _end_of_window(text: str, start: int) -> int:
    """Return where a window of a long text ends: after a line or a word, so that no secret is cut."""
    end = start + WINDOW
    begin = text.rfind(BEGIN, start, end)
    if begin >= 0 and text.find(END, begin, end) < 0:
        end = max(end, text.find(END, end, end + LONGEST_KEY))
    for separator in "\n ":
        at = text.find(separator, end, end + WINDOW // 2)
        if at >= 0:
            return at + 1
    return min(end, len(text))


def is_binary(data: bytes) -> bool:
    """Return True for data that is no text in any script, by samples from its beginning, middle and end."""
    middle = len(data) // 2
    sample = data[:SAMPLE] + data[middle : middle + SAMPLE] + data[-SAMPLE:]
    controls = sample.translate(None, bytes(range(32, 127)) + bytes(range(128, 256)) + b"\t\r\n\f\x1b")
    return len(controls) > len(sample) // 20
