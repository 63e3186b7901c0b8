"""What differs between two titles."""

import re

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


def differing_words(query: str, title: str) -> list[tuple[str, bool]]:
    """Cut a title into pieces and say which of them the query does not have.

    Case does not count, and a number is a word of its own, so "250ml" and "500 ml" differ in the number alone.
    Where the titles share no word at all nothing is marked: everything would be.

    Args:
        query: The title that is compared with.
        title: The title that is shown.

    Returns:
        The pieces in order, each with whether it differs; joined they give `title` again.
    """
    known = {word.casefold() for word in _WORD.findall(query)}
    spans = [(match.span(), match.group().casefold() not in known) for match in _WORD.finditer(title)]
    if all(differs for _, differs in spans):
        return [(title, False)] if title else []
    pieces: list[tuple[str, bool]] = []
    end = 0
    for (start, stop), differs in spans:
        between = title[end:start]
        if pieces and pieces[-1][1] and differs and not between.strip():
            pieces[-1] = (pieces[-1][0] + between + title[start:stop], True)
        else:
            pieces += [(between, False)] * bool(between) + [(title[start:stop], differs)]
        end = stop
    return _joined([*pieces, (title[end:], False)])


def _joined(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Put neighbouring pieces of one kind together and drop empty ones."""
    joined: list[tuple[str, bool]] = []
    for text, differs in pieces:
        if joined and joined[-1][1] == differs:
            joined[-1] = (joined[-1][0] + text, differs)
        elif text:
            joined.append((text, differs))
    return joined
