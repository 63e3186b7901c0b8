"""Read Parquet and Feather files column by column, keeping repeated values folded."""

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
        folded = [field.name for field in schema if _is_text(field.type) or _is_binary(field.type)]
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
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        raise DataError(f"{path.name} cannot be read as Parquet ({shortened(str(error))}). Save it anew.") from error
    _leave_out_bytes(columns, left_out, schema)
    return columns, left_out


def read_feather(path: Path, max_rows: int, max_cell: int) -> tuple[dict[str, list[object]], dict[str, str]]:
    """Read a Feather file (Arrow IPC) as `read_parquet` does.

    Raises:
        DataError: Damaged, two columns of one name, or more than `max_rows` rows.
    """
    try:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
            schema = file.schema
            if repeated := sorted({name for name in schema.names if schema.names.count(name) > 1}):
                raise DataError(f"{path.name} has two columns named {shortened(repeated[0])}. Rename one.")
            left_out = {field.name: str(field.type)[:40] for field in schema if not _is_plain(field.type)}
            columns: dict[str, list[object]] = {name: [] for name in schema.names if name not in left_out}
            rows = 0
            for number in range(file.num_record_batches):
                batch = file.get_batch(number)
                batch.validate(full=True)
                rows += batch.num_rows
                if rows > max_rows:
                    raise DataError(f"{path.name} has more than {max_rows:,} rows. Split it into several catalogs.")
                for name, values in columns.items():
                    values += _values(batch.column(name), max_cell)
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        raise DataError(f"{path.name} cannot be read as Feather ({shortened(str(error))}). Save it anew.") from error
    _leave_out_bytes(columns, left_out, schema)
    return columns, left_out


def _leave_out_bytes(columns: dict[str, list[object]], left_out: dict[str, str], schema: pa.Schema) -> None:
    """Take out the columns whose bytes are pictures or other data, and no text."""
    for name in [name for name in columns if _is_binary(schema.field(name).type)]:
        texts = [value for value in columns[name] if isinstance(value, str)]
        if sum("\ufffd" in text or "\x00" in text for text in texts) * 2 > len(texts):
            del columns[name]
            left_out[name] = str(schema.field(name).type)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_binary(kind: pa.DataType) -> bool:
    """Text that a writer did not mark as such, as Spark and ClickHouse do."""
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return not pa.types.is_nested(kind)


def _values(column: pa.Array, max_cell: int) -> list[object]:
    if pa.types.is_dictionary(column.type):
        words = _plain_values(column.dictionary, max_cell)
        return [None if place is None else words[place] for place in column.indices.to_pylist()]
    return _plain_values(column, max_cell)


def _plain_values(column: pa.Array, max_cell: int) -> list[object]:
    if _is_text(column.type):
        column = pc.utf8_slice_codeunits(column.cast(pa.large_string()), 0, max_cell)  # before a Python object is made
    if _is_binary(column.type):
        column = pc.binary_slice(column.cast(pa.large_binary()), 0, 4 * max_cell)
        return [None if value is None else value.decode("utf-8", "replace") for value in column.to_pylist()]
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):  # a date that no calendar of Python's has
        texts = column.cast(pa.string()).to_pylist()
        return [None if text is None or text.startswith("<value out of range") else text for text in texts]
