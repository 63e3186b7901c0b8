"""Which of all verdicts somebody looks for: by words, kind, curator, time, and by what is odd about them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from matcher.storage.records import Verdict
from matcher.text import fold

About = Literal["all", "contradicted", "gone", "noted"]


@dataclass(frozen=True)
class Wanted:
    """What is looked for. Each field that is set narrows it down.

    Attributes:
        words: All of them stand in the titles, ids, note or curator.
        kind: One of KINDS.
        curator: A name; "" for verdicts without one, None for all.
        source: Where it was given.
        sampled: How the pair came up.
        about: Those that contradict others, are about an id that is gone, or have a note.
        since: Given then or later, seconds since 1970.
        until: Given before then.
    """

    words: str = ""
    kind: str | None = None
    curator: str | None = None
    source: str | None = None
    sampled: str | None = None
    about: About = "all"
    since: float | None = None
    until: float | None = None


def choose_verdicts(
    verdicts: Iterable[Verdict], wanted: Wanted, titles: Mapping[str, str], contradicted: Collection[int]
) -> list[Verdict]:
    """Those that are looked for, the newest first.

    Args:
        verdicts: In force, in any order.
        wanted: What is looked for.
        titles: Title by item id, of the listings that the catalog has.
        contradicted: Ids of verdicts that contradict others.
    """
    words = fold(wanted.words).split()
    exact = {name: getattr(wanted, name) for name in ("kind", "curator", "source", "sampled")}
    asked = {name: value for name, value in exact.items() if value is not None}
    found = [
        verdict for verdict in verdicts
        if all(getattr(verdict, name) == value for name, value in asked.items())
        and (wanted.since is None or verdict.made >= wanted.since)
        and (wanted.until is None or verdict.made < wanted.until)
        and _is_about(verdict, wanted.about, titles, contradicted)
        and (not words or _holds(verdict, words, titles))
    ]  # fmt: skip
    return sorted(found, key=lambda verdict: (verdict.made, verdict.id), reverse=True)


def _is_about(verdict: Verdict, about: About, titles: Mapping[str, str], contradicted: Collection[int]) -> bool:
    if about == "contradicted":
        return verdict.id in contradicted
    if about == "gone":
        return verdict.left_id not in titles or verdict.right_id not in titles
    return about == "all" or bool(verdict.note)


def _holds(verdict: Verdict, words: list[str], titles: Mapping[str, str]) -> bool:
    ids = (verdict.left_id, verdict.right_id)
    text = fold("\n".join([*ids, *(titles.get(item_id, "") for item_id in ids), verdict.note, verdict.curator]))
    return all(word in text for word in words)
