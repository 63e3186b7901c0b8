"""Write a table as an Excel workbook of one sheet, quickly, and with no cell that could ever be a formula.

The libraries that write workbooks guess a cell's type from its text, and take over a minute for the matches of a large
catalog. Here text is always written as text ("inlineStr"), numbers as numbers, and nothing else exists.

Source: ECMA-376, "Office Open XML File Formats", part 1, sections 18.2 (workbook), 18.3 (worksheet), 18.8.30 (styles).
"""

import io
import math
import re
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

import pandas as pd

from matcher.errors import DataError

MAX_ROWS = 1_048_576  # with the header; a sheet ends there
MAX_CELL = 32_767  # characters; a cell ends there

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 has no such characters
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 1 is the format "text" (49): what looks like a formula stays text even when somebody edits the cell.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def workbook(frame: pd.DataFrame) -> bytes:
    """Write a table as .xlsx.

    Args:
        frame: Text and numbers; what is missing or infinite becomes an empty cell.

    Raises:
        DataError: More rows, or a longer cell, than Excel takes.
    """
    if len(frame) >= MAX_ROWS:
        raise DataError(f"{len(frame):,} rows do not fit into Excel's {MAX_ROWS:,}. Export CSV or Parquet instead.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, _HEAD + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for row in _rows(frame):
                sheet.write(row.encode())
            sheet.write(b"</sheetData></worksheet>")
    return buffer.getvalue()


def _rows(frame: pd.DataFrame) -> Iterator[str]:
    yield f"<row>{''.join(_cell(str(name)) for name in frame.columns)}</row>"
    for row in zip(*(frame[name].tolist() for name in frame.columns), strict=True):
        yield f"<row>{''.join(map(_cell, row))}</row>"


def _cell(value: object) -> str:
    """Write one cell; Excel puts cells without a place one after the other."""
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>" if math.isfinite(value) else "<c/>"
    text = "" if value is None else str(value)
    if len(text) > MAX_CELL:
        found = f"A cell of {len(text):,} characters does not fit into Excel's {MAX_CELL:,}."
        raise DataError(f"{found} Export CSV or Parquet instead.")
    text = escape(_ILLEGAL.sub("", text))
    return f'<c s="1" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else "<c/>"
