"""Response bodies: those that are the same for everybody are prepared once; those that answer a message are padded.

What answers a message is never compressed and has one of very few lengths, so that its length tells nobody its topic.
"""

import gzip
import hashlib
from functools import lru_cache

from aiohttp import web

from bot.channels.web.accept import accepts_gzip
from bot.channels.web.pages import Pages, Place

HTML = "text/html"
JSON = "application/json"
#: Prepared pages of each kind held at the same time; each school has a few.
MAX_CACHED_PAGES = 128
#: An answer is padded to a multiple of this many bytes: the longest there is fits into one.
PAD_BYTES = 8 * 1024
#: The same for an answer that is a whole page.
PAGE_PAD_BYTES = 32 * 1024


class CachedResponse:
    """A response prepared once: its body, the same compressed, and its ETag."""

    def __init__(self, body: str | bytes, content_type: str) -> None:
        self._body = body.encode() if isinstance(body, str) else body
        self._gzipped = gzip.compress(self._body, 9, mtime=0)
        self._content_type = content_type
        self.etag = hashlib.sha256(self._body).hexdigest()[:16]

    def response(self, request: web.Request, *, with_etag: bool = False) -> web.Response:
        """The response, gzipped if the client accepts it; with an ETag, 304 if its cached copy is current."""
        gzipped = accepts_gzip(request.headers.get("Accept-Encoding", ""))
        etag = f"{self.etag}-gz" if gzipped else self.etag
        if with_etag and any(each.value in (etag, "*") for each in request.if_none_match or ()):
            response = web.Response(status=304)
        else:
            body = self._gzipped if gzipped else self._body
            response = web.Response(body=body, content_type=self._content_type, charset="utf-8")
            if gzipped:
                response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        if with_etag:
            response.etag = etag
        return response


class ResponseCache:
    """Least-recently-used caches of the prepared pages; each page is made when it is first asked for."""

    def __init__(self, pages: Pages, max_pages: int = MAX_CACHED_PAGES) -> None:
        cached = lru_cache(max_pages)

        @cached
        def chat(place: Place) -> CachedResponse:
            return CachedResponse(pages.chat(place), HTML)

        @cached
        def emergency(lang: str, school: str | None) -> CachedResponse:
            return CachedResponse(pages.emergency(lang, school), HTML)

        @cached
        def who_can_see(lang: str, school: str | None) -> CachedResponse:
            return CachedResponse(pages.who_can_see(lang, school), HTML)

        self.chat, self.emergency, self.who_can_see = chat, emergency, who_can_see

    def __len__(self) -> int:
        return sum(each.cache_info().currsize for each in (self.chat, self.emergency, self.who_can_see))


def padded(text: str, multiple: int = PAD_BYTES) -> bytes:
    """`text` in UTF-8, filled with blanks to a multiple of so many bytes; neither HTML nor JSON minds them."""
    body = text.encode()
    return body + b" " * (-len(body) % multiple)


def padded_response(text: str, content_type: str, multiple: int = PAD_BYTES) -> web.Response:
    """The answer to a message: padded, not to be kept, and nobody on the way may undo the padding by compressing it."""
    response = web.Response(body=padded(text, multiple), content_type=content_type, charset="utf-8")
    response.headers["Cache-Control"] = "no-store, no-transform"
    return response
