"""An explanation of a pair in a curator's words, as Markdown; whatever strangers wrote is escaped."""

from collections.abc import Callable, Mapping, Sequence
from math import isinf

from matcher.matching.conflicts import Relation
from matcher.matching.explain.changes import Way
from matcher.matching.explain.facts import ComparedFact
from matcher.matching.explain.pair import Explanation, SaidBy
from matcher.matching.groups.judged import LEAST_LINKED
from matcher.matching.pair_model.reason_words import Reason
from matcher.matching.recipe import Recipe
from matcher.vectors.distance import distance_text
from pages._shared.answers import SAID
from pages._shared.escape import literal

MOST_WORDS = 8  # of a kind; the rest is counted
MOST_ON_WAY = 4  # listings named between the two
LONGEST = 40  # characters of a word
MOST_OF_REASON = 300  # characters
SIDES = {"text": "titles", "image": "photos", "fused": "title and photo together"}
THRESHOLDS = {"text_threshold": "title", "image_threshold": "photo", "fused_threshold": "joint"}
KINDS = {
    "mass": "weight", "length": "length", "storage": "storage", "count": "pieces", "model": "model number",
    "gender": "for whom", "resolution": "resolution", "rate": "speed", "rotation": "turns",
}  # fmt: skip
VETOES = {
    "units": "amounts", "counts": "numbers of pieces", "models": "model numbers", "colours": "colours",
    "sizes": "clothes sizes", "genders": "whom it is for", "brands": "brands", "materials": "materials",
}  # fmt: skip


def say_step(found: Explanation, recipe: Recipe, name: Callable[[int], str]) -> str:
    """What had the last word, in a sentence or two.

    Args:
        found: The explanation.
        recipe: The rule in force.
        name: Row of a listing to its name, escaped.
    """
    if found.step == "lock":
        kept = "and keeps its listings" if found.is_match else "and lets no other listing in"
        return f"A group is locked here, {kept}, whatever rule and verdicts say."
    if found.step == "verdict":
        return f"A verdict on this very pair says {SAID[str(found.verdict)]}, and verdicts stand above the rule."
    if found.step == "verdicts":
        return _say_verdicts(found, name)
    if found.step == "group":
        return _say_group(found, recipe, name)
    if found.step == "column":
        return _say_column(found, recipe)
    if found.step == "veto":
        against = [fact for fact in found.facts if fact.contradicts and fact.veto in found.vetoes]
        words = "; ".join(_against(fact) for fact in against) or _list_vetoes(found.vetoes)
        also = "" if found.is_found else " Nor did the search bring them together."
        return f"The titles contradict each other: {words}. That keeps them apart however near they are.{also}"
    if found.step == "search":
        return (
            f"The search never brought the two together: it looks at the {recipe.k} nearest of each listing, and "
            "neither is among those of the other."
        )
    return _say_threshold(found, recipe)


def say_side(said: SaidBy, recipe: Recipe, place: int | None = None) -> str:
    """ "Titles 0.212 apart, within the threshold of 0.310."; figures that look equal get more digits.

    Args:
        said: What one distance says.
        recipe: The rule in force.
        place: Of the pair among the nearest by this distance, where that is known.
    """
    if said.name == "learned":
        return _say_likelihood(said)
    side = SIDES[said.name]
    if isinf(said.distance):
        return f"{side.capitalize()} cannot be compared: one of the two has none."
    apart, limit = distance_text(said.distance), ""
    if said.threshold is None:
        beside = "weighed into that of both" if recipe.fusion in ("mean", "fused") else "which this rule does not ask"
    else:
        limit = distance_text(said.threshold)
        if apart == limit and said.distance != said.threshold:
            apart, limit = f"{said.distance:.6f}", f"{said.threshold:.6f}"
        beside = f"{'within' if said.is_within else 'beyond'} the threshold of {limit}"
    if recipe.fusion == "learned":
        beside = "one of many things that the pair model weighs"
    line = f"{side.capitalize()} **{apart}** apart, {beside}"
    return f"{line}; number {place:,} among the nearest." if place else f"{line}."


def say_fact(fact: ComparedFact, vetoes: Sequence[str]) -> str:
    """One kind of what titles state, with an icon and a word for how it speaks.

    Args:
        fact: What they state.
        vetoes: Those of the recipe that the two titles meet.
    """
    kind = KINDS.get(fact.kind, fact.kind)
    if fact.contradicts:
        does = "parts them" if fact.veto in vetoes else "which this rule lets pass"
        return f":red[:material/cancel: **{kind}** {_against(fact)}] :gray[{does}]"
    if fact.relation is Relation.EQUAL:
        return f":green[:material/check: **{kind}** {_join(fact.left)} in both]"
    if fact.relation is Relation.ONE_SIDED:
        return f":gray[:material/remove: **{kind}** {_join(fact.left or fact.right)} in one title only]"
    shares = "partly the same" if fact.relation is Relation.PARTIAL else "not the same series, so no contradiction"
    return f":gray[:material/remove: **{kind}** {_against(fact)}, {shares}]"


def say_words(words: Sequence[str], listings: Mapping[str, int]) -> str:
    """Words with how many listings of the catalog have each, the rarest first."""
    if not words:
        return ":gray[none]"
    shown = [f"{literal(word[:LONGEST])} :gray[{listings.get(word, 0):,}]" for word in words[:MOST_WORDS]]
    more = f" and {len(words) - MOST_WORDS} more" if len(words) > MOST_WORDS else ""
    return " · ".join(shown) + more


