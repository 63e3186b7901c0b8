"""One visit to Thresholds: a move on the map, its pairs explained and judged, and a precision that is proved."""

import re
from dataclasses import replace

import pytest
from driving import OpenPage, settled, wait_until
from playwright.sync_api import Locator, Page, expect

from matcher.matching.recipe import decide
from matcher.pipeline import encoding, recipes
from matcher.review.proof.plan import plan_precision
from matcher.review.proof.sample import order_strata, proof_questions, read_sample
from matcher.review.proof.strata import cut_strata, rank_pairs
from matcher.review.verdicts import PROOF
from matcher.storage.workspace import Workspace

pytestmark = pytest.mark.browser

LEFT_TO_ASK = 4  # verdicts of the proof that are given in the browser
TARGET = 0.95


def prepare(workspace: Workspace) -> dict[str, str]:
    """A strict rule with two thresholds, nearly proved by what labels say; the label of each listing."""
    catalog, encoded = workspace.load_catalog("demo"), encoding.load_encoded(workspace, "demo")
    assert encoded
    labels = dict(zip(catalog.listings["item_id"], catalog.listings["label"], strict=True))
    rule = replace(recipes.current_recipe(workspace, "demo"), fusion="both", text_threshold=0.3, image_threshold=0.1)
    recipes.set_recipe(workspace, "demo", rule)
    pairs, ids = encoded.pairs, list(labels)
    is_match = decide(pairs, rule)
    strata = cut_strata(rank_pairs(pairs, rule, is_match), is_match, pairs.n)
    order = order_strata(pairs, strata, ids)
    while True:
        sample = read_sample(pairs, strata, order, ids, workspace.store.verdicts("demo"))
        left = plan_precision(sample.counts, TARGET).total
        assert left, "the rule is either proved already or too bad to be proved"
        if left <= LEFT_TO_ASK:
            return labels
        for question in proof_questions(sample, "precision", left - LEFT_TO_ASK):
            one, other = ids[pairs.left[question.pair]], ids[pairs.right[question.pair]]
            kind = "match" if labels[one] == labels[other] else "different"
            workspace.store.add_verdict("demo", one, other, kind, source="review", sampled=PROOF)


def middle(part: Locator) -> tuple[float, float]:
    """Where a part of the page is, once it is in view."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, point: Locator, right: float) -> None:
    """Drag the point of the map and let it go; what it says follows the mouse."""
    said = point.get_attribute("aria-valuetext")
    x, y = middle(point)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y - 5, steps=4)
    expect(point).not_to_have_attribute("aria-valuetext", str(said))
    expect(page.get_by_text("Proposed:")).to_have_count(0)
    page.mouse.up()
    expect(page.get_by_text("Proposed:")).to_be_visible()


def explain(page: Page) -> None:
    """The window that says why, opened by what was pressed before."""
    shown = page.get_by_role("dialog")
    expect(shown.get_by_text("For the other answer")).to_be_visible()
    shown.get_by_role("button", name="Close").click()
    expect(shown).to_have_count(0)


def answer_until_proved(page: Page, labels: dict[str, str]) -> None:
    """Give the verdicts that Review asks for, as the labels have them."""
    proved, board = page.get_by_text("Proved: at least 95 %"), page.locator(".board[data-painted]")
    answered: set[str | None] = set()

    def is_asked() -> bool:
        """Whether a pair is on the screen, painted, that has not been answered: its keys work from then on."""
        return board.count() == 1 and board.get_attribute("data-painted") not in answered

    while True:
        wait_until(lambda: proved.count() > 0 or is_asked())
        if proved.count():
            return
        one, other = (card.get_attribute("data-item") for card in board.locator("article").all())
        answered.add(board.get_attribute("data-painted"))
        page.keyboard.press("s" if labels[str(one)] == labels[str(other)] else "d")
        assert len(answered) < 10 * LEFT_TO_ASK


def test_a_move_is_looked_at_and_a_precision_is_proved(
    own_workspace: Workspace, own_server: str, open_page: OpenPage
) -> None:
    labels = prepare(own_workspace)
    before = recipes.current_recipe(own_workspace, "demo")
    page = open_page(f"{own_server}/thresholds?map-shown=true")
    point = page.get_by_role("slider", name="Both thresholds")
    expect(point).to_have_attribute("aria-valuetext", re.compile(r"^title 0\.300, photo 0\.100, F1 0\.\d{3}"))
    drag(page, point, 60)
    expect(page).to_have_url(re.compile(r"text=0\.\d+"))
    settled(page)
    said, address = point.get_attribute("aria-valuetext"), page.url
    point.press("ArrowUp")
    expect(point).not_to_have_attribute("aria-valuetext", str(said))
    expect(page).not_to_have_url(address)  # the page has heard of it
    expect(point).to_be_focused()
    settled(page)

    tile = page.locator(".pairs article[data-one]").first
    expect(page.locator(".answers[data-ready]")).to_have_count(1)
    expect(page.locator(".listening")).to_have_count(1)
    tile.focus()
    page.keyboard.press("w")
    explain(page)
    verdicts = len(own_workspace.store.verdicts("demo"))
    tile.focus()
    page.keyboard.press("d")
    expect(tile.get_by_role("button", name="Different")).to_have_attribute("aria-pressed", "true")
    wait_until(lambda: len(own_workspace.store.verdicts("demo")) == verdicts + 1)
    settled(page)
    expect(tile.get_by_role("button", name="Different")).to_have_attribute("aria-pressed", "true")
    assert recipes.current_recipe(own_workspace, "demo") == before
    page.get_by_role("button", name="Leave it").click()
    expect(page.get_by_text("Proposed:")).to_have_count(0)
    settled(page)

    page.get_by_text("How sure is this, and will it last?").click()
    expect(page.get_by_role("spinbutton", name="I need this much")).to_have_value("95")
    expect(page.get_by_text("Not proved yet.")).to_be_visible()
    page.get_by_role("button", name="Ask for these verdicts").click()
    answer_until_proved(page, labels)

    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_role("heading", name="Browse")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Why not?").click()
    page.get_by_label("Other listing").fill(list(labels)[-1])
    page.get_by_role("button", name="Say why").click()
    explain(page)
