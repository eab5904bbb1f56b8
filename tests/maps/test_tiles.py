"""Online tiles: only when asked for, only from one host, never in place of an offline page."""

from __future__ import annotations

import json
import re

import pytest

from geo.cli.main import main
from geo.core.errors import BadInputError
from geo.maps.offline import CONTENT_POLICY, MissingAssetError
from geo.maps.tiles import GAODE, OSM, TIANDITU_VARIABLE, page_files, tile_provider, with_tiles

DAY = "2026-11-23"
POLICY = re.compile(r'Content-Security-Policy" content="([^"]*)"')


def run(capsys, *arguments):
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def images(page):
    """What a page may load images from."""
    return re.search(r"img-src ([^;]*);", POLICY.search(page)[1])[1].split()


def test_none_is_none():
    assert tile_provider("none") is None
    assert page_files({"network": "<p>A page</p>"}, None) == {"network.html": "<p>A page</p>"}


@pytest.mark.parametrize(("name", "datum"), [("osm", "wgs84"), ("gaode", "gcj02")])
def test_the_providers(name, datum):
    tiles = tile_provider(name)
    assert tiles.datum == datum
    assert all(url.startswith("https://") for url in tiles.urls)
    assert all(part in tiles.urls[0] for part in ("{z}", "{x}", "{y}"))


def test_the_token_comes_from_the_environment_alone(monkeypatch):
    monkeypatch.delenv(TIANDITU_VARIABLE, raising=False)
    with pytest.raises(BadInputError, match=f"{TIANDITU_VARIABLE} is not set"):
        tile_provider("tianditu")
    monkeypatch.setenv(TIANDITU_VARIABLE, "x&layer=<y>")
    with pytest.raises(BadInputError, match="other characters"):
        tile_provider("tianditu")
    monkeypatch.setenv(TIANDITU_VARIABLE, "abc123")
    tiles = tile_provider("tianditu")
    assert [url.rpartition("&tk=")[2] for url in tiles.urls] == ["abc123"] * 2
    assert tiles.datum == "wgs84"
    assert "readable" in tiles.notice


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/{z}/{x}/{y}.png; script-src *",
        'https://tiles.example/{z}/{x}/{y}.png"><script>',
        "https://{s}.tiles.example/{z}/{x}/{y}.png",
        "https://{x}.tiles.example/{z}/{x}/{y}.png",
        "https://*.example/{z}/{x}/{y}.png",
        "https://me@tiles.example/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
        "//tiles.example/{z}/{x}/{y}.png",
        "http://127.0.0.1.example/{z}/{x}/{y}.png",
    ],
)
def test_templates_that_cannot_be_used(url):
    with pytest.raises(BadInputError, match="--tile-url"):
        tile_provider("none", url=url)


def test_a_server_of_ones_own():
    tiles = tile_provider("none", url="http://127.0.0.1:8000/{z}/{x}/{y}.png", datum="gcj02")
    assert (tiles.key, tiles.datum, tiles.credit[0]) == ("own", "gcj02", "© 127.0.0.1")
    with pytest.raises(BadInputError, match="no --tiles beside it"):
        tile_provider("osm", url="https://tiles.example/{z}/{x}/{y}.png")
    with pytest.raises(BadInputError, match="--tile-datum 'bd09'"):
        tile_provider("none", url="https://tiles.example/{z}/{x}/{y}.png", datum="bd09")


def test_a_page_with_tiles_may_load_them_and_nothing_else(tmp_path, capsys):
    code, out, err = run(
        capsys,
        "map",
        "network",
        "crossings",
        "index",
        "--tiles",
        "osm",
        "--out",
        str(tmp_path),
        "--year",
        DAY,
        "--json",
    )
    assert code == 0
    assert json.loads(out)["pages"] == ["network-osm.html", "crossings-osm.html"]
    assert "web server" in err
    names = sorted(file.name for file in tmp_path.glob("[!.]*"))
    assert names == ["crossings-osm.html", "network-osm.html"]
    page = (tmp_path / "network-osm.html").read_text("utf-8")
    assert images(page) == ["https://tile.openstreetmap.org", "data:", "blob:"]
    assert 'href="crossings-osm.html"' in page
    assert 'href="index.html"' in page


def test_gaode_and_osm_stay_apart():
    with pytest.raises(MissingAssetError):
        with_tiles("<html><head></head></html>", GAODE)
    page = f"<head>{CONTENT_POLICY}</head><script>L.map('map')</script>"
    assert [*page_files({"network": page}, OSM), *page_files({"network": page}, GAODE)] == [
        "network-osm.html", "network-gaode.html",
    ]  # fmt: skip


def test_without_a_token_nothing_is_written(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv(TIANDITU_VARIABLE, raising=False)
    code, out, err = run(capsys, "map", "--tiles", "tianditu", "--out", str(tmp_path / "maps"))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert TIANDITU_VARIABLE in err
    assert not (tmp_path / "maps").exists()


def test_the_token_is_in_a_file_of_its_own_and_said_to_be(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(TIANDITU_VARIABLE, "abc123")
    (tmp_path / "crossings.html").write_text("offline")
    code, _, err = run(
        capsys, "map", "crossings", "--tiles", "tianditu", "--out", str(tmp_path), "--year", DAY
    )
    assert code == 0
    assert "token" in err
    assert "readable" in err
    page = (tmp_path / "crossings-tianditu.html").read_text("utf-8")
    assert "tk=abc123" in page
    assert images(page) == ["https://t0.tianditu.gov.cn", "data:", "blob:"]
    assert (tmp_path / "crossings.html").read_text() == "offline"
