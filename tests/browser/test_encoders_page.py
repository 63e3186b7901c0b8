"""Encoders as a curator uses them: train with a real job, reload while it runs, use it, take it along, delete it."""

import re
import zipfile
from pathlib import Path

import pytest
from driving import OpenPage, screenshot, settled, wait_until
from playwright.sync_api import Page, expect

from matcher import jobs
from matcher.storage.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # real trainings, on a machine that may be busy


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settled(page)


def fill(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True).first
    box.fill(text)
    box.press("Enter")
    settled(page)


def test_train_watch_use_export_delete(
    own_workspace: Workspace, own_server: str, open_page: OpenPage, thin_model: Path, tmp_path: Path
) -> None:
    page = open_page(f"{own_server}/encoders?catalog=demo")
    view(page, "Train")
    page.get_by_text("More choices").click()
    fill(page, "Start from another model", str(thin_model))
    fill(page, "Epochs, at most", "8")
    fill(page, "Patience", "8")
    fill(page, "Name of the encoder", "mine")
    expect(page.get_by_text("At most 8 epochs")).to_be_visible()
    page.get_by_role("button", name="Start training").click()

    # It runs on its own: the curve is there after a reload as well.
    expect(page.get_by_text("Training mine")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("Training mine")).to_be_visible()
    expect(page.locator(".js-plotly-plot .scatterlayer .point").first).to_be_visible()
    expect(page.get_by_role("radio", name="Train", exact=True)).to_be_checked()  # where it was
    expect(page.get_by_text("mine is trained:")).to_be_visible(timeout=200_000)
    view(page, "All encoders")

    page.locator(".st-key-encoder-text-mine").get_by_role("button", name="Use it").click()
    expect(page.locator(".st-key-encoder-text-mine").get_by_text("In use")).to_be_visible(timeout=200_000)
    expect(page.get_by_test_id("stSidebar").get_by_text("mine")).to_be_visible()
    settled(page)  # or the list of before still stands beside the new one

    page.locator(".st-key-encoder-text-mine").get_by_role("button", name="Details").click()
    expect(page.get_by_text("Best epoch")).to_be_visible()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("Came in").first).to_be_visible(timeout=200_000)
    screenshot(page, "encoders-run")
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Export").click()
    arriving.value.save_as(tmp_path / "mine.zip")
    assert "config.json" in zipfile.ZipFile(tmp_path / "mine.zip").namelist()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("mine is deleted.")).to_be_visible()
    assert not (own_workspace.encoders / "mine").exists()

    # What went out comes in again; a hostile file does not.
    with zipfile.ZipFile(tmp_path / "hostile.zip", "w") as archive:
        archive.writestr("../outside.py", "x")
    page.get_by_text("Import an exported one").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "hostile.zip")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("hostile.zip holds '../outside.py'")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.zip")
    expect(page.get_by_text("hostile.zip holds")).to_have_count(0)  # the page has the other file
    settled(page)
    page.get_by_role("button", name="Import").click()
    wait_until((own_workspace.encoders / "mine" / "config.json").exists)
    expect(page.locator(".st-key-encoder-text-mine")).to_be_visible()


def test_a_training_is_cancelled_and_an_unknown_model_is_told(
    own_workspace: Workspace, own_server: str, open_page: OpenPage, thin_model: Path
) -> None:
    page = open_page(f"{own_server}/encoders?catalog=demo", size="narrow", theme="dark")
    page.get_by_text("Load another one").click()
    fill(page, "Name or folder", "/no/such/folder")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text(re.compile("There is no folder /no/such/folder"))).to_be_visible()
    view(page, "Train")
    page.get_by_text("More choices").click()
    fill(page, "Start from another model", str(thin_model))
    fill(page, "Epochs, at most", "900")
    fill(page, "Patience", "900")
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".js-plotly-plot .scatterlayer .point").nth(1)).to_be_visible()
    screenshot(page, "encoders-training-narrow-dark")
    page.get_by_role("button", name="Cancel").click()
    job = jobs.latest(own_workspace, "train", "demo")
    assert job
    assert job.config["settings"]["epochs"] == job.config["settings"]["patience"] == 900
    wait_until(lambda: not jobs.get(own_workspace, job.id).active)
    expect(page.get_by_text(re.compile("^(Stopped|Cancelled)"))).to_be_visible()
