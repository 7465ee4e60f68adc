"""Whether a worker has been in the same call of application code for too long."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import interpreter, os, time

if TYPE_CHECKING:
    from types import FrameType

    from tibidi.writing.pickle_state import PickleState

# Pass two, and the rooms of tibidi that it calls: a thread that runs no other code has not hung.
ROOMS = ("dumpfile", "look", "process", "redaction", "words", "writing")
OUR_FOLDERS = tuple(os.path.join(interpreter.PACKAGE, name, "") for name in ROOMS)
OUR_FILES = frozenset({"pickle.py", "cloudpickle.py", "cloudpickle_fast.py"})


class Stall:
    """Measures for how long a thread has been in the same call of application code."""

    def __init__(self, state: PickleState, ident: int) -> None:
        self._state = state
        self._ident = ident
        self._seen: tuple[object, object] = (None, None)
        self._since = time.monotonic()

    def is_over(self, seconds: float, frame: FrameType | None = None) -> bool:
        """Check again, and return True if it has been longer than `seconds`."""
        frame = frame or interpreter.frames().get(self._ident)
        now = (self._state.running, foreign(frame))
        # By identity, as an `__eq__` may be what hangs.
        if all(each is None for each in now) or any(new is not old for new, old in zip(now, self._seen)):
            self._seen = now
            self._since = time.monotonic()
        return time.monotonic() - self._since > seconds


def foreign(frame: FrameType | None) -> object:
    """Return the outermost frame of application code above our code, None if there is none."""
    called = None
    while frame is not None and not is_ours(frame):
        called = frame
        frame = frame.f_back
    return called


def is_ours(frame: FrameType) -> bool:
    """Return True for a frame of pass two or of a pickler."""
    file = frame.f_code.co_filename
    return file.startswith(OUR_FOLDERS) or os.path.basename(file) in OUR_FILES
