"""What a catalog is made of: noise in its labels, repeats, sizes of products, languages, and issues of its rows."""

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from matcher.ingest import profile
from matcher.ingest.profile import Cases, Counts
from matcher.pipeline import default_recipe
from matcher.storage.exports import export_name, to_bytes
from pages._shared.cards import Badge, Board, Card, Column, draw_cards
from pages._shared.charts import draw_chart, pick_colours
from pages._shared.opened_catalog import Opened
from pages._shared.photo_route import photo_url

CASES_SHOWN = 9  # cases of one kind on a page; the rest is a page further
ROW = 5  # cards side by side on a wide window
KINDS: dict[str, tuple[Callable[..., Cases], str]] = {
    "Photo under several labels": (
        profile.photos_under_several_labels,
        "of the labelled photos stand under more than one label. At most one of the labels is right.",
    ),
    "Title under several labels": (
        profile.titles_under_several_labels,
        "of the labelled titles stand under more than one label.",
    ),
    "Repeated listings": (profile.repeated_listings, "of the listings have the photo and the title of another one."),
    "Repeated photos": (profile.repeated_photos, "of the photos are there more than once."),
    "Repeated titles": (profile.repeated_titles, "of the titles are there more than once."),
}


def draw(opened: Opened) -> None:
    """Pictures first, then charts, then the table of issues."""
    draw_cases(opened)
    left, right = st.columns([3, 2], gap="large")
    with left:
        draw_sizes(opened)
    with right:
        draw_languages(opened)
    draw_labels(opened)
    draw_issues(opened)


