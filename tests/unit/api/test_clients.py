"""Whose request it is, behind proxies of ours and of others."""

import pytest

from medicalcor.api.clients import client_of, networks

OURS = networks(["10.0.0.0/8", "127.0.0.1", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", [b"198.51.100.1"], "203.0.113.7"),
        ("10.1.2.3", [b"198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", [b"198.51.100.1:51234"], "198.51.100.1"),
        ("10.1.2.3", [b"1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", [b"1.1.1.1", b"198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", [b"1.1.1.1, 198.51.100.1", b"10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", [b"1.1.1.1, nonsense, 10.9.9.9"], "10.9.9.9"),
        ("10.1.2.3", [b""], "10.1.2.3"),
        ("10.1.2.3", [b"10.4.4.4"], "10.4.4.4"),
        ("10.1.2.3", [b"\xff\xfe"], "10.1.2.3"),
        ("::ffff:10.1.2.3", [b"198.51.100.1"], "198.51.100.1"),
        ("fd00::1", [b"[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:aaaa::1", [], "2001:db8:1:2::/64"),
        (None, [b"198.51.100.1"], "unknown"),
    ],
)
def test_only_our_proxies_are_believed(peer: str | None, forwarded: list[bytes], client: str) -> None:
    assert client_of(peer, forwarded, OURS) == client


def test_without_proxies_of_ours_nobody_is_believed() -> None:
    assert client_of("10.1.2.3", [b"198.51.100.1"], ()) == "10.1.2.3"
