"""Tell the encodings of Latin letters apart by which letters a language has.

Between `é` of French in CP1252 and `ť` of Czech in CP1250 only the language decides. A title list is too short for
statistics of letter pairs, but its accented letters must all belong to one language, or to the western ones together.
"""

import re

_WESTERN = ("àâæçéèêëîïôœùûü", "äöüß", "áéíóúüñ", "áâãàçéêíóôõú", "àèéìòù", "åäöéæø", "ëïéèöü")
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţșț", "čćđšž", "äöüß")
_LANGUAGES = {
    "cp1252": _WESTERN, "cp1250": _CENTRAL, "cp1254": ("çğıöşüâî",), "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
    "iso8859_2": _CENTRAL, "mac_roman": _WESTERN, "cp850": _WESTERN, "cp852": _CENTRAL,
}  # fmt: skip
LATIN = frozenset(_LANGUAGES)
_SYMBOLS = frozenset("°®™©²³½¼¾€£§«»“”‘’‚„–—…•·×±µ¿¡ºª\xa0´")  # noqa: RUF001
_WITHIN_WORDS = frozenset("’‘´·–\xa0")  # noqa: RUF001  (these may stand between two letters)
_RARE = {"õ": 0.7}  # Portuguese has few where Hungarian has many of what stands at its place
_SURE = 0.5  # mean weight of a letter from which the text is Latin at all
_CLEARLY = 0.04  # by how much a rarer encoding must fit better
_MIXED = 0.1  # what it costs that letters of several western languages stand together
_HIGH = re.compile(r"[^\x00-\x7f]")


def guess_latin(sample: bytes) -> tuple[str, float]:
    """Name the Latin encoding whose letters fit best, cp1252 when in doubt.

    Args:
        sample: Text with letters beyond ASCII, in one of the encodings.

    Returns:
        Its name; and the share of accented letters in the words that have one, 0..1: Latin languages stay below two
        thirds, others have no else. 1 if the letters do not fit.
    """
    best, best_score = "cp1252", -9.0
    for encoding, languages in _LANGUAGES.items():
        text = sample.decode(encoding, "replace")
        sets = [frozenset(letters) for letters in languages]
        score = max(_fit(text, letters) for letters in sets)
        if languages is _WESTERN:
            score = max(score, _fit(text, frozenset().union(*sets)) - _MIXED)
        if score > best_score + _CLEARLY:
            best, best_score = encoding, score
    words = [word for word in re.findall(r"[^\W\d_]+", sample.decode(best, "replace")) if not word.isascii()]
    accented = sum(not letter.isascii() for word in words for letter in word)
    return best, accented / max(sum(map(len, words)), 1) if best_score >= _SURE else 1.0


def _fit(text: str, letters: frozenset[str]) -> float:
    """Mean weight of the letters beyond ASCII, about -2 to 1."""
    found = list(_HIGH.finditer(text))
    weights = [
        _weight(match.group(), text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1], letters)
        for match in found
    ]
    return sum(weights) / len(weights) if weights else -9.0


def _weight(letter: str, before: str, after: str, letters: frozenset[str]) -> float:
    if letter in letters:
        return _RARE.get(letter, 1.0)
    if letter.lower() in letters:  # a capital within a small word is a sign of another encoding
        return -0.5 if before.islower() else 0.9
    if letter in _SYMBOLS:
        within = before.isalpha() and after.isalpha() and letter not in _WITHIN_WORDS
        return -1.0 if within else 0.3
    return -0.5 if letter.isalpha() else -2.0
