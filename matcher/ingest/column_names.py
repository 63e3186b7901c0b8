"""What columns are called in the exports of shops, in the languages of large marketplaces."""

import re
import unicodedata
from collections.abc import Sequence

from matcher.text import plain

# "name-en_US", "title (de)", "bezeichnung_de": the language of a column is no part of what it is.
_LOCALE = re.compile(r"[\s_:.#(\[-]+[a-z]{2}(?:[-_][a-z]{2,4})?[)\]]?$", re.IGNORECASE)


_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "\u0131": "i"})  # that no form takes apart


def bare(name: str) -> str:
    """A name as the lists below have it: small letters and digits, without accents or what parts words."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return "".join(letter for letter in folded if letter.isalnum())


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare(word.replace("_", " ")) for word in text.split()))


# The most telling first.
ITEM_ID = _names("""
    item_id posting_id listing_id item_code item_no item_number id sku asin listing offer_id product_code product_sku
    item_sku seller_sku kode_barang kode_produk id_barang article_id uniq_id uid artikelnummer artikel_nr art_nr
    article_number bestellnummer produktnummer référence reference ref identifiant code_article código codigo_producto
    referencia código_do_produto codice codice_articolo codice_prodotto artikelcode numer_katalogowy kod_produktu
    kód kód_produktu stok_kodu ürün_kodu артикул код ид 编号 商品编号 商品编码 货号 商品番号 商品コード 品番 상품코드
    상품번호 mã_sản_phẩm รหัสสินค้า
""")  # fmt: skip
ITEM_ID_IF_UNIQUE = _names("""
    product_id id_produk variant_sku variant_id handle kode code index no nr nummer kod mã row_id entity_id
    post_id wc_id ean gtin upc barcode
""")  # fmt: skip
"""These name the listing in one shop and the product, or a variant, in the next: an id only where no value repeats."""
TITLE = _names("""
    title item_title product_title listing_title product_name item_name name judul judul_produk nama_produk nama_barang
    nama product_display_name display_name offer_title post_title subject headline article_name title_original
    titel bezeichnung artikelbezeichnung produktbezeichnung artikelname produktname produkttitel warenbezeichnung
    titre nom nom_produit nom_du_produit désignation libellé intitulé título nombre nombre_producto
    nombre_del_producto nome nome_do_produto nome_produto titolo nome_prodotto nome_articolo denominazione naam
    productnaam productnaam artikelnaam benaming nazwa nazwa_produktu tytuł název název_produktu názov nev megnevezés
    termeknev denumire nume_produs ürün_adi başlik produktnavn varenavn produktnamn benämning tuotenimi название
    наименование имя назва 标题 商品名称 商品标题 名称 品名 產品名稱 商品名稱 商品名 タイトル 品名 상품명 제품명 tên
    tên_sản_phẩm tiêu_đề ชื่อสินค้า
""")  # fmt: skip
TITLE_IF_TEXT = _names("""
    product item produk barang artikel produkt article producto produto prodotto artículo articolo товар 商品 产品 상품
    text description deskripsi short_description beschreibung kurzbeschreibung keterangan
""")  # fmt: skip
"""Names of the goods in one table, of their code, their kind or their story in another: what they hold decides."""
IMAGE = _names("""
    image photo picture img base_image main_image primary_image featured_image main_image_url main_photo main_picture
    image_1 image1 photo1 picture1 image_url_1 img1 image_src filename image_file image_filename image_name image_path
    image_url photo_file photo_name photo_url picture_name picture_url img_name img_path img_url gambar gambar_1
    gambar_utama foto foto_1 foto_utama nama_file bild bild_1 bilddatei bildname bild_url hauptbild artikelbild
    produktbild imagen imagen_principal imagem imagem_principal immagine immagine_principale afbeelding zdjęcie
    zdjęcie_główne obrázek obraz kép görsel resim ana_görsel kuva изображение фото картинка 图片 主图 商品图片 圖片 画像
    商品画像 이미지 대표이미지 hình_ảnh ảnh รูป รูปภาพ file file_path path pic thumbnail images photos pictures bilder
    image_link image_links image_urls small_image
""")  # fmt: skip
PHASH = _names("image_phash phash photo_phash perceptual_hash image_hash")
LABEL = _names("""
    label_group label label_id cluster_id cluster match_group group_key group group_id kelompok grup product
    product_id product_group produk id_produk entity_id gtin ean upc parent_sku parent_asin produktgruppe
""")  # fmt: skip
LABEL_SAID = frozenset(_names("label_group label label_id cluster_id cluster match_group group_key"))
"""Names that leave no doubt what is meant."""
_KNOWN = frozenset((*ITEM_ID, *ITEM_ID_IF_UNIQUE, *TITLE, *TITLE_IF_TEXT, *IMAGE, *PHASH, *LABEL))


def known_form(name: str) -> str:
    """The bare name, without a language at its end if only then it is known: `name-en_US` is `name`."""
    whole = bare(name)
    if whole in _KNOWN:
        return whole
    without = bare(_LOCALE.sub("", plain(name)))
    return without if without in _KNOWN else whole


def count_known(cells: Sequence[str]) -> int:
    """How many different known names stand in a row."""
    return len({form for cell in cells if len(cell) < 60 and (form := known_form(cell)) in _KNOWN})
