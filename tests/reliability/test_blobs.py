"""The look through an extract before libosmium reads it."""

from __future__ import annotations

import extract
import pytest

from geo.core.errors import BadInputError
from geo.readers import pbf
from geo.readers.pbf import read_pbf, read_pbf_header, read_points

pytest.importorskip("osmium")
WAYS = [([(0.0, 0.0), (0.1, 0.0)], {"highway": "motorway", "name": "线" * 100})]
POINTS = [(0.05, 0.01, {"railway": "station", "name": "STATION-NAME"})]


def stations(path):
    return read_points(path, [("railway", "station")])


@pytest.mark.parametrize("packing", ["none", "zlib"])
def test_a_text_with_a_zero_byte_is_refused(tmp_path, packing):
    form = f"pbf,pbf_compression={packing}"
    path = extract.write(tmp_path / "a.osm.pbf", WAYS, POINTS, form=form)
    pbf.expect_sound(path)
    assert len(read_pbf(path)) == len(stations(path)) == 1
    if packing == "zlib":
        return
    raw = path.read_bytes()
    assert raw.count(b"STATION-NAME") == 1
    path.write_bytes(raw.replace(b"STATION-NAME", b"STATION\0NAME"))
    for read in (read_pbf_header, read_pbf, stations):
        with pytest.raises(BadInputError, match="a text with a zero byte"):
            read(path)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x7f\xff\xff\xff", "2,147,483,647 bytes"),
        (b"\0\0\0\x0dabc", "its end is missing"),
        (b"\0\0\0\x02\x08\xff", "does not end"),
        (b"\0\0\0\x02\x0a\x7f", "longer than its message"),
        (b"\0\0\0\x01\x0b", "unknown kind"),
        (b"\0\0\0\x06\x18\xff\xff\xff\xff\x0f", "4,294,967,295 bytes"),
    ],
)
def test_sizes_that_cannot_be_are_refused(tmp_path, raw, words):
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=words):
        pbf.expect_sound(path)
    with pytest.raises(BadInputError, match=r"a\.osm\.pbf: expected a whole"):
        read_pbf(path)


def test_a_blob_that_unpacks_to_another_size_is_refused(tmp_path):
    path = extract.write(tmp_path / "a.osm.pbf", WAYS, POINTS)
    raw = bytearray(path.read_bytes())
    raw[-8] ^= 255
    path.write_bytes(bytes(raw))
    with pytest.raises(BadInputError, match="damaged blob"):
        read_pbf(path)
