"""Amounts in titles with their units: 250 ml, 0,25 l, 2 x 500 g, 4/64GB, 5.5", pack of 6, isi 12.

General unit libraries take model numbers for amounts. A table of what stands on goods reads less, and less wrongly.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matcher.text import fold

COUNT = "count"
FACTORS: dict[str, tuple[str, dict[str, float]]] = {
    "mass": ("g", {"g \u0433 gr grs gm gms gram grams gramme grammes": 1, "mg": 0.001, "ons": 100,
                   "kg \u043a\u0433 kgs kilo kilos kilogram kilograms": 1000, "oz ounce ounces": 28.3495,
                   "lb lbs pound pounds": 453.592}),
    "volume": ("ml", {"ml \u043c\u043b mls mililiter milliliter millilitre milliliters millilitres cc": 1, "cl": 10,
                      "dl": 100, "l \u043b lt ltr ltrs liter litre liters litres": 1000, "fl-oz floz": 29.5735,
                      "gal gallon galon": 3785.41}),
    "length": ("mm", {"mm \u043c\u043c": 1, "cm cms \u0441\u043c": 10, "m \u043c mtr meter meters metre metres": 1000,
                      "in inch inches inci \" \u201d ''": 25.4, "ft feet foot": 304.8, "yard yards": 914.4}),
    "storage": ("GB", {"gb gigabyte": 1, "mb": 0.001, "tb terabyte": 1000}),
    "power": ("W", {"w \u0432\u0442 watt watts": 1, "kw": 1000}),
    "voltage": ("V", {"v volt volts": 1}),
    "current": ("A", {"a amp amps ampere": 1}),
    "charge": ("mAh", {"mah": 1, "ah": 1000}),
    "frequency": ("Hz", {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9}),
    "rotation": ("rpm", {"rpm": 1}),
    "resolution": ("MP", {"mp megapixel megapixels": 1}),
    "rate": ("Mbps", {"mbps": 1, "gbps": 1000}),
    "light": ("lm", {"lm lumen lumens": 1}),
    COUNT: ("pcs", {"pcs \u0448\u0442 pc pce piece pieces ct count tablet tablets tabs capsule capsules caps kapsul"
                    " sachet sachets tea-bags teabags bags kantong kantung rolls sheets lembar buah biji butir bungkus"
                    " pasang pairs pods refills diaper diapers popok strip strips pack packs pk pak set sets box boxes"
                    " dus": 1, "lusin dozen": 12}),
}  # fmt: skip
"""Kind to its base unit, and what is written (folded) to how many base units that is."""

AMOUNTS = tuple(kind for kind in FACTORS if kind != COUNT)
WRAPPINGS = frozenset("pack packs pk pak set sets box boxes dus".split())  # one of them says nothing of what is inside
GROUPED = frozenset("g gr gram grams mg ml mah rpm w watt pcs".split())  # nobody gives these to a thousandth
MOST_DIGITS = 9  # a longer number is an id, not an amount
DIGITS = 3  # significant ones that are compared: 16.9 oz is 500 ml, 1 lb is 454 g


@dataclass(frozen=True)
class Quantity:
    """An amount in a title.

    Attributes:
        kind: A key of FACTORS.
        value: In the kind's base unit, rounded to DIGITS significant digits; above 0.
        text: As written, for a curator.
    """

    kind: str
    value: float
    text: str


_UNITS = {
    spelling.replace("-", " "): (kind, factor)
    for kind, (_, table) in FACTORS.items()
    for spellings, factor in table.items()
    for spelling in spellings.split()
}
_SPELLINGS = "|".join(re.escape(unit).replace(r"\ ", r"\.?\ ") for unit in sorted(_UNITS, key=len, reverse=True))
_NUMBER = r"\d{1,12}(?:[.,]\d{1,12}){0,3}"
_AMOUNT = re.compile(
    rf"(?<![^\W_])(?<!\d[.,])(?P<numbers>{_NUMBER}(?:\s?[x*/&+-]\s?{_NUMBER}){{0,7}})"
    rf"[\s-]?(?P<unit>{_SPELLINGS})(?:(?![^\W_])|(?=x\d))"
    rf"(?:\s?[x*]\s?(?P<times>\d{{1,3}})(?![\d.,]{{0,9}}\s?[^\W\d_x*]|[.,]?\d))?"
)
_CONTENT = re.compile(r"\b(?:pack|box|set|bag|lot|case|bundle) of (\d{1,4})\b|\bisi ?(\d{1,4})\b(?! ?[a-z]{0,3}[gl]\b)")
_JOINS = re.compile(r"[x*/&+-]")
_FRACTION = re.compile(r"([13])\s?/\s?([248])")
_TIMES = re.compile(r"[x*]")


def quantities(title: str) -> list[Quantity]:
    """Read the amounts of a title, in any order and possibly several of a kind.

    A multiplied mass or volume is given as its total, and the multiplier as a count: 2 x 500 g is 1000 g and 2 pieces.
    Numbers that share one unit are all amounts of it: 4/64GB, 10 x 20 x 30 cm.

    Args:
        title: As a seller wrote it; English or Indonesian words, any script.
    """
    text = fold(title)
    found = [amount for match in _AMOUNT.finditer(text) for amount in _amounts(match)]
    for match in _CONTENT.finditer(text):
        found += _quantity(COUNT, float(match.group(1) or match.group(2)), match.group().strip())
    return found


def _amounts(match: re.Match[str]) -> Iterator[Quantity]:
    """What one run of numbers before a unit says."""
    spelling = match["unit"].replace(".", "")
    kind, factor = _UNITS[spelling]
    if _is_word(match, spelling):
        return
    numbers = _numbers(match["numbers"], kind, spelling)
    written = match.group().strip()
    if kind in ("mass", "volume", COUNT):
        times = float(match["times"] or 1)
        if _TIMES.search(match["numbers"]) and len(numbers) == 2:
            times, numbers = times * numbers[0], numbers[1:]
        if times > 1:
            if kind != COUNT:
                yield from _quantity(COUNT, times, written)
            numbers = [number * times for number in numbers]
    for number in numbers:
        if not (number == 1 and spelling in WRAPPINGS):
            text = written if len(numbers) == 1 else f"{number:g} {match['unit']}"
            yield from _quantity(kind, number * factor, text)


def _is_word(match: re.Match[str], spelling: str) -> bool:
    """Whether a number and a unit only look like an amount: "2 in 1", a "4g" network, "3 a" of a sentence."""
    if not spelling[0].isalpha():  # the mark of inches, or the end of a quotation
        return match.string[: match.start()].endswith(("'", '"', "“", "”"))
    apart = match.string[match.end("numbers") : match.start("unit")] != ""
    if spelling == "in":
        return apart or match.string[match.end() :].lstrip()[:1].isdigit()
    if spelling == "g":
        return not apart and match["numbers"] in ("2", "3", "4", "5")
    return spelling == "a" and (apart or len(match["numbers"]) > 3)


def _numbers(text: str, kind: str, spelling: str) -> list[float]:
    if kind in ("mass", "volume", "length") and (fraction := _FRACTION.fullmatch(text)):
        return [int(fraction[1]) / int(fraction[2])]
    return [_number(part.strip(), spelling) for part in _JOINS.split(text)]


def _number(text: str, spelling: str) -> float:
    """Read 1.5, 1,5, 1.000 and 10,000: three digits after a mark are thousands where nobody would give thousandths."""
    if len(text) > MOST_DIGITS:
        return 0.0
    marks = re.findall(r"[.,]", text)
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", text)
    if grouped and (len(set(marks)) == 1 and (len(marks) > 1 or marks[0] == "," or spelling in GROUPED)):
        return float(re.sub(r"[.,]", "", text))
    whole, *fractions = re.split(r"[.,]", text)
    return float(f"{whole}.{fractions[0]}") if fractions else float(whole)


def _quantity(kind: str, value: float, text: str) -> Iterator[Quantity]:
    if value > 0:
        yield Quantity(kind, float(f"{value:.{DIGITS}g}"), text)
