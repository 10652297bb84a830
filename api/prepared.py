"""Prepared bytes as they leave: packed once for everybody, with the menu of who looks put between.

A page is the same for everybody but for the menu. So what stands before and after it is packed once, the menu is packed
by itself, and the three make one gzip stream (RFC 1952); the strong tag is that of the page and the menu together.
"""

import hashlib
import struct
import zlib

from fastapi import Request
from fastapi.responses import Response

from api.kept import kept
from api.languages import page_of
from api.map_tiles import told_in
from api.viewer_menu import menu_for
from data.store import Product
from maps.viewer_menu import split_at_mark

RAW = -zlib.MAX_WBITS  # deflate without a frame
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # deflate, no name, no time, packed best, any system
LEVEL = 9


def prepared(request: Request, product: Product, partnership: str) -> Response:
    """The answer with ``product``, or that it is what the browser has already."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    head, menu, tail = _parts(request, product, partnership)
    # The two encodings are different bytes, so their strong tags differ.
    etag = f'"{product.etag}{_tag(menu)}{"-gz" if packed else ""}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie, Authorization"}
    if etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = gzipped(head, menu, tail) if packed else head + menu + tail
    return Response(body, media_type=product.media_type, headers=headers)


def gzipped(head: bytes, menu: bytes, tail: bytes) -> bytes:
    """``head``, ``menu`` and ``tail`` as one gzip stream; head and tail are packed once and kept.

    >>> import gzip
    >>> gzip.decompress(gzipped(b"<h1>", b"menu", b"</h1>"))
    b'<h1>menu</h1>'
    """
    check = zlib.crc32(tail, zlib.crc32(menu, zlib.crc32(head)))
    size = (len(head) + len(menu) + len(tail)) & 0xFFFFFFFF
    packed = _kept(head, last=False) + _kept(menu, last=False) + _kept(tail, last=True)
    return GZIP_HEADER + packed + struct.pack("<LL", check, size)


def _parts(request: Request, product: Product, partnership: str) -> tuple[bytes, bytes, bytes]:
    found = split_at_mark(product.body) if product.media_type.startswith("text/html") else None
    if found is None:
        return b"", b"", product.body
    head, here, tail = found
    menu = menu_for(request.state.viewer, partnership, here, page_of(request))
    return head, menu + told_in(request.scope, tail), tail


@kept(512)
def _tag(menu: bytes) -> str:
    return f"-{hashlib.sha256(menu).hexdigest()[:16]}" if menu else ""


@kept(256)
def _kept(part: bytes, *, last: bool) -> bytes:
    """``part`` deflated, ending on a whole byte, so that another may follow."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    return packer.compress(part) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
