"""What fails on a machine is told in plain words, and a defect is not."""

import errno
import json
import os

import numpy as np
import pyarrow as pa
import pytest

from matcher.errors import DataError, StorageError
from matcher.failures import explain_failure, reading


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "space allowed"),
        (errno.ENOMEM, "not enough memory"),
        (errno.EMFILE, "Too many files"),
        (errno.EIO, "does not answer"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "Check its rights"),
        (errno.ENOENT, "listings.parquet is gone"),
    ],
)
def test_a_failing_machine_is_told_by_its_kind_without_paths(number, said):
    explained = explain_failure(OSError(number, os.strerror(number), "/home/anna/shop/listings.parquet"))
    assert said in str(explained)
    assert "anna" not in str(explained)


def test_a_real_full_disk_is_told():
    with pytest.raises(OSError, match="No space") as caught, open("/dev/full", "wb", buffering=0) as file:
        file.write(b"one byte too many")
    assert "disk is full" in str(explain_failure(caught.value))


def test_too_little_memory_is_told_whoever_asked_for_it():
    with pytest.raises(MemoryError) as caught:
        np.empty((1 << 50,), dtype=np.float64)
    torch_says = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
    for error in (caught.value, pa.ArrowMemoryError("malloc failed"), torch_says):
        assert "not enough memory" in str(explain_failure(error))


@pytest.mark.parametrize("error", [KeyError("title"), ValueError("odd shapes"), RuntimeError("odd"), OSError()])
def test_a_defect_stays_a_defect(error):
    assert explain_failure(error) is None


def test_a_file_of_the_program_itself_that_is_not_there_is_a_defect():
    missing = FileNotFoundError(errno.ENOENT, "No such file", __import__("matcher").__file__ + "/none")
    assert explain_failure(missing) is None


def test_what_a_damaged_file_raises_becomes_one_line(tmp_path):
    file = tmp_path / "pairs.json"
    with pytest.raises(StorageError, match=r"/pairs\.json in the workspace is damaged\. Encode again\."):
        with reading(file, "Encode again."):
            json.loads("{")
    with pytest.raises(StorageError, match="damaged"), reading(file, ""):
        pa.ipc.open_file(pa.BufferReader(b"no arrow here"))
    for passed in (
        FileNotFoundError(errno.ENOENT, "none"),
        DataError("mine"),
        MemoryError(),
        OSError(errno.ENOSPC, ""),
    ):
        with pytest.raises(type(passed)) as caught, reading(file, ""):
            raise passed
        assert caught.value is passed
