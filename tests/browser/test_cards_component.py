"""cards.js by itself in a real browser: sellers' words stay text, distances become lengths, keys become decisions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).parents[2] / "assets"
PARTS = ("card_parts.js", "card_answers.js", "card_compare.js", "card_keys.js", "cards.js")
SOURCE = "".join((ASSETS / name).read_text("utf-8") for name in PARTS)
LOAD = """async (source) => {
    window.cards = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    document.body.innerHTML = '<main><div class="board"></div></main><input>';
    window.told = [];
    window.messages = []; // every one, also those sent again
    window.known = 0; // the number of the last answer told
    const tell = (name, value) => {
        window.messages.push(value);
        if (name !== "answers") window.told.push([name, value, ""]);
        for (const { n, kind, one, other } of value.answers ?? []) {
            if (n <= window.known) continue;
            window.known = n;
            window.told.push(one ? ["answer", one, other, kind] : ["answer", other, kind]);
        }
    };
    window.draw = (data) => {
        window.closeBoard = window.cards.default({
            data, parentElement: document.querySelector("main"), setStateValue: () => null, setTriggerValue: tell,
        });
    };
}"""
ACTIONS = [
    {"kind": "match", "label": "Same", "icon": "check", "key": "S", "tone": "match"},
    {"kind": "different", "label": "Different", "icon": "close", "key": "D", "tone": "different"},
]
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
    blank.evaluate("""() => {
        window.told.length = window.messages.length = 0;
        window.twinshelfLeft.clear();
        document.activeElement.blur();
    }""")
    yield blank
    blank.evaluate("() => window.closeBoard && window.closeBoard()")


def card(item: str, **changes: Any) -> dict[str, Any]:
    plain = {"item": item, "title": [[f"Title of {item}", False]], "photo": "", "note": "", "bars": [], "badges": []}
    return {**plain, "verdict": "", "fixed": False, "large": False, **changes}


def board(*columns: list[dict[str, Any]], layout: str = "columns", **changes: Any) -> dict[str, Any]:
    named = [{"cards": cards, "heading": "", "note": "", "icon": "", "tone": "", "nothing": ""} for cards in columns]
    usual = {"layout": layout, "about": "a", "aside": None, "actions": ACTIONS, "opens": True, "undo": True}
    answering = {"once": False, "run": "this", "received": 0, "last": None}
    return {**usual, **answering, "keys": True, "columns": named, **changes}


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
        ["answer", "a", "match"],
        ["answer", "b", "different"],
        ["answer", "", "undo"],
        ["opened", "b", ""],
    ]
    page.locator("article").first.get_by_role("button", name="Same").click()  # it is so already: taken back
    assert told(page) == [["answer", "a", "undo"]]


def test_a_fixed_card_is_looked_at_and_not_decided(page: Page) -> None:
    draw(page, [card("a", fixed=True)], aside=card("main", fixed=True))
    assert page.locator("article").get_by_role("button").count() == 0


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
    assert told(page) == [["answer", "a", "match"]]  # one listener, however often it is drawn


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


def pair(page: Page, about: str, *items: str, **changes: Any) -> None:
    """Draw a pair, as Review does, and wait until it is painted."""
    draw(page, [card(item, large=True) for item in items], layout="pair", about=about, once=True, **changes)
    page.locator(f'.board[data-painted="{about}"]').wait_for()


def test_a_pair_takes_one_answer_until_the_next_one_is_painted(page: Page) -> None:
    pair(page, "1", "a", "b")
    press(page, "s", "d", "d", "u")
    assert told(page) == [["answer", "a", "b", "match"]]
    sent = page.evaluate("() => window.known")
    both = board([card("c"), card("d")], layout="pair", about="2", once=True, received=sent)
    press_at_once = "window.draw(data); document.dispatchEvent(new KeyboardEvent('keydown', { key: 's' }))"
    page.evaluate(f"(data) => {{ {press_at_once} }}", both)  # before it is painted
    assert told(page) == []
    page.locator('.board[data-painted="2"]').wait_for()
    page.get_by_role("button", name="Different").click()
    assert told(page) == [["answer", "c", "d", "different"]]


def test_a_held_key_answers_once(page: Page) -> None:
    pair(page, "1", "a", "b")
    for _ in range(5):
        page.keyboard.down("s")  # all but the first are repeats
    received = page.evaluate("() => window.known")
    pair(page, "2", "c", "d", received=received)
    for _ in range(5):
        page.keyboard.down("s")
    page.keyboard.up("s")
    assert told(page) == [["answer", "a", "b", "match"]]


def test_keys_count_by_their_place_where_the_keyboard_has_no_latin_letters(page: Page) -> None:
    draw(page, [card("a")])
    page.evaluate("() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ы', code: 'KeyS' }))")
    assert told(page) == [["answer", "a", "match"]]


def test_what_is_not_confirmed_is_sent_again_and_then_said_to_be_lost(page: Page) -> None:
    pair(page, "1", "a", "b")
    press(page, "s")
    page.get_by_role("alert").wait_for(timeout=15_000)
    assert "was not stored. Reload the page." in page.get_by_role("alert").inner_text()
    messages = page.evaluate("() => window.messages.splice(0)")
    assert len(messages) >= 3
    assert {json.dumps(message) for message in messages} == {json.dumps(messages[0])}
    press(page, "d")
    assert told(page) == [["answer", "a", "b", "match"]]
    pair(page, "2", "c", "d", received=page.evaluate("() => window.known"))  # late, but stored
    assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize("anew", [False, True])  # whether Streamlit makes the board anew meanwhile
@pytest.mark.parametrize(
    ("drawn", "last", "kept", "lost"),
    [
        (("a", "b"), None, True, 0),  # the same pair again: not stored yet, and given again
        (("c", "d"), ["a", "b", "match"], False, 0),  # the next pair, and the server says that it has the answer
        (("c", "d"), None, False, 1),
    ],
)
def test_after_a_restart_an_answer_is_kept_or_said_to_be_lost(
    page: Page, drawn: tuple[str, str], last: list[str] | None, kept: bool, lost: int, anew: bool
) -> None:
    pair(page, "1", "a", "b", board="pair of shop")
    press(page, "s")
    page.evaluate("() => window.messages.splice(0)")
    if anew:
        page.evaluate("() => window.closeBoard()")
    # Whose answer the last one was is known once the browser has told its name.
    pair(page, "0", "x", "y", run="other", named=False, board="pair of shop")
    assert page.evaluate("() => window.messages.filter(({ answers }) => answers).length") == 0
    assert page.get_by_role("alert").count() == 0
    pair(page, "1 of another run", *drawn, run="other", last=last, named=True, board="pair of shop")
    messages = page.evaluate("() => window.messages.splice(0)")
    assert [(message["run"], message["answers"][0]["about"]) for message in messages] == (
        [("other", "1 of another run")] if kept else []
    )
    assert page.get_by_role("alert").count() == lost


def test_an_answer_goes_on_with_the_board_that_takes_the_place_of_its_own_and_with_no_other(page: Page) -> None:
    pair(page, "1", "a", "b", board="pair of shop")
    press(page, "s")
    page.evaluate("() => { window.closeBoard(); window.messages.length = 0; }")
    pair(page, "1", "a", "b", board="pair of another shop")
    assert page.evaluate("() => window.messages.length") == 0
    page.evaluate("() => window.closeBoard()")
    pair(page, "1", "a", "b", board="pair of shop")
    assert page.evaluate("() => window.messages.splice(0)[0].answers[0].one") == "a"
    press(page, "d")  # not before the answer is confirmed
    assert page.evaluate("() => window.messages.length") == 0
    pair(page, "2", "c", "d", board="pair of shop", received=page.evaluate("() => window.known"))
    assert page.get_by_role("alert").count() == 0


def test_an_answer_of_which_the_page_never_learns_whose_it_is_is_said_to_be_lost_and_not_sent(page: Page) -> None:
    pair(page, "1", "a", "b", board="pair of shop")
    press(page, "s")
    page.evaluate("() => { window.messages.length = 0; }")
    pair(page, "1", "a", "b", board="pair of shop", run="other", named=False)
    page.get_by_role("alert").wait_for(timeout=15_000)
    assert page.evaluate("() => window.messages.filter(({ answers }) => answers).length") == 0


def test_a_line_that_says_an_answer_is_lost_stays_on_the_board_that_takes_its_place(page: Page) -> None:
    pair(page, "1", "a", "b", board="pair of shop")
    press(page, "s")
    pair(page, "1", "c", "d", board="pair of shop", run="other", named=True)
    expect(page.get_by_role("alert")).to_have_count(1)
    page.evaluate("() => { window.closeBoard(); document.querySelector('.board').replaceChildren(); }")
    pair(page, "1", "c", "d", board="pair of shop", run="other", named=True)
    expect(page.get_by_role("alert")).to_have_count(1)


def test_photos_are_flipped_overlaid_parted_and_zoomed_by_key_and_the_sheet_takes_the_keys(page: Page) -> None:
    pair(page, "first", "a", "b", redo=True)
    root = page.locator(".board")

    def looks() -> list[str]:
        return page.evaluate(
            """() => { const { dataset, classList, style } = document.querySelector(".board");
                return [dataset.compare, String(classList.contains("turned")), style.getPropertyValue("--zoom")]; }"""
        )

    assert looks() == ["side", "false", "1"]
    press(page, "t")  # nothing to turn side by side
    assert looks() == ["side", "false", "1"]
    press(page, "2", "t", "z")
    assert looks() == ["flip", "true", "2"]
    assert root.locator(".which").inner_text() == "Right one"
    press(page, "3", "z", "z")
    assert looks() == ["overlay", "false", "1"]
    assert root.get_by_role("button", name="One over the other", exact=True).get_attribute("aria-pressed") == "true"
    press(page, "4", "t")
    assert looks() == ["swipe", "true", "1"]
    assert root.locator(".which").inner_text() == "Right one to the left of the pointer"
    press(page, "5")
    assert looks() == ["lens", "false", "1"]
    assert root.locator(".which").inner_text() == "Left one in the lens"
    press(page, "3")
    pair(page, "second", "c", "d", redo=True, why=True)
    assert looks()[0] == "overlay"  # until another one is chosen, in this browser
    press(page, "1", "?")
    sheet = page.get_by_role("dialog", name="Keys")
    assert {"Same", "Undo", "Redo", "Why this is a match or none", "Side by side"} <= set(
        sheet.locator("dd").all_inner_texts()
    )
    press(page, "s", "y")
    assert told(page) == []
    press(page, "Escape")
    page.wait_for_timeout(100)  # it tells that it is closed a moment after it is
    expect(sheet).to_have_count(0)
    press(page, "y")
    page.wait_for_function("window.told.length > 0")
    assert told(page) == [["answer", "", "redo"]]


def test_what_is_said_of_the_listing_in_view_as_a_whole_is_said_once_to_each_that_is_painted(page: Page) -> None:
    ways = [{"kind": "found", "label": "Everything found", "key": "E"}]

    def draw_about(item: str, **changes: Any) -> None:
        draw(page, [card("a")], aside=card(item, fixed=True), about=item, whole=ways, **changes)

    draw_about("L1")
    expect(page.locator(".board")).to_have_attribute("data-painted", "L1")
    page.evaluate("""() => document.querySelector("main").insertAdjacentHTML(
        "beforeend", '<div role="dialog" tabindex="0" id="window"></div>')""")
    page.locator("#window").press("e")  # in a window above the board
    assert told(page) == []
    page.evaluate("() => document.querySelector('#window').remove()")
    page.keyboard.down("e")
    for _ in range(5):
        page.keyboard.down("e")  # held: repeats
    page.keyboard.up("e")
    press(page, "e")
    assert told(page) == [["answer", "L1", "", "found"]]
    sent = page.evaluate("() => window.known")
    # The next listing is drawn, and not painted yet.
    data = board([card("a")], aside=card("L2", fixed=True), about="L2", whole=ways, received=sent)
    page.evaluate(
        """(data) => {
            window.draw(data);
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "e", code: "KeyE", bubbles: true }));
        }""",
        data,
    )
    assert told(page) == []
    expect(page.locator(".board")).to_have_attribute("data-painted", "L2")
    press(page, "e")
    assert told(page) == [["answer", "L2", "", "found"]]


def test_the_focus_stays_with_the_card_that_keys_act_on(page: Page) -> None:
    focused = "() => document.activeElement.dataset.item ?? document.activeElement.tagName"
    draw(page, [card("a"), card("b"), card("c")])
    page.locator("article").first.focus()
    press(page, "s")
    draw(page, [card("a", verdict="match"), card("b"), card("c")])  # as the page answers
    assert page.evaluate(focused) == current(page) == "b"
    page.locator("article").nth(2).get_by_role("button", name="Same").click()
    draw(page, [card("a", verdict="match"), card("b"), card("c", verdict="match")])
    assert page.evaluate(focused) == "c"
    page.locator("input").focus()
    draw(page, [card("a"), card("b"), card("c")])
    assert page.evaluate(focused) == "INPUT"


def test_a_letter_in_a_window_reaches_no_shortcut_of_the_page_below(page: Page) -> None:
    draw(page, [card("a")])
    page.evaluate("""() => {
        window.heard = [];
        document.addEventListener("keydown", (event) => window.heard.push(event.key));
        document.querySelector("main").insertAdjacentHTML("beforeend",
            '<div role="dialog" tabindex="0" id="window">Why <input id="field"></div>');
    }""")
    for key in ("n", "Escape", "Control+n"):
        page.locator("#window").press(key)
    page.locator("#field").press("p")
    page.evaluate("() => document.querySelector('#window').remove()")
    press(page, "n")
    assert page.evaluate("() => window.heard") == ["Escape", "Control", "n", "p", "n"]
