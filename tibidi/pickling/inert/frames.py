"""Tables of pandas out of a dump that nobody vouches for: their content, without pandas.

A DataFrame pickles as a manager of blocks, each an array of some columns and
where they lie; a Series as a manager of one block.  What pandas 1.1 to 3 write
is understood; of anything else the parts are there as attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from tibidi.pickling.inert.repr import BOUNDED
from tibidi.pickling.inert.repr import clean
from tibidi.pickling.inert.types import InertObject
from tibidi.pickling.inert.types import InertType
from tibidi.pickling.inert.types import Made
from tibidi.pickling.inert.types import make_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

SHOWN_ROWS = 5
SHOWN_COLUMNS = 8
CELL_CHARS = 24


class InertIndex(Made):
    """The labels of rows or columns."""

    _inert_name_ = "pandas.Index"

    def _labels(self) -> Any:
        facts = self.__dict__
        if {"start", "stop", "step"} <= facts.keys():
            return range(facts["start"], facts["stop"], facts["step"])
        return plain_column(facts.get("data", ()))

    def __len__(self) -> int:
        return len(self._labels())

    def __getitem__(self, number: Any) -> object:
        return self._labels()[number]

    def __iter__(self) -> Iterator[object]:
        return iter(self._labels())

    def __repr__(self) -> str:
        shown = [BOUNDED.repr(label) for _, label in zip(range(SHOWN_ROWS), self)]
        return f"<Index of {len(self)}: {', '.join(shown)}{', ...' if len(self) > SHOWN_ROWS else ''}>"


class InertBlock(InertObject):
    """Some columns of one type, as an array with a row for each."""

    _inert_name_ = "pandas.Block"


class InertColumn(Made):
    """A column that pandas keeps in a type of its own: an array and how to read it."""

    def __len__(self) -> int:
        return len(plain_column(self))

    def __getitem__(self, number: Any) -> object:
        return plain_column(self)[number]

    def __iter__(self) -> Iterator[object]:
        return iter(plain_column(self))


class InertSeries(Made):
    """A Series: values with labels."""

    @property
    def values(self) -> Any:
        """The values, an array where numpy is installed."""
        return series_parts(self)[0]

    @property
    def index(self) -> object:
        """The labels."""
        return series_parts(self)[1]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, number: Any) -> object:
        return self.values[number]

    def __iter__(self) -> Iterator[object]:
        return iter(self.values)

    def __repr__(self) -> str:
        values, index = series_parts(self)
        shown = [f"{cell(label)}: {cell(value)}" for _, label, value in zip(range(SHOWN_ROWS), index, values)]
        return f"<Series of {len(values)}: {', '.join(shown)}{', ...' if len(values) > SHOWN_ROWS else ''} (inert)>"


class InertFrame(Made):
    """A DataFrame: columns by name."""

    @property
    def columns(self) -> list[object]:
        """The names of the columns."""
        return list(frame_parts(self)[1])

    @property
    def index(self) -> object:
        """The labels of the rows."""
        return frame_parts(self)[2]

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        _, columns, index = frame_parts(self)
        return len(index), len(columns)

    def __getitem__(self, name: object) -> object:
        columns, names, _ = frame_parts(self)
        return columns[list(names).index(name)]

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[object]:
        return iter(self.columns)

    def __repr__(self) -> str:
        columns, names, index = frame_parts(self)
        lines = [["", *(cell(name) for name in list(names)[:SHOWN_COLUMNS])]]
        for row, label in zip(range(SHOWN_ROWS), index):
            lines.append([cell(label), *(cell(columns[n][row]) for n in range(min(len(names), SHOWN_COLUMNS)))])
        widths = [max(map(len, words)) for words in zip(*lines)]
        rows = ["  ".join(word.rjust(width) for word, width in zip(line, widths)) for line in lines]
        return "\n".join([*rows, f"[{len(index)} rows x {len(names)} columns, inert]"])


def cell(value: object) -> str:
    """Return one cell as a table shows it."""
    flat = isinstance(value, str) or type(value).__module__ == "numpy"
    text = clean(str(value)) if flat else BOUNDED.repr(value)
    return text if len(text) <= CELL_CHARS else text[: CELL_CHARS - 3] + "..."


def manager(table: Made) -> tuple[Any, Any]:
    """Return blocks and axes of a table."""
    made = table.__dict__.get("_mgr") or table.__dict__.get("_data")
    blocks, axes, *_ = made.__dict__["_args_"] if "_args_" in made.__dict__ else made.__dict__["__state__"]
    return blocks, axes


def frame_parts(frame: Made) -> tuple[list[Any], Any, Any]:
    """Return columns, their names, and the labels of the rows."""
    blocks, (names, index) = manager(frame)
    columns: list[Any] = [()] * len(names)
    for block in blocks:
        own = block.__dict__
        for row, place in enumerate(places(own["placement"])):
            values = plain_column(own["values"])
            columns[place] = values[row] if getattr(values, "ndim", 1) > 1 else values
    return columns, names, index


def series_parts(series: Made) -> tuple[Any, Any]:
    """Return values and labels."""
    blocks, axes = manager(series)
    if "__state__" in series.__dict__["_mgr"].__dict__:
        blocks, axes = axes, blocks  # the state of a manager of one block has them the other way round
    block = blocks[0] if isinstance(blocks, (tuple, list)) else blocks
    values = block.__dict__["values"] if isinstance(block, InertBlock) else block
    return plain_column(values), axes[0] if isinstance(axes, (tuple, list)) else axes


def plain_column(values: Any) -> Any:
    """Return an array, or a list where the array alone would mislead: of categories, or with gaps."""
    own = values.__dict__ if isinstance(values, InertObject) else {}
    if "_mask" in own:
        return [None if missing else value for value, missing in zip(own["_data"], own["_mask"])]
    if "__state__" not in own:
        return values
    array = next(part for part in own["__state__"] if hasattr(part, "flat"))
    categories = next((part.categories for part in own["__state__"] if hasattr(part, "categories")), None)
    if categories is None:
        return array
    return [categories[code] if code >= 0 else None for code in array]


def places(placement: Any) -> Any:
    """Return the columns that a block has."""
    return range(placement.start, placement.stop, placement.step or 1) if isinstance(placement, slice) else placement


def new_index(kind: object, facts: object) -> InertIndex:
    """Make an index, as `pandas.core.indexes.base._new_Index` does."""
    made = object.__new__(InertIndex)
    if isinstance(facts, dict):
        made.__dict__.update({name: value for name, value in facts.items() if type(name) is str})
    return made


def new_column(kind: object, *_: object) -> object:
    """Make a column, as `pandas._libs.arrays.__pyx_unpickle_NDArrayBacked` does."""
    names = (kind.__module__, kind.__qualname__) if isinstance(kind, InertType) else ("pandas", "Array")
    return object.__new__(make_type(*names, InertColumn))


def new_block(values: object, placement: object, *_: object) -> InertBlock:
    """Make a block, as `pandas._libs.internals._unpickle_block` does."""
    made = object.__new__(InertBlock)
    made.__dict__.update(values=values, placement=placement)
    return made


WORDS: dict[tuple[str, str], Callable[..., object]] = {
    ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"): new_column,
    ("pandas._libs.internals", "_unpickle_block"): new_block,
    ("pandas.core.indexes.base", "_new_Index"): new_index,
}

# Arrays with a mask of what is missing.
MASKED = ("Boolean", "Floating", "Integer")

TYPES: dict[tuple[str, str], type[Made]] = {
    ("pandas", "DataFrame"): InertFrame,
    **{("pandas.arrays", f"{kind}Array"): InertColumn for kind in MASKED},
    **{(f"pandas.core.arrays.{kind.lower()}", f"{kind}Array"): InertColumn for kind in MASKED},
    ("pandas", "Series"): InertSeries,
    ("pandas.core.frame", "DataFrame"): InertFrame,
    ("pandas.core.series", "Series"): InertSeries,
}
