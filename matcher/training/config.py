"""Settings of a training: the paper's, light ones that end in minutes without a GPU, and about how long they take."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from matcher.errors import TrainingError

Modality = Literal["text", "image"]
Preset = Literal["light", "paper"]
Schedule = Literal["constant", "linear", "exponential"]
Loss = Literal["arcface", "softmax"]


@dataclass(frozen=True)
class TrainConfig:
    """Settings of one training; the defaults are the paper's for titles.

    Attributes:
        modality: What the encoder reads.
        encoder: Where its weights start: "bert", "characterbert" or "efficientnet", or one of them with ":<name>".
        epochs: Times that the listings are gone through, at most; after each the tune side is measured.
        rounds: Edited copies of each listing that an epoch sees.
        batch: Listings in a step.
        rate: Learning rate of the encoder's own layers.
        head_rate: Learning rate of the projection and the class centres, which start from nothing.
        schedule: Of the learning rates after the warm-up: constant, falling in a straight line to nothing, or
            falling by `decay` each epoch.
        warm_up: Epochs over which the rates rise in a straight line from nothing.
        decay: What is left of a rate after an epoch of the exponential schedule, 0..1.
        weight_decay: Pull of the encoder's weights towards zero in each step, as a share of the rate.
        clip: Length that the gradient is cut to; 0 leaves it.
        loss: "arcface", or "softmax" to compare with.
        scale: s of ArcFace.
        margin: m of ArcFace, radians, 0..1.5.
        ramp: Epochs over which the margin rises from a third of it.
        margin_power: Margins fall with the size of a class to this power; 0 gives all the same.
        sub_centres: Centres of a class; more than 1 lets wrongly labelled listings gather apart.
        contrast: Weight of a second loss that brings two edited copies of a product together within the batch.
        temperature: Of that second loss; smaller looks at the nearest distractors only.
        dimensions: Length of the vectors; 0 keeps the encoder's own, with no projection.
        dropout: Share of the numbers silenced in training, inside an encoder of titles and before a projection, 0..1.
        side: Pixels of a photo's side; 0 for the encoder's own.
        views: Edited copies of each photo that are encoded once and trained on again and again; 0 makes new copies
            in every epoch and trains the whole encoder.
        max_tokens: Word pieces, for CharacterBERT words, that a title is cut to in training.
        patience: Epochs without a better F1 on the tune side after which the training ends.
        use_labels: False makes every listing its own class, whose members are its edited copies.
        ignored: Without labels, the nearest other listings of each that count neither way: some are the same product.
        balanced: Whether labels are cut and filled to ten rows first.
        whiten: Whether to whiten the vectors in the end where that helps, and to start a projection from whitening.
        batch_norm: Whether BatchNorm stands behind a projection.
        letters: Columns of letter vectors beside a trained title network, a power of two; 0 for none.
        tune_share: Of the products, kept out to tell when to stop and where the threshold lies; 0.02..0.9.
        test_share: Of the products, kept out of everything, for figures afterwards; 0..0.9.
        seed: Of everything drawn at random.
    """

    modality: Modality = "text"
    encoder: str = "bert"
    epochs: int = 25
    rounds: int = 1
    batch: int = 64
    rate: float = 1e-5
    head_rate: float = 1e-3
    schedule: Schedule = "constant"
    warm_up: float = 0.0
    decay: float = 0.9
    weight_decay: float = 0.0
    clip: float = 1.0
    loss: Loss = "arcface"
    scale: float = 30.0
    margin: float = 0.5
    ramp: float = 0.0
    margin_power: float = 0.0
    sub_centres: int = 1
    contrast: float = 0.0
    temperature: float = 0.06
    dimensions: int = 0
    dropout: float = 0.1
    side: int = 0
    views: int = 0
    max_tokens: int = 64
    patience: int = 5
    use_labels: bool = True
    ignored: int = 0
    balanced: bool = False
    whiten: bool = True
    batch_norm: bool = False
    letters: int = 0
    tune_share: float = 0.15
    test_share: float = 0.0
    seed: int = 7

    def __post_init__(self) -> None:
        for name, least, most in RANGES:
            value = getattr(self, name)
            if not least <= value <= most:
                raise TrainingError(f"{name} is {value}; expected {least} to {most}. Correct the training's settings.")
        if self.tune_share + self.test_share > MOST_KEPT_OUT:
            raise TrainingError(
                f"{self.tune_share + self.test_share:.0%} of the products would be kept out; expected at most "
                f"{MOST_KEPT_OUT:.0%}, so that some are left to learn from."
            )

    def to_json(self) -> str:
        """One line that `from_json` reads back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "TrainConfig":
        """Read settings; unknown names are refused.

        Raises:
            TrainingError: It is no such JSON, a name is unknown, or a value is of the wrong kind or out of range.
        """
        known = {field.name: type(field.default) for field in fields(cls)}
        try:
            given: dict[str, Any] = json.loads(text)
            for name, value in given.items():
                kinds = (int, float) if known[name] is float else (known[name],)
                if not isinstance(value, kinds) or (isinstance(value, bool) and known[name] is not bool):
                    raise TrainingError(f"{name} is {value!r}; expected {known[name].__name__}.")
            return cls(**given)
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise TrainingError(f"The training's settings cannot be read ({error}). Set them again.") from error


