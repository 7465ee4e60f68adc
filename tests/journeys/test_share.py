"""What is large and uninteresting takes neither the time nor the room of what is small and asked for."""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING, Any

import pytest

import tibidi

if TYPE_CHECKING:
    import crashing

pytestmark = pytest.mark.once

OWN = ("graph", "slow", "text", "logging", "argparse")
LIBRARIES = ("boto3", "django", "spacy", "sqlalchemy", "jinja2")
# A dump has ten seconds; so much is left of them for one on a machine slowed to a fifth.
SECONDS = "2"


def check_small_values(dump: Any) -> None:
    """Check every small value around the large one."""
    outer, middle, inner = dump.exceptions[-1][-3:]

    assert ([1, 2, 3], {"four": 4}, "five", 6.0, None) == tuple(
        inner[name] for name in ("before", "after", "text", "number", "nothing")
    )
    assert (["middle"], {"outer": 1}) == (middle["plain"], outer["also"])
    assert {"cart": []} == inner["shared"]
    assert {"rate": 2} == inner.globals["SETTING"]
    error = dump.exceptions[-1].exception
    assert (("missing",), {"id": 5}) == (error.args, error.order)
    late = [each.path for each in dump.omissions if each.reason == "timeout"]
    assert [] == [path for path in late if path.endswith((".locals", ".exception", "['__main__']"))]


@pytest.mark.parametrize("kind", [*OWN, *LIBRARIES])
def test_small_values_around_a_large_one(crash: crashing.Crasher, kind: str) -> None:
    """All small values are there, also where a dump has a fifth of the time, and no delay of ours is blamed on them."""
    if kind in LIBRARIES and importlib.util.find_spec(kind) is None:
        pytest.skip(f"{kind} is not installed here")
    result = crash("big_library.py", kind, env={"TIBIDI_MAX_SECONDS": SECONDS})
    dump = tibidi.load(result.dump, trust=False)

    check_small_values(dump)
    assert [] == [each for each in dump.omissions if "its own code" in each.detail]


def test_the_data_of_a_library(crash: crashing.Crasher) -> None:
    """What botocore reads from its own files, megabytes of JSON for a client, is left out, which the dump says."""
    pytest.importorskip("boto3")
    result = crash("big_library.py", "boto3")
    dump = tibidi.load(result.dump, trust=False)
    client = dump.exceptions[-1][-1]["thing"]
    left_out = {each.detail for each in dump.omissions if "data that its library comes with" in each.detail}

    assert "botocore.model.ServiceModel: data that its library comes with" in left_out
    service = client.meta._service_model
    assert ("s3", "eu-west-1") == (service._service_name, client.meta._client_config.region_name)
    assert "data that its library comes with" == service._service_description.reason
    assert os.path.getsize(result.dump) < 150_000
