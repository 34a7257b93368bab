"""A web server on this machine, as strange as those of the internet, and its pictures."""

import io
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

from siger_pipeline.fetching.config import PicturesConfig

Page = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers with the page of the path, and notes who asked."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        host, path = self.headers["Host"].partition(":")[0], self.path
        with self.server.noting(host, path):
            try:
                self.server.pages[path](self)
            except OSError:  # the client has gone
                self.close_connection = True

    def say(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)  # "Connection: close" is heeded
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """The server.

    Attributes:
        pages: path -> function that answers.
        asked: (host, path) -> how often.
        most: host -> requests at a time, at most.
        headers: of each request.
        ended: set when the tests are done: an endless answer ends then.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Page] = {}
        self.asked: Counter[tuple[str, str]] = Counter()
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.ended = threading.Event()
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @contextmanager
    def noting(self, host: str, path: str) -> Iterator[None]:
        with self.lock:
            self.asked[host, path] += 1
            self.now[host] += 1
            self.most[host] = max(self.most[host], self.now[host])
        try:
            yield
        finally:
            with self.lock:
                self.now[host] -= 1

    def handle_error(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()


def config_for(server: Server, **settings: Any) -> PicturesConfig:
    """Parameters with which pictures of this machine may be fetched."""
    return PicturesConfig(**{"allow_private": True, "ports": [server.port], **settings})


def encoded(form: str, mode: str = "RGB", size: tuple[int, int] = (8, 6), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 1).save(file, form, **options)
    return file.getvalue()


def animation() -> bytes:
    frames = [Image.new("P", (8, 6), n) for n in range(3)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def huge_png(side: int = 30_000) -> bytes:
    """A valid PNG of side × side pixels, 900 MB unpacked, in about 100 kB."""
    row = b"\0" * (1 + side // 8)  # of one bit a pixel
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def page(status: int, content: bytes = b"", **headers: str) -> Page:
    return lambda handler: handler.say(status, content, **headers)


def in_turn(*pages: Page) -> Page:
    """Another answer to each request; the last one stays."""
    left = list(pages)

    def answer(handler: Handler) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        now(handler)

    return answer


def drip(handler: Handler) -> None:
    """A picture that never ends, a byte at a time."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    while not handler.server.ended.wait(0.02):
        handler.wfile.write(b"\xff")
        handler.wfile.flush()


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    handler.close_connection = True
    while not handler.server.ended.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def silent(handler: Handler) -> None:
    handler.close_connection = True
    handler.server.ended.wait(10)


def raw(content: bytes) -> Page:
    """These bytes as the whole answer, then the end of the connection."""

    def answer(handler: Handler) -> None:
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


def endless_chunks(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    handler.close_connection = True
    while True:  # until the client goes
        handler.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")


def slow(seconds: float, content: bytes) -> Page:
    """An answer after some time, in which others may be asked for."""

    def answer(handler: Handler) -> None:
        time.sleep(seconds)
        handler.say(200, content)

    return answer
