"""Whether a catalog is of clothes, whose listings come in sizes and colours."""

from collections.abc import Sequence

from matcher.matching.title_facts.attributes import SIZE, read_titles

SAMPLE = 2_000  # titles that are read; more would not tell more
MOSTLY = 0.5  # share of them that state a clothes size: .75 of one catalog of clothes, .35 or less of four others


def are_clothes(titles: Sequence[str]) -> bool:
    """Whether most titles state a clothes size; the order of the titles plays no part.

    Args:
        titles: N titles as sellers wrote them.
    """
    distinct = sorted({title for title in titles if title})
    stated = read_titles(distinct[:: -(-len(distinct) // SAMPLE) or 1])
    return sum(bool(facts[SIZE]) for facts in stated.values()) > MOSTLY * len(stated)
