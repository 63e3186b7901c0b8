"""Titles as strangers send them, made fit to show and to compare."""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from matcher.errors import DataError

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Zero width, soft hyphen, bidi overrides and isolates, lone surrogates, tag characters: they show nothing or show lies.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]")
_SPACES = re.compile(r"\s+")
_BYTE_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31});")
# What spreadsheets take for the start of a formula, also in the full-width forms; in front of it, one cell's beginning.
_SIGN = "[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"
_BEGINNING = r"(^|[;\t\r\n|])"
_NUMBER_ALONE = r"[+-]?\d+(?:[.,]\d+)?(?:$|[;\t\r\n|])"
_FORMULA = re.compile(rf"{_BEGINNING}(?!{_NUMBER_ALONE})('*)(?=[\s\"]*{_SIGN})")
_GUARDED = re.compile(rf"{_BEGINNING}'('*)(?=[\s\"]*{_SIGN})")
_EDGES = "\"'`.,;:!?()[]{}<>|/\\*~_-+=#"

# Signs that say who owns a name; spelled out they would hang letters on it.
_OWNED = re.compile("[\u2122\u00ae\u00a9\u2120]")
# Letters that no form of Unicode takes apart, and signs that the eye takes for one another.
_ALIKE = str.maketrans(
    {"\u0131": "i", "\u00f8": "o", "\u0111": "d", "\u0142": "l", "\u00e6": "ae", "\u0153": "oe", "\u0451": "\u0435",
     "\u00d7": "x", "\u2044": "/", "\u2212": "-"}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u00b4\u02bc\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"')
)  # fmt: skip
_CYRILLIC_WORD = re.compile(r"\w*[\u0400-\u04ff]\w*")
_LATIN_IN_CYRILLIC = str.maketrans(
    "aceopxykmtbhi", "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u043a\u043c\u0442\u0432\u043d\u0456"
)
# Chinese and Japanese are written without blanks; one between two of their characters parts nothing.
_BLANK_IN_HAN = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff]) +(?=[\u3040-\u30ff\u3400-\u9fff])")

# In the lists below, single letters and these words are stop words; in a shop they are sizes, amounts, or goods.
_MEASURES = frozenset(
    "mg gr kg ml cl dl lt mm cm km ft oz lb lbs pc pcs pk gb tb mb hz kw xs sm lg xl"
    " zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred"
    " nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas puluh belas ratus ribu lusin"
    " new baru big small large besar kecil full half setengah"
    " mug ring tv face top bottom front men room fire shed page pages thick thin microsoft dj gt sd".split()
)


def plain(text: str) -> str:
    """Make a cell safe to show: one line, no control characters, nothing invisible, nothing that turns text around.

    Joiners that emoji and Indic or Persian script need are kept.
    """
    if not text.isprintable():
        text = _INVISIBLE.sub("", _CONTROL.sub(" ", text))
    return _SPACES.sub(" ", text).strip()


def display_title(text: str) -> str:
    r"""Undo what exports do to titles: HTML entities (`&amp;`) and bytes written out (`\xe2\x9c\x94`); then `plain`."""
    if "\\x" in text:
        text = _BYTE_ESCAPES.sub(_decode_escapes, text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    return plain(unicodedata.normalize("NFC", text))


def _decode_escapes(match: re.Match[str]) -> str:
    escaped = match.group()
    try:
        return bytes.fromhex(escaped.replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return escaped


@cache
def stop_words(languages: tuple[str, ...] = ("id", "en")) -> frozenset[str]:
    """Words that say nothing about a product, but for sizes, amounts and numbers.

    Args:
        languages: ISO 639-1 codes; () for none.

    Raises:
        DataError: No list for a language.

    Source: https://github.com/stopwords-iso/stopwords-iso
    """
    import stopwordsiso  # brings a reader of packages along, and a process that decodes a photo needs neither

    if unknown := [language for language in languages if not stopwordsiso.has_lang(language)]:
        known = ", ".join(sorted(stopwordsiso.langs()))
        raise DataError(f"There is no list of stop words for {', '.join(unknown)}. Choose from: {known}.")
    words = stopwordsiso.stopwords(list(languages)) if languages else set()
    # One letter is a size (S, M, L) or a model ("Galaxy S", "type C") more often than an article.
    return frozenset(w for w in words if (len(w) > 1 or w == "a") and w not in _MEASURES and not w.isnumeric())


def fold(text: str) -> str:
    """Write alike what looks alike, to compare by; what is shown stays as it was written.

    Small letters; full-width, half-width and joined characters in their usual form, `ml` for the one sign of it; Latin
    and Greek letters without accents; one kind of dash, quote and blank; no blanks between Chinese or Japanese
    characters; and Cyrillic words without the Latin letters typed into them. Accents of other
    scripts stay: there they are vowels. Text of which nothing would be left is given in small letters.

    Source: Unicode Standard Annex 15, "Unicode Normalization Forms", form KC.
    """
    given = text
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _OWNED.sub("", text)).casefold().translate(_ALIKE)
        text = "".join(_without_accents(text))
        text = _CYRILLIC_WORD.sub(lambda word: word.group().translate(_LATIN_IN_CYRILLIC), text)
        text = _BLANK_IN_HAN.sub("", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", text.casefold()).strip() or _SPACES.sub(" ", given.lower()).strip()


def distinct_words(title: str) -> set[str]:
    """The words of a title as `fold` writes them, without what is punctuation around them."""
    return {word.strip(".,;:()[]") for word in fold(title).split()} - {""}


def _without_accents(text: str) -> Iterator[str]:
    """Give the letters, and the marks on all but Latin and Greek ones."""
    base = ""
    for letter in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(letter):
            base = letter
        elif base < "\u0400" or "\u1e00" <= base < "\u2000":
            continue
        yield letter


def clean_title(title: str, stop_words: frozenset[str]) -> str:
    """Fold a title and leave out stop words, keeping numbers, units and sizes.

    A title of nothing but stop words is kept whole: it is all that is known of the listing.
    """
    folded = fold(title)
    kept = [word for word in folded.split(" ") if word.strip(_EDGES) not in stop_words]
    return " ".join(kept) if any(word.strip(_EDGES) for word in kept) else folded


def guard_formulas(cell: str) -> str:
    """Put an apostrophe before whatever a spreadsheet could take for a formula in a CSV cell, so that it is text.

    A spreadsheet that splits at semicolons, as many in Europe do, or at tabs starts a new cell after each of them,
    however the file quotes, so what follows one is guarded like the start. Plain numbers such as -5 stay as they are.

    Source: OWASP, "CSV Injection".
    """
    return _FORMULA.sub(lambda found: f"{found[1]}'{found[2]}", cell)


def unguard_formulas(cell: str) -> str:
    """Take off what `guard_formulas` put on; any cell is the same again after both."""
    return _GUARDED.sub(r"\1\2", cell)
