"""How far a search for the best recipe is: one line over all of its parts, so that the time left is of the whole."""

from matcher.matching.pair_model.learn import FOLDS
from matcher.matching.pair_model.learn import STEP as LEARNING
from matcher.matching.recipe_search.steps import LEARNED, STEPS
from matcher.progress import Progress, Report

STEP = "Finding the best recipe"
LEARN_UNITS = 40  # what learning a pair model takes, in steps that only choose thresholds


class SearchMeter:
    """Counts the steps of all searches together: one for each fold, and one with all products."""

    def __init__(self, report: Report) -> None:
        """Tell `report`."""
        self.report = report
        self._done = 0
        self._total = (FOLDS + 1) * (len(STEPS) - 1 + LEARN_UNITS)

    def advance(self, step: str) -> None:
        """Tell that a step is tried; may raise Cancelled."""
        self._done += LEARN_UNITS if step == LEARNED else 1
        self._tell(0)

    def within(self, progress: Progress) -> None:
        """Tell how far learning is, which comes in steps of its own; may raise Cancelled."""
        share = progress.done / progress.total if progress.step == LEARNING and progress.total else 0
        judging = LEARN_UNITS - 1 if progress.step != LEARNING else 0
        self._tell(max(judging, int(share * (LEARN_UNITS - 1))))

    def _tell(self, beyond: int) -> None:
        self.report(Progress(STEP, min(self._done + beyond, self._total), self._total))
