"""Regular expressions of the common subset: read into parts, written for each warehouse.

Literals, classes, anchors, groups, alternation and quantifiers mean here what they mean to
RE2: `$` is the end of the text, a dot is no newline, \\d \\w \\s \\b are ASCII (7.49). What
else warehouses know, they do not know alike: it is an error.
https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]

_LAST = 0x10FFFF
_MOST_TIMES = 1000
"""RE2's limit of a counted repetition; PostgreSQL's is 255."""
_SPECIAL = set("\\^$.|?*+()[]{}-&~#'\"/ ")
_SETS: dict[str, Ranges] = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 10), (12, 13), (32, 32)),
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_COUNT = re.compile(r"\{(\d+)(,(\d*))?\}")
_WORD = "[0-9A-Za-z_]"


@dataclass(frozen=True, slots=True)
class PatternPart:
    """A piece of a pattern: `literal`, `class`, `edge`, `syntax` or `times`."""

    kind: str
    text: str = ""
    ranges: Ranges = ()
    negated: bool = False


def parts_of(pattern: str) -> list[PatternPart]:
    """The parts of a pattern. Raises ValueError for what is not common to all warehouses."""
    found: list[PatternPart] = []
    place = 0
    while place < len(pattern):
        part, place = _next(pattern, place)
        if part.kind == "times" and (not found or not _repeats(found[-1])):
            raise _strange(part.text)
        found.append(part)
    _check_nested(found)
    return found


def _check_nested(parts: list[PatternPart]) -> None:
    """RE2 takes repetitions within repetitions for as many as they come to."""
    levels = [1]  # the most that any part of an open group is repeated
    last = 1
    for part in parts:
        if part.text == "(" and part.kind == "syntax":
            levels.append(1)
        elif part.text == ")" and part.kind == "syntax":
            last = levels.pop() if len(levels) > 1 else 1
            levels[-1] = max(levels[-1], last)
        elif part.kind == "times":
            last *= max([1, *map(int, re.findall(r"\d+", part.text))])
            levels[-1] = max(levels[-1], last)
            if last > _MOST_TIMES:
                raise _strange(part.text)
        else:
            last = 1


def _repeats(part: PatternPart) -> bool:
    return part.kind in ("literal", "class") or part.text == ")"


def _strange(text: str) -> ValueError:
    return ValueError(f"'{text}' does not mean the same on every warehouse")


def _next(pattern: str, place: int) -> tuple[PatternPart, int]:
    here = pattern[place]
    if here == "\\":
        return _escaped(pattern, place)
    if here == "[":
        return _class(pattern, place)
    if here == "(":
        if pattern[place + 1 : place + 2] != "?":
            return PatternPart("syntax", "("), place + 1
        if pattern.startswith("(?:", place):
            return PatternPart("syntax", "("), place + 3
        raise _strange(pattern[place : place + 3])
    if here in ")|":
        return PatternPart("syntax", here), place + 1
    if here in "^$":
        return PatternPart("edge", here), place + 1
    if here == ".":
        return PatternPart("class", ranges=((10, 10),), negated=True), place + 1
    if here in "*+?{":
        return _times(pattern, place)
    return PatternPart("literal", here), place + 1


def _times(pattern: str, place: int) -> tuple[PatternPart, int]:
    counted = _COUNT.match(pattern, place)
    if pattern[place] == "{" and not counted:
        raise _strange("{")
    end = counted.end() if counted else place + 1
    text = pattern[place:end]
    if counted:
        numbers = [int(number) for number in (counted[1], counted[3]) if number]
        if max(numbers) > _MOST_TIMES or (len(numbers) == 2 and numbers[0] > numbers[1]):
            raise _strange(text)
    if pattern[end : end + 1] == "?":
        text, end = text + "?", end + 1
    if pattern[end : end + 1] in ("*", "+", "?") or _COUNT.match(pattern, end):
        raise _strange(pattern[place : end + 1])
    return PatternPart("times", text), end


def _escaped(pattern: str, place: int) -> tuple[PatternPart, int]:
    letter = pattern[place + 1 : place + 2]
    if letter in ("b", "B"):
        return PatternPart("edge", f"\\{letter}"), place + 2
    if letter == "z":
        return PatternPart("edge", "$"), place + 2
    if letter == "A":
        return PatternPart("edge", "^"), place + 2
    if letter.lower() in _SETS and letter:
        return PatternPart(
            "class", ranges=_SETS[letter.lower()], negated=letter.isupper()
        ), place + 2
    character, end = _character(pattern, place)
    return PatternPart("literal", character), end


def _character(pattern: str, place: int) -> tuple[str, int]:
    """A character, as it is or escaped, and where it ends."""
    if pattern[place] != "\\":
        return pattern[place], place + 1
    letter = pattern[place + 1 : place + 2]
    if letter in _CONTROLS:
        return _CONTROLS[letter], place + 2
    if letter == "x" and (code := re.compile(r"[0-9A-Fa-f]{2}").match(pattern, place + 2)):
        return chr(int(code[0], 16)), place + 4
    if letter and letter.isascii() and not letter.isalnum():
        return letter, place + 2
    raise _strange(pattern[place : place + 2])


def _class(pattern: str, place: int) -> tuple[PatternPart, int]:
    start = place
    negated = pattern.startswith("[^", place)
    place += 2 if negated else 1
    ranges: list[tuple[int, int]] = []
    first = place
    while place < len(pattern) and (pattern[place] != "]" or place == first):
        if pattern.startswith(("[:", "[=", "[."), place):
            raise _strange(pattern[place : place + 2])
        letter = pattern[place + 1 : place + 2]
        if pattern[place] == "\\" and letter and letter.lower() in _SETS:
            inside = _SETS[letter.lower()]
            ranges += _others(inside) if letter.isupper() else inside
            place += 2
            continue
        low, place = _character(pattern, place)
        high = low
        if pattern[place : place + 1] == "-" and pattern[place + 1 : place + 2] not in ("]", ""):
            high, place = _character(pattern, place + 1)
        if ord(high) < ord(low):
            raise _strange(f"{low}-{high}")
        ranges.append((ord(low), ord(high)))
    if place >= len(pattern):
        raise _strange(pattern[start:])
    return PatternPart("class", ranges=tuple(ranges), negated=negated), place + 1


def _others(ranges: Ranges) -> list[tuple[int, int]]:
    """Every character outside the ranges, which are in order."""
    found, low = [], 1
    for first, last in ranges:
        if low < first:
            found.append((low, first - 1))
        low = last + 1
    return [*found, (low, _LAST)]


# Written for a warehouse ...


def written_for(pattern: str, dialect: str) -> str:
    """The pattern as this warehouse reads it. Raises ValueError where it cannot say it."""
    return "".join(_written(part, dialect) for part in parts_of(pattern))


def _written(part: PatternPart, dialect: str) -> str:
    if part.kind == "literal":
        return _control(part.text, dialect) or _literal(part.text)
    if part.kind == "class":
        inside = "".join(_range(low, high, dialect) for low, high in part.ranges)
        return f"[{'^' if part.negated else ''}{inside}]"
    if part.kind == "edge":
        return _edge(part.text, dialect)
    numbers = map(int, re.findall(r"\d+", part.text)) if part.kind == "times" else ()
    if dialect == "postgres" and max(numbers, default=0) > 255:
        raise ValueError(f"the repetition {part.text}")
    # Groups only group: nothing is captured.
    return "(?:" if part.text == "(" and dialect != "snowflake" else part.text


def _edge(edge: str, dialect: str) -> str:
    if edge == "$" and dialect == "spark":
        return "\\z"  # Java's $ is also before a newline that ends the text
    if edge in ("\\b", "\\B") and dialect in ("postgres", "spark"):
        # Their words have letters beyond ASCII.
        starts = f"(?<!{_WORD})(?={_WORD})"
        ends = f"(?<={_WORD})(?!{_WORD})"
        inside = f"(?<={_WORD})(?={_WORD})"
        outside = f"(?<!{_WORD})(?!{_WORD})"
        first, second = (starts, ends) if edge == "\\b" else (inside, outside)
        return f"(?:{first}|{second})"
    return edge


def _literal(text: str) -> str:
    return f"\\{text}" if text in _SPECIAL - {" ", "'", '"', "/", "-", "&", "~", "#"} else text


def _range(low: int, high: int, dialect: str) -> str:
    ends = [chr(code) for code in dict.fromkeys((low, high))]
    return "-".join(_control(end, dialect) or _inside_class(end) for end in ends)


def _control(character: str, dialect: str) -> str:
    """A control character as it is escaped, else nothing."""
    if character == "\v" and dialect in ("spark", "snowflake"):
        return "\\x0B" if dialect == "spark" else ""  # Java's \v is a class
    letters = {value: letter for letter, value in _CONTROLS.items() if letter != "a"}
    return f"\\{letters[character]}" if character in letters else ""


def _inside_class(character: str) -> str:
    return f"\\{character}" if character in "\\]^-[&~" else character
