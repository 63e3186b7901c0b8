"""Text of strangers where Streamlit would read Markdown."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&=^\"'])")


def literal(text: str) -> str:
    """Escape a text so that Markdown shows it as it is: no link, picture, heading or formula comes out of it."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
