"""The fields of exceptions are checked."""

from __future__ import annotations

from tibidi.reading.inert import exceptions


def test_unicode_errors_are_sound() -> None:
    """Fields that would have the interpreter read foreign memory are not taken."""
    fields = {"object": b"x", "start": -(1 << 40), "end": 1 - (1 << 40), "encoding": "a", "reason": "b"}
    wild, sound = UnicodeDecodeError("a", b"x", 0, 1, "b"), {**fields, "start": 0, "end": 1}
    made = exceptions.make_exception(UnicodeDecodeError)
    exceptions.exception_state(made, (fields, {}, None))

    assert "" == str(made)
    exceptions.exception_state(made, (sound, {}, None))
    assert str(wild) == str(made)
