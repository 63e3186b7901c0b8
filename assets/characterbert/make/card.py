"""The card of a distilled network: how it was made and what it measures, beside MiniLM."""

from collections.abc import Sequence
from pathlib import Path

from assets.characterbert.make.measure import find_spoiled, nearness
from assets.demo.make.catalog import demo_products
from assets.demo.make.listings.plan import plan_listings
from matcher.encoders.titles.characterbert_bundled import SmallCharacterBertEncoder
from matcher.encoders.titles.sentence_bert import BertEncoder

CARD = "README.md"
UNSEEN_SEED = 1007  # of a demo catalog whose titles are not learned from; its products are those of the others
TEXT = """# Small CharacterBERT

Vectors of titles, 384 numbers, read from letters: each word is the sum of its windows of two to five letters, looked
up in a hashed table (a convolution over letters with one filter for each hashed window, its output looked up instead of
multiplied); three layers of BERT follow. It is not the published CharacterCNN, whose filters are learned one by one.

Made by the stages of `python -m assets.characterbert.make OUT` from all-MiniLM-L6-v2 (Apache-2.0, as is this) and from
titles that it makes itself: words of MiniLM's vocabulary, invented names, sizes and codes, and titles of the demo shop.
The table was fitted to MiniLM's word pieces by least squares; then table and layers (MiniLM's first, third and fifth)
learned to give a spoiled title the vector that MiniLM gives the clean one. Plan: `{plan}`.
The table is kept in 4 bits a number, the layers in 8, each row with its scale.

## Measured

Mean cosine to MiniLM's vector of the same clean title: {made:.3f} on {made_count} titles made anew, {shop:.3f} on
{shop_count} titles of a demo catalog with a seed of its own. So it follows MiniLM's meaning in part only: where titles
are well spelt and differ in wording, MiniLM is the better choice.

How often the nearest of the {shop_count} demo titles is the original of a spoiled one. The products of that catalog are
those of the titles learned from:

{shop_table}

The same among the {made_count} titles made anew:

{made_table}
"""


def write_card(folder: Path, plan: str, made: Sequence[str], most: int, minilm: BertEncoder) -> None:
    """Measure the network in a folder and write README.md beside it.

    Args:
        folder: With config.json and model.safetensors.
        plan: How it was made, as JSON.
        made: Titles made anew to measure on.
        most: Titles of the demo shop to measure on.
        minilm: What it is compared with.
    """
    network = SmallCharacterBertEncoder(folder)
    made = list(dict.fromkeys(made))
    listings = plan_listings(demo_products(), UNSEEN_SEED)
    shop = list(dict.fromkeys(listing.title for listing in listings if listing.title))[:most]
    text = TEXT.format(
        plan=plan,
        made=nearness(made, network.encode, minilm.encode),
        shop=nearness(shop, network.encode, minilm.encode),
        made_count=len(made),
        shop_count=len(shop),
        made_table=_table(made, network, minilm),
        shop_table=_table(shop, network, minilm),
    )
    (folder / CARD).write_text(text, encoding="utf-8")


def _table(titles: Sequence[str], network: SmallCharacterBertEncoder, minilm: BertEncoder) -> str:
    rows = ["| Titles | words spoiled | this | MiniLM |", "|---|---|---|---|"]
    for found in find_spoiled(titles, network.encode, minilm.encode):
        rows.append(f"| {found.kind} | {found.share:.0%} | {found.network:.3f} | {found.minilm:.3f} |")
    return "\n".join(rows)
