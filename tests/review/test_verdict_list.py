import pytest

from matcher.review.verdict_list import Wanted, choose_verdicts
from matcher.storage.records import Verdict

TITLES = {"a1": "Blue kettle 1.7 l", "a2": "Kettle, blue", "b1": "Café table"}
VERDICTS = [
    Verdict(1, "shop", "a1", "a2", "match", "review", "doubtful", 100.0, "", "Ana"),
    Verdict(2, "shop", "a1", "b1", "different", "browse", "chosen", 200.0, "", "Ben", "not even a kettle"),
    Verdict(3, "shop", "b1", "gone", "match", "import", "random", 150.0),
]


def found(**wanted):
    return [verdict.id for verdict in choose_verdicts(VERDICTS, Wanted(**wanted), TITLES, {2})]


def test_without_a_wish_all_come_the_newest_first():
    assert found() == [2, 3, 1]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"words": "KETTLE blue"}, [2, 1]),
        ({"words": "cafe"}, [2, 3]),
        ({"words": "kettle ana"}, [1]),
        ({"words": "gone"}, [3]),
        ({"words": "even"}, [2]),
        ({"kind": "match"}, [3, 1]),
        ({"kind": "match", "curator": ""}, [3]),
        ({"curator": "Ben"}, [2]),
        ({"source": "import"}, [3]),
        ({"sampled": "doubtful"}, [1]),
        ({"about": "contradicted"}, [2]),
        ({"about": "gone"}, [3]),
        ({"about": "noted"}, [2]),
        ({"since": 150.0}, [2, 3]),
        ({"since": 150.0, "until": 200.0}, [3]),
        ({"words": "kettle", "about": "gone"}, []),
    ],
)
def test_each_wish_narrows_it_down(wanted, ids):
    assert found(**wanted) == ids
