"""Pair models for a search, each learned from some of the products only."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import TooLittleKnown
from matcher.ingest.catalog import Catalog
from matcher.matching.metrics import RowPair
from matcher.matching.recipe import Recipe
from matcher.matching.recipe_search.climb import Judged
from matcher.pipeline.encoding import Encoded
from matcher.pipeline.pair_model.features import keep_features
from matcher.pipeline.pair_model.judge import save_judgement
from matcher.pipeline.pair_model.learn import Learned, learn
from matcher.pipeline.pair_model.models import remember_model, save_model
from matcher.pipeline.pair_model.trained import find_trained
from matcher.pipeline.recipe_search.meter import SearchMeter
from matcher.storage.workspace import Workspace


class ModelLearner:
    """Pair models that a search asks for; the one of the recipe that it found is kept."""

    def __init__(
        self, workspace: Workspace, catalog: Catalog, encoded: Encoded, is_query: NDArray[np.bool_] | None,
        meter: SearchMeter,
    ) -> None:  # fmt: skip
        """Learn for a catalog, from the listings of `is_query`, (N,), where that is not all; the meter is told."""
        self._workspace, self._catalog, self._encoded = workspace, catalog, encoded
        self._is_query, self._meter = is_query, meter
        self._features = keep_features(workspace, catalog, encoded, meter.report)
        self._trained = find_trained(workspace, catalog, encoded)
        self._last: Learned | None = None

    def learn_for(
        self, same: list[RowPair], different: list[RowPair]
    ) -> Callable[[NDArray[np.bool_], Recipe], Judged | None]:
        """What `Search` asks for, with these verdicts."""

        def learn_from(has_say: NDArray[np.bool_], beside: Recipe) -> Judged | None:
            labels = self._catalog.listings["label"].where(has_say, "")
            told = replace(self._catalog, listings=self._catalog.listings.assign(label=labels))
            known: dict[str, Any] = {
                name: [pair for pair in judged if has_say[list(pair)].all()]
                for name, judged in (("same", same), ("different", different))
            }
            try:
                self._last = learn(
                    self._encoded.pairs, told, self._features, self._encoded.config, beside,
                    is_query=self._is_query, trained=self._trained, report=self._meter.within, **known,
                )  # fmt: skip
            except TooLittleKnown:
                return None
            return self._last.pairs, self._last.recipe

        return learn_from

    def keep(self, recipe: Recipe) -> None:
        """Keep the model of a recipe that was found, which is the one that was learned last, if it has one."""
        if self._last is None or recipe.fusion != "learned":
            return
        save_model(self._workspace, self._encoded.config.catalog_id, self._last.model)
        remember_model(self._last.model)
        save_judgement(self._workspace, self._encoded, recipe, self._last.pairs)
