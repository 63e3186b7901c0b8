"""The ranges of the demo shop. Every brand here is invented."""

from itertools import product as cross

from assets.demo.make.goods.product import Line, Product

LINES: tuple[Line, ...] = (
    # kind, brand, name, (pack, ink, accent), look, icon, price, variants
    Line("shampoo", "Selunara", "Silk Repair", ("#f6e9e6", "#6d2b3f", "#d98a9c"), "botanical", "spa", 32000,
         sizes=("250 ml", "500 ml"), font="serif"),
    Line("shampoo", "Selunara", "Fresh Scalp", ("#f3f7f4", "#1f4d4a", "#4fb592"), "wave", "water_drop", 29000,
         ("mint", "lemon"), ("250 ml", "500 ml"), font="serif"),
    Line("shampoo", "Awanika", "Urang Aring", ("#2d4a2f", "#f4ecd2", "#b9923f"), "frame", "eco", 24000,
         sizes=("170 ml", "340 ml"), font="display"),
    Line("tube", "Brisanta", "Sun Shield SPF 50", ("#fdf6e3", "#d2571e", "#f5a623"), "sun", "sunny", 45000,
         sizes=("30 ml", "75 ml")),
    Line("tube", "Melavia", "Bright Body Lotion", ("#fbf3f7", "#5b3a78", "#b58bd1"), "botanical", "local_florist",
         27000, ("rose", "lavender"), ("200 ml",), font="serif"),
    Line("tube", "Awanika", "Facial Wash", ("#ffffff", "#24443a", "#6aa84f"), "split", "water_drop", 22000,
         ("aloe", "charcoal", "lemon"), ("100 g",)),
    Line("serum", "Kulitra", "Glow Lab", ("#f4efe8", "#22252b", "#c98d77"), "minimal", "science", 69000,
         sizes=("20 ml", "30 ml"), models=("Niacinamide 10%", "Vitamin C 15%", "Retinol 0.5%")),
    Line("serum", "Rosmena", "Petal Elixir", ("#7d2840", "#f7e3d4", "#d9a679"), "frame", "local_florist", 98000,
         ("rose", "jasmine"), ("20 ml",), font="display"),
    Line("lipstick", "Lembayu", "Velvet Matte", ("#26221f", "#d9b36c", "#d9b36c"), "square", "favorite", 54000,
         ("nude", "coral", "berry", "plum"), font="display"),
    Line("lipstick", "Rosmena", "Petal Kiss", ("#f0d3cf", "#8e2748", "#d9a679"), "round", "favorite", 76000,
         ("rose", "coral", "plum"), font="serif"),
    Line("chips", "Kriukara", "Keripik Kentang", ("#f7d34a", "#7a1f16", "#f7f1d8"), "burst", "nutrition", 9500,
         ("salt", "balado", "cheese", "seaweed"), ("68 g",), font="heavy"),
    Line("chips", "Kriukara", "Keripik Kentang Jumbo", ("#f7d34a", "#7a1f16", "#f7f1d8"), "burst", "nutrition", 19500,
         ("balado", "seaweed"), ("160 g",), font="heavy"),
    Line("chips", "Renyahi", "Singkong Tipis", ("#f3ead8", "#3a2a1c", "#d0622a"), "kraft", "grass", 14000,
         ("balado", "cheese", "onion"), ("120 g",), font="slab"),
    Line("tea", "Tehara", "Daun Pagi", ("#f6f1e2", "#2e3d2b", "#b9923f"), "botanical", "eco", 11000,
         ("jasmine", "blacktea", "greentea"), ("25 bags", "50 bags"), font="serif"),
    Line("tea", "Puncakita", "Highland Blend", ("#1f3b4d", "#f4e8cf", "#d9a24a"), "mountain", "landscape", 26000,
         ("lemon", "jasmine", "mint"), ("20 bags",), font="display"),
    Line("milk", "Susumoya", "Segar", ("#ffffff", "#1d4f9c", "#8fc3e8"), "splash", "water_drop", 6500,
         ("plain", "chocolate", "strawberry"), ("200 ml", "1 L"), font="heavy"),
    Line("milk", "Oatari", "Oat Drink", ("#efe4cf", "#2a2a2a", "#d98f3d"), "minimal", "grass", 38000,
         sizes=("1 L",), models=("Original", "Barista"), font="slab"),
    Line("coffee", "Kopirona", "Single Origin", ("#25211f", "#f3e6d0", "#c9732c"), "mountain", "coffee", 48000,
         ("gayo", "toraja", "kintamani"), ("200 g", "500 g"), font="slab"),
    Line("coffee", "Senjaro", "House Blend", ("#e9dcc7", "#40261a", "#a8512b"), "circle", "coffee", 62000,
         sizes=("250 g",), models=("Espresso", "Filter"), font="sans"),
    Line("jar", "Sambalora", "Sambal Nusantara", ("#fff6e5", "#9c1f16", "#d8472b"), "chili", "local_fire_department",
         28000, ("matah", "terasi", "onion"), ("180 g",), font="heavy"),
    Line("jar", "Maduvela", "Raw Honey", ("#fdf3d8", "#6b3d0c", "#e2a12a"), "honey", "hive", 59000,
         ("forest", "randu"), ("350 g", "650 g"), font="serif"),
    Line("mug", "Cangkira", "Enamel Camp", ("#f3efe6", "#33424f", "#d9a02f"), "enamel", "camping", 35000,
         ("white", "navy", "red", "sage")),
    Line("mug", "Pagiku", "Ceramic", ("#f2ece2", "#5a4636", "#c98d77"), "ceramic", "sunny", 42000,
         models=("Sunrise", "Terrazzo", "Stripe"), font="serif"),
    Line("tumbler", "Airona", "Go", ("#26282e", "#f1efe9", "#9db49a"), "slim", "water_drop", 89000,
         ("black", "mint", "pink"), ("500 ml", "750 ml")),
    Line("tumbler", "Segerra", "Steel", ("#c9ced3", "#27303a", "#e9705c"), "handle", "ac_unit", 149000,
         ("navy", "coral"), ("900 ml",), ("Lite", "Pro")),
    Line("tee", "Kaosta", "Basic Tee", ("#ffffff", "#26282e", "#8d929a"), "plain", "checkroom", 49000,
         ("black", "white", "navy", "sage", "mustard")),
    Line("tee", "Rimbago", "Mountain Club", ("#6a6f45", "#f3e6d0", "#d9a02f"), "mountain", "landscape", 89000,
         ("olive", "black"), font="slab"),
    Line("tee", "Ombakku", "Surf Shack", ("#f1efe9", "#2f6f8d", "#e9705c"), "wave", "surfing", 95000,
         ("white", "sky", "coral"), font="heavy"),
    Line("sneaker", "Langkaro", "Runner 2", ("#f1efe9", "#26282e", "#e9705c"), "runner", "sprint", 329000,
         ("white", "black", "red")),
    Line("sneaker", "Langkaro", "Runner 3", ("#f1efe9", "#26282e", "#2f8f8d"), "runner", "sprint", 419000,
         ("white", "black"), models=("Pro",)),
    Line("sneaker", "Jejakara", "Street Court", ("#f1efe9", "#26282e", "#d9a02f"), "court", "star", 289000,
         ("white", "navy", "sage"), models=("Low",)),
    Line("backpack", "Rimbago", "Trail", ("#6a6f45", "#f3e6d0", "#d9a02f"), "trail", "landscape", 379000,
         ("olive", "navy"), ("25 L", "40 L")),
    Line("backpack", "Tasenja", "Urban Day", ("#8d929a", "#f1efe9", "#7a4c30"), "urban", "work", 259000,
         ("grey", "pink", "black", "mustard")),
    Line("case", "Lapisio", "Soft Matte", ("#26282e", "#f1efe9", "#8d929a"), "matte", "shield", 25000,
         ("black", "teal", "lilac"), models=("Nova X5", "Nova X5 Pro")),
    Line("case", "Casquora", "Flora", ("#fbf3f7", "#5b3a78", "#e0708e"), "flora", "local_florist", 39000,
         ("rose", "sky", "mustard"), models=("Nova X5",)),
    Line("watch", "Detikra", "Fit 2", ("#26282e", "#f1efe9", "#4fb592"), "smart", "favorite", 349000,
         ("black", "pink"), models=("Lite", "Pro")),
    Line("watch", "Wakturo", "Heritage", ("#f2ece2", "#33271f", "#b9923f"), "analog", "schedule", 279000,
         ("brown", "black", "navy"), font="serif"),
    Line("earbuds", "Suarabit", "Buds", ("#f1efe9", "#26282e", "#4fb592"), "stem", "graphic_eq", 189000,
         ("white", "black"), models=("Air", "Pro")),
    Line("earbuds", "Dengara", "Pebble Mini", ("#e8e2d8", "#33424f", "#e9705c"), "round", "music_note", 149000,
         ("sage", "lilac", "black")),
    Line("powerbank", "Voltaru", "Core", ("#26282e", "#f1efe9", "#e9c23d"), "brick", "bolt", 179000,
         ("black", "white"), ("10000 mAh", "20000 mAh")),
    Line("powerbank", "Dayaku", "Pocket", ("#eda3b7", "#ffffff", "#c5343a"), "slim", "battery_charging_full", 129000,
         ("pink", "teal", "lilac"), ("5000 mAh",)),
    Line("diaper", "Bobomi", "Dry Pants", ("#5fb4d9", "#ffffff", "#f7c948"), "cloud", "child_care", 52000,
         sizes=("M 34 pcs", "L 30 pcs", "XL 26 pcs"), font="heavy"),
    Line("diaper", "Popinka", "Night Comfort", ("#3c3a78", "#fdf3d8", "#f2c14e"), "moon", "bedtime", 67000,
         sizes=("M 32 pcs", "L 28 pcs", "XL 24 pcs"), font="heavy"),
)  # fmt: skip


def all_products() -> list[Product]:
    """Every line in every variant, in a fixed order."""
    return [product for line in LINES for product in products_of(line)]


def products_of(line: Line) -> list[Product]:
    """A line in every variant, in a fixed order."""
    return [
        Product("-".join(filter(None, (line.brand, line.name, word, size, model))), line, word, size, model)
        for word, size, model in cross(line.words, line.sizes, line.models)
    ]
