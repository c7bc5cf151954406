"""The built page: hashed files for ever, the shell always fresh, and what to do without one.

The build leaves a brotli and a gzip copy beside its larger text files (`scripts/compress.mjs`);
where a copy is missing, the text is gzipped on the way.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path, PurePosixPath

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
HASHED_FOLDER = "assets/"
COPIES = (("br", ".br"), ("gzip", ".gz"))
"""Content codings and the endings of their copies, the smallest first."""
REFUSED_CODING = re.compile(r";\s*q=0(\.0*)?\s*$")

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Model Studio</title>
<h1>The page was not built</h1>
<p>The server runs, but <code>frontend/dist</code> is missing. Stop it, say <code>make run</code>,
or <code>npm ci &amp;&amp; npm run build</code> in <code>frontend/</code>, then load this again.</p>
"""


class Page:
    """Answers every path that no route has: files of the page, its shell, or 404."""

    def __init__(self, folder: Path | None) -> None:
        self._files = StaticFiles(directory=folder) if folder else None
        self._served = GZipMiddleware(self._serve, minimum_size=1024)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request. Raises HTTPException 404 or 405."""
        if scope["type"] != "http":
            raise HTTPException(404)
        path = scope["path"].lstrip("/")
        if path == "api" or path.startswith("api/"):
            raise HTTPException(404, "There is nothing at this address.")
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, "This address can only be read.", {"Allow": "GET, HEAD"})
        await self._served(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._response(scope["path"].lstrip("/"), scope)
        await response(scope, receive, send)

    async def _response(self, path: str, scope: Scope) -> Response:
        is_screen = not PurePosixPath(path).suffix
        if self._files is None:
            if is_screen:
                return HTMLResponse(NOT_BUILT, status_code=503, headers={"Retry-After": "60"})
            raise HTTPException(404, "The page was not built.")
        wanted = "index.html" if is_screen else path
        try:
            response = await self._copy(self._files, wanted, scope)
            response = response or await self._files.get_response(wanted, scope)
        except (ValueError, OSError) as error:
            raise HTTPException(404, "There is no such file.") from error
        response.headers["cache-control"] = (
            IMMUTABLE if wanted.startswith(HASHED_FOLDER) else REVALIDATE
        )
        return response

    async def _copy(self, files: StaticFiles, wanted: str, scope: Scope) -> Response | None:
        """The smallest copy that the browser takes and the build has made."""
        accepted = Headers(scope=scope).get("accept-encoding", "")
        taken = {
            each.split(";")[0].strip()
            for each in accepted.split(",")
            if not REFUSED_CODING.search(each)
        }
        for coding, ending in COPIES:
            if coding not in taken:
                continue
            found, stat = files.lookup_path(wanted + ending)
            if stat is None:
                continue
            response = files.file_response(found, stat, scope)
            kind, _ = mimetypes.guess_type(wanted)
            if kind is not None and "content-type" in response.headers:
                text = kind.startswith("text/")
                response.headers["content-type"] = f"{kind}; charset=utf-8" if text else kind
            response.headers["content-encoding"] = coding
            response.headers.add_vary_header("accept-encoding")
            return response
        return None
