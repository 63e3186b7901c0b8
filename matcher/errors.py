"""What can go wrong, as one tree.

MatcherError
├── DataError       what was given cannot be used: a file, a column, an array, a recipe
│   ├── TooLittleKnown   too few labels and verdicts to learn from
│   └── CatalogReplaced  what was answered was shown of an upload that another one has replaced
├── StorageError    the machine, the workspace or the database fails: full, gone, damaged
├── EncoderError    a model cannot be had or loaded
├── TrainingError   a training cannot start or go on
├── JobError        a job cannot be started, or its process died
└── Cancelled       somebody asked for the work to stop

Every message says what was found, what was expected and what to do.
"""


class MatcherError(Exception):
    """Something the user can act on. Anything else that is raised is a defect."""


class DataError(MatcherError):
    """What was given cannot be used: a file, a column, an array, a recipe."""


class TooLittleKnown(DataError):
    """There are too few labels and verdicts to learn from."""


class CatalogReplaced(DataError):
    """What was answered was shown of an upload that another one has replaced."""


class StorageError(MatcherError):
    """The machine, the workspace or the database fails: no room, no memory, no answer, or a file is gone or damaged."""


class EncoderError(MatcherError):
    """A model cannot be had or loaded."""


class TrainingError(MatcherError):
    """A training cannot start or go on."""


class JobError(MatcherError):
    """A job cannot be started, or its process died."""


class Cancelled(MatcherError):
    """Somebody asked for the work to stop."""
