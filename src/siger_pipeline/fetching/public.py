"""Which IP addresses are those of the public internet.

The networks are those of IANA's special-purpose registries, spelt out: what Python's `ipaddress`
takes for private differs from one version to the next.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "127.0.0.0/8"),  # this machine
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),  # private, shared
            *("169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24"),  # link-local, protocols
            *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15"),  # examples
            "224.0.0.0/3",  # groups, reserved
            "168.63.129.16/32",  # a cloud's service for its machines
        ),
    )
)
# Of IPv6 one block is public, but for protocols, tunnels to IPv4 and documentation.
GLOBAL_UNICAST = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def is_public(text: str) -> bool:
    """Whether an IP address, as a resolver writes it, is one of the public internet.

    Not so are addresses of this machine, of private, shared and link-local networks, of groups, and
    those that are reserved; nor IPv6 addresses that stand for such an IPv4 address.
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is None:
            return address in GLOBAL_UNICAST and not any(address in net for net in NOT_PUBLIC_6)
        address = inner
    return not any(address in network for network in NOT_PUBLIC_4)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None
