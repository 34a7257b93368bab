"""A bound on the bytes of a request, before anything reads them as JSON."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Middleware that answers 413 to a longer body, by its header or by its bytes."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Take the application, and a number of bytes."""
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, and pass it on in one piece."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        body = await self._read(receive) if self._announced(scope) <= self.most else None
        if body is None:
            detail = f"the body has more than {self.most:,} bytes: ask for less at a time"
            await JSONResponse({"detail": detail}, 413)(scope, receive, send)
            return
        messages = [body]

        async def replay() -> Message:
            return messages.pop() if messages else await receive()

        await self.app(scope, replay, send)

    def _announced(self, scope: Scope) -> int:
        header = dict(scope["headers"]).get(b"content-length", b"0")
        return int(header) if header.isdigit() else 0

    async def _read(self, receive: Receive) -> Message | None:
        """The whole body as one message; None where it is too long."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            if len(body) > self.most:
                return None
            if not message.get("more_body"):
                return {"type": "http.request", "body": bytes(body), "more_body": False}
