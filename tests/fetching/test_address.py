"""What an address says, and which are refused unasked."""

import pytest

from siger_pipeline.fetching.address import Address, host_of, read_address
from siger_pipeline.fetching.failure import FetchError

PORTS = (80, 443)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a.com/x.jpg", Address("http", "a.com", 80, "/x.jpg")),
        (" HTTPS://A.com:443/x?y=1#z\n", Address("https", "a.com", 443, "/x?y=1")),
        ("http://a.com", Address("http", "a.com", 80, "/")),
        ("http://a.com/ü b.jpg", Address("http", "a.com", 80, "/%C3%BC%20b.jpg")),
        ("http://[2606::1]/x", Address("http", "2606::1", 80, "/x")),
        ("http://münchen.de/x", Address("http", "xn--mnchen-3ya.de", 80, "/x")),
        ("http://a.com/a\r\nHost: b/x", Address("http", "a.com", 80, "/a%0D%0AHost:%20b/x")),
        ("http://a.com\\@b.com/x", Address("http", "a.com", 80, "/%5C@b.com/x")),
    ],
)
def test_the_parts_of_an_address(text: str, expected: Address) -> None:
    assert read_address(text, PORTS) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "only http:// and https:// are fetched"),
        ("images/x.jpg", "only http:// and https:// are fetched"),
        ("//a.com/x.jpg", "only http:// and https:// are fetched"),
        ("a.com:80/x.jpg", "only http:// and https:// are fetched"),
        ("file:///etc/passwd", "file: only http:// and https:// are fetched"),
        ("ftp://a.com/x", "ftp: only http:// and https:// are fetched"),
        ("gopher://127.0.0.1:6379/_x", "gopher: only http:// and https:// are fetched"),
        ("data:image/png;base64,AAAA", "only http:// and https:// are fetched"),
        ("http:///x.jpg", "the address names no host"),
        ("http://u:p@a.com/x", "the address holds a user or a password"),
        ("http://a.com:22/x", "port 22 is not one of 80, 443"),
        ("http://a.com:0/x", "port 0 is not one of 80, 443"),
        ("http://a.com:99999/x", "it is not an address that can be read"),
        ("http://[::1/x", "it is not an address that can be read"),
        ("http://a b.com/x", "it is not an address that can be read"),
        (f"http://{'ü' * 70}.com/x", "it is not an address that can be read"),
        (f"http://a.com/{'x' * 5000}", "the address is longer than 4,096 characters"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_address(text, PORTS)
    assert str(caught.value) == reason
    assert not caught.value.temporary


def test_the_header_names_the_port_where_it_is_another_one() -> None:
    assert read_address("http://a.com/", PORTS).named == "a.com"
    assert read_address("https://a.com:444/", (444,)).named == "a.com:444"
    assert read_address("https://[2606::1]:444/", (444,)).named == "[2606::1]:444"


def test_the_host_in_messages() -> None:
    assert host_of("https://a.com:99/x") == "a.com"
    assert host_of("images/x.jpg\n") == "images"
    assert host_of("http://[::1/\x1b[31m") == "http://[::1/?[31m"