def draw_cases(opened: Opened) -> None:
    """Label noise and repeats, case by case, the photos side by side."""
    found = {name: cases for name in KINDS if (cases := _cases_of(*_key(opened), name, opened)).count}
    st.subheader("Noise and repeats")
    if not found:
        st.caption("No photo and no title is there twice, and none stands under several labels.")
        return
    name = st.segmented_control(
        "What to look at", list(found), default=next(iter(found)), key="noise", label_visibility="collapsed",
        required=True, format_func=lambda kind: f"{kind} · {found[kind].count:,}",
    )  # fmt: skip
    cases = found[name]
    st.caption(f"{cases.share:.1%} {KINDS[name][1]} ({cases.affected:,} of {cases.measured:,})")
    pages = -(-cases.count // CASES_SHOWN)
    page = st.pagination(pages, key=f"noise-page-{name}") if pages > 1 else 1
    shown = cases.frame[cases.frame["case"].between((page - 1) * CASES_SHOWN, page * CASES_SHOWN - 1)]
    groups = [_gather_case(opened, case) for _, case in shown.groupby("case")]
    draw_cards(groups, Board("groups"), key="noise-cards")


def _gather_case(opened: Opened, case: pd.DataFrame) -> Column:
    """Listings that share something, side by side; of a large case the first few."""
    labels = case["label"].nunique()
    heading = f"{len(case)} listings, {labels} labels" if labels > 1 else f"{len(case)} listings"
    few = case.head(ROW).to_dict("records")
    return Column(
        [_make_card(opened, row, str(row["item_id"]), _badge_label(str(row["label"]))) for row in few], heading
    )


def _make_card(opened: Opened, row: Mapping[Hashable, Any], note: str, badges: list[Badge]) -> Card:
    item_id, title, photo = (str(row[name]) for name in ("item_id", "title", "photo"))
    return Card(item_id, title, photo_url(opened.id, photo), note, badges=badges)


def _badge_label(label: str) -> list[Badge]:
    return [Badge(label, "sell")] if label else []


def draw_sizes(opened: Opened) -> None:
    """How many products have how many listings."""
    sizes = _sizes(*_key(opened), opened)
    st.subheader("Listings of each known product")
    if sizes.empty:
        st.caption("The table has no labels, so which listings sell one product is not known. That is usual.")
        return
    found = profile.size_distribution(sizes)
    bars = go.Bar(x=found["rows"], y=found["labels"], marker_color=pick_colours()["ink"], opacity=0.75)
    bars.hovertemplate = "%{y:,} products with %{x} listings<extra></extra>"
    figure = go.Figure(bars)
    figure.update_xaxes(title="listings of a product", dtick=1 if found["rows"].max() <= 20 else None)
    figure.update_yaxes(title="products", dtick=1 if found["labels"].max() <= 5 else None)
    draw_chart(figure, key="sizes", height=240)
    st.caption(f"{len(sizes):,} products; {sizes.mean():.1f} listings each on average, {sizes.max():,} at most.")


def draw_languages(opened: Opened) -> None:
    """In which languages the titles are, at a glance."""
    st.subheader("Languages of the titles")
    languages = _languages(*_key(opened), opened)
    shown = languages.frame.head(6).iloc[::-1]
    if shown.empty:
        st.caption("No listing has a title.")
        return
    bars = go.Bar(x=shown["share"], y=shown["language"], orientation="h", marker_color=pick_colours()["text"])
    bars.update(
        text=[f"{share:.0%}" for share in shown["share"]], textposition="outside", cliponaxis=False, hoverinfo="skip"
    )
    figure = go.Figure(bars)
    figure.update_xaxes(visible=False, range=[0, 1.15 * shown["share"].max()])
    figure.update_yaxes(showgrid=False)
    draw_chart(figure, key="languages", height=60 + 30 * len(shown))
    st.caption(f"Guessed from {languages.measured:,} titles.{_suggest_encoder(languages)}")


def _suggest_encoder(languages: profile.Languages) -> str:
    """Which encoder reads what they mean, where MiniLM cannot; "" where it can, or none does."""
    suggested = default_recipe.suggest_encoder(languages)
    if suggested is None:
        return ""
    info, share = suggested
    return (
        f" {info.title} knows the languages of {share:.0%} of those that are clear: let it read the titles (under "
        "Encoders) to find one product by its meaning, also from one language to another. MiniLM knows English only."
    )


def draw_labels(opened: Opened) -> None:
    """The labels with most and with fewest listings, as pictures."""
    sizes = _sizes(*_key(opened), opened)
    if sizes.empty:
        return
    st.subheader("Labels with most and fewest listings")
    ends = sizes if len(sizes) <= 2 * ROW else pd.concat([sizes.head(ROW), sizes.tail(ROW)])
    listings = opened.catalog.listings
    shown = listings[listings["label"].isin(ends.index)].drop_duplicates("label")
    first = {row["label"]: row for row in shown.to_dict("records")}
    grid = [
        _make_card(opened, first[label], f"label {label}", [Badge(_count_in_words(size), "stacks")])
        for label, size in ends.items()
    ]
    draw_cards([Column(grid)], Board(), key="labels")


def _count_in_words(count: int) -> str:
    return "1 listing" if count == 1 else f"{count:,} listings"


def draw_issues(opened: Opened) -> None:
    """Every row that was rejected or flawed, with what was found and what to do."""
    problems = _problems(*_key(opened), opened.info.problems_version, opened)
    st.subheader("Issues in the rows")
    if problems.empty:
        st.caption("Every row could be read.")
        return
    rejected = int(problems["rejected"].sum())
    st.caption(f"{rejected:,} left out, {len(problems) - rejected:,} kept without the flawed part.")
    shown = problems.assign(rejected=problems["rejected"].map({True: "left out", False: "kept"}))
    shown.columns = ["Row", "Id", "Column", "What was found", "What to do", "Listing"]
    st.dataframe(shown, hide_index=True, height=min(400, 38 + 35 * len(shown)))
    st.download_button(
        "Download the issues", lambda: to_bytes(problems, "CSV"),
        export_name(opened.id, "issues", ".csv", opened.info.problems_version), "text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def count_listings(opened: Opened) -> Counts:
    """How many listings have what."""
    return _counts(*_key(opened), opened)


def _key(opened: Opened) -> tuple[Path, str, str]:
    return opened.workspace.root, opened.id, opened.info.version


@st.cache_resource(show_spinner=False, max_entries=8)
def _counts(root: Path, catalog_id: str, version: str, _opened: Opened) -> Counts:
    return profile.counts(_opened.catalog.listings)


@st.cache_resource(show_spinner="Looking for repeats", max_entries=20)
def _cases_of(root: Path, catalog_id: str, version: str, name: str, _opened: Opened) -> Cases:
    return KINDS[name][0](_opened.catalog.listings)


@st.cache_resource(show_spinner=False, max_entries=8)
def _sizes(root: Path, catalog_id: str, version: str, _opened: Opened) -> pd.Series:
    return profile.label_sizes(_opened.catalog.listings)


@st.cache_resource(show_spinner="Guessing languages", max_entries=8)
def _languages(root: Path, catalog_id: str, version: str, _opened: Opened) -> profile.Languages:
    return profile.languages(_opened.catalog.listings["title"].tolist())


@st.cache_resource(show_spinner=False, max_entries=4)
def _problems(root: Path, catalog_id: str, version: str, problems_version: str, _opened: Opened) -> pd.DataFrame:
    return _opened.workspace.load_problems(_opened.id, problems_version)
