"""What kind of CharacterBERT lies in a folder, told from its config.json alone; imports no model library."""

import json
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "assets" / "characterbert"  # the bundled one
CONFIG = "config.json"
SMALL_KIND = "twinshelf-characterbert"  # `model_type` of the small architecture
PUBLISHED_KIND = "character_bert"  # of the published one


def is_small(folder: Path) -> bool:
    """Whether a folder holds a CharacterBERT of the small architecture, as the bundled one is."""
    return read_kind(folder) == SMALL_KIND


def read_kind(folder: Path) -> str:
    """What config.json calls the model in a folder; "" if it does not say."""
    try:
        values = json.loads((folder / CONFIG).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(values.get("model_type", "")) if isinstance(values, dict) else ""
