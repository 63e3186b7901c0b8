"""group_wall.js by itself in a real browser: sellers' words stay text, ticks and keys become one answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).parents[2] / "assets"
PARTS = ("card_parts.js", "card_answers.js", "card_keys.js", "group_links.js", "group_wall.js")
SOURCE = "".join((ASSETS / name).read_text("utf-8") for name in PARTS)
LOAD = """async (source) => {
    window.wall = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    document.body.innerHTML = '<main><div class="board"></div></main><input>';
    window.told = [];
    window.states = [];
    window.draw = (data) => {
        window.closeBoard = window.wall.default({
            data, parentElement: document.querySelector("main"),
            setStateValue: (name, value) => window.states.push([name, value]),
            setTriggerValue: (name, value) => window.told.push([name, value]),
        });
    };
}"""
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> kettle"
KINDS = {"same": "S", "none": "D", "take out": "X", "split": "C", "merge": "G", "relate": "V", "lock": "L"}


def card(item: str, title: str = "kettle", **more: Any) -> dict[str, Any]:
    drawn = {
        "item": item,
        "title": [[title, False]],
        "photo": "",
        "note": item,
        "bars": [],
        "badges": [],
        "large": False,
    }
    return drawn | {"verdict": None, "fixed": False, "side": 0, "beside": 0, "sure": "80 %", "shared": HOSTILE} | more


def shown(**more: Any) -> dict[str, Any]:
    """The data of a group of three, and another one."""
    actions = [
        {"kind": kind, "label": kind, "icon": "", "key": key, "tone": "", "help": "", "preview": HOSTILE, "off": False}
        for kind, key in KINDS.items()
    ]
    links = [
        {"one": 0, "other": 1, "sure": 0.8, "figure": "80 %", "given": False, "weakest": False},
        {"one": 1, "other": 2, "sure": 0.2, "figure": "20 %", "given": False, "weakest": True},
    ]
    value = {"name": HOSTILE, "values": [[HOSTILE, 2], ["x", 1]], "more": 0, "none": 0, "fact": True}
    group = {"item": "x", "number": 2, "size": 2, "risk": HOSTILE, "photo": "", "present": False}
    return {
        "about": "group 1", "subject": "1 3 0", "number": 1, "ticked": [], "locked": False, "risks": [HOSTILE],
        "more": 0,
        "columns": [{"cards": [card("a", HOSTILE), card("b"), card("c", side=1, beside=1)]}], "links": links,
        "differences": [value], "other": {"number": 2, "locked": False, "cards": [card("x", HOSTILE)], "more": 0},
        "around": [group], "actions": actions, "once": True, "keys": True, "layout": "wall", "last": None,
        "aside": None, "run": "r1", "received": 0, "undo": True, "redo": False, "previous": False, **more,
    }  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    opened = context.new_page()
    opened.evaluate(LOAD, SOURCE)
    yield opened
    context.close()


def draw(page: Page, **more: Any) -> None:
    page.evaluate("(data) => window.draw(data)", shown(**more))
    expect(page.locator(f'.board[data-painted="{more.get("about", "group 1")}"]')).to_have_count(1)


def answers(page: Page) -> list[dict[str, Any]]:
    """All that was sent, each once."""
    told: list[Any] = json.loads(page.evaluate("JSON.stringify(window.told)"))
    every = {each["n"]: each for name, value in told if name == "answers" for each in value["answers"]}
    return [every[number] for number in sorted(every)]


def test_what_sellers_wrote_stays_text(page: Page) -> None:
    draw(page)
    expect(page.locator("img")).to_have_count(0)
    assert page.title() != "owned"
    expect(page.locator(".wall .title").first).to_have_text(HOSTILE)
    expect(page.locator("svg.links line.weakest")).to_have_count(1)


def test_a_key_sends_what_is_ticked_once_and_names_the_drawing(page: Page) -> None:
    draw(page)
    page.keyboard.press("3")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("1")
    page.keyboard.press("1")
    expect(page.locator(".ticks")).to_have_text("2 ticked")
    told = json.dumps(["ticked", {"subject": "1 3 0", "items": ["c", "b"]}], separators=(",", ":"))
    page.wait_for_function("(told) => JSON.stringify(window.states.at(-1)) === told", arg=told)
    page.keyboard.press("x")
    page.keyboard.press("s")  # nothing more until the page has answered
    (sent,) = answers(page)
    assert (sent["kind"], sent["items"], sent["about"]) == ("take out", ["c", "b"], "group 1")
    assert (sent["one"], sent["other"]) == ("a", "b")
    draw(page, about="group 2", subject="2 3 1", received=sent["n"])
    expect(page.locator(".ticks")).to_have_text("")  # another group, with nothing ticked
    page.keyboard.press("u")
    assert [(each["kind"], each["one"], each["items"]) for each in answers(page)][1:] == [("undo", "", [])]


def test_the_main_listing_is_an_answer_as_others_and_leaves_the_ticks(page: Page) -> None:
    draw(page)
    page.keyboard.press("3")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    page.keyboard.press("u")  # not before the page has answered
    (sent,) = answers(page)
    assert (sent["kind"], sent["one"], sent["other"], sent["about"]) == ("main", "b", "", "group 1")
    draw(page, about="group 2", received=sent["n"])
    expect(page.locator(".ticks")).to_have_text("1 ticked")
    page.keyboard.press("m")
    assert [each["one"] for each in answers(page)] == ["b", "b"]  # the same listing is looked at


def test_what_cannot_be_done_is_not_sent_and_typing_is_no_key(page: Page) -> None:
    data = shown()
    off = [each | {"off": each["kind"] != "lock"} for each in data["actions"]]
    draw(page, actions=off)
    page.keyboard.press("s")
    page.keyboard.press("y")  # nothing to do again
    page.keyboard.press("p")  # nor one before
    page.locator("input").focus()
    page.keyboard.press("l")
    assert answers(page) == []
    page.locator(".wall article").first.focus()
    page.keyboard.press("l")
    assert [each["kind"] for each in answers(page)] == ["lock"]


def test_what_is_ticked_a_moment_before_the_key_is_not_refused(page: Page) -> None:
    off = [each | {"off": each["kind"] == "take out"} for each in shown()["actions"]]
    draw(page, actions=off)
    page.keyboard.press("x")
    assert answers(page) == []
    page.keyboard.press("3")
    page.keyboard.press("x")  # before the page has said what this does now
    (sent,) = answers(page)
    assert (sent["kind"], sent["items"]) == ("take out", ["c"])
    draw(page, actions=off, about="group 2", received=sent["n"], ticked=["c"])  # it has, and still cannot
    page.keyboard.press("x")
    assert answers(page) == [sent]


def test_after_a_restart_an_action_that_is_not_known_to_be_done_is_said_to_be_lost(page: Page) -> None:
    draw(page)
    page.keyboard.press("s")
    draw(page, run="r2", about="group 0")
    expect(page.get_by_role("alert")).to_contain_text("was not stored")
    before = len(answers(page))
    page.keyboard.press("d")
    assert len(answers(page)) == before
