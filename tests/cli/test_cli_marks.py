"""What says nothing, marked from a terminal: by a listing that shows a photo, and by words."""

import pandas as pd
import pytest

from matcher.cli.main import cli
from matcher.pipeline.kept.says_nothing import Marks, read_marks
from matcher.storage.workspace import open_workspace

BANNER, OTHER = "ff00ff00ff00ff00", "0123456789abcdef"


@pytest.fixture
def shop(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATCHER_WORKSPACE", raising=False)
    titles = ["brass lamp top deal", "garden hose TOP deal", "wool socks", "oak clock"]
    frame = pd.DataFrame({"id": "abcd", "title": titles, "phash": [BANNER, BANNER, OTHER, ""]} | {"id": list("abcd")})
    frame.to_csv("shop.csv", index=False)
    assert cli(["import", "shop.csv", "--name", "shop"]) == 0
    capsys.readouterr()
    return open_workspace(tmp_path / "workspace")


def said(capsys, *arguments, code=0):
    """What a command prints: results, and what it tells the person."""
    assert cli(list(arguments)) == code
    return capsys.readouterr()


def test_photos_and_phrases_are_marked_listed_and_counted_again(shop, capsys):
    assert said(capsys, "marks", "shop") == ("", "Nothing is marked.\n")
    told = said(capsys, "mark", "shop", "--photo", "b", "--phrase", "Top deal", "--phrase", "on sale").err.splitlines()
    assert told == [
        "2 listings show this photo.",
        "2 listings have Top deal.",
        "0 listings have on sale.",
        "Counts from the next search on: encode, or run.",
    ]
    assert read_marks(shop, "shop") == Marks((BANNER,), ("Top deal", "on sale"))
    listed = [line.split() for line in said(capsys, "marks", "shop").out.splitlines()]
    assert listed == [["photo", "2", "a"], ["phrase", "2", "Top", "deal"], ["phrase", "0", "on", "sale"]]
    said(capsys, "unmark", "shop", "--photo", "a", "--phrase", "TOP DEAL!")
    assert read_marks(shop, "shop") == Marks((), ("on sale",))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mark", "shop"], "--photo ID, --phrase WORDS"),
        (["mark", "shop", "--phrase", "on sale", "--photo", "x"], "no listing x in this catalog"),
        (["mark", "shop", "--photo", "d"], "listing d has no photo"),
        (["mark", "shop", "--phrase", "..."], "A phrase is a word"),
        (["unmark", "shop", "--photo", "a"], "photo of a is not marked"),
        (["unmark", "shop", "--phrase", "on sale"], "phrase on sale is not marked"),
        (["marks", "other"], "other"),
    ],
)
def test_what_cannot_be_marked_is_refused_and_nothing_is_changed(shop, capsys, arguments, words):
    out, err = said(capsys, *arguments, code=2)
    assert (out, words in err, len(err.splitlines())) == ("", True, 1)
    assert read_marks(shop, "shop") == Marks()
