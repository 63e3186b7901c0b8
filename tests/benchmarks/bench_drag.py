"""Frames of a drag in Chromium, on a slider and on the map of thresholds: 60 a second, whatever the catalog's size.

What moves with the mouse is read from counts and scores of a fixed size that the page sent once, so a small catalog
tells as much as a large one.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from browser.conftest import FLAGS
from driving import LONGEST_WAIT, find_chromium, running_app, settled

from matcher.pipeline import catalogs, encoding, recipes
from matcher.storage.workspace import open_workspace

FRAMES = 120
MOST_MS = 1000 / 60
PARTS = {"slider": ".track", "map": ".field"}
DRAG = """(part, frames) => new Promise((resolve) => {
  const box = part.getBoundingClientRect();
  const send = (kind, share) => part.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, button: 0, bubbles: true,
    clientX: box.left + share * box.width, clientY: box.top + share * box.height,
  }));
  part.setPointerCapture = () => {};
  part.hasPointerCapture = () => true;
  const spent = [], at = [];
  send("pointerdown", 0.2);
  const step = (time) => {
    const start = performance.now();
    send("pointermove", 0.2 + (0.6 * spent.length) / frames);
    part.getBoundingClientRect(); // what the browser has to lay out anew is part of the frame
    spent.push(performance.now() - start);
    at.push(time);
    if (spent.length < frames) requestAnimationFrame(step);
    else resolve([spent, at]);
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium was found. Run tests/ensure-chromium: it installs one or says how to.")
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder) / "workspace")
        shop = catalogs.open_demo(workspace, catalogs.DemoConfig()).catalog_id
        encoding.encode(workspace, encoding.EncodeConfig(shop, "tfidf-char", "phash"))
        rule = replace(recipes.current_recipe(workspace, shop), fusion="both", text_threshold=0.4, image_threshold=0.3)
        recipes.set_recipe(workspace, shop, rule)
        with running_app(workspace.root) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            page.set_default_timeout(LONGEST_WAIT)
            slow = []
            for name, place in PARTS.items():
                page.goto(f"{address}/thresholds?map-shown=true")
                settled(page)
                part = page.locator(place).first
                part.scroll_into_view_if_needed()
                spent, at = (np.array(values) for values in part.evaluate(f"(part) => ({DRAG})(part, {FRAMES})"))
                worst = float(np.quantile(spent, 0.95))
                slow += [name] * (worst > MOST_MS)
                print(f"  {name}: {np.median(spent):.1f} ms a frame, 95 of 100 within {worst:.1f} ms; "
                      f"{1000 / np.median(np.diff(at)):.0f} frames a second")  # fmt: skip
            browser.close()
    if slow:
        sys.exit(f"Too slow for 60 frames a second: {', '.join(slow)}.")


if __name__ == "__main__":
    main()
