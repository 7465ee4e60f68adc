"""Samples of keys, generated from the expressions of a scanner's rules."""

from __future__ import annotations

import re
import string
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if sys.version_info >= (3, 11):
    import re._constants as codes
    import re._parser as parser

    import tomllib
else:
    import sre_constants as codes
    import sre_parse as parser

    import tomli as tomllib

if TYPE_CHECKING:
    import random
    from pathlib import Path

WORD = string.ascii_letters + string.digits
CATEGORIES = {codes.CATEGORY_DIGIT: string.digits, codes.CATEGORY_WORD: WORD + "_", codes.CATEGORY_SPACE: " "}
LONGEST_REPEAT = 40


class Rule(NamedTuple):
    """A rule of a scanner."""

    name: str
    expression: str


class Sampler:
    """Generates texts that match the rules in a file."""

    def __init__(self, file: Path) -> None:
        rules = tomllib.loads(file.read_text(encoding="utf-8"))["rules"]
        self.rules = [Rule(rule["id"], rule["regex"]) for rule in rules if "regex" in rule]

    def sample(self, rule: Rule, chance: random.Random) -> str:
        """Return a text that matches a rule, without what delimits it."""
        return self._text(parser.parse(python_expression(rule.expression)), chance).strip(" ;\n`'\"\\")

    def _text(self, tree: Any, chance: random.Random) -> str:
        return "".join(self._part(code, argument, chance) for code, argument in tree)

    def _part(self, code: Any, argument: Any, chance: random.Random) -> str:
        if code is codes.LITERAL:
            return chr(argument)
        if code is codes.IN:
            return chance.choice(characters(argument) or " ")
        if code is codes.BRANCH:
            return self._text(chance.choice(argument[1]), chance)
        if code is codes.SUBPATTERN:
            return self._text(argument[3], chance)
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
            least, most, tree = argument
            times = chance.randint(least, min(int(most), least + LONGEST_REPEAT))
            return "".join(self._text(tree, chance) for _ in range(times))
        if code is codes.ANY:
            return "."
        return chance.choice(WORD) if code in {codes.NOT_LITERAL, codes.CATEGORY} else ""


def characters(items: Any) -> str:
    """Return the characters of a set."""
    found = ""
    for code, argument in items:
        if code is codes.LITERAL:
            found += chr(argument)
        elif code is codes.RANGE:
            found += "".join(map(chr, range(argument[0], argument[1] + 1)))
        elif code is codes.CATEGORY:
            found += CATEGORIES.get(argument, WORD)
    if items[0][0] is codes.NEGATE:
        return "".join(sorted(set(WORD) - set(found)))
    return found


def python_expression(expression: str) -> str:
    """Return an expression of Go as one of Python; flags in the middle are left out."""
    expression = expression.replace("[[:alnum:]]", "[A-Za-z0-9]").replace(r"\z", "").replace(r"\x60", "`")
    return re.sub(r"\(\?-?[is]+\)", "", re.sub(r"\(\?-?[is]+:", "(?:", expression))
