"""pair_answers.js by itself in a real browser: a key is for the tile that the pointer or the focus came to last."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).parents[2] / "assets"
SOURCE = "".join(
    (ASSETS / name).read_text("utf-8") for name in ("card_answers.js", "tile_in_view.js", "pair_answers.js")
)
DRAW = """async (source) => {
    const { default: draw } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    const tile = (one) => `<article tabindex="0" data-one="${one}" data-other="z" style="height: 200px">
        <button data-answer="match">Same</button></article>`;
    document.body.innerHTML = `<main><div class="answers"></div></main>
        <div class="pairs">${tile("a")}${tile("b")}</div><p style="height: 2000px">Below</p>`;
    window.told = [];
    const hear = (name, { answers }) => {
        const { one, kind } = answers.at(-1);
        window.told.push(`${kind} ${one}`);
    };
    draw({
        data: { pairs: [["a", "z", null], ["b", "z", null]], keys: { s: "match", d: "different" }, about: "1", run: "1",
                received: 0, last: null },
        parentElement: document.querySelector("main"), setTriggerValue: hear,
    });
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 800, "height": 700})
    page = context.new_page()
    page.evaluate(DRAW, SOURCE)
    yield page
    context.close()


def told(page: Page) -> list[str]:
    since: list[str] = page.evaluate("() => window.told.splice(0)")
    return since


def test_a_key_is_for_the_tile_under_the_pointer_though_another_ones_button_was_clicked(page: Page) -> None:
    first, second = page.locator("article").all()
    first.get_by_role("button").click()
    assert told(page) == ["match a"]
    second.hover()
    page.keyboard.press("d")
    assert told(page) == ["different b"]


def test_a_key_is_for_the_tile_that_the_keyboard_went_to_though_the_pointer_rests_on_another(page: Page) -> None:
    first, second = page.locator("article").all()
    second.hover()
    first.focus()
    page.keyboard.press("d")
    assert told(page) == ["different a"]  # and goes on to the next one
    page.evaluate("() => window.scrollBy(0, 40)")  # the tiles move under the resting pointer
    page.keyboard.press("s")
    assert told(page) == ["match b"]
