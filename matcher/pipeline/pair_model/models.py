"""Where learned models are: in this process, in a catalog's folder, or inside a recipe's file."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from matcher.atomic_file import atomic
from matcher.errors import DataError
from matcher.failures import reading
from matcher.matching import recipe as recipes
from matcher.matching.recipe import Recipe
from matcher.pipeline.pair_model.learned_model import MOST_CHARACTERS, LearnedModel, learned_from_json
from matcher.storage.workspace import Workspace

LEARNED = "learned recipe"  # the setting with the recipe that was last learned for a catalog
SEARCHED = "recipe search"  # the setting with what the last search for the best recipe came to
MODEL = "learned"  # the key of a recipe's file that the model stands under
KEPT = 8  # models of a catalog that no recipe names
DAMAGED = "Learn the pair model again."
_in_memory: dict[str, LearnedModel] = {}


def remember_model(learned: LearnedModel) -> str:
    """Keep a model for this process, among the latest; its name. Content alone decides the name, so none is stale."""
    _in_memory.pop(learned.fingerprint, None)
    _in_memory[learned.fingerprint] = learned
    while len(_in_memory) > KEPT:
        del _in_memory[next(iter(_in_memory))]
    return learned.fingerprint


def find_model(recipe: Recipe) -> LearnedModel:
    """The model that a recipe names, as far as this process knows it.

    Raises:
        DataError: It does not.
    """
    if recipe.pair_model not in _in_memory:
        raise DataError("The recipe's pair model is not here; read the recipe from its file with read_recipe.")
    return _in_memory[recipe.pair_model]


def model_file(workspace: Workspace, catalog_id: str, name: str) -> Path:
    """The file of a model in a catalog's folder, whether it is there or not."""
    return workspace.folder(catalog_id) / "pair_models" / f"{name}.json"


def save_model(workspace: Workspace, catalog_id: str, learned: LearnedModel) -> str:
    """Write a model into a catalog's folder, under the name that its content gives it; the name.

    Of those that neither the recipe in force nor a preset names the latest stay.
    """
    file = model_file(workspace, catalog_id, learned.fingerprint)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic(file) as opened:
            opened.write(learned.to_json().encode())
    store = workspace.store
    settings = [str(store.setting(catalog_id, key)) for key in ("recipe", LEARNED, SEARCHED)]
    named = "".join([*store.presets(catalog_id).values(), *settings])
    others = [other for other in file.parent.glob("*.json") if other.stem not in named and other != file]
    for old in sorted(others, key=lambda other: other.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
    return learned.fingerprint


def load_model(workspace: Workspace, catalog_id: str, name: str) -> LearnedModel:
    """Read a model of a catalog; again and again it is read once.

    Raises:
        DataError: It is gone.
        StorageError: It is damaged.
    """
    return _load(model_file(workspace, catalog_id, name))


@lru_cache(maxsize=4)
def _load(file: Path) -> LearnedModel:
    try:
        with reading(file, DAMAGED):
            return learned_from_json(json.loads(file.read_bytes()))
    except FileNotFoundError as error:
        raise DataError("The pair model of this recipe is gone; learn it again.") from error


def write_recipe(recipe: Recipe, learned: LearnedModel | None = None) -> str:
    """Write a recipe for a file, with the model that it names inside.

    Args:
        recipe: Of `tune`.
        learned: Its model; None for the one that this process knows.

    Raises:
        DataError: The recipe names a model that this process does not know.
    """
    if recipe.fusion != "learned":
        return recipe.to_json()
    learned = learned or find_model(recipe)
    return json.dumps(json.loads(recipe.to_json()) | {MODEL: json.loads(learned.to_json())}) + "\n"


def read_recipe(text: str) -> Recipe:
    """Read what `write_recipe` or `Recipe.to_json` wrote, and check all of it; a model inside is remembered.

    Raises:
        DataError: It is no recipe, or its model is none or not the one that the recipe names.
    """
    recipe, model = _parted(text)
    if recipe.fusion != "learned":
        return recipe
    if model is None:
        raise DataError("The recipe's pair model is not in its file; write the file with `tune`, or download it.")
    learned = learned_from_json(model)
    if learned.fingerprint != recipe.pair_model:
        raise DataError("The recipe names another pair model than the one in its file; write the file with `tune`.")
    remember_model(learned)
    return recipe


def _parted(text: str) -> tuple[Recipe, Any]:
    """A recipe, and the model that stood in its file; None where there was none."""
    if len(text) > MOST_CHARACTERS + recipes.MOST_CHARACTERS:
        raise DataError(f"The recipe has {len(text):,} characters; expected at most {MOST_CHARACTERS:,}.")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or MODEL not in values:
        return Recipe.from_json(text), None  # which also says what is wrong with the text
    model = values.pop(MODEL)
    return Recipe.from_json(json.dumps(values)), model
