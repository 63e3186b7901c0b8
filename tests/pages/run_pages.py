"""What tests of pages share: the app run without a browser, what it says, and a made-up shop to show."""

import json
from pathlib import Path
from typing import Any

import pytest
from made_shop import write_shop
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher.pipeline import catalogs, encoding
from matcher.storage.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]


def opened(page: str, *, seconds: int = 60) -> AppTest:
    """The app on a page; each run of it may take so many seconds."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=seconds).run()
    return checked(app.switch_page(f"pages/{page}.py").run())


def checked(app: AppTest) -> AppTest:
    """The same app, which has not failed."""
    assert not app.exception, app.exception[0].stack_trace
    return app


def press(app: AppTest, label: str) -> AppTest:
    """Click the first button of that label."""
    return checked(next(button for button in app.button if button.label == label).click().run())


def send_event(app: AppTest, node: Any, event: str, value: Any) -> AppTest:
    """What a component sends to its page, as the browser sends it.

    Args:
        app: The page.
        node: The component on it.
        event: What happened, as "answers".
        value: What goes with it.
    """
    states = app._tree.get_widget_states()
    trigger = states.widgets.add(id=_make_trigger_id(node.proto.id, "events"))
    trigger.json_trigger_value = json.dumps([{"event": event, "value": value}])
    return checked(app._run(states))


def said(app: AppTest) -> str:
    """All captions and paragraphs."""
    return "\n".join(element.value for kind in (app.caption, app.markdown) for element in kind)


def open_shop(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill, text: str = "tfidf-char", k: int = 10
) -> Workspace:
    """A workspace for the app with the made-up shop of `made_shop` in it, encoded by titles and hashes of photos."""
    monkeypatch.setenv("MATCHER_WORKSPACE", str(folder / "workspace"))
    fill(folder, make_shop, text, k)
    return open_workspace(folder / "workspace")


def make_shop(folder: Path, text: str, k: int) -> None:
    """Write what `open_shop` opens."""
    workspace = open_workspace(folder / "workspace")
    import_shop(workspace, folder)
    encoding.encode(workspace, encoding.EncodeConfig("shop", text, "phash", k=k))
    workspace.store.close()


def import_shop(workspace: Workspace, folder: Path, *, labels: bool = True) -> None:
    """Write the made-up shop and read it into the workspace, over what was there of it."""
    write_shop(folder / "shop.csv", labels=labels)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "shop.csv"), "Shop"))
