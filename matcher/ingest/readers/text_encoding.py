"""Find out in which encoding a text table was written, and give its lines as text, whatever strayed into them."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from matcher.errors import DataError
from matcher.ingest.readers.latin_letters import LATIN, guess_latin

MAX_LINE = 1_000_000  # characters; the longest honest rows, with whole descriptions in HTML, stay below a tenth of it
SAMPLE_BYTES = 262_144  # enough to guess from: about a thousand rows
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_ALPHABETS = ("cp1251", "koi8_r", "cp866", "cp1253", "cp1255", "cp1256", "cp874")
# First bytes of what is written every day: kana, syllables, and the characters of the first of two levels.
_EVERYDAY = {
    "cp949": range(0xB0, 0xC9), "gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7),
    "cp932": (0x82, 0x83, *range(0x88, 0x98)), "euc_jp": (0xA4, 0xA5, *range(0xB0, 0xD0)),
}  # fmt: skip


@dataclass(frozen=True)
class TextEncoding:
    """How the bytes of a text table are read.

    Attributes:
        name: Of the encoding, as Python names it.
        stray: Encoding of single lines that are not in the file's own; "" if there are none. One of the two is UTF-8.
        is_guess: Whether other encodings would do as well.
    """

    name: str
    stray: str = ""
    is_guess: bool = False


def find_encoding(path: Path, asked: str | None = None) -> TextEncoding:
    """Name the encoding of a text file: its BOM, else UTF-8 if it mostly is, else the best guess.

    Args:
        path: The file.
        asked: Taken as it is, if given.

    Raises:
        DataError: The file is empty or not text.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if not head.strip():
        raise DataError(f"{path.name} is empty. Choose a table with a header row and at least one listing.")
    if asked:
        return TextEncoding(asked)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return TextEncoding(encoding)
    if head[1::2].count(0) > len(head) // 4:
        return TextEncoding("utf-16-le")
    if head[0::2].count(0) > len(head) // 4:
        return TextEncoding("utf-16-be")
    binary = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\v")
    if binary > 8 + len(head) // 20:
        raise DataError(f"{path.name} is not a table. Expected CSV, TSV, Parquet, Excel, or a zip with one of them.")
    good, damaged, sample = _look_through(path)
    if not damaged:
        return TextEncoding("utf-8")
    legacy = _guess_legacy(sample)
    if good > damaged:
        return TextEncoding("utf-8", legacy, is_guess=True)
    # A line of Latin letters is UTF-8 by chance in one of thousands; of other scripts more often.
    return TextEncoding(legacy, "utf-8" if good and legacy in LATIN else "", is_guess=True)


def read_lines(path: Path, encoding: TextEncoding) -> Iterator[tuple[str, bool]]:
    """Give line after line, never holding more than MAX_LINE characters.

    Yields:
        The line with its end; and whether it was not written in the file's own encoding.

    Raises:
        DataError: A line without end; or the bytes are not of that encoding at all.
    """
    is_mixed = bool(encoding.stray)
    name, errors = ("utf-8", "surrogateescape") if is_mixed else (encoding.name, "replace")
    legacy = encoding.name if encoding.stray == "utf-8" else encoding.stray
    with path.open(encoding=name, errors=errors, newline="") as file:
        try:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), ""), start=1):
                if len(line) == MAX_LINE:
                    raise DataError(
                        f"Line {number:,} of {path.name} has more than {MAX_LINE:,} characters. "
                        "Expected one listing a line; remove or repair that line."
                    )
                if not is_mixed or line.isascii():
                    yield line, False
                elif any("\udc80" <= letter <= "\udcff" for letter in line):
                    yield _in_other_encoding(line, legacy), legacy != encoding.name
                else:
                    yield line, legacy == encoding.name
        except UnicodeError as error:
            raise DataError(f"{path.name} is not written in {encoding.name}. Choose another encoding.") from error


def _in_other_encoding(line: str, legacy: str) -> str:
    """Read a line anew that was not UTF-8; what of it was UTF-8 nevertheless stays."""
    if all(letter < "\x80" or "\udc80" <= letter <= "\udcff" for letter in line):
        return line.encode("utf-8", "surrogateescape").decode(legacy, "replace")
    stray = (bytes([ord(letter) - 0xDC00]).decode(legacy, "replace") if "\udc80" <= letter <= "\udcff" else letter
             for letter in line)  # fmt: skip
    return "".join(stray)


def _look_through(path: Path) -> tuple[int, int, bytes]:
    """Count the lines beyond ASCII that are UTF-8 and those that are not; sample the latter."""
    good = damaged = size = 0
    sample: list[bytes] = []
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(SAMPLE_BYTES), b""):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
                continue
            except UnicodeDecodeError:
                damaged += 1
            if size < SAMPLE_BYTES // 4:
                sample.append(line)
                size += len(line)
    return good, damaged, b"".join(sample)[: SAMPLE_BYTES // 2]


def _guess_legacy(sample: bytes) -> str:
    """The likeliest encoding of text that is not UTF-8."""
    latin, accented = guess_latin(sample)
    if accented <= 0.5:
        return latin
    east_asian = {encoding: _everyday(sample, encoding) for encoding in _EVERYDAY}
    likeliest = max(east_asian, key=lambda encoding: east_asian[encoding])
    if east_asian[likeliest] > 0.8:
        return likeliest
    if accented <= 0.7:
        return latin
    high = [byte for byte in sample if byte > 0x7F]
    if len(high) > 10 and all(0xE0 <= byte <= 0xFA for byte in high):
        return "cp1255"  # no capital and none of the last letters of the Russian alphabet: Hebrew has neither
    best = from_bytes(sample, cp_isolation=list(_ALPHABETS)).best()
    return latin if best is None or best.encoding == "ascii" else best.encoding


def _everyday(sample: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that are written every day, 0 if it is not that encoding at all."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    pairs = [pair for letter in text if letter > "\x7f" and len(pair := letter.encode(encoding)) > 1]
    single = sum(letter > "\x7f" for letter in text) - len(pairs)
    kana = encoding == "euc_jp" and sum(pair[0] in (0xA4, 0xA5) for pair in pairs) > len(pairs) / 5
    return sum(pair[0] in _EVERYDAY[encoding] for pair in pairs) / max(len(pairs) + single, 1) + 0.1 * kana
