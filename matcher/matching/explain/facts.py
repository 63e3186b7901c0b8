"""What two titles state of sizes, counts, models, colours: where they agree and where they contradict each other."""

from dataclasses import dataclass

import numpy as np

from matcher.matching.conflicts import KINDS_OF, VETOES, Relation, Veto, name_conflicts, relations
from matcher.matching.title_facts.attributes import KINDS, attributes_of, read_titles
from matcher.matching.title_facts.brands import name_brands, other_brands

_VETO: dict[str, Veto] = {kind: veto for veto in VETOES for kind in KINDS_OF[veto]}


@dataclass(frozen=True)
class ComparedFact:
    """What two titles state of one kind.

    Attributes:
        kind: One of KINDS, as "volume", or "brand".
        veto: The veto that parts listings which contradict each other in it.
        relation: How the two lie together.
        contradicts: Whether the veto would part them. Model numbers of different series are no contradiction.
        left: As the one title writes it; strangers' text.
        right: As the other does.
    """

    kind: str
    veto: Veto
    relation: Relation
    contradicts: bool
    left: tuple[str, ...]
    right: tuple[str, ...]


def compare_facts(title: str, other: str, brands: frozenset[str] = frozenset()) -> tuple[ComparedFact, ...]:
    """Compare all that two titles state: contradictions first, then what both say, then what one alone says.

    Args:
        title: Of one listing.
        other: Of the other.
        brands: Those of the catalog; of them only a contradiction is told.
    """
    pair, ends = [title, other], (np.array([0]), np.array([1]))
    attributes, stated, against = attributes_of(pair), read_titles(pair), name_conflicts(title, other)
    facts = []
    for kind in KINDS:
        relation = Relation(int(relations(attributes, kind, *ends)[0]))
        if relation is not Relation.NEITHER:
            left, right = (tuple(dict.fromkeys(stated[each][kind].values())) for each in pair)
            facts.append(ComparedFact(kind, _VETO[kind], relation, kind in against, left, right))
    if other_brands(pair, *ends, brands)[0]:
        left, right = (name_brands(each, brands) for each in pair)
        facts.append(ComparedFact("brand", "brands", Relation.CONFLICT, True, left, right))
    return tuple(sorted(facts, key=lambda fact: (not fact.contradicts, fact.relation is Relation.ONE_SIDED)))
