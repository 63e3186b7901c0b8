"""What encoders see of listings: titles, photos, hashes."""

from collections.abc import Sequence
from pathlib import Path

from matcher.encoders.base import Encoder
from matcher.encoders.registry import columns_of, write_for
from matcher.ingest.catalog import Catalog

PHOTO_ENDING = ".jpg"  # of a photo's name in the workspace; no hash has it


def contents_of(catalog: Catalog, encoder: Encoder) -> list[str]:
    """What an encoder sees of each listing: its title, its photo's name, or its hash; "" where there is none."""
    first, *others = (catalog.listings[column] for column in columns_of(encoder))
    for other in others:
        first = first.where(first != "", other)
    return list(first)


def inputs_of(photos: Path, encoder: Encoder, contents: Sequence[str]) -> list[str | Path]:
    """Turn contents into what the encoder takes: titles and hashes as it wants them written, photos as paths."""
    has_photos, contents = "photo" in columns_of(encoder), write_for(encoder, contents)
    return [photos / content if has_photos and content.endswith(PHOTO_ENDING) else content for content in contents]
