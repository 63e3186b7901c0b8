"""What a line, a variant and a product of the demo shop are.

A line (one brand and name) comes in variants that differ by one thing only: size, colour, flavour or model. Those are
the hard negatives of the demo catalog.
"""

from dataclasses import dataclass
from zlib import crc32

from assets.demo.make.goods.kinds import KINDS, Kind


@dataclass(frozen=True)
class Word:
    """A colour, flavour or scent: how it reads in both languages and how it looks."""

    english: str
    indonesian: str
    colour: str  # "#rrggbb"


@dataclass(frozen=True)
class Line:
    """One brand's range: what all its variants share."""

    kind: str
    brand: str
    name: str
    colours: tuple[str, str, str]  # pack, ink on it, accent
    look: str  # label design or shape, read by the drawing of its kind
    icon: str  # Material Symbols name
    price: int  # IDR, of the smallest variant
    words: tuple[str, ...] = ("",)
    sizes: tuple[str, ...] = ("",)
    models: tuple[str, ...] = ("",)
    font: str = "sans"


@dataclass(frozen=True)
class Product:
    """One line in one variant: what a label of the demo catalog stands for."""

    key: str
    line: Line
    word: str  # key into WORDS, "" if the line has none
    size: str  # "250 ml", "" if none
    model: str  # "Pro", "" if none

    @property
    def kind(self) -> Kind:
        """The kind of goods."""
        return KINDS[self.line.kind]

    @property
    def code(self) -> str:
        """The brand's article number, such as "KR207"."""
        return f"{self.line.brand[:2].upper()}{100 + crc32(self.key.encode()) % 900}"

    @property
    def tone(self) -> str:
        """The colour that tells this variant from its siblings; the line's accent if it has no word."""
        return WORDS[self.word].colour if self.word else self.line.colours[2]

    @property
    def scale(self) -> float:
        """Position of the size among the line's sizes: 0 the smallest, 1 the largest (1 if there is only one)."""
        sizes = self.line.sizes
        return sizes.index(self.size) / (len(sizes) - 1) if len(sizes) > 1 else 1.0


WORDS: dict[str, Word] = {
    "black": Word("Black", "Hitam", "#26282e"),
    "white": Word("White", "Putih", "#f1efe9"),
    "navy": Word("Navy", "Biru Dongker", "#27365f"),
    "sky": Word("Sky Blue", "Biru Muda", "#8fc3e8"),
    "red": Word("Red", "Merah", "#c5343a"),
    "pink": Word("Pink", "Merah Muda", "#eda3b7"),
    "sage": Word("Sage", "Hijau Sage", "#9db49a"),
    "olive": Word("Olive", "Hijau Army", "#6a6f45"),
    "mustard": Word("Mustard", "Kuning Kunyit", "#d9a02f"),
    "grey": Word("Grey", "Abu", "#8d929a"),
    "brown": Word("Brown", "Coklat", "#7a4c30"),
    "lilac": Word("Lilac", "Ungu Muda", "#b9a5dc"),
    "teal": Word("Teal", "Hijau Tosca", "#2f8f8d"),
    "nude": Word("Nude", "Krem", "#c98d77"),
    "coral": Word("Coral", "Koral", "#e9705c"),
    "berry": Word("Berry", "Beri", "#8e2748"),
    "plum": Word("Plum", "Prem", "#6b2f5c"),
    "rose": Word("Rose", "Mawar", "#e0708e"),
    "lavender": Word("Lavender", "Lavender", "#8f7cc4"),
    "mint": Word("Mint", "Daun Mint", "#4fb592"),
    "lemon": Word("Lemon", "Jeruk Lemon", "#eec32f"),
    "aloe": Word("Aloe Vera", "Lidah Buaya", "#6aa84f"),
    "charcoal": Word("Charcoal", "Arang", "#3b3f46"),
    "salt": Word("Sea Salt", "Garam Laut", "#3f7fc1"),
    "balado": Word("Spicy Balado", "Pedas Balado", "#cf3a24"),
    "cheese": Word("Cheese", "Keju", "#f0a81e"),
    "seaweed": Word("Seaweed", "Rumput Laut", "#2f7d4f"),
    "jasmine": Word("Jasmine", "Melati", "#5f9e5a"),
    "blacktea": Word("Black Tea", "Teh Hitam", "#7c2f28"),
    "greentea": Word("Green Tea", "Teh Hijau", "#8bb04a"),
    "plain": Word("Full Cream", "Putih Polos", "#2f6fb7"),
    "chocolate": Word("Chocolate", "Cokelat", "#6b3f26"),
    "strawberry": Word("Strawberry", "Stroberi", "#e4587a"),
    "gayo": Word("Gayo", "Gayo", "#b4532a"),
    "toraja": Word("Toraja", "Toraja", "#2f6b5e"),
    "kintamani": Word("Kintamani", "Kintamani", "#d08b2c"),
    "matah": Word("Matah Lemongrass", "Matah Serai", "#7fa23a"),
    "terasi": Word("Shrimp Paste", "Terasi", "#a83324"),
    "onion": Word("Shallot", "Bawang", "#c9732c"),
    "forest": Word("Forest", "Hutan", "#b8721d"),
    "randu": Word("Kapok Blossom", "Randu", "#e2ab3c"),
}
