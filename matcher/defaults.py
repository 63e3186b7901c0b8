"""What is taken when nobody has chosen: encoders for a catalog, and a recipe for one without labels."""

from matcher.catalog import Catalog
from matcher.encoding import EncodeConfig
from matcher.recipe import Recipe

TEXT_ENCODER = "tfidf-char"
IMAGE_ENCODER = "efficientnet"

# Cosine distances.
THRESHOLDS = {"tfidf": 0.4, "tfidf-char": 0.4, "bert": 0.2, "efficientnet": 0.2, "phash": 0.2}
UNKNOWN_ENCODER = 0.2
WIDTHS = {"phash": 64}


def default_encoders(catalog: Catalog) -> tuple[str | None, str | None]:
    """Encoders that suit what a catalog has: for titles and for photos, None where it has none.

    Photos are better than their hashes, which only find the same picture again.
    """
    has = {column: bool((catalog.listings[column] != "").any()) for column in ("title", "photo", "phash")}
    image = IMAGE_ENCODER if has["photo"] else "phash" if has["phash"] else None
    return (TEXT_ENCODER if has["title"] else None), image


def default_recipe(config: EncodeConfig) -> Recipe:
    """A recipe for a catalog without labels."""
    text, image = (THRESHOLDS.get(spec or "", UNKNOWN_ENCODER) for spec in (config.text, config.image))
    return Recipe(config.text, config.image, "either", config.metric, config.k, text, image, (text + image) / 2)
