"""How titles, photos, both together and a pair model are called and coloured, the same on every page."""

from matcher.vectors.candidate_pairs import Modality

NAMES: dict[str, str] = {"text": "Titles", "image": "Photos", "fused": "Title and photo", "learned": "Learned"}
WORDS: dict[Modality, str] = {"text": "title", "image": "photo", "fused": "both"}  # as in "distance by title"
HEADINGS: dict[Modality, str] = {side: f"By {word}" for side, word in WORDS.items()}
ICONS: dict[Modality, str] = {"text": "title", "image": "image", "fused": "layers"}  # Material Symbols
COLOURS: dict[Modality, str] = {
    "text": "blue",
    "image": "orange",
    "fused": "violet",
}  # as Streamlit's Markdown has them
