"""From a key to the next pair on the screen: Review and Groups in Chromium, with a catalog of the paper's size.

    PYTHONPATH=. .venv/bin/python tests/benchmarks/bench_keys.py [--listings 34250] [--keep DIR]

Makes the catalog of bench_app.py with 10,000 verdicts, opens both pages, and presses the keys of a curator: answers,
undo and redo on Review; same, take out, split, lock and unlock on Groups. Each is seen in the database. The time is the
browser's own, from the key to the frame in which the next pair or group is painted. Beside it stands what the server
computed, by the processor alone: far under the other where the machine is busy with other things. Exits with 1 when a
target is missed. With `--keep` the workspace is made once and used again.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench_app import CHROMIUM, Session, find_chromium, make_workspace, served
from bench_groups import judge
from playwright.sync_api import Page, sync_playwright

from matcher.matching.recipe import decide
from matcher.pipeline import recipes
from matcher.pipeline.encoding import load_encoded
from matcher.review.verdicts import name_verdicts
from matcher.storage.workspace import Workspace, open_workspace

TARGETS = {"Review": 150.0, "Groups": 200.0}  # milliseconds
TIMES = 8
CURATOR = "Bench"
KEYS: dict[str, tuple[str, ...]] = {
    "Review": ("s", "d", "v", "f", "n", "u", "y"),
    "Groups": ("s", "n", "l", "u", "1x", "d", "u", "y"),
}

# Notes when a key goes down, and when another pair or group is on the screen after it: what is painted has a name.
WATCH = """() => {
    const boards = (root) => [...root.querySelectorAll("*")].flatMap((node) => [
        ...(node.matches(".board") ? [node] : []), ...(node.shadowRoot ? boards(node.shadowRoot) : []),
    ]);
    const [board] = boards(document);
    let [before, start] = [board.dataset.painted, 0];
    new MutationObserver(() => {
        const now = board.dataset.painted;
        if (now && now !== before) [before, window.taken] = [now, window.taken ?? performance.now() - start];
    }).observe(board, { attributeFilter: ["data-painted"] });
    document.addEventListener("keydown", () => { start = performance.now(); }, true);
}"""


def prepare(workspace: Workspace, catalog_id: str) -> None:
    """Give the catalog its verdicts, where it has none yet."""
    encoded = load_encoded(workspace, catalog_id)
    if encoded is None or workspace.store.verdicts(catalog_id):
        return
    catalog, recipe = workspace.load_catalog(catalog_id), recipes.current_recipe(workspace, catalog_id)
    found = decide(encoded.pairs, recipe).nonzero()[0]
    ids = catalog.listings["item_id"].tolist()
    judge(workspace.root, ids, encoded.pairs.left[found], encoded.pairs.right[found], catalog.codes, catalog_id)


def name_said(workspace: Workspace, catalog_id: str) -> tuple[str, int]:
    """What changes with every key that says something: the verdicts and skips in force, and how many locks."""
    store = workspace.store
    return name_verdicts([*store.verdicts(catalog_id), *store.skips(catalog_id)]), len(store.locks(catalog_id))


def press(page: Page, keys: str) -> float:
    """Press a key, the ticks before it first; milliseconds until the next pair or group is painted."""
    for tick in keys[:-1]:
        page.keyboard.press(tick)
        page.locator(".wall article.ticked").first.wait_for()
        page.wait_for_timeout(1000)  # until the page has said what would be done
    page.evaluate("() => { window.taken = null; }")
    page.keyboard.press(keys[-1])
    page.wait_for_function("() => window.taken !== null", timeout=60_000, polling=20)
    return float(page.evaluate("() => window.taken"))


def measure(session: Session, name: str, read: Callable[[], tuple[str, int]]) -> dict[str, tuple[float, float]]:
    """Milliseconds by key: on the screen, and of the server's processor; medians."""
    session.open(f"{name.lower()}?curator={CURATOR}")
    page = session.page
    page.locator(".board[data-painted]").wait_for(timeout=120_000)
    page.evaluate(WATCH)
    if name == "Groups":
        page.locator(".wall article").first.focus()
    found: dict[str, list[tuple[float, float]]] = {keys: [] for keys in KEYS[name]}
    for turn in range(TIMES + 1):  # the first of each is not counted
        for keys in KEYS[name]:
            before = read()
            taken = press(page, keys)
            runs = session.runs()
            if keys != "n" and read() == before:
                sys.exit(f"{keys} on {name} changed nothing in the database.")
            if turn:
                found[keys].append((taken, max(run.processor for run in runs)))
    return {keys: (median(one for one, _ in each), median(two for _, two in each)) for keys, each in found.items()}


def main() -> int:
    """Make, measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=34_250)
    parser.add_argument("--pages", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--keep", type=Path, help="folder of a workspace to make once and use again")
    arguments = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium was found. Run tests/ensure-chromium: it installs one or says how to.")
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        root = arguments.keep or Path(scratch)
        root.mkdir(parents=True, exist_ok=True)
        make_workspace(root, arguments.listings)
        workspace = open_workspace(root)
        (catalog_id,) = [info.id for info in workspace.catalogs() if info.listings == arguments.listings]
        prepare(workspace, catalog_id)
        with served(root) as (address, _, times), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            session = Session(browser.new_page(viewport={"width": 1400, "height": 1000}), address, times)
            for name in arguments.pages:
                target = TARGETS[name]
                figures = measure(session, name, lambda: name_said(workspace, catalog_id))
                waiting = f"{os.getloadavg()[0]:.0f} programs at work on {os.cpu_count()} cores"
                print(f"{name}: from a key to what comes next, ms; target {target:.0f}; median of {TIMES}; {waiting}")
                for keys, (taken, processor) in figures.items():
                    reached = taken <= target
                    good &= reached
                    missed = "" if reached else "MISSED"
                    print(f"  {keys.upper():4} {taken:6.0f} on the screen {processor:6.0f} of the server {missed}")
            browser.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
