"""Find the listings of a catalog that sell the same product, by title, by photo and by both.

The names in `__all__` are for notebooks and scripts: a catalog in memory, from its file to its matches. Each is loaded
when it is first used, so that importing this stays quick (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.encoders.registry import load_encoder
    from matcher.errors import DataError, EncoderError, MatcherError
    from matcher.ingest.catalog import Catalog
    from matcher.matching.recipe import Recipe
    from matcher.pipeline.in_memory import EncodedCatalog, encode, evaluate, match, read_catalog, tune
    from matcher.pipeline.matches import Evaluation
    from matcher.pipeline.pair_model.models import read_recipe, write_recipe

__all__ = [
    "Catalog",
    "DataError",
    "EncodedCatalog",
    "EncoderError",
    "Evaluation",
    "MatcherError",
    "Recipe",
    "encode",
    "evaluate",
    "load_encoder",
    "match",
    "read_catalog",
    "read_recipe",
    "tune",
    "write_recipe",
]

_MODULES = {
    "matcher.encoders.registry": ("load_encoder",),
    "matcher.errors": ("DataError", "EncoderError", "MatcherError"),
    "matcher.ingest.catalog": ("Catalog",),
    "matcher.matching.recipe": ("Recipe",),
    "matcher.pipeline.in_memory": ("EncodedCatalog", "encode", "evaluate", "match", "read_catalog", "tune"),
    "matcher.pipeline.matches": ("Evaluation",),
    "matcher.pipeline.pair_model.models": ("read_recipe", "write_recipe"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # else every misspelt name would pass for one of these

    def __getattr__(name: str) -> object:
        """Load a public name from the module that defines it."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
        globals()[name] = value = getattr(import_module(_HOME[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
