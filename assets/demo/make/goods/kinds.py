"""The kinds of goods in the demo shop, and the words sellers have for them in English and Indonesian."""

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
