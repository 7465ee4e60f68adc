"""Show elements of XML, and the multi-dictionaries of web frameworks, whose content is in C.

Loaded when the first of them is met.  They are read by the C code of their library, also where a class derives from it.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import first, mro, namespace, type_name
from tibidi.look.notation import joined

if TYPE_CHECKING:
    from typing import Any

    from tibidi.look.classes import ClassFacts
    from tibidi.look.notation import Show
    from tibidi.look.preview import Walker

XML = ("lxml.", "xml.")


def show_for(facts: ClassFacts, base: Any, walker: Walker) -> Show:
    """Return how to show instances of a class that derives from `base`, which is one of these."""
    short = facts.name.rpartition(".")[2]
    if not type_name(base).startswith(XML):
        return lambda value: _pairs(base.items(value), base.__len__(value), short, walker)
    library = type_name(base).rpartition(".")[0] + "."
    bases = [namespace(each) for each in mro(facts.cls) if type_name(each).startswith(library)]
    tag, text = (next(each[name] for each in bases if name in each).__get__ for name in ("tag", "text"))
    return lambda value: f"<{short} {_element(value, tag(value), text(value), base, walker)}>"


def _element(value: Any, tag: object, text: object, base: Any, walker: Walker) -> str:
    """Show tag, attributes and text, each without secrets, and the number of elements within."""
    if type(tag) is not str:  # of a comment: a function
        return f"text={walker.show(text)}"
    attributes, within = dict(base.items(value)), base.__len__(value)
    words = [walker.show(tag)] + ([f"attrib={walker.mapping(attributes)}"] if attributes else [])
    if text is not None and (not within or str(text).strip()):
        words.append(f"text={walker.entry(tag.rpartition('}')[2], text, '.text')}")
    return ", ".join(words + ([f"{within} within"] if within else []))


def _pairs(pairs: Any, length: int, short: str, walker: Walker) -> str:
    """Show a dictionary that may have a key several times."""
    shown = [f"{walker.show(key)}: {walker.entry(key, value, (key,))}" for key, value in first(pairs, walker.limit())]
    return f"{short}({{{joined(shown, length)}}})"
