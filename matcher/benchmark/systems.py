"""What is setup: the paper's models, on its two kinds of data, under two protocols; and what the paper found."""

from dataclasses import dataclass
from typing import Literal, get_args

from matcher.encoders.base import EncoderInfo
from matcher.encoders.registry import ENCODERS

Data = Literal["original", "balanced"]
Protocol = Literal["unseen", "seen"]
DATA: tuple[Data, ...] = get_args(Data)
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)


@dataclass(frozen=True)
class System:
    """One model of the table.

    Attributes:
        id: Its name in settings and on the command line.
        title: Its name on the screen.
        text: Encoder of the titles that it starts from; None if it does not read them.
        image: Encoder of the photos; None if it does not look at them.
        is_trained: Whether its encoders are trained on the catalog first.
    """

    id: str
    title: str
    text: str | None = None
    image: str | None = None
    is_trained: bool = True

    @property
    def is_pair(self) -> bool:
        """Whether it reads titles and looks at photos."""
        return self.text is not None and self.image is not None

    @property
    def modality(self) -> str:
        """ "text", "image", or "fused" for both."""
        return "fused" if self.is_pair else "text" if self.text else "image"


def _system_of(info: EncoderInfo) -> System:
    assert info.comparison is not None
    text, image = (info.id if info.modality == modality else None for modality in ("text", "image"))
    return System(info.id, info.comparison.title, text, image, info.comparison.is_trained)


def _pair_of(titles: System, photos: System) -> System:
    return System(f"{titles.id}+{photos.id}", f"{titles.title} + {photos.title}", titles.text, photos.image)


def list_systems() -> list[System]:
    """The encoders that the registry gives a place here, titles first, and each pair of trained ones for both."""
    alone = [_system_of(info) for info in ENCODERS.values() if info.comparison]
    titles, photos = ([each for each in alone if each.modality == modality] for modality in ("text", "image"))
    pairs = [_pair_of(text, image) for image in photos for text in titles if text.is_trained and image.is_trained]
    return [*titles, *photos, *pairs]


SYSTEMS: dict[str, System] = {each.id: each for each in list_systems()}


def encoder_title(spec: str) -> str:
    """What an encoder that some model starts from is called on the screen."""
    alone = (each.title for each in SYSTEMS.values() if not each.is_pair and spec in (each.text, each.image))
    return next(alone, spec)


@dataclass(frozen=True)
class Published:
    """F1 that the paper reports for a model, 0..1; precision and recall where it gives them."""

    original: float
    balanced: float
    precision: float | None = None
    recall: float | None = None


PAPER_LISTINGS, PAPER_PRODUCTS = 34_250, 11_014
PAPER_SOURCE = (
    "The product-matching paper that this program follows (BERT, CharacterBERT and EfficientNet-B3 trained with "
    f"ArcFace), on Shopee's {PAPER_LISTINGS:,} listings of {PAPER_PRODUCTS:,} products; measured on the products that "
    "the models were trained on."
)
ALONE_WORDS = (
    "The networks stand alone here, as in the paper. One for titles that is trained on the Encoders page also weighs "
    "their letters, and usually finds more."
)
PAPER: dict[str, Published] = {
    "tfidf": Published(0.611, 0.633),
    "bert": Published(0.759, 0.862),
    "characterbert": Published(0.792, 0.911),
    "efficientnet": Published(0.660, 0.873),
    "bert+efficientnet": Published(0.833, 0.906),
    "characterbert+efficientnet": Published(0.837, 0.919, precision=0.829, recall=0.914),
}

PROTOCOL_TITLES: dict[Protocol, str] = {"unseen": "Unseen products", "seen": "Seen products"}
PROTOCOL_WORDS: dict[Protocol, str] = {
    "unseen": (
        "What to expect of new listings. Trained on some products, thresholds chosen on others, measured on products "
        "kept apart from both, searched in the whole catalog. With balanced data only the training differs."
    ),
    "seen": (
        "Flattering as a rule, and only there to compare with the paper, which measures so: on the very products that "
        "the models were trained on, thresholds chosen on the same. Nothing else is in the pool, and balanced data is "
        "also measured on the balanced listings, whose titles and photos stand there several times."
    ),
}
DATA_WORDS: dict[Data, str] = {
    "original": "listings as they are",
    "balanced": "at most ten listings a product, small products filled with new pairs of their own titles and photos",
}
