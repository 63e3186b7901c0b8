"""cards.js by itself in a real browser: sellers' words stay text, distances become lengths, keys become decisions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SOURCE = (Path(__file__).parents[2] / "assets" / "cards.js").read_text("utf-8")
LOAD = """async (source) => {
    const inside = source + "\\nexport { title, bars, tone };"; // what the component keeps to itself
    window.cards = await import(URL.createObjectURL(new Blob([inside], { type: "text/javascript" })));
    document.body.innerHTML = '<main><div class="board"></div></main><input>';
    window.told = [];
    window.draw = (data) => {
        window.closeBoard = window.cards.default({
            data, parentElement: document.querySelector("main"),
            setTriggerValue: (name, value) => window.told.push([name, value.item ?? value, value.verdict ?? ""]),
        });
    };
}"""
HOSTILE = '<img src=x onerror="window.stolen = 1"><script>window.stolen = 1</script>&amp;'


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """One page for all tests of the module, with the component loaded and nothing drawn."""
    context = browser.new_context()
    page = context.new_page()
    page.evaluate(LOAD, SOURCE)
    yield page
    context.close()


@pytest.fixture
def page(blank: Page) -> Iterator[Page]:
    """The page of this test, with an empty board and nothing told."""
    blank.evaluate("() => { window.told.length = 0; document.activeElement.blur(); }")
    yield blank
    blank.evaluate("() => window.closeBoard && window.closeBoard()")


def card(item: str, **changes: Any) -> dict[str, Any]:
    plain = {"item": item, "title": [[f"Title of {item}", False]], "photo": "", "note": "", "bars": [], "badges": []}
    return {**plain, "verdict": "", "fixed": False, "large": False, **changes}


def board(*columns: list[dict[str, Any]], layout: str = "columns", **changes: Any) -> dict[str, Any]:
    named = [{"cards": cards, "heading": "", "note": "", "icon": "", "tone": "", "nothing": ""} for cards in columns]
    usual = {"layout": layout, "about": "a", "aside": None, "actions": ["match", "different"], "opens": True}
    return {**usual, "keys": True, "columns": named, **changes}


def draw(page: Page, *columns: list[dict[str, Any]], **changes: Any) -> None:
    page.evaluate("(data) => window.draw(data)", board(*columns, **changes))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def current(page: Page) -> str | None:
    """The item of the card that keys act on."""
    shown = page.locator("article.current")
    return shown.get_attribute("data-item") if shown.count() else None


def told(page: Page) -> list[list[str]]:
    """What the page would have been told since the last time."""
    since: list[list[str]] = page.evaluate("() => window.told.splice(0)")
    return since


# Any text but half of a surrogate pair, which does not reach a browser.
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from([HOSTILE, "<b>", "&lt;", ""])


@given(pieces=st.lists(st.tuples(words, st.booleans()), max_size=6))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_title_is_its_own_text_with_what_differs_marked(page: Page, pieces: list[tuple[str, bool]]) -> None:
    line = page.evaluate(
        """(pieces) => {
            const line = window.cards.title({ title: pieces });
            const tags = [...line.querySelectorAll("*")].map((node) => node.tagName);
            const marked = [...line.children].map((mark) => mark.textContent);
            return { text: line.textContent, tip: line.title, tags, marked };
        }""",
        pieces,
    )
    whole = "".join(text for text, _ in pieces)
    marked = [text for text, differs in pieces if differs]
    assert line["tip"] == whole
    if whole:
        assert line["text"] == whole
        assert line["tags"] == ["MARK"] * len(marked)
        assert line["marked"] == marked
    else:
        assert line["text"] == "no title"
    assert page.evaluate("() => window.stolen") is None


@given(share=st.floats(0, 1), tick=st.none() | st.floats(0, 1), within=st.booleans())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_distance_is_as_long_as_its_share(page: Page, share: float, tick: float | None, within: bool) -> None:
    bar = {"tone": "text", "icon": "title", "label": HOSTILE, "figure": "0.123", "rank": "#1"}
    drawn = page.evaluate(
        """(bar) => {
            const box = window.cards.bars({ bars: [bar] });
            const line = box.querySelector(".bar");
            const percent = (node, side) => node && Number.parseFloat(node.style[side]);
            return { fill: percent(line.querySelector("i"), "width"), mark: percent(line.querySelector("b"), "left"),
                     within: line.classList.contains("within"), figure: box.querySelector(".figure").textContent,
                     tips: [...box.children].map((cell) => cell.title) };
        }""",
        {**bar, "share": share, "tick": tick, "within": within},
    )
    assert drawn["fill"] == pytest.approx(100 * share, abs=1e-3)
    assert drawn["mark"] == (None if tick is None else pytest.approx(100 * tick, abs=1e-3))
    assert drawn["within"] is within
    assert drawn["figure"] == "0.123"
    assert set(drawn["tips"]) == {HOSTILE}


def test_only_known_colours_become_classes(page: Page) -> None:
    names = ["text", "image", "fused", "match", "different", "unsure", "", "x y", "text evil", "__proto__"]
    assert page.evaluate("(names) => names.map(window.cards.tone)", names) == [
        *(f"tone-{name}" for name in names[:6]),
        *[""] * 4,
    ]


def test_keys_walk_the_cards_and_stop_at_the_edges(page: Page) -> None:
    draw(page, [card("a1"), card("a2")], [card("b1"), card("b2"), card("b3")])
    assert current(page) == "a1"
    for key, item in (("k", "a1"), ("j", "a2"), ("ArrowRight", "b2"), ("ArrowDown", "b3"), ("j", "b3")):
        press(page, key)
        assert current(page) == item, key
    press(page, "ArrowLeft")  # the shorter column has no third card
    assert current(page) == "a2"
    assert told(page) == []


def test_a_key_decides_and_goes_on_and_every_copy_of_the_card_shows_it(page: Page) -> None:
    draw(page, [card("a"), card("b")], [card("a")])
    press(page, "s")
    assert current(page) == "b"
    press(page, "D", "u", "Enter")
    assert told(page) == [
        ["verdict", "a", "match"],
        ["verdict", "b", "different"],
        ["verdict", "", "undo"],
        ["opened", "b", ""],
    ]
    page.locator("article").first.get_by_role("button", name="Same").click()  # it is so already: taken back
    assert told(page) == [["verdict", "a", "undo"]]


def test_a_fixed_card_is_looked_at_and_not_decided(page: Page) -> None:
    draw(page, [card("a", fixed=True)], aside=card("main", fixed=True))
    assert page.get_by_role("button").count() == 0


@pytest.mark.parametrize(("keys", "modifier"), [(True, "Control+s"), (True, "Alt+s"), (False, "s")])
def test_keys_that_are_not_for_the_cards_are_left_alone(page: Page, keys: bool, modifier: str) -> None:
    draw(page, [card("a")], keys=keys)
    press(page, modifier)
    assert told(page) == []


def test_what_is_typed_into_a_field_is_no_verdict(page: Page) -> None:
    draw(page, [card("a")])
    page.locator("input").focus()
    press(page, "s", "d", "j")
    assert told(page) == []
    assert page.locator("input").input_value().endswith("sdj")


def test_a_redraw_keeps_the_place_until_the_board_is_about_something_else(page: Page) -> None:
    cards = [card("a"), card("b"), card("c")]
    draw(page, cards)
    press(page, "j", "j")
    draw(page, cards)
    assert current(page) == "c"
    draw(page, cards[:2])  # one is gone: the last one left
    assert current(page) == "b"
    draw(page, cards, about="other")
    assert current(page) == "a"
    press(page, "s")
    assert told(page) == [["verdict", "a", "match"]]  # one listener, however often it is drawn


def test_a_closed_board_hears_no_key(page: Page) -> None:
    draw(page, [card("a")])
    page.evaluate("() => window.closeBoard()")
    press(page, "s")
    assert told(page) == []


def test_a_hostile_item_id_and_note_are_text(page: Page) -> None:
    draw(
        page,
        [
            card(
                HOSTILE,
                title=[],
                note=HOSTILE,
                photo="data:,",
                badges=[{"tone": HOSTILE, "icon": "x", "text": HOSTILE}],
            )
        ],
    )
    assert current(page) == HOSTILE
    assert page.locator(".note").inner_text() == HOSTILE
    assert page.locator("article script, article img[src=x]").count() == 0
    assert page.evaluate("() => window.stolen") is None


def test_an_empty_column_says_so(page: Page) -> None:
    draw(page, [])
    assert page.locator(".nothing").inner_text() == "Nothing here."
