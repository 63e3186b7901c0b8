"""What a value is as text: as a spreadsheet shows it, on one line, and nothing where something stands for nothing."""

import datetime
import re
from decimal import Decimal

from matcher.text import plain, unguard_formulas

MAX_CELL = 10_000  # characters kept of any cell; only descriptions come near, and no encoder reads that far
# What exports write for "nothing": two listings are not one product because both their labels say "nan".
_NOTHING = frozenset({
    "nan", "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "none", "null", "(null)", "<null>", "[null]", "nil", "\\n", "-",
    "--", "\u2013", "\u2014", "-1", "?", "undefined", "does not apply", "not applicable", "not available",
    "#null!", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "nat",
})  # fmt: skip
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)  # not 4e04108734, a hash in hex
_ZEROS = re.compile(r"0{12,14}")  # for a code of 12 to 14 digits, as on products


def cell_text(text: str) -> str:
    """A cell as it is kept: bounded, on one line, without the guard of our own exports."""
    return unguard_formulas(plain(text[:MAX_CELL]))


def value_text(value: object) -> str:
    """Write a value as a spreadsheet shows it: 123, not 123.0; "" for nothing."""
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 1e21:
            return repr(value)
        # Beyond 2**53 a float is not every whole number: its shortest digits are what was typed, as far as it is known.
        return format(Decimal(repr(value)).quantize(Decimal(1)), "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def is_nothing(cell: str) -> bool:
    """Whether a whole cell is empty or a word that stands for nothing."""
    word = cell.strip().casefold()
    return not word or word in _NOTHING or _ZEROS.fullmatch(word) is not None


def is_rounded(code: str) -> bool:
    """Whether a spreadsheet may have rounded a code: 1.00500E+15, or zeros beyond the 15 digits that it keeps."""
    if _SCIENTIFIC.fullmatch(code):
        return True
    if not (code.isdecimal() and 16 <= len(code) <= 25):
        return False
    telling = len(code.rstrip("0"))
    return telling <= 15 or (telling <= 17 and len(code) - telling >= 2)  # 17: what a float keeps
