"""
Look through the blobs of an OpenStreetMap extract before libosmium reads it.

libosmium keeps texts that end with a zero byte one after another; one that holds a zero byte
makes it read on behind its memory. The layout is that of the OSM PBF format
(https://wiki.openstreetmap.org/wiki/PBF_Format).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The largest sizes that the format allows, in bytes.
MAX_HEAD, MAX_BLOB = 64 * 1024, 32 * 1024 * 1024


def expect_sound(path: Path | str) -> None:
    """Raise a ValueError where a blob is cut off or too large, or a text holds a zero byte."""
    with open(path, "rb") as file:  # noqa: PTH123 - a path may be text
        for blob in _blobs(file):
            for field, texts in _fields(blob):
                if field == 1:
                    _expect_no_zero(texts)
                    break


def _blobs(file: BinaryIO) -> Iterator[bytes]:
    """Yield the unpacked blobs of data; those packed in other ways than zlib are passed over."""
    while size := file.read(4):
        head = dict(_fields(_whole(file, int.from_bytes(size, "big"), MAX_HEAD)))
        parts = dict(_fields(_whole(file, int.from_bytes(head.get(3, b""), "big"), MAX_BLOB)))
        if head.get(1) != b"OSMData":
            continue
        if 1 in parts:
            yield parts[1]
        elif 3 in parts:
            unpacker = zlib.decompressobj()
            try:
                yield unpacker.decompress(parts[3], MAX_BLOB)
            except zlib.error as error:
                raise ValueError(f"a damaged blob ({error})") from None


def _whole(file: BinaryIO, size: int, largest: int) -> bytes:
    if size > largest:
        raise ValueError(f"a part of {size:,} bytes; no more than {largest:,} are allowed")
    raw = file.read(size)
    if len(raw) < size:
        raise ValueError("its end is missing")
    return raw


def _fields(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and value of the fields of a message; a number is given as bytes."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(raw, at)
            yield key >> 3, value.to_bytes(10, "big")
            continue
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind == 2:
            size, at = _varint(raw, at)
        elif not size:
            raise ValueError("a field of an unknown kind")
        if at + size > len(raw):
            raise ValueError("a field longer than its message")
        yield key >> 3, raw[at : at + size]
        at += size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(raw):
            break
        value |= (raw[at] & 127) << shift
        at += 1
        if raw[at - 1] < 128:
            return value, at
    raise ValueError("a number that does not end")


def _expect_no_zero(texts: bytes) -> None:
    """Only the length of the first text, which is empty, is a zero byte; else look at each."""
    if b"\0" in texts.removeprefix(b"\n\0") and any(b"\0" in text for _, text in _fields(texts)):
        raise ValueError("a text with a zero byte")
