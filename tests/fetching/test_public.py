"""Which IP addresses are those of the public internet."""

import pytest

from siger_pipeline.fetching.public import is_public


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "151.101.1.16", "100.63.255.255", "100.128.0.1", "172.32.0.1", "1.0.0.1"),
        *("2606:4700::6810:85e5", "2a00:1450:4001:82a::200e"),
        *("::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
    ],
)
def test_those_of_the_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3"),
        *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1"),
        *("169.254.169.254", "168.63.129.16", "192.0.0.192", "100.100.100.200"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:127.0.0.1"),
        *("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1"),
        *("2002:7f00:1::", "2001:0:4136:e378::", "2001:db8::1", "3fff::1", "100::1", "5f00::1"),
    ],
)
def test_all_others_are_not(address: str) -> None:
    assert not is_public(address)
