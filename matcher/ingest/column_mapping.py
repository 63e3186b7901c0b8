"""Tell which column of a stranger's table is the id, the title, the photo, its hash and the known product."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import pandas as pd

from matcher.errors import DataError

# Names as _bare writes them, the most telling first. The names are English, Indonesian, and those of known exports.
_ID = (
    "itemid", "postingid", "listingid", "itemcode", "itemno", "itemnumber", "id", "sku", "asin", "listing", "offerid",
    "productcode", "productsku", "kodebarang", "kodeproduk", "idbarang", "articleid", "uniqid", "uid",
)  # fmt: skip
# These name the listing in one shop and the product, or a variant, in the next: an id only where no value comes twice.
_ID_IF_UNIQUE = ("productid", "idproduk", "variantsku", "handle", "kode", "code", "index", "no")
_TITLE = (
    "title", "itemtitle", "producttitle", "listingtitle", "productname", "itemname", "name", "judul", "judulproduk",
    "namaproduk", "namabarang", "nama", "productdisplayname", "displayname", "offertitle", "subject", "headline",
    "text", "description", "deskripsi",
)  # fmt: skip
_IMAGE = (
    "image", "photo", "picture", "img", "filename", "imagefile", "imagefilename", "imagename", "imagepath", "imageurl",
    "photofile", "photoname", "photourl", "picturename", "imgname", "imgpath", "imgurl", "gambar", "foto", "namafile",
    "file", "filepath", "path", "pic", "thumbnail", "images", "photos", "pictures", "mainimage", "imagelink",
    "imagesrc",
)  # fmt: skip
_PHASH = ("imagephash", "phash", "photophash", "perceptualhash", "imagehash")
_LABEL = (
    "labelgroup", "label", "group", "groupid", "product", "productid", "productgroup", "clusterid", "cluster",
    "matchgroup", "groupkey", "kelompok", "grup", "labelid", "produk", "idproduk", "entityid", "gtin", "ean", "upc",
)  # fmt: skip
_PICTURE_ENDINGS = r"\.(?:jpe?g|png|webp|gif|bmp|avif)(?:\?.*)?$"
_LOOKED_AT = 500  # rows; enough to see what a column holds


@dataclass(frozen=True)
class ColumnMap:
    """The source's column for each thing that is known of a listing; None where there is none.

    Attributes:
        item_id: Without one, row numbers serve as ids.
        title: As the seller wrote it.
        image: A file name, a path in the photo folder or zip, or a link ending in the file's name.
        image_phash: 64-bit perceptual hash in 16 hex digits.
        label: Id of the product, where it is known.
    """

    item_id: str | None
    title: str | None
    image: str | None
    image_phash: str | None
    label: str | None

    def check(self, frame: pd.DataFrame) -> None:
        """Make sure that the columns exist, that none is used twice, and that there is something to match on.

        Raises:
            DataError: Otherwise.
        """
        used = [column for column in asdict(self).values() if column is not None]
        known = ", ".join(map(str, frame.columns))[:500]
        if missing := [column for column in used if column not in frame.columns]:
            raise DataError(f"There is no column {missing[0]!r}. Choose from: {known}.")
        if len(set(used)) < len(used):
            twice = next(column for column in used if used.count(column) > 1)
            raise DataError(f"Column {twice!r} is chosen for two things. Choose another for one of them, or none.")
        if not (self.title or self.image or self.image_phash):
            raise DataError(
                "No column holds titles, photos or photo hashes, so there is nothing to match on. "
                f"Choose one of them from: {known}."
            )


def recognise_columns(frame: pd.DataFrame) -> ColumnMap:
    """Guess the meaning of columns by their names, and by what they hold where a name can mean two things."""
    free = {_bare(str(column)): str(column) for column in reversed(frame.columns)}

    def take(names: tuple[str, ...], fits: Callable[[pd.Series], bool] = lambda cells: True) -> str | None:
        for name in names:
            if name in free and fits(frame[free[name]].head(_LOOKED_AT)):
                return free.pop(name)
        return None

    phash = take(_PHASH)
    title = take(_TITLE)
    image = take(_IMAGE)
    item_id = take(_ID) or take(_ID_IF_UNIQUE, lambda cells: cells.is_unique)
    if title is None:  # "product" is then the product's name
        title = take(("product", "produk", "item", "barang"), lambda cells: cells.str.contains(" ").mean() > 0.5)
    label = take(_LABEL)
    if image is None:
        image = next((name for name in free.values() if _holds_pictures(frame[name])), None)
    return ColumnMap(item_id, title, image, phash, label)


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _holds_pictures(cells: pd.Series) -> bool:
    shown = cells.head(_LOOKED_AT)
    shown = shown[shown != ""]
    return len(shown) > 0 and bool(shown.str.contains(_PICTURE_ENDINGS, case=False, regex=True).mean() > 0.8)
