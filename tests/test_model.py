"""tibidi.model: frozen records of plain data."""

from __future__ import annotations

import inspect

import pytest

from tibidi import model

RECORDS = [each for _, each in inspect.getmembers(model, inspect.isclass) if hasattr(each, "_fields")]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_records_are_frozen(record: type) -> None:
    """No record can be changed after it was made, including its defaults."""
    defaults = record._field_defaults.values()  # type: ignore[attr-defined]  # what a named tuple has

    assert issubclass(record, tuple)
    assert not [default for default in defaults if isinstance(default, (list, dict, set))]


def test_every_record_is_tested() -> None:
    """The test above sees the records."""
    assert {model.Summary, model.FrameRecord, model.Variable} <= set(RECORDS)


def test_a_frame_needs_only_its_position() -> None:
    """Fields that old Pythons do not know have defaults."""
    frame = model.FrameRecord("a.py", "a", "f", "f", 3)

    assert (None, None, None) == (frame.end_line, frame.column, frame.end_column)
    assert ({}, model.FUNCTION) == (frame.locals, frame.code.kind)
