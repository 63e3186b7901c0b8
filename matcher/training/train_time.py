"""About how long a training takes, told before it starts."""

from matcher.training.config import TrainConfig

# Seconds on two processor cores, measured on catalogs of 500 to 3,000 listings.
TITLE, VIEW, CACHED_PHOTO, PIXEL = 0.03, 0.012, 0.01, 1e-6
USUAL_SIDE = 224
STARTING = 20.0  # opening the encoder, measuring it as it is, and writing the run


def expected_seconds(config: TrainConfig, listings: int) -> float:
    """Seconds for all epochs on two cores; a training that stops rising ends sooner.

    Args:
        config: The settings.
        listings: How many have what is trained on.
    """
    learned = config.epochs * config.rounds * listings * (1 - config.tune_share - config.test_share)
    if config.modality == "text":
        return STARTING + learned * TITLE
    if config.views:
        return STARTING + listings * (config.views + 2) * VIEW + learned * CACHED_PHOTO
    return STARTING + learned * max(config.side, USUAL_SIDE) ** 2 * PIXEL
