"""Titles as strangers send them, made fit to show and to compare."""

import html
import re
import unicodedata
from functools import cache

import stopwordsiso

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
    if unknown := [language for language in languages if not stopwordsiso.has_lang(language)]:
        known = ", ".join(sorted(stopwordsiso.langs()))
        raise DataError(f"There is no list of stop words for {', '.join(unknown)}. Choose from: {known}.")
    words = stopwordsiso.stopwords(list(languages)) if languages else set()
    # One letter is a size (S, M, L) or a model ("Galaxy S", "type C") more often than an article.
    return frozenset(w for w in words if (len(w) > 1 or w == "a") and w not in _MEASURES and not w.isnumeric())


def clean_title(title: str, stop_words: frozenset[str]) -> str:
    """Lower-case a title and leave out stop words, keeping numbers, units and sizes.

    A title of nothing but stop words is kept whole: it is all that is known of the listing.
    """
    lowered = _SPACES.sub(" ", title.lower()).strip()
    kept = [word for word in lowered.split(" ") if word.strip(_EDGES) not in stop_words]
    return " ".join(kept) if any(word.strip(_EDGES) for word in kept) else lowered


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
