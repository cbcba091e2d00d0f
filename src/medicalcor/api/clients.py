"""Whose request it is: the address it came from, seen through our own proxies and through no others."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
UNKNOWN = "unknown"
_HOUSE = 64
"""Bits of an IPv6 address that tell houses apart; within one, everybody has all the addresses they like."""


def networks(given: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ip_network(one, strict=False) for one in given)


def client_of(peer: str | None, forwarded: Sequence[bytes], proxies: Sequence[Network]) -> str:
    """The nearest address that is not one of our proxies'.

    `forwarded` are the `X-Forwarded-For` headers as they came. Each proxy adds whom it heard from at the end, so they
    are read from there, and only as long as the one who said so is ours: what stands further left anybody may claim.
    """
    nearest = _address(peer or "")
    if nearest is None:
        return peer or UNKNOWN
    if proxies and _ours(nearest, proxies):
        for said in reversed(b",".join(forwarded).split(b",")):
            earlier = _address(said.decode("latin-1").strip())
            if earlier is None:
                break
            nearest = earlier
            if not _ours(nearest, proxies):
                break
    return _house(nearest)


def _ours(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in proxies)


def _address(text: str) -> Address | None:
    """With or without a port."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _house(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, _HOUSE), strict=False))
