"""One address, asked of a real server: what it gives, and why it gives nothing."""

import gzip
import shutil
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from urllib3.util import connection

from fetching import web
from fetching.web import Server, config_for, page, raw
from siger_pipeline.fetching.download import Downloader
from siger_pipeline.fetching.failure import FetchError
from siger_pipeline.fetching.reasons import seconds_to_wait

JPEG = web.encoded("JPEG")


def get(server: Server, path: str, **settings: Any) -> bytes:
    downloader = Downloader(config_for(server, **settings))
    try:
        return downloader.get(server.url(path))
    finally:
        downloader.end()


def failure(server: Server, path: str, **settings: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(server, path, **settings)
    return caught.value


def test_the_bytes_come_as_they_are_and_nothing_is_told_but_the_user_agent(server: Server) -> None:
    told: dict[str, str] = {}

    def answer(handler: web.Handler) -> None:
        told.update(handler.headers.items())
        handler.say(200, JPEG, Set_Cookie="a=b")

    server.pages["/x?y=1"] = answer
    downloader = Downloader(config_for(server, user_agent="shop/1"))
    for _ in range(2):
        assert downloader.get(server.url("/x?y=1#z")) == JPEG
    downloader.end()
    assert told == {
        "Host": f"127.0.0.1:{server.port}",
        "User-Agent": "shop/1",
        "Accept": "image/*",
        "Accept-Encoding": "identity",
    }


def test_a_connection_is_used_again(server: Server) -> None:
    ports = []

    def answer(handler: web.Handler) -> None:
        ports.append(handler.client_address[1])
        handler.say(200, JPEG)

    server.pages["/x"] = answer
    downloader = Downloader(config_for(server))
    for _ in range(3):
        downloader.get(server.url("/x"))
    downloader.end()
    assert len(set(ports)) == 1


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "reason", "temporary"),
    [
        (page(404), "404 Not Found", False),
        (page(410), "410 Gone", False),
        (page(403), "403 Forbidden", False),
        (page(204), "204 No Content", False),
        (page(299), "status 299", False),
        (page(500), "500 Internal Server Error", True),
        (page(429), "429 Too Many Requests", True),
        (
            page(200, JPEG, Content_Length="99999", Connection="close"),
            "the connection broke off",
            True,
        ),
        (raw(CHUNKED + b"5\r\nabc"), "the connection broke off", True),
        (raw(CHUNKED + b"5\r\nabcde\r\n"), "the connection broke off", True),
        (raw(CHUNKED + b"zz\r\nabc"), "the connection broke off", True),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "the connection broke off, or what came is no", True),
        (raw(b""), "the connection broke off", True),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000), "the connection broke off", True),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 5000), "the connection broke off", True),
        (
            page(200, gzip.compress(bytes(10**7)), Content_Encoding="gzip"),
            "it is compressed",
            False,
        ),
        (page(302), "status 302, and no address to go to", False),
        (page(200, bytes(2**20 + 1)), "it has more than 1 MiB", False),
        (web.endless_chunks, "it has more than 1 MiB", False),
    ],
)
def test_what_gives_nothing_says_why(
    server: Server, answer: web.Page, reason: str, temporary: bool
) -> None:
    server.pages["/x"] = answer
    error = failure(server, "/x", max_mib=1)
    assert str(error).startswith(reason)
    assert error.temporary == temporary


def test_a_host_that_says_nothing_is_left(server: Server) -> None:
    server.pages["/x"] = web.silent
    error = failure(server, "/x", idle_seconds=0.2)
    assert (str(error), error.temporary) == ("nothing came for 0.2 s", True)


@pytest.mark.parametrize("answer", [web.drip, web.drip_headers])
def test_a_host_that_sends_a_byte_now_and_then_is_left_in_time(
    server: Server, answer: web.Page
) -> None:
    server.pages["/x"] = answer
    error = failure(server, "/x", seconds=0.3)
    assert (str(error), error.temporary) == ("it takes longer than 0.3 s", True)


