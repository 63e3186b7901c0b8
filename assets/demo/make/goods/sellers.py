"""The shops of the demo market: how each writes its titles and dresses its photos."""

from dataclasses import dataclass
from typing import Literal

Case = Literal["title", "upper", "lower", "as is"]


@dataclass(frozen=True)
class Seller:
    """One shop's habits."""

    name: str
    indonesian: float  # share of its titles in Indonesian
    case: Case
    spam: tuple[str, ...]  # words it adds to titles
    noise: float  # typos, glued and dropped words: 0 careful .. 1 careless
    backdrops: tuple[str, ...]  # scenes it photographs in
    marks: tuple[str, ...]  # what it puts on its photos, "" for nothing
    colour: str  # its own colour, on banners and frames


SELLERS: tuple[Seller, ...] = (
    Seller("Toko Maju Jaya", 1.0, "upper", ("TERMURAH", "READY STOCK", "BISA COD", "ORIGINAL"), 0.7,
           ("white", "grey"), ("banner", "corner", "frame"), "#d8342c"),
    Seller("kirana.id", 0.6, "lower", ("ready", "ori", "bpom"), 0.4,
           ("pastel", "arch", "podium"), ("", "watermark"), "#c9839a"),
    Seller("Gudang Grosir 88", 1.0, "upper", ("GROSIR", "TERMURAH", "PROMO", "ECER"), 0.9,
           ("white", "shelf"), ("banner", "sticker", "frame"), "#f08a1d"),
    Seller("BrightCart Official", 0.1, "title", ("Official", "Original"), 0.0,
           ("white", "podium", "pastel"), ("",), "#2a5fd0"),
    Seller("Rumah Senja", 0.7, "title", ("Estetik", "Ready"), 0.2,
           ("wood", "linen", "leaves"), ("", "watermark"), "#8a6a4f"),
    Seller("Bandar Murah Meriah", 0.9, "as is", ("MURAH", "COD", "PROMO", "GRATIS ONGKIR"), 0.8,
           ("grey", "wood", "shelf"), ("banner", "corner", "sticker"), "#18935a"),
    Seller("Pasar Loka", 0.5, "title", ("100% Ori", "Siap Kirim"), 0.3,
           ("marble", "linen", "white"), ("corner", ""), "#0f8a8a"),
    Seller("Nusa Import", 0.2, "as is", ("READY", "NEW", "HOT SALE"), 0.5,
           ("grey", "bokeh", "marble"), ("watermark", "sticker"), "#5a48b8"),
    Seller("studio.lestari", 0.4, "lower", ("preloved like new", "bisa nego"), 0.6,
           ("bokeh", "wood", "leaves"), ("",), "#6b7d5a"),
    Seller("Mega Elektrika", 0.6, "title", ("Garansi", "Original", "Free Ongkir"), 0.3,
           ("gradient", "white", "grey"), ("banner", "frame", "watermark"), "#1f3f8f"),
    Seller("Harum Abadi", 0.9, "as is", ("ORI", "BISA COD", "READY"), 0.6,
           ("pastel", "linen", "wood"), ("watermark", "corner"), "#a8467b"),
    Seller("DailyNeeds Express", 0.1, "as is", ("Fast Shipping", "In Stock"), 0.2,
           ("shelf", "white", "gradient"), ("sticker", ""), "#e0522f"),
)  # fmt: skip

# What every shop promises on its card: an icon and a short line each.
PROMISES: tuple[tuple[str, str], ...] = (
    ("verified", "100% Original"),
    ("local_shipping", "Kirim tiap hari"),
    ("inventory_2", "Packing aman"),
    ("support_agent", "Chat 09.00 - 20.00"),
)
