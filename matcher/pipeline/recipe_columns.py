"""The columns by which a recipe keeps listings apart: read for its pairs, and carried from rule to rule."""

from dataclasses import dataclass, replace

from matcher.ingest.catalog import Catalog
from matcher.matching.groups.column_values import with_columns
from matcher.matching.recipe import Recipe
from matcher.pipeline.encoding import Encoded


@dataclass(frozen=True)
class Apart:
    """By which columns listings are kept apart, as in `Recipe`; None for none."""

    one_per: str | None = None
    only_across: str | None = None

    def within(self, recipe: Recipe) -> Recipe:
        """The recipe with these columns and no others."""
        return replace(recipe, one_per=self.one_per, only_across=self.only_across)


def know_columns(encoded: Encoded, catalog: Catalog, recipe: Recipe) -> Encoded:
    """The same encoding, with pairs that know the columns which a recipe asks for.

    Raises:
        DataError: The catalog has no such column.
    """
    pairs = with_columns(encoded.pairs, catalog.listings, recipe.columns)
    return encoded if pairs is encoded.pairs else replace(encoded, pairs=pairs)


def without_lost_columns(recipe: Recipe, catalog: Catalog) -> Recipe:
    """The recipe without the columns that a new upload no longer has."""
    lost = set(recipe.columns).difference(catalog.listings.columns)
    if not lost:
        return recipe
    one_per, only_across = (None if name in lost else name for name in (recipe.one_per, recipe.only_across))
    return replace(recipe, one_per=one_per, only_across=only_across)


def carry_columns(recipe: Recipe, before: Recipe) -> Recipe:
    """A rule that is chosen anew, with the columns by which the one before kept listings apart."""
    return Apart(before.one_per, before.only_across).within(recipe)
