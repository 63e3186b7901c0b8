"""How titles, photos and both together are called and coloured, the same on every page."""

from matcher.vectors.candidate_pairs import Modality

NAMES: dict[Modality, str] = {"text": "Titles", "image": "Photos", "fused": "Title and photo"}
WORDS: dict[Modality, str] = {"text": "title", "image": "photo", "fused": "both"}  # as in "distance by title"
HEADINGS: dict[Modality, str] = {side: f"By {word}" for side, word in WORDS.items()}
ICONS: dict[Modality, str] = {"text": "title", "image": "image", "fused": "layers"}  # Material Symbols
COLOURS: dict[Modality, str] = {
    "text": "blue",
    "image": "orange",
    "fused": "violet",
}  # as Streamlit's Markdown has them
