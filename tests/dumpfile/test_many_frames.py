"""The JSON of many frames is the same as that of few."""

from __future__ import annotations

from dumpfile import samples

from tibidi.dumpfile import encode
from tibidi.model import CodeRecord, ExceptionRecord, FrameRecord, ThreadRecord, Variable


def stack(count: int) -> tuple[FrameRecord, ...]:
    """Return frames of two functions, of which each has other variables."""
    code = CodeRecord(varnames=("n",), argcount=1)
    return tuple([
        FrameRecord("/srv/a.py", "a", "even", "even", 7 + n % 2, code=code, locals={"n": Variable("int", f'"{n}"{{}}')})
        for n in range(count)
    ])  # fmt: skip


def test_the_same_json() -> None:
    """What frames have in common is encoded once, and the result is byte for byte that of one call."""
    tricky = Variable("str", "'\"frames\":[]'")
    frames = (*stack(100), FrameRecord("/srv/b.py", "b", "f", "f", 1, locals={"frames": tricky, "": tricky}))
    none = ExceptionRecord(0, None, "raised", "builtins.ValueError", '"frames":[]')
    summary = samples.summary()._replace(
        exceptions=(none, none._replace(id=1, frames=frames), none._replace(id=2)),
        threads=(
            ThreadRecord("main", 1, crashed=True, daemon=False, frames=stack(30)),
            ThreadRecord("", 2, False, False),
        ),
        tasks=(),
    )

    assert len(summary.frames()) > encode.MANY_FRAMES
    assert encode.dumps(encode.summary_to_json(summary)) == encode.summary_json(summary)
    assert b'"frames":[]' in encode.summary_json(summary._replace(exceptions=(none,), threads=()))
