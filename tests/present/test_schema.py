"""docs/summary.schema.json: what `tibidi show --json` prints."""

from __future__ import annotations

import json
import runpy
from typing import TYPE_CHECKING

import jsonschema
import pytest
from crashing import ROOT

if TYPE_CHECKING:
    from crashing import Crasher

SCHEMA = ROOT / "docs" / "summary.schema.json"


def test_it_is_up_to_date() -> None:
    """The file is what scripts/schema writes from the records of the model."""
    assert (
        json.loads(SCHEMA.read_text(encoding="utf-8")) == runpy.run_path(str(ROOT / "scripts" / "schema"))["schema"]()
    )


@pytest.mark.parametrize("program", [("divide.py", "5", "0"), ("dbg_zoo.py",), ("dbg_group.py",)])
def test_real_dumps_conform(crash: Crasher, program: tuple[str, ...]) -> None:
    """The summary of a real dump conforms to the schema, exceptions first."""
    dumps = crash(*program).dumps
    printed = json.loads(crash.run("-m", "tibidi", "show", "--json", str(dumps[-1])).stdout)

    jsonschema.validate(printed, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert ["exceptions", "threads", "tasks", "omissions", "log", "swallowed", "process"] == list(printed)[-7:]
