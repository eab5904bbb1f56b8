"""What a download may cost, and what is let through of the answers of a server."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from geo.errors import GeoError, shown

if TYPE_CHECKING:
    import requests

#: The environment variable that names another server.
VARIABLE = "GEO_OVERPASS_URL"
#: An answer larger than this is not read.
MAX_BYTES = 300_000_000
KEPT = "the shipped data stay in use"
_INSTEAD = f"name another server with --endpoint or {VARIABLE}"


class DownloadError(GeoError, OSError):
    """A server that cannot be reached or does not answer as it should."""


class Limits(NamedTuple):
    """
    What a download may cost.

    Parameters
    ----------
    calls
        Questions to the server.
    timeout_s
        Seconds for one answer.
    total_s
        Seconds for everything.
    retries
        How often a busy server is asked again.
    pause_s
        Seconds to wait before that, and more where the server asks for it.
    between_s
        Seconds between two questions.
    """

    calls: int = 20
    timeout_s: float = 60.0
    total_s: float = 1800.0
    retries: int = 2
    pause_s: float = 30.0
    between_s: float = 2.0


class Busy(Exception):  # noqa: N818 - a signal, no error
    """The server asks to come again later."""


def cause(error: BaseException) -> str:
    """Return the innermost reason of an error of requests, in a few words."""
    inner: Any = error.args[0] if error.args else error
    inner = getattr(inner, "reason", inner)
    return str(inner).rsplit(">: ", 1)[-1].rsplit(": ", 1)[-1][:120] or type(error).__name__


class Session:
    """What OSMnx calls before and after every request, and what has been spent so far."""

    def __init__(self, endpoint: str, limits: Limits) -> None:
        self.endpoint, self.limits, self.calls = endpoint, limits, 0
        self.since, self.last = time.monotonic(), 0.0
        self.patience, self.reached = limits.pause_s, False

    def failure(self, text: str, name: str = "") -> DownloadError:
        """Say in one line what failed and what to do."""
        about = f" (asked for {name})" if name else ""
        return DownloadError(f"{self.endpoint} {text}{about}; {_INSTEAD}; {KEPT}")

    def left(self) -> float:
        """Return the seconds left, or stop."""
        left = self.limits.total_s - (time.monotonic() - self.since)
        if left <= 0:
            raise self.failure(f"took more than {self.limits.total_s:g} s in all")
        return left

    def wait(self, name: str) -> None:
        """Wait before asking a busy server again."""
        if self.patience > self.left():
            raise self.failure(f"is busy and asks for {self.patience:g} s", name)
        time.sleep(self.patience)

    def before(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Count a question before it is sent; ask a server first whether it is there."""
        self.left()
        if not self.reached:
            self._knock(request)
        pause = self.last + self.limits.between_s - time.monotonic()
        if self.calls and pause > 0:
            time.sleep(pause)
        self.calls += 1
        return request

    def _knock(self, request: requests.PreparedRequest) -> None:
        """Ask for the status in a short time; a server without one is fine."""
        import requests

        timeout = min(10.0, self.limits.timeout_s)
        headers = {key: request.headers[key] for key in ("User-Agent", "referer")}
        requests.get(f"{self.endpoint}/status", headers=headers, timeout=timeout)
        self.reached = True

    def after(self, answer: requests.Response, *_: object, **__: object) -> requests.Response:
        """Read an answer in bounded time and size, and let nothing pass but whole data."""
        import requests

        self.last = time.monotonic()
        code = answer.status_code
        if code in {429, 504}:
            self.patience = max(self.limits.pause_s, _seconds(answer.headers.get("Retry-After")))
            raise Busy(f"HTTP {code}")
        if code != 200:
            raise self.failure(f"answered HTTP {code} {answer.reason}")
        body = self._body(answer)
        self.judge(body)
        whole = requests.Response()
        whole.status_code, whole.reason, whole.url = code, answer.reason, answer.url
        whole.headers, whole.request, whole.encoding = answer.headers, answer.request, "utf-8"
        whole.raw = io.BytesIO(body)
        return whole

    def _body(self, answer: requests.Response) -> bytes:
        limit = time.monotonic() + min(self.limits.timeout_s, self.left())
        parts, size = [], 0
        for part in answer.iter_content(1 << 16):
            parts.append(part)
            size += len(part)
            if time.monotonic() > limit:
                raise self.failure(f"did not end its answer in {self.limits.timeout_s:g} s")
            if size > MAX_BYTES:
                raise self.failure(f"sent more than {MAX_BYTES / 1e6:g} MB")
        return b"".join(parts)

    def judge(self, body: bytes) -> None:
        """Stop at anything but a whole answer of Overpass."""
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            html = body.lstrip()[:1] == b"<"
            what = "a web page (a login or an error?)" if html else "broken JSON (cut off?)"
            raise self.failure(f"answered with {what} instead of data") from None
        if not isinstance(found, dict) or not isinstance(found.get("elements"), list):
            raise self.failure("answered with JSON that holds no elements")
        if remark := found.get("remark"):
            raise self.failure(f"sent only a part of the data: {shown(str(remark), 120)}")
        good = [item for item in found["elements"] if _is_element(item)]
        known = {item["id"] for item in good if item["type"] == "node"}
        for item in found["elements"]:
            if not _is_element(item) or not known.issuperset(item.get("nodes", ())):
                raise self.failure(f"sent an element that is not whole: {shown(str(item), 120)}")


def _is_element(item: Any) -> bool:  # noqa: ANN401
    """Return whether an element of an answer has what its type needs."""
    if not isinstance(item, dict) or type(item.get("id")) is not int:
        return False
    tags = item.get("tags", {})
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        return False
    if item.get("type") == "node":
        spot = [(item.get(key), limit) for key, limit in (("lon", 180), ("lat", 90))]
        return all(isinstance(x, int | float) and abs(x) <= limit for x, limit in spot)
    if item.get("type") == "way":
        nodes = item.get("nodes")
        return isinstance(nodes, list) and {type(node) for node in nodes} == {int}
    members = item.get("members") if item.get("type") == "relation" else None
    return isinstance(members, list) and all(
        isinstance(member, dict) and {"type", "ref", "role"} <= set(member) for member in members
    )


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isdigit() else 0.0
