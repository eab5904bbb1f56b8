"""A small Overpass server that answers the queries of OSMnx, and misbehaves on demand."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs

import shapely

_STATEMENT = re.compile(
    r"\((node|way|relation)\['([^']+)'(?:='([^']*)')?\]\(poly:'([^']+)'\);\(\._;>;\);\);"
)
_AROUND = ("[out:json][timeout:180];(", ");out;")


class Reply(NamedTuple):
    """An answer to give instead of the true one."""

    status: int = 200
    body: str = ""
    kind: str = "application/json"
    wait_s: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()


class Elements:
    """Nodes by position and ways over them, in kilometres east and north of (0, 0)."""

    def __init__(self, km_lon: float, km_lat: float) -> None:
        self.scale, self.nodes, self.ways = (km_lon, km_lat), {}, []

    def node(self, x: float, y: float) -> int:
        spot = (round(x / self.scale[0], 7), round(y / self.scale[1], 7))
        return self.nodes.setdefault(spot, len(self.nodes) + 1)

    def way(self, points, **tags: str) -> int:
        """Add a way through points in kilometres; `name__en` is the tag `name:en`."""
        number = 1000 + len(self.ways)
        nodes = [self.node(x, y) for x, y in points]
        named = {key.replace("__", ":"): value for key, value in tags.items()}
        self.ways.append({"type": "way", "id": number, "nodes": nodes, "tags": named})
        return number

    def answer(self, query: str) -> list[dict]:
        """Evaluate a query: ways by tag that touch a polygon, and their nodes."""
        start, end = _AROUND
        assert query.startswith(start), query
        assert query.endswith(end), query
        rest = _STATEMENT.sub("", query.removeprefix(start).removesuffix(end))
        assert not rest, f"a part that this server does not know: {rest}"
        lonlat = {number: spot for spot, number in self.nodes.items()}
        found = {}
        for kind, key, wanted, poly in _STATEMENT.findall(query):
            numbers = [float(text) for text in poly.split()]
            area = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
            for way in self.ways if kind == "way" else ():
                value = way["tags"].get(key)
                line = shapely.LineString([lonlat[n] for n in way["nodes"]])
                if value == wanted and area.intersects(line):
                    found[way["id"]] = way
        used = dict.fromkeys(n for way in found.values() for n in way["nodes"])
        points = [
            {"type": "node", "id": n, "lon": lonlat[n][0], "lat": lonlat[n][1]} for n in used
        ]
        return points + list(found.values())


class FakeOverpass:
    """A server of elements: replies in `script` come first; requests are kept in `queries`."""

    def __init__(self, elements: Elements) -> None:
        self.elements, self.script = elements, list[Reply | None]()
        self.queries, self.headers, self.status_calls = list[str](), list[dict[str, str]](), 0
        self.url, self.status_wait_s = "", 0.0

    @contextmanager
    def serve(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/api"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(fake: FakeOverpass):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def send(self, reply: Reply) -> None:
            time.sleep(reply.wait_s)
            body = reply.body.encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(body)))
                for key, value in reply.headers:
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has gone

        def do_GET(self):
            fake.status_calls += 1
            fake.headers.append(dict(self.headers))
            text = "Rate limit: 2\n2 slots available now.\n"
            self.send(Reply(200, text, "text/plain", fake.status_wait_s))

        def do_POST(self):
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            fake.queries.append(form["data"][0])
            fake.headers.append(dict(self.headers))
            scripted = fake.script.pop(0) if fake.script else None
            if scripted is not None:
                self.send(scripted)
                return
            stamp = {"timestamp_osm_base": "2026-10-05T00:00:00Z"}
            elements = fake.elements.answer(form["data"][0])
            self.send(Reply(body=json.dumps({"osm3s": stamp, "elements": elements})))

    return Handler
