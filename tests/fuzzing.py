"""Files as damage, other programs and strangers make them: the same ones each time, from a number."""

import io
import json
import random
import zipfile

_TELLING = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b"\\", b"\r", b"\n", b";", b"\t", b",", b"\x1a",
    b"\xed\xa0\x80", b"=1+1", b"9" * 400, b"1e999", b"NaN", b"\xf0\x9f\x91\x9f", b"\xe2\x80\xae", b"{", b"]",
    b"PK\x03\x04", b"PAR1", b"\xff\xff\xff\x7f", b"&amp;", b"<", b"]]>",
)  # fmt: skip
_ODD_VALUES = (
    None, True, -1, 0, 1, 10**400, 1e308, float("nan"), float("inf"), -0.0, "", "x" * 5000, "\x00", "\ud800", [], {},
    [[[]]], {"a": 1}, "cosine", "tfidf", "characterbert:../..", "../../etc/passwd", "0.5", 0.5, 2.0000001, "fused",
)  # fmt: skip


def mutate(content: bytes, seed: int) -> bytes:
    """Change some bytes: turned over, cut out, doubled, put elsewhere, cut off, or told ones put in."""
    draw = random.Random(seed)
    data = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 3, 8, 40))):
        place, length = draw.randrange(len(data) + 1), draw.choice((1, 1, 2, 4, 16, 200))
        match draw.randrange(6):
            case 0:
                data[place : place + 1] = bytes([draw.randrange(256)])
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length]
            case 3:
                data[place:place] = draw.choice(_TELLING)
            case 4:
                data[place : place + length] = draw.randbytes(length)
            case _ if draw.random() < 0.2:
                del data[place:]
    return bytes(data)


def mutate_zip(content: bytes, seed: int) -> bytes:
    """Change one file within a zip, as a workbook is, and pack it soundly; or the zip itself."""
    draw = random.Random(seed)
    if draw.random() < 0.4:
        return mutate(content, seed)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = draw.choice(old.namelist())
        for name in old.namelist():
            inside = old.read(name)
            if name != chosen:
                new.writestr(name, inside)
            elif draw.random() < 0.9:
                new.writestr(name, mutate(inside, seed))
    return packed.getvalue()


def mutate_json(content: bytes, seed: int) -> bytes:
    """Give some keys of an object odd values, take keys out or put more in; or change bytes."""
    draw = random.Random(seed)
    if draw.random() < 0.3:
        return mutate(content, seed)
    values = json.loads(content)
    for _ in range(draw.choice((1, 1, 2, 5))):
        key = draw.choice([*values, "more"])
        if draw.random() < 0.15:
            values.pop(key, None)
        else:
            values[key] = draw.choice(_ODD_VALUES)
    return json.dumps(values).encode()
