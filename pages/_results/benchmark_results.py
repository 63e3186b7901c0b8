"""What a comparison came to, on the screen: charts, table, files, and what only one encoder found."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from matcher.benchmark.report import report_page
from matcher.benchmark.results import Example, Results, Row
from matcher.benchmark.systems import ALONE_WORDS, PAPER_SOURCE, PROTOCOL_TITLES, PROTOCOL_WORDS, PROTOCOLS
from matcher.benchmark.tables import (
    choose_best_pair,
    comparison_table,
    describe_basis,
    format_interval,
    paper_f1_in_words,
    seconds_in_words,
    split_in_words,
    thresholds_in_words,
)
from matcher.review.title_diff import differing_words
from matcher.storage.exports import export_name, to_bytes
from pages._results.benchmark_chart import plot_scores
from pages._shared.cards import Bar, Board, Column, draw_cards
from pages._shared.charts import draw_chart
from pages._shared.escape import literal
from pages._shared.opened_catalog import Opened, make_card

LEGEND = 110  # px for it and the axis, where a narrow window breaks it into three lines


def draw(opened: Opened, results: Results) -> None:
    """Charts side by side, the table, the galleries, and the files."""
    if results.version != opened.info.version:
        st.warning("The listings have changed since. Compare again to see them.", icon=":material/history:")
    for cell, protocol in zip(st.columns(2, gap="large"), PROTOCOLS, strict=True):
        cell.subheader(PROTOCOL_TITLES[protocol])
        cell.caption(PROTOCOL_WORDS[protocol])
    for cell, protocol in zip(st.columns(2, gap="large"), PROTOCOLS, strict=True):
        with cell:
            draw_chart(
                plot_scores(results, protocol), key=f"compare-{protocol}", height=LEGEND + 30 * len(results.rows)
            )
            st.caption(f"F1 with its 95 % interval; {describe_basis(results, protocol)}.")
    pinned = {"Model": st.column_config.TextColumn(pinned=True, width=200)}
    st.dataframe(make_table(results), hide_index=True, height="content", key="compare-table", column_config=pinned)
    st.caption(f"{split_in_words(results)} {ALONE_WORDS} The paper: {PAPER_SOURCE}")
    missing: dict[str, list[str]] = {}
    for row in results.rows:
        if row.reason and row.title not in missing.setdefault(row.reason, []):
            missing[row.reason].append(row.title)
    for reason, titles in missing.items():
        st.caption(f":material/info: No figures for {literal(', '.join(titles))}: {literal(reason)}")
    draw_downloads(opened, results)
    draw_galleries(opened, results)


def make_table(results: Results) -> pd.DataFrame:
    """Both protocols side by side, figures as they are read."""
    lines = []
    for row in results.rows:
        line = {"Model": row.title, "Data": row.data}
        for protocol, words in zip(PROTOCOLS, ("Unseen", "Seen"), strict=True):
            measured = row.measurement(protocol)
            none = "none, see below" if row.reason else "as original"
            line[f"{words}: F1"] = format_interval(measured.f1) if measured else none
            for name in ("precision", "recall"):
                line[f"{words}: {name}"] = f"{getattr(measured, name).value:.3f}" if measured else ""
        line["Paper's F1"] = paper_f1_in_words(row)
        line["Thresholds"] = thresholds_in_words(row.unseen) if row.unseen else ""
        line |= {"Training": seconds_in_words(row.training_seconds), "Encoding": seconds_in_words(row.encoding_seconds)}
        lines.append(line)
    return pd.DataFrame(lines)


def draw_downloads(opened: Opened, results: Results) -> None:
    """The table, and the page that can be mailed."""

    def write_page() -> bytes:
        thumbnails = opened.workspace.thumbnails(opened.id)
        return report_page(results, opened.catalog.listings, thumbnails).encode()

    files = {
        "Table (CSV)": (".csv", "text/csv", lambda: to_bytes(comparison_table(results), "CSV")),
        "Page to mail (HTML)": (".html", "text/html", write_page),
    }
    with st.container(horizontal=True):
        for label, (ending, mime, content) in files.items():
            called = export_name(opened.id, "comparison", ending, opened.info.version, results.updated)
            st.download_button(label, content, file_name=called, mime=mime,
                               icon=":material/download:", key=f"compare-{ending}", on_click="ignore")  # fmt: skip


def draw_galleries(opened: Opened, results: Results) -> None:
    """What the photo alone and the title alone found, for one pair of encoders at a time."""
    pairs = {f"{row.title}, {row.data}": row for row in results.rows if row.apart is not None}
    best = choose_best_pair(results)
    if not pairs or best is None:
        return
    st.subheader(
        "Found by only one encoder", help="Pairs of one product among the unseen ones, at the thresholds above."
    )
    chosen = next(iter(pairs))
    if len(pairs) > 1:
        first = f"{best.title}, {best.data}"
        chosen = st.segmented_control(
            "Encoders", pairs, default=first, required=True, key="compare-pair", label_visibility="collapsed"
        )
    row = pairs[chosen]
    apart = row.apart
    if apart is None:
        return
    shown = {
        f"Only the photo ({apart.photo:,})": apart.photo_examples,
        f"Only the title ({apart.title:,})": apart.title_examples,
    }
    st.caption(
        f"Both find {apart.both:,} pairs, neither finds {apart.neither:,}. The least alike on the other side first."
    )
    for number, (tab, examples) in enumerate(zip(st.tabs([*shown]), shown.values(), strict=True)):
        with tab:
            draw_gallery(opened, row, examples, key=f"compare-gallery-{number}")


def draw_gallery(opened: Opened, row: Row, examples: Sequence[Example], key: str) -> None:
    """Pairs of cards, the second with what differs and both distances."""
    pairs = []
    for example in examples:
        if example.left_id not in opened.rows or example.right_id not in opened.rows:
            continue
        one, other = opened.rows[example.left_id], opened.rows[example.right_id]
        titles = [str(opened.catalog.listings["title"].iat[at]) for at in (one, other)]
        limits = (row.unseen.text_threshold, row.unseen.image_threshold) if row.unseen else (None, None)
        bars = [Bar("text", example.text, limits[0]), Bar("image", example.image, limits[1])]
        left = make_card(opened, one, title=differing_words(titles[1], titles[0]), bars=bars)
        pairs.append(Column([left, make_card(opened, other, title=differing_words(*titles), bars=bars)]))
    if not pairs:
        st.caption("No such pair.")
        return
    draw_cards(pairs, Board("groups"), key=key)