def test_redirects_are_followed(server: Server) -> None:
    server.pages |= {
        "/1": page(301, Location="2"),
        "/2": page(307, Location=server.url("/3")),
        "/3": page(200, JPEG),
    }
    assert get(server, "/1") == JPEG


def test_a_circle_of_redirects_ends(server: Server) -> None:
    server.pages |= {"/1": page(302, Location="/2"), "/2": page(302, Location="/1")}
    assert str(failure(server, "/1")) == "redirected more than 5 times"
    assert sum(server.asked.values()) == 6


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", "redirected to file:///etc/passwd: file: only http"),
        ("http://127.0.0.1:1/x", "redirected to http://127.0.0.1:1/x: port 1 is not"),
        ("http://u:p@127.0.0.1/x", "redirected to http://u:p@127.0.0.1/x: the address holds a u"),
        ("http://[::1/", "redirected to http://[::1/: it is not an address"),
    ],
)
def test_a_redirect_to_what_is_not_fetched_is_refused(
    server: Server, location: str, reason: str
) -> None:
    server.pages["/x"] = page(302, Location=location)
    error = failure(server, "/x")
    assert reason in str(error) or "it is not an address" in str(error)
    assert not error.temporary


def test_the_time_limit_is_one_of_all_redirects(server: Server) -> None:
    server.pages["/x"] = web.slow(0.15, b"")

    def again(handler: web.Handler) -> None:
        time.sleep(0.15)
        handler.say(302, Location="/x")

    server.pages["/x"] = again
    assert str(failure(server, "/x", seconds=0.4)) == "it takes longer than 0.4 s"


def test_a_host_may_ask_for_patience_but_not_for_too_much(server: Server) -> None:
    server.pages["/x"] = page(429, Retry_After="7")
    assert failure(server, "/x").wait == 7
    server.pages["/x"] = page(503, Retry_After="3600")
    error = failure(server, "/x")
    assert str(error) == "503 Service Unavailable, and it asks to wait for 3,600 s"
    assert error.of_host and not error.temporary


def test_retry_after_is_a_number_or_a_date() -> None:
    now = 1_700_000_000.0
    assert seconds_to_wait("120", now) == 120
    assert seconds_to_wait(formatdate(now + 90, usegmt=True), now) == 90
    assert seconds_to_wait(formatdate(now - 90, usegmt=True), now) == 0
    for odd in (None, "", "soon", "-5", "1.5", "١٢", "Fri, 99 Foo 9999 99:99:99 GMT"):
        assert seconds_to_wait(odd, now) == 0
    assert seconds_to_wait("9" * 400, now) > 10**8


def test_a_closed_port_is_a_failure_of_the_host() -> None:
    with web.serving() as server:
        config = config_for(server)
        url = server.url("/x")
    with pytest.raises(FetchError, match=r"no connection \(connection refused\)") as caught:
        Downloader(config).get(url)
    assert caught.value.of_host and caught.value.temporary


def test_the_second_address_of_a_host_is_tried_where_the_first_is_out_of_reach(
    server: Server,
) -> None:
    server.pages["/x"] = page(200, JPEG)
    config = config_for(server)
    asked = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.9", "127.0.0.1"]  # nothing listens at the first

    downloader = Downloader(config, look_up)
    for _ in range(2):
        assert downloader.get(server.url("/x", "a.test")) == JPEG
    assert asked == ["a.test"]
    assert server.asked == {("a.test", "/x"): 2}
    downloader.end()


def test_a_host_out_of_reach_is_looked_up_anew(server: Server) -> None:
    server.pages["/x"] = page(200, JPEG)
    answers = [["127.0.0.9"], ["127.0.0.1"]]
    downloader = Downloader(config_for(server), lambda host, port: answers.pop(0))
    with pytest.raises(FetchError, match="no connection"):
        downloader.get(server.url("/x", "a.test"))
    assert downloader.get(server.url("/x", "a.test")) == JPEG
    downloader.end()


def unknown(host: str, port: int) -> list[str]:
    raise OSError("no such name")


def test_an_unknown_host(server: Server) -> None:
    with pytest.raises(FetchError, match="the host's name cannot be looked up") as caught:
        Downloader(config_for(server), unknown).get(server.url("/x", "a.test"))
    assert caught.value.of_host and caught.value.temporary