MOST_KEPT_OUT = 0.95  # of the products, to tune and to test
# Name, least and most of each number; the form on the page reads them too.
RANGES: tuple[tuple[str, float, float], ...] = (
    ("epochs", 1, 1000), ("rounds", 1, 100), ("batch", 2, 4096), ("rate", 0, 1), ("head_rate", 0, 1),
    ("warm_up", 0, 100), ("decay", 0, 1),
    ("weight_decay", 0, 10), ("clip", 0, 1000), ("scale", 1, 1000), ("margin", 0, 1.5), ("ramp", 0, 1000),
    ("margin_power", 0, 2), ("sub_centres", 1, 20), ("contrast", 0, 100), ("temperature", 0.001, 10),
    ("dimensions", 0, 4096), ("dropout", 0, 0.95), ("side", 0, 1024), ("views", 0, 100), ("max_tokens", 4, 512),
    ("patience", 1, 1000), ("seed", 0, 2**31), ("letters", 0, 4096), ("ignored", 0, 100),
    ("tune_share", 0.02, 0.9), ("test_share", 0, 0.9),
)  # fmt: skip

# On two processor cores, measured on catalogs of 500 to 3,000 listings.
SECONDS_PER_TITLE, SECONDS_PER_VIEW, SECONDS_PER_CACHED_PHOTO, SECONDS_PER_PIXEL = 0.03, 0.012, 0.01, 1e-6
USUAL_SIDE = 224
STARTING_SECONDS = 20.0  # opening the encoder, measuring it as it is, and writing the run

PAPER: dict[str, TrainConfig] = {
    "text": TrainConfig(),
    "image": TrainConfig(
        modality="image",
        encoder="efficientnet:tf_efficientnet_b3",
        batch=32,
        rate=1e-4,
        schedule="exponential",
        warm_up=2.0,
        dimensions=512,
        dropout=0.0,
        side=512,
    ),
}

MOST_FASTER = 2.0  # times the learning rate where there are few epochs
SMALL = 3_000  # listings; up to here the light presets are as they stand

# Chosen on products of their own, none of which a published figure was measured on.
LIGHT: dict[str, TrainConfig] = {
    "text": TrainConfig(
        epochs=10,
        batch=64,
        rate=1e-4,
        head_rate=5e-3,
        schedule="linear",
        warm_up=1.0,
        weight_decay=0.01,
        scale=24.0,
        margin=0.3,
        ramp=3.0,
        dropout=0.0,
        max_tokens=40,
        letters=2048,
        patience=3,
    ),
    "image": TrainConfig(
        modality="image",
        encoder="efficientnet",
        epochs=6,
        rounds=2,
        batch=64,
        rate=1e-4,
        head_rate=1e-3,
        schedule="linear",
        warm_up=1.0,
        scale=24.0,
        margin=0.3,
        ramp=2.0,
        dimensions=1280,
        dropout=0.0,
        views=6,
        patience=3,
    ),
}


def preset(modality: Modality, name: Preset | None = None, *, has_gpu: bool, listings: int = 0) -> TrainConfig:
    """The settings of a preset; without a name the paper's where there is a GPU, else the light ones.

    The light ones see fewer copies of each listing in a large catalog, so that they still end in less than an hour.

    Args:
        modality: What the encoder reads.
        name: Which preset.
        has_gpu: Whether torch can use one.
        listings: How many there are to learn from.
    """
    if (name or ("paper" if has_gpu else "light")) == "paper":
        return PAPER[modality]
    light, often = LIGHT[modality], SMALL / max(SMALL, listings)
    if modality == "text":
        epochs = max(3, round(light.epochs * often))
        share = epochs / light.epochs  # the whole schedule has to fit into fewer epochs, with longer steps
        rate = light.rate * min(MOST_FASTER, 1 / share)
        return replace(light, epochs=epochs, warm_up=light.warm_up * share, ramp=light.ramp * share, rate=rate)
    rounds = max(1, round(light.rounds * often))
    epochs = max(3, min(light.epochs, round(light.epochs * light.rounds * often / rounds)))
    return replace(light, epochs=epochs, rounds=rounds, views=max(3, round(light.views * often)))


def expected_seconds(config: TrainConfig, listings: int) -> float:
    """Seconds for all epochs on two cores; a training that stops rising ends sooner.

    Args:
        config: The settings.
        listings: How many have what is trained on.
    """
    seen = config.epochs * config.rounds * listings * (1 - config.tune_share - config.test_share)
    if config.modality == "text":
        return STARTING_SECONDS + seen * SECONDS_PER_TITLE
    if config.views:
        return STARTING_SECONDS + listings * (config.views + 2) * SECONDS_PER_VIEW + seen * SECONDS_PER_CACHED_PHOTO
    return STARTING_SECONDS + seen * max(config.side, USUAL_SIDE) ** 2 * SECONDS_PER_PIXEL
