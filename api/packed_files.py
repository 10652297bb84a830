"""Files of the pages, packed once: a first load must be light, and nothing need stand before the service to pack it."""

import gzip
import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from api.kept import kept

PACKED = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
LEVEL = 9


class PackedFiles(StaticFiles):
    """Static files whose texts leave gzipped where the browser takes that, with a strong tag of their own."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, packed or as it is."""
        plain = super().file_response(full_path, stat_result, scope, status_code)
        media_type = PACKED.get(Path(full_path).suffix)
        if media_type is None:
            return plain
        plain.headers["Vary"] = "Accept-Encoding"
        asked = Headers(scope=scope)
        if "gzip" not in asked.get("accept-encoding", ""):
            return plain
        body, tag = _packed(str(full_path), stat_result.st_mtime_ns, stat_result.st_size)
        headers = {"ETag": tag, "Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
        packed = Response(b"" if scope["method"] == "HEAD" else body, status_code, headers, media_type)
        if scope["method"] == "HEAD":
            packed.headers["Content-Length"] = str(len(body))
        return NotModifiedResponse(packed.headers) if self.is_not_modified(packed.headers, asked) else packed


@kept(64)
def _packed(path: str, changed_ns: int, size: int) -> tuple[bytes, str]:
    """The packed bytes of a file in the state its time and size name, and their tag."""
    body = gzip.compress(Path(path).read_bytes(), LEVEL, mtime=0)
    return body, f'"{changed_ns:x}-{size:x}-gz"'