PRIVATE = "the host is not on the public internet"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::]"),
    ],
)
def test_this_machine_is_asked_in_no_spelling(server: Server, host: str) -> None:
    server.pages["/x"] = page(200, JPEG)
    downloader = Downloader(config_for(server, allow_private=False))
    with pytest.raises(FetchError) as caught:
        downloader.get(server.url("/x", host))
    # A resolver may not know some spelling: nothing is asked then either.
    assert str(caught.value) in (PRIVATE, "the host's name cannot be looked up")
    assert not server.asked


def test_one_private_address_among_public_ones_is_enough(server: Server) -> None:
    config = config_for(server, allow_private=False)
    downloader = Downloader(config, lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(FetchError, match=PRIVATE):
        downloader.get(server.url("/x", "a.test"))


def test_a_redirect_to_a_private_address_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages |= {"/x": page(302, Location=server.url("/secret")), "/secret": page(200, JPEG)}
    outside = _outside_at_home(server, monkeypatch)
    with pytest.raises(FetchError, match=f"redirected to .*: {PRIVATE}") as caught:
        outside.get(server.url("/x", "a.test"))
    assert not caught.value.of_host
    assert server.asked == {("a.test", "/x"): 1}


def test_a_second_answer_of_the_resolver_is_never_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages |= {"/x": page(302, Location="/y"), "/y": page(200, JPEG)}
    outside = _outside_at_home(server, monkeypatch)
    assert outside.get(server.url("/x", "rebind.test")) == JPEG
    assert outside.get(server.url("/y", "rebind.test")) == JPEG


def _outside_at_home(server: Server, monkeypatch: pytest.MonkeyPatch) -> Downloader:
    """A downloader to which 8.8.8.8 is the test's server, by a detour below the HTTP library.

    The name `rebind.test` is 8.8.8.8 when it is asked for first, then this machine.
    """
    create = connection.create_connection

    def detour(address: tuple[str, int], *arguments: Any, **options: Any) -> Any:
        assert address[0] == "8.8.8.8", "a connection to what was not checked"
        return create(("127.0.0.1", address[1]), *arguments, **options)

    monkeypatch.setattr(connection, "create_connection", detour)
    answers = {"rebind.test": [["8.8.8.8"]], "a.test": [["8.8.8.8"]]}

    def look_up(host: str, port: int) -> list[str]:
        left = answers.get(host, [])
        return left.pop(0) if left else ["127.0.0.1"]

    return Downloader(config_for(server, allow_private=False), look_up)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of a.test, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl, which makes a certificate")
    path = tmp_path_factory.mktemp("tls") / "a.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    subject = ["-subj", "/CN=a.test", "-addext", "subjectAltName=DNS:a.test"]
    files = ["-keyout", str(path), "-out", str(path) + ".crt"]
    subprocess.run([*command.split(), *subject, *files], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def test_a_certificate_must_be_the_hosts_and_signed_by_someone_known(
    server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.pages["/x"] = page(200, JPEG)

    def asked(host: str) -> bytes:
        downloader = Downloader(config_for(server), lambda host, port: ["127.0.0.1"])
        try:
            return downloader.get(server.url("/x", host).replace("http", "https"))
        finally:
            downloader.end()

    with pytest.raises(FetchError, match=r"no secure connection \(self.signed") as caught:
        asked("a.test")
    assert caught.value.of_host and not caught.value.temporary
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert asked("a.test") == JPEG
    with pytest.raises(FetchError, match=r"no secure connection \(Hostname mismatch"):
        asked("b.test")


def test_proxies_of_the_environment_are_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.pages["/x"] = page(200, JPEG)
    assert get(server, "/x") == JPEG


def test_all_that_is_under_way_can_be_ended(server: Server) -> None:
    server.pages["/x"] = web.silent
    downloader = Downloader(config_for(server))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(downloader.get, server.url("/x"))
        while not server.asked:
            time.sleep(0.01)
        downloader.end()
        with pytest.raises(FetchError):
            running.result(5)
