"""Text of strangers where Streamlit would read Markdown."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&=^\"'])")
# Markdown as Streamlit reads it links bare addresses too, and a backslash does not stop it: it looks at the finished
# text. An invisible joiner inside the address does; `text.plain` lets none into a title, so none is doubled.
_ADDRESS = re.compile(r"(https?|ftp|www|mailto|xmpp)(?=[:.])|(?<=\w)(@)(?=\w)", re.IGNORECASE)
_JOINER = "\u2060"


def literal(text: str) -> str:
    """Escape a text so that Markdown shows it as it is: no link, picture, heading or formula comes out of it."""
    apart = _ADDRESS.sub(rf"\g<0>{_JOINER}", " ".join(text.split()))
    return _MARKS.sub(r"\\\1", apart)
