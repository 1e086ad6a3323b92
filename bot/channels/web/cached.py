"""Answers that are the same for everybody: made once, compressed once, then only sent.

What answers a message is the opposite: never compressed, and filled up, so that its length tells nobody its topic.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable

from aiohttp import web

from bot.channels.web.accept import quality

#: Pages held at the same time: each school has a few.
MOST = 128
#: An answer is filled up to a multiple of this many bytes: the longest there is fits into one; so does a whole page.
STEP, PAGE_STEP = 8 * 1024, 32 * 1024


class Ready:
    """One such answer: its bytes, the same compressed, and a tag of its content."""

    def __init__(self, body: str | bytes, kind: str) -> None:
        self._plain = body.encode() if isinstance(body, str) else body
        self._packed = gzip.compress(self._plain, 9, mtime=0)
        self._kind = kind
        self.tag = hashlib.sha256(self._plain).hexdigest()[:16]

    def response(self, request: web.Request, *, tagged: bool = False) -> web.Response:
        """It, as the one who asks can take it; 304 for a cache that holds the same already."""
        packed = _takes_gzip(request)
        tag = f"{self.tag}-gz" if packed else self.tag
        if tagged and any(each.value in (tag, "*") for each in request.if_none_match or ()):
            response = web.Response(status=304)
        else:
            body = self._packed if packed else self._plain
            response = web.Response(body=body, content_type=self._kind, charset="utf-8")
            if packed:
                response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        if tagged:
            response.etag = tag
        return response


class Shelf:
    """Such answers by what they are for, made when first asked for; of too many the longest unasked one goes."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, Ready] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable, kind: str, make: Callable[[], str | bytes]) -> Ready:
        """The one for this key."""
        ready = self._held.get(key)
        if ready is None:
            ready = self._held[key] = Ready(make(), kind)
            if len(self._held) > self._most:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return ready


def filled(text: str, step: int = STEP) -> bytes:
    """The text with blanks behind it, which neither HTML nor JSON minds: all answers are equally long."""
    body = text.encode()
    return body + b" " * (-len(body) % step)


def _takes_gzip(request: web.Request) -> bool:
    for part in request.headers.get("Accept-Encoding", "").lower().split(",")[:20]:
        name, _, weight = part.strip().partition(";")
        if name.strip() == "gzip":
            return quality(weight) > 0
    return False
