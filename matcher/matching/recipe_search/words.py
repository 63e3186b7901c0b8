"""What a search for the best recipe came to, in sentences that a curator understands."""

from collections.abc import Callable, Mapping

from matcher.matching.recipe_search.ladder import Ladder, Rung
from matcher.matching.recipe_search.steps import ALONE, FUSION, GROUPS, LEARNED, MEAN, THRESHOLDS, WEIGHT

Doing = tuple[str, str]
"""A name for a chart, and what is done as the beginning of a sentence."""

_FUSIONS: Mapping[str, str] = {
    "": "title and photo in another way",
    "either": "title or photo",
    "both": "title and photo",
    "mean": "a weighted mean",
}
_MEANS: Mapping[str, str] = {"arithmetic": "usual", "geometric": "lenient"}
_PLAIN: Mapping[str, Doing] = {
    GROUPS: ("Groups", "Joining groups only where a quarter of their pairs match"),
    THRESHOLDS: ("Thresholds", "Choosing the thresholds on known products"),
    ALONE: ("One of two missing", "Another measure where a title or a photo is missing"),
    LEARNED: ("Learned", "Learning from known pairs"),
    "units": ("Amounts", "Reading amounts (250 ml is not 500 ml)"),
    "counts": ("Packs", "Reading how many are in a pack"),
    "models": ("Model numbers", "Reading model numbers"),
    "colours": ("Colours", "Reading colours"),
    "sizes": ("Clothes sizes", "Reading clothes sizes"),
    "genders": ("For whom", "Reading for whom clothes are"),
    "brands": ("Brands", "Reading brands (words that titles begin with)"),
    "materials": ("Materials", "Reading materials"),
}
_SET: Mapping[str, Callable[[str], Doing]] = {
    FUSION: lambda to: ("Title and photo", f"Matching by {_FUSIONS.get(to, to)}"),
    MEAN: lambda to: ("Kind of mean", f"Taking the {_MEANS.get(to, 'other')} mean"),
    WEIGHT: lambda to: (
        "Weight of the title",
        f"Weighing the title {100 * float(to):.0f} %" if to else "Weighing the title otherwise",
    ),
}


def name_step(rung: Rung) -> str:
    """A step in a word or two."""
    return _doing(rung)[0]


def tell_step(rung: Rung) -> str:
    """What a step does and wins: "Reading model numbers adds 2.4 points"; a point is .01 of F1."""
    return f"{_doing(rung)[1]} {_say_gain(rung.gain.value)}."


def tell_ladder(ladder: Ladder) -> str:
    """What the steps that were taken come to, the one that won most first."""
    won = ladder.end.value - ladder.in_force.value
    than = "the rule in force"
    compared = f"{_points(won)} more than {than}" if won > 0 else f"no more than {than}"
    taken = [rung for rung in ladder.rungs if rung.taken and rung.step not in (GROUPS, THRESHOLDS)]
    best = max(taken, key=lambda rung: rung.gain.value, default=None)
    most = f" {tell_step(best)}" if best and _points(best.gain.value) != _points(0) else ""
    return f"F1 {ladder.end.value:.3f} on products that had no say, {compared} ({ladder.in_force.value:.3f}).{most}"


def tell_doubt(rung: Rung) -> str:
    """The interval of a step's gain, and whether all searches agreed: "-0.4 to +1.9 points"."""
    return f"{_signed(rung.gain.low)} to {_signed(rung.gain.high)} points"


def _doing(rung: Rung) -> Doing:
    return _SET[rung.step](rung.set_to) if rung.step in _SET else _PLAIN[rung.step]


def _say_gain(gain: float) -> str:
    if _points(gain) == _points(0):
        return "changes nothing"
    return f"{'adds' if gain > 0 else 'costs'} {_points(gain)}"


def _points(gain: float) -> str:
    number = f"{abs(100 * gain):.1f}"
    return f"{number} point{'' if number == '1.0' else 's'}"


def _signed(gain: float) -> str:
    return f"{round(100 * gain, 1) + 0.0:+.1f}"  # so that there is no -0.0
