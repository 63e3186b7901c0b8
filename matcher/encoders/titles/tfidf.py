"""TF-IDF of titles: words (the paper's baseline) or pieces of words, fitted on the catalog itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_matrix

from matcher.catalog_words import CatalogWords, learn_words
from matcher.progress import Progress, Report, silent
from matcher.text import clean_title, stop_words

LANGUAGES = ("id", "en")
STEP = "Weighing words"

# What scikit-learn's TfidfVectorizer is told. One-letter words stay: they are sizes. sublinear_tf: spam repeats words.
# Words leave out stop words, as in the paper. Pieces keep them: leaving them out cost 0.003 to 0.005 of F1 on three of
# four measured catalogs, and pieces of 3 and 4 letters did best over all of them. Reading words as the catalog joins
# them won 0.026, 0.018 and 0.002 on three and lost 0.006 on one, whose sellers misspell much. Counting each distinct
# title once for how rare a piece is changed F1 by -0.001 to +0.001, and what is near to many copies of one title is
# found as what is near to one.
OPTIONS: dict[str, dict[str, Any]] = {
    "tfidf": {"token_pattern": r"(?u)\b\w+\b", "sublinear_tf": True},
    "tfidf-char": {"analyzer": "char_wb", "ngram_range": (3, 4), "sublinear_tf": True},
}


def open_tfidf(spec: str, folder: Path | None) -> "TfidfEncoder":
    """Make the encoder of this id; nothing of it is kept in the folder."""
    return TfidfEncoder(spec)


@dataclass
class TfidfEncoder:
    """Counts words or pieces of words, each weighted by how rare it is in the catalog.

    Attributes:
        id: A key of OPTIONS.
    """

    id: str
    modality: Literal["text"] = "text"
    fitted: bool = True
    _last: tuple[bytes, "_Fitted | None"] | None = field(default=None, repr=False)  # digest of titles, fitted on them

    @property
    def version(self) -> str:
        """Decides cache keys."""
        return f"{self.id}-3" if self.id == "tfidf" else f"{self.id}-5"

    def encode(self, inputs: Sequence[str], report: Report = silent) -> csr_matrix:
        """Fit on the titles and turn them into vectors.

        Args:
            inputs: N titles as sellers wrote them.
            report: Told before and after; may raise Cancelled.

        Returns:
            Shape (N, words). Unit rows; a row of zeros for a title without a single word.
        """
        return self.encode_queries(inputs, inputs, report)

    def encode_queries(self, queries: Sequence[str], inputs: Sequence[str], report: Report = silent) -> csr_matrix:
        """Turn titles that are not in the catalog into vectors that can be compared with the catalog's.

        Args:
            queries: Q titles.
            inputs: The catalog's N titles, all of them: they decide which words there are and how rare they are.
            report: Told before and after; may raise Cancelled.

        Returns:
            Shape (Q, words); words unknown to the catalog are left out.
        """
        report(Progress(STEP, 0, len(queries)))
        fitted = self._fit(inputs)
        if fitted is None:
            vectors = csr_matrix((len(queries), 1), dtype=np.float32)
        else:
            vectors = csr_matrix(fitted.vectorizer.transform([fitted.prepare(title) for title in queries]))
        report(Progress(STEP, len(queries), len(queries)))
        return vectors

    def _fit(self, titles: Sequence[str]) -> "_Fitted | None":
        """What was fitted on these titles, kept for the next query; None if no title has a word."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # a second of import, wanted only here

        digest = hashlib.sha256("\0".join(titles).encode()).digest()
        if self._last is None or self._last[0] != digest:
            fitted = _Fitted(
                TfidfVectorizer(dtype=np.float32, lowercase=False, **OPTIONS[self.id]),
                None if self.id == "tfidf" else learn_words(titles),
            )
            prepared = [fitted.prepare(title) for title in titles]
            words = fitted.vectorizer.build_analyzer()
            known = any(words(title) for title in prepared)
            if known:  # copies of one title do not make its words frequent
                fitted.vectorizer.fit(prepared if self.id == "tfidf" else sorted(set(prepared)))
            self._last = digest, fitted if known else None
        return self._last[1]


@dataclass(frozen=True)
class _Fitted:
    """A vectorizer, and how titles are made ready for it: as the catalog writes its words, or without stop words."""

    vectorizer: Any
    words: CatalogWords | None

    def prepare(self, title: str) -> str:
        if self.words is None:
            return clean_title(title, stop_words(LANGUAGES))
        return " ".join(self.words.words(title)) or clean_title(title, frozenset())
