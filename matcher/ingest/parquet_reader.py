"""Read a Parquet file column by column, keeping repeated values folded."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from matcher.errors import DataError
from matcher.ingest.issues import shortened

MAX_UNPACKED = 2_000_000_000  # bytes as the file declares them; a page is decoded at a time
_BATCH = 16_384  # rows


def read_parquet(path: Path, max_rows: int, max_cell: int) -> tuple[dict[str, list[object]], dict[str, str]]:
    """Read the columns that can be text.

    A 100-MB cell repeated in every row is one dictionary entry in the file, and stays one Python object here.
    Text is cut at `max_cell` characters.

    Returns:
        Values by column name; and the type of each column that was left out, by name.

    Raises:
        DataError: Damaged, two columns of one name, more than `max_rows` rows, or too much in it.
    """
    try:
        schema = pq.read_schema(path)
        if repeated := sorted({name for name in schema.names if schema.names.count(name) > 1}):
            raise DataError(f"{path.name} has two columns named {shortened(repeated[0])}. Rename one.")
        left_out = {field.name: str(field.type)[:40] for field in schema if not _is_plain(field.type)}
        folded = [field.name for field in schema if _is_text(field.type)]
        with pq.ParquetFile(path, read_dictionary=folded) as file:
            meta = file.metadata
            unpacked = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
            if meta.num_rows > max_rows or unpacked > MAX_UNPACKED:
                raise DataError(
                    f"{path.name} has {meta.num_rows:,} rows and {unpacked / 1e6:,.0f} MB unpacked; at most "
                    f"{max_rows:,} rows and {MAX_UNPACKED // 1_000_000:,} MB are read. Split it or leave columns out."
                )
            columns: dict[str, list[object]] = {name: [] for name in schema.names if name not in left_out}
            if columns:
                for batch in file.iter_batches(batch_size=_BATCH, columns=list(columns)):
                    batch.validate(full=True)  # Arrow trusts the file's offsets and dictionary places unless asked
                    for name, values in columns.items():
                        values += _values(batch.column(name), max_cell)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read as Parquet ({shortened(str(error))}). Save it anew.") from error
    return columns, left_out


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return not (pa.types.is_nested(kind) or binary)


def _values(column: pa.Array, max_cell: int) -> list[object]:
    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    words = column.dictionary
    if _is_text(words.type):
        words = pc.utf8_slice_codeunits(words, 0, max_cell)  # before a single Python object is made of it
    words = words.to_pylist()
    return [None if place is None else words[place] for place in column.indices.to_pylist()]