def say_reason(reason: Reason) -> str:
    """What one family of features of a pair model adds, and on which side."""
    words = literal(reason.words[:MOST_OF_REASON])
    if reason.log_odds > 0:
        return f":green[:material/add: for one product:] {words}"
    return f":red[:material/remove: against it:] {words}"


def say_ways(found: Explanation, recipe: Recipe) -> list[str]:
    """What would have to change for the other answer, a sentence for each way."""
    plain = found.step in ("veto", "search", "threshold")
    will = "It would no longer match" if found.by_itself else "It would match"
    start = will if plain else f"By the rule alone {will[0].lower()}{will[1:]}"
    said = [f"{start} {_say_way(way, recipe, found.by_itself)}." for way in found.ways]
    if found.step == "lock":
        return ["Unlock the group first."]
    if not plain:
        said.insert(0, "A verdict on this pair gives the other answer at once.")
    return said or ["No threshold changes this answer; a verdict on this pair does."]


def _say_way(way: Way, recipe: Recipe, is_match: bool) -> str:
    parts = []
    for field, value in way.items():
        if field == "k":
            parts.append(f"if the search looked at the {value:,} nearest of each listing instead of {recipe.k:,}")
        elif field == "veto":
            lifted = [veto for veto in recipe.veto if veto not in value]
            laid = [veto for veto in value if veto not in recipe.veto]
            parts.append(f"if other {_list_vetoes(lifted or laid)} {'parted' if laid else 'no longer parted'} listings")
        elif field == "only_across":
            parts.append(f"if listings with the same {literal(str(recipe.only_across)[:LONGEST])} could match")
        elif field == "learned_threshold":
            how = "at least" if is_match else "only"
            parts.append(f"if a match had to be {how} {100 * (1 - value):.1f} % likely")
        else:
            limit = distance_text(value)
            name = THRESHOLDS[field]
            parts.append(f"at a {name} threshold of {limit} or less" if is_match else
                         f"from a {name} threshold of {limit} on")  # fmt: skip
    return ", and ".join(parts)


def _say_threshold(found: Explanation, recipe: Recipe) -> str:
    if recipe.fusion == "learned":
        return "Its group decides: listings are joined while their groups are, on average, likely enough one product."
    asked = [said for said in found.said if said.threshold is not None]
    within = [SIDES[said.name] for said in asked if said.is_within]
    beyond = [SIDES[said.name] for said in asked if not said.is_within]
    if found.by_itself:
        near = " and ".join(within)
        also = f"; the {beyond[0]} alone would not do" if beyond else ""
        return f"The {near} {_are(within)} near enough{also}."
    far = " and ".join(beyond)
    return f"The {far} {_are(beyond)} too far apart{'; both would have to be near' if within else ''}."


def _say_column(found: Explanation, recipe: Recipe) -> str:
    if found.by_itself:
        column = literal(str(recipe.one_per)[:LONGEST])
        return (
            f"By themselves the two match, but then one group would hold two listings with the same {column}, and this "
            "rule takes one of each. A verdict “same” stands above that."
        )
    column = literal(str(recipe.only_across)[:LONGEST])
    return f"Both have the same {column}, and this rule matches only listings that differ in it."


def _are(sides: Sequence[str]) -> str:
    return "is" if list(sides) == ["title and photo together"] else "are"


def _say_group(found: Explanation, recipe: Recipe, name: Callable[[int], str]) -> str:
    links = found.links
    if links.is_joined:
        return f"By themselves the two do not match; their group brings them together{_by_way(found, name)}."
    if links.mean is not None:
        least = 100 * (1 - recipe.threshold("learned"))
        return (
            f"By themselves the two are likely enough, but their groups are not: over all {links.between:,} pairs "
            f"between the two groups it is {100 * links.mean:.1f} % on average, and {least:.1f} % is needed."
        )
    less = ""
    if links.against == 1:
        less = " 1 other pair contradicts in its model numbers, and takes one match away."
    elif links.against:
        less = f" {links.against:,} other pairs contradict in their model numbers, and each takes one match away."
    return (
        f"By themselves the two match, but too little else does: of {links.between:,} pairs between their two groups "
        f"{links.matching:,} match{'es' if links.matching == 1 else ''}, and {100 * LEAST_LINKED:.0f} % is needed."
        f"{less}"
    )


def _say_verdicts(found: Explanation, name: Callable[[int], str]) -> str:
    if found.links.is_joined:
        return f"Verdicts on other pairs of this group bring the two together{_by_way(found, name)}."
    return "Verdicts on other pairs keep the two in different groups; the rule alone would have them in one."


def _by_way(found: Explanation, name: Callable[[int], str]) -> str:
    between = found.links.way[1:-1]
    if not between:
        return ""
    more = f" and {len(between) - MOST_ON_WAY} more" if len(between) > MOST_ON_WAY else ""
    return f", by way of {', '.join(name(row) for row in between[:MOST_ON_WAY])}{more}, each matching the next"


def _say_likelihood(said: SaidBy) -> str:
    needed = "" if said.threshold is None else f", of the {100 * (1 - said.threshold):.0f} % that a group needs"
    return f"The pair model takes it for **{100 * (1 - said.distance):.0f} %** likely by itself{needed}."


def _against(fact: ComparedFact) -> str:
    return f"{_join(fact.left)} against {_join(fact.right)}"


def _join(values: Sequence[str]) -> str:
    return literal(", ".join(value[:LONGEST] for value in values[:MOST_WORDS]))


def _list_vetoes(vetoes: Sequence[str]) -> str:
    return " and ".join(VETOES[veto] for veto in vetoes)
