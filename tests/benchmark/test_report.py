"""The page that is mailed: whole, small, and with nothing of a stranger's in its markup."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jinja2 import UndefinedError
from made_results import HOSTILE, results
from PIL import Image

from matcher.benchmark import report
from matcher.benchmark.report import report_page
from matcher.benchmark.report_chart import lay_out_chart
from matcher.benchmark.tables import comparison_table


def listings(folder: Path, pairs: int = 24, side: int = 256) -> pd.DataFrame:
    """Two for each pair, with photos that do not compress."""
    rng = np.random.default_rng(0)
    for number in range(2 * pairs):
        noise = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{number:08x}.jpg", quality=95)
    ids = [f"i{number}" for number in range(2 * pairs)]
    return pd.DataFrame(
        {"item_id": ids, "title": HOSTILE, "photo": [f"{number:08x}.jpg" for number in range(2 * pairs)]}
    )


class Tags(HTMLParser):
    """Which tags a page has, with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    return tags


def test_what_strangers_wrote_is_text_and_nothing_is_fetched(tmp_path):
    tags = read(report_page(results(HOSTILE), listings(tmp_path, 2), tmp_path))
    names = {name for name, _ in tags.seen}
    assert not names & {"script", "iframe", "link", "object"}
    assert not [value for _, attributes in tags.seen for value in attributes if value.startswith("on")]
    sources = [attributes["src"] for name, attributes in tags.seen if name == "img"]
    assert sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "".join(tags.words).count("<script>alert(1)</script>") >= 4  # shown as it was written


def test_it_stays_small_whatever_the_photos_are(tmp_path):
    page = report_page(results(), listings(tmp_path), tmp_path)
    assert len(page.encode()) < 2_000_000
    assert page.count("<img") > 40


def test_missing_photos_and_listings_are_passed_over(tmp_path):
    some = listings(tmp_path, 3).iloc[:3]
    (tmp_path / "00000000.jpg").write_bytes(b"no photo at all")
    (tmp_path / "00000001.jpg").unlink()
    page = report_page(results(pairs=3), some, tmp_path)
    assert page.count("<article>") == 2  # one pair in each gallery is still there
    assert page.count("no photo") >= 2


def test_both_protocols_show_every_model_with_figure_interval_and_the_papers(tmp_path):
    page = report_page(results(), listings(tmp_path, 1), tmp_path)
    assert page.count("<svg") == 2
    assert page.count("<circle") == page.count("<rect") == 2 * 5
    assert page.count('class="paper"') == 2 * 12
    for words in (
        "Unseen products",
        "Seen products",
        "Flattering",
        "0.600",
        "0.550 to 0.650",
        "0.611",
        "in a pool of 90",
    ):
        assert words in page
    assert re.search(r"<td>0\.837</td>", page)


def test_the_table_has_a_line_for_each_row_and_protocol():
    table = comparison_table(results())
    assert len(table) == 2 * 12
    row = table[(table["model"] == "BERT + EfficientNet") & (table["data"] == "balanced")].iloc[0]
    assert (row["f1"], row["paper_f1"], row["pool"]) == (pytest.approx(0.76), 0.906, 90)
    assert table.loc[table["model"] == "CharacterBERT", "f1"].isna().all()


def test_a_name_left_out_of_the_template_is_a_defect_and_not_an_empty_place():
    environment = report.open_environment()
    assert environment.autoescape is True
    with pytest.raises(UndefinedError):
        environment.from_string("{{ nobody.title }}").render()
    assert environment.from_string("{{ title }}").render(title=HOSTILE).count("&lt;") == 5


def test_the_scale_holds_every_figure_and_a_square_is_balanced_data():
    chart = lay_out_chart(results(), "unseen")
    marks = [mark for name in chart.names for mark in name.marks]
    spans = [mark.span for mark in marks if mark.span]
    assert len(spans) == 10
    assert all(chart.ticks[0].x <= low <= at <= high <= chart.ticks[-1].x for low, at, high in spans)
    assert [mark.is_round for mark in marks] == [True, False] * 6
    assert [mark.y for mark in marks] == sorted({mark.y for mark in marks})
    assert marks[-1].y < chart.bottom < chart.height
