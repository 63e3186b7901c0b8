"""What the demo shop sells: kinds of goods, brands that do not exist, and their variants.

A line (one brand and name) comes in variants that differ by one thing only: size, colour, flavour or model. Those are
the hard negatives of the demo catalog.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of goods and the words sellers use for it."""

    category: str
    english: tuple[str, ...]  # nouns
    indonesian: tuple[str, ...]
    claims_english: tuple[str, ...]  # what sellers add to a title
    claims_indonesian: tuple[str, ...]
    generic_english: tuple[str, ...]  # titles that name neither brand nor line
    generic_indonesian: tuple[str, ...]


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

KINDS: dict[str, Kind] = {
    "shampoo": Kind(
        "Hair care",
        ("Shampoo", "Hair Shampoo"),
        ("Sampo", "Shampo", "Sampo Rambut"),
        ("for Dry Hair", "Anti Hair Fall", "Sulfate Free", "Daily Use"),
        ("Rambut Kering", "Anti Rontok", "Perawatan Rambut", "BPOM", "Wangi Tahan Lama"),
        ("Gentle hair cleanser with pump", "Daily hair wash for soft shiny hair", "Salon hair care bottle"),
        ("Pembersih rambut botol pompa", "Keramas lembut tiap hari", "Perawatan rambut rusak wangi"),
    ),
    "tube": Kind(
        "Skin care",
        ("Cream", "Lotion", "Skin Cream"),
        ("Krim", "Losion", "Pelembab"),
        ("All Skin Types", "Non Sticky", "Travel Friendly", "Dermatology Tested"),
        ("Semua Jenis Kulit", "Tidak Lengket", "Aman Bumil", "BPOM", "Halal"),
        ("Everyday skin care tube", "Lightweight moisturiser for face and body", "Gentle skin comfort gel"),
        ("Perawatan kulit harian kemasan tube", "Pelembab ringan wajah badan", "Bikin kulit adem lembut"),
    ),
    "serum": Kind(
        "Skin care",
        ("Face Serum", "Serum"),
        ("Serum Wajah", "Serum Muka"),
        ("Glowing Skin", "Brightening", "For Sensitive Skin"),
        ("Mencerahkan", "Kulit Glowing", "Anti Jerawat", "BPOM", "Halal"),
        ("Brightening drops in glass bottle", "Skin booster with dropper"),
        ("Tetes pencerah muka botol kaca", "Booster kulit pipet"),
    ),
    "lipstick": Kind(
        "Make-up",
        ("Lipstick", "Lip Colour"),
        ("Lipstik", "Gincu", "Pewarna Bibir"),
        ("Long Lasting", "Waterproof", "Transfer Proof", "Soft Matte"),
        ("Tahan Lama", "Anti Luntur", "Tidak Kering", "BPOM"),
        ("Soft lip make-up bullet stick", "Pretty lip stick for party"),
        ("Pemerah bibir tahan seharian", "Make up bibir cantik kondangan"),
    ),
    "chips": Kind(
        "Snacks",
        ("Chips", "Crisps", "Crunchy Snack"),
        ("Keripik", "Kripik", "Camilan Renyah"),
        ("Party Snack", "Thin Cut", "Crunchy"),
        ("Cemilan Nonton", "Gurih Renyah", "Halal", "Exp Baru"),
        ("Crunchy party bites in a bag", "Movie time nibbles"),
        ("Cemilan gurih bungkus teman nonton", "Jajanan renyah kekinian"),
    ),
    "tea": Kind(
        "Tea & coffee",
        ("Tea", "Tea Bags"),
        ("Teh", "Teh Celup", "Teh Celup Kotak"),
        ("Natural Leaves", "No Sugar", "With Envelope"),
        ("Daun Pilihan", "Tanpa Gula", "Wangi Asli", "Minuman Hangat"),
        ("Afternoon brew in paper box", "Relaxing hot drink gift"),
        ("Minuman seduh kotak wangi", "Seduhan sore hangat"),
    ),
    "milk": Kind(
        "Milk",
        ("UHT Milk", "Milk", "Milk Drink"),
        ("Susu UHT", "Susu", "Susu Kotak"),
        ("High Calcium", "Family Pack", "Ready to Drink"),
        ("Kaya Kalsium", "Susu Anak", "Siap Minum", "Exp Panjang"),
        ("Breakfast drink carton for kids", "Calcium drink for family"),
        ("Minuman sarapan anak kotak", "Minuman kalsium keluarga"),
    ),
    "coffee": Kind(
        "Tea & coffee",
        ("Coffee", "Ground Coffee", "Coffee Beans"),
        ("Kopi", "Kopi Bubuk", "Biji Kopi"),
        ("Single Origin", "Medium Roast", "Fresh Roasted", "Arabica"),
        ("Arabika", "Sangrai Baru", "Giling Halus", "Tanpa Ampas"),
        ("Fresh morning roast in zip bag", "Barista beans gift pouch"),
        ("Bubuk seduh pagi kemasan zip", "Oleh oleh sangrai nusantara"),
    ),
    "jar": Kind(
        "Pantry",
        ("Jar", "Bottled"),
        ("Toples", "Botol"),
        ("Homemade", "No Preservative", "Pure"),
        ("Tanpa Pengawet", "Asli", "Rumahan", "Halal"),
        ("Home kitchen glass jar", "Grandma's recipe in glass"),
        ("Botolan dapur rumahan", "Resep nenek botol kaca"),
    ),
    "mug": Kind(
        "Kitchen",
        ("Mug", "Coffee Mug", "Cup"),
        ("Mug", "Gelas", "Cangkir"),
        ("Microwave Safe", "Gift", "Aesthetic"),
        ("Kado Unik", "Aesthetic", "Souvenir", "Tahan Panas"),
        ("Cute desk drink ware gift", "Breakfast drink ware with handle"),
        ("Kado wisuda minum kopi", "Cangkir lucu meja kerja"),
    ),
    "tumbler": Kind(
        "Kitchen",
        ("Tumbler", "Water Bottle", "Vacuum Flask"),
        ("Tumbler", "Botol Minum", "Termos"),
        ("Stainless", "Leak Proof", "BPA Free", "12 Hours Cold"),
        ("Tahan Dingin", "Anti Bocor", "Stainless", "Termos Air"),
        ("Keeps drink cold gym flask", "Leak proof travel drink ware"),
        ("Wadah air anti tumpah kuliah", "Termos kecil olahraga"),
    ),
    "tee": Kind(
        "Fashion",
        ("T-Shirt", "Tee", "Tshirt"),
        ("Kaos", "Kaos Oblong", "Baju Kaos"),
        ("Unisex", "Cotton Combed 30s", "Short Sleeve", "Size M L XL"),
        ("Pria Wanita", "Katun Combed 30s", "Lengan Pendek", "Adem", "Size M L XL"),
        ("Casual summer top unisex", "Soft cotton wear short sleeve"),
        ("Atasan santai pria wanita adem", "Baju distro katun lengan pendek"),
    ),
    "sneaker": Kind(
        "Shoes",
        ("Sneakers", "Shoes", "Running Shoes"),
        ("Sepatu", "Sepatu Sneakers", "Sepatu Lari"),
        ("Men Women", "Light Weight", "Size 38-44"),
        ("Pria Wanita", "Ringan", "Sepatu Sekolah", "Size 38-44"),
        ("Lightweight jogging footwear", "Comfy casual footwear unisex"),
        ("Alas kaki olahraga ringan empuk", "Sepatu kets santai murah"),
    ),
    "backpack": Kind(
        "Bags",
        ("Backpack", "Bag", "Daypack"),
        ("Tas Ransel", "Ransel", "Tas Punggung"),
        ("Laptop 15 inch", "Water Resistant", "School", "Hiking"),
        ("Tas Laptop", "Anti Air", "Tas Sekolah", "Naik Gunung"),
        ("Roomy outdoor carry for school", "Laptop carry water resistant"),
        ("Tas sekolah gunung muat banyak", "Gendongan laptop kerja"),
    ),
    "case": Kind(
        "Phone accessories",
        ("Phone Case", "Case", "Soft Case"),
        ("Casing HP", "Kesing", "Softcase", "Silikon HP"),
        ("Shockproof", "Camera Protection", "Slim"),
        ("Anti Crack", "Pelindung Kamera", "Tipis", "Lentur"),
        ("Slim back cover shock proof", "Cute protective cover"),
        ("Pelindung belakang hp lucu", "Sarung ponsel lentur anti jatuh"),
    ),
    "watch": Kind(
        "Watches",
        ("Watch", "Wrist Watch"),
        ("Jam Tangan", "Jam"),
        ("Water Resistant", "Unisex", "Gift Box"),
        ("Tahan Air", "Pria Wanita", "Garansi 1 Tahun"),
        ("Wrist wear gift for couple", "Elegant timepiece daily wear"),
        ("Arloji kado pasangan", "Penunjuk waktu pergelangan keren"),
    ),
    "earbuds": Kind(
        "Audio",
        ("Earphones", "Wireless Earbuds", "TWS"),
        ("Headset Nirkabel", "Earphone", "TWS", "Handsfree"),
        ("Wireless", "Bass", "With Mic", "Noise Cancelling"),
        ("Bass Mantap", "Garansi 6 Bulan", "Tanpa Kabel", "Mic Jernih"),
        ("True wireless stereo with charging box", "Mini ear music set"),
        ("Alat dengar musik tanpa kabel", "Headset mini kotak cas"),
    ),
    "powerbank": Kind(
        "Phone accessories",
        ("Power Bank", "Powerbank", "Portable Charger"),
        ("Powerbank", "Power Bank", "Baterai Portabel"),
        ("Fast Charging", "USB C", "22.5W"),
        ("Cas Cepat", "Kapasitas Asli", "Garansi Resmi", "USB C"),
        ("Pocket battery for mobile phone", "Travel charging brick"),
        ("Cadangan baterai hp mudik", "Pengisi daya saku"),
    ),
    "diaper": Kind(
        "Baby",
        ("Baby Diapers", "Diaper Pants", "Diapers"),
        ("Popok Bayi", "Popok Celana", "Popok Perekat"),
        ("Super Absorbent", "Soft", "Newborn"),
        ("Anti Bocor", "Lembut", "Daya Serap Tinggi", "Isi Banyak"),
        ("Soft overnight pants for toddlers", "Infant dry care jumbo pack"),
        ("Celana sekali pakai si kecil", "Perlengkapan balita lembut kering"),
    ),
}
