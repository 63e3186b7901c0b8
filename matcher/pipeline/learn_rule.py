"""Learning a pair model for a catalog's pages: what it comes to, and whether it is put in force."""

from dataclasses import dataclass, replace

from matcher.matching.recipe import Recipe
from matcher.pipeline.encoding import encode_catalog
from matcher.pipeline.pair_model.learn import learn_catalog
from matcher.pipeline.pair_model.models import LEARNED
from matcher.pipeline.recipe_columns import carry_columns, know_columns, without_lost_columns
from matcher.pipeline.recipes import current_recipe, is_usable, last_config, set_recipe, usual_recipe
from matcher.pipeline.training_rows import kept_out
from matcher.progress import Report, silent
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from matcher.storage.workspace import Workspace


@dataclass(frozen=True)
class LearnConfig:
    """The catalog to learn for, as it was last encoded."""

    catalog_id: str


@dataclass(frozen=True)
class LearnResult:
    """What was learned.

    Attributes:
        model: The name of the model.
        f1: Its F1 on products that it did not learn from, 0..1.
        rule_f1: That of the rule that was in force.
        in_force: Whether it is in force now: it is where it does no worse.
    """

    model: str
    f1: float
    rule_f1: float
    in_force: bool


def learn_rule(workspace: Workspace, config: LearnConfig, report: Report = silent) -> LearnResult:
    """Learn a pair model from the labels and verdicts of a catalog, beside the rule in force.

    Raises:
        TooLittleKnown: As it says.
        DataError: The catalog cannot be encoded.
    """
    with workspace.writing(config.catalog_id, report):
        encoding = last_config(workspace, config.catalog_id)
        encoded = encode_catalog(workspace, encoding, report)
        catalog = workspace.load_catalog(config.catalog_id)
        judged = judged_rows(catalog.rows, workspace.store.verdicts(config.catalog_id))
        before = without_lost_columns(current_recipe(workspace, config.catalog_id), catalog)
        usual = carry_columns(replace(usual_recipe(workspace, encoding), k=encoding.k), before)
        beside = usual if before.fusion == "learned" else before
        learned = learn_catalog(
            workspace, catalog, know_columns(encoded, catalog, beside), beside, report,
            is_query=kept_out(workspace, encoding), same=judged[MATCH], different=judged[DIFFERENT],
        )  # fmt: skip
        model = learned.model
        workspace.store.set_setting(config.catalog_id, LEARNED, learned.recipe.to_json())
        if in_force := model.is_better:
            set_recipe(workspace, config.catalog_id, learned.recipe)
    return LearnResult(model.fingerprint, model.f1, model.rule_f1, in_force)


def learned_recipe(workspace: Workspace, catalog_id: str) -> Recipe | None:
    """The recipe that was last learned for a catalog, if it suits how the catalog is encoded now."""
    kept = workspace.store.setting(catalog_id, LEARNED)
    recipe = Recipe.from_json(kept) if kept else None
    return recipe if recipe and is_usable(workspace, recipe, last_config(workspace, catalog_id)) else None
