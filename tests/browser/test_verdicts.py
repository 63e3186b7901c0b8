"""Quick fingers, a server that is restarted under an open tab, and two curators at once: where verdicts land."""

import pytest
from driving import OpenPage, free_port, running_app, settled, wait_until
from playwright.sync_api import Page, expect

from matcher.storage.records import Verdict
from matcher.storage.workspace import Workspace

pytestmark = pytest.mark.browser

# What stood on the screen when a key went down, noted before the page hears of the key; but for keys that go to a
# window in front, such as the one which says that the line is cut.
WATCH = """() => {
    const every = (root, wanted) => [...root.querySelectorAll("*")].flatMap((node) => [
        ...(node.matches(wanted) ? [node] : []), ...(node.shadowRoot ? every(node.shadowRoot, wanted) : []),
    ]);
    const items = (wanted) => every(document, wanted).map((card) => card.dataset.item);
    window.seen = [];
    document.addEventListener("keydown", ({ key, target }) => {
        if (target.closest?.("[role=dialog]")) return;
        const pair = items(".pair article");
        window.open = !pair.length || every(document, ".board[data-painted]").length > 0;
        const shown = pair.length ? pair : [...items("aside article"), ...items(".columns article.current")];
        window.seen.push([key, ...shown.toSorted()]);
    }, true);
}"""
# Every message that an answer was not stored, also those that have gone again.
WATCH_REFUSALS = """() => {
    window.refused = new Set();
    new MutationObserver(() => document.querySelectorAll("[data-testid=stToast]").forEach((toast) => {
        if (toast.textContent.includes("Not stored")) window.refused.add(toast);
    })).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
KINDS = {"s": "match", "v": "variant", "d": "different", "f": "unsure", "n": "skip"}
SCREEN = ".board[data-painted]"


def history(workspace: Workspace) -> list[Verdict]:
    """Every verdict of the demo, taken back or not."""
    return [verdict for verdict, _ in workspace.store.verdict_history("demo")]


def pairs(verdicts: list[Verdict]) -> list[tuple[str, str, str]]:
    return [(verdict.kind, verdict.left_id, verdict.right_id) for verdict in verdicts]


def seen(page: Page) -> list[tuple[str, str, str]]:
    """What was answered, as it stood on the screen: kind and pair of each key."""
    return [
        (KINDS[key], one, other) for key, one, other in page.evaluate("() => window.seen.splice(0)") if key in KINDS
    ]


def rest(page: Page) -> None:
    """Wait until nothing is on its way."""
    page.wait_for_timeout(1500)
    settled(page)


def close_cut_line(page: Page) -> None:
    """Wait until the page is connected again, and close the window which says that it was not."""
    expect(page.locator("[data-test-connection-state=CONNECTED]")).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("gap", [50, 100, 200])
def test_a_verdict_right_after_next_is_on_the_pair_that_was_on_the_screen(
    own_workspace: Workspace, own_server: str, open_page: OpenPage, gap: int
) -> None:
    page = open_page(f"{own_server}/browse")
    expect(page.locator(".columns article.current")).to_have_count(1)
    page.evaluate(WATCH)
    page.evaluate(WATCH_REFUSALS)
    for turn in range(8):
        page.keyboard.press("n")
        page.wait_for_timeout(gap)
        page.keyboard.press("s" if turn % 2 else "d")
        page.wait_for_timeout(700 if turn % 3 else 120)
    answered = [said for said in seen(page) if said[0] != "skip"]  # N is Next here
    assert len(answered) == 8

    def all_stored_or_refused() -> bool:
        refused = int(page.evaluate("() => window.refused.size"))
        return len(set(pairs(history(own_workspace)))) + refused >= len(set(answered))

    wait_until(all_stored_or_refused)
    rest(page)
    assert set(pairs(history(own_workspace))) <= set(answered)
    assert all_stored_or_refused()


def test_verdicts_one_after_the_other_are_all_stored(
    own_workspace: Workspace, own_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{own_server}/browse")
    expect(page.locator(".columns article.current")).to_have_count(1)
    page.evaluate(WATCH)
    for _ in range(10):
        page.keyboard.press("s")
        page.wait_for_timeout(15)
    rest(page)
    assert pairs(history(own_workspace)) == seen(page)
    assert len(history(own_workspace)) == 10


@pytest.mark.parametrize("gap", [50, 100, 200])
def test_one_press_is_one_verdict_on_the_pair_that_was_painted(
    own_workspace: Workspace, own_server: str, open_page: OpenPage, gap: int
) -> None:
    page = open_page(f"{own_server}/review")
    expect(page.locator(SCREEN)).to_have_count(1)
    page.evaluate(WATCH)
    for turn in range(16):
        page.keyboard.press("svdf"[turn % 4])
        page.wait_for_timeout(gap)
    rest(page)
    stored = pairs(history(own_workspace))
    assert len({(one, other) for _, one, other in stored}) == len(stored) >= 2
    assert set(stored) <= set(seen(page))


def test_a_held_key_and_a_double_one_give_one_verdict(
    own_workspace: Workspace, own_server: str, open_page: OpenPage
) -> None:
    page = open_page(f"{own_server}/review")
    expect(page.locator(SCREEN)).to_have_count(1)
    for _ in range(25):
        page.keyboard.down("s")
        page.wait_for_timeout(33)
    page.keyboard.up("s")
    rest(page)
    assert len(history(own_workspace)) == 1
    page.keyboard.press("d")
    page.keyboard.press("d")
    rest(page)
    assert len(history(own_workspace)) == 2


@pytest.mark.parametrize("place", ["review", "browse"])
@pytest.mark.parametrize("pressed", ["while it is away", "when it is back"])
def test_after_a_restart_an_answer_is_kept_or_the_page_says_reload(
    own_workspace: Workspace, open_page: OpenPage, place: str, pressed: str
) -> None:
    port = free_port()
    drawn = page_drawn = SCREEN if place == "review" else ".columns article.current"
    with running_app(own_workspace.root, port=port) as address:
        page = open_page(f"{address}/{place}")
        expect(page.locator(drawn)).to_have_count(1)
        page.evaluate(WATCH)
    if pressed == "while it is away":
        page.keyboard.press("s")
    with running_app(own_workspace.root, port=port) as address:
        if pressed == "when it is back":
            page.keyboard.press("s")
        said = seen(page)
        for _ in range(5):
            # The page has said already that the line is cut, or a pair is not painted yet: it takes no answer then.
            if said and page.evaluate("window.open"):
                break
            close_cut_line(page)
            expect(page.locator(drawn)).to_have_count(1)
            page.keyboard.press("s")
            said = seen(page)
        alert = page.get_by_role("alert").filter(has_text="This answer was not stored. Reload the page.")
        wait_until(lambda: bool(history(own_workspace)) or alert.count() == 1, 20)
        page.wait_for_timeout(8000)  # whatever is still on its way
        assert pairs(history(own_workspace)) == said or alert.count() == 1
        assert set(pairs(history(own_workspace))) <= set(said)
        if alert.count():
            alert.get_by_role("button", name="Reload").click()
        else:
            page.reload()
        expect(page.locator(page_drawn)).to_have_count(1)
        before = len(history(own_workspace))
        page.keyboard.press("d")
        wait_until(lambda: len(history(own_workspace)) == before + 1)


def test_two_curators_take_back_their_own_and_hear_of_each_other(
    own_workspace: Workspace, own_server: str, open_page: OpenPage
) -> None:
    ana, ben = (open_page(f"{own_server}/review?curator={name}", private=True) for name in ("Ana", "Ben"))
    for page in (ana, ben):
        # A page is drawn again once its tab has told its name; after Ana's word Ben would be asked about another pair.
        expect(page.locator(f'{SCREEN}[data-named="true"]')).to_have_count(1)
        settled(page)
        page.evaluate(WATCH)
    ana.keyboard.press("d")
    expect(ana.get_by_text("Last: different")).to_be_visible()
    ben.keyboard.press("s")  # the same pair, which Ben was shown before Ana had judged it
    expect(ben.get_by_text("Ana said different a moment ago; yours now stands above it")).to_be_visible()
    (first,) = seen(ana)
    assert [pair[1:] for pair in seen(ben)] == [first[1:]]
    ana.keyboard.press("u")
    expect(ana.get_by_text("Taken back: different")).to_be_visible()
    assert [(verdict.kind, verdict.curator) for verdict in own_workspace.store.verdicts("demo")] == [("match", "Ben")]
    rest(ana)
    expect(ana.get_by_role("button", name="Undo")).to_be_disabled()
    ana.goto(f"{own_server}/browse?curator=Ana&item={first[1]}")
    expect(ana.locator(".columns article.current")).to_have_count(1)
    theirs = ana.locator(f'.columns article[data-item="{first[2]}"]').first.get_by_role("button", name="Same")
    theirs.click()
    expect(ana.get_by_text("Ben said same product, and only they take it back.")).to_be_visible()
    assert [verdict.curator for verdict in own_workspace.store.verdicts("demo")] == ["Ben"]
