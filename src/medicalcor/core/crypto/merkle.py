"""The Merkle tree of RFC 6962 over (position, hash) pairs: one short value that stands for a range of the log.

Leaves and nodes are hashed under different prefixes, so that no node passes for a leaf. The root is made while
the leaves stream by: what is kept is one hash a level.
"""

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").digest()
"""The root of no leaves at all."""

_LEAF = b"\x00"
_NODE = b"\x01"


def leaf(position: int, event_hash: bytes) -> bytes:
    return hashlib.sha256(_LEAF + position.to_bytes(8, "big", signed=True) + event_hash).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


class Tree:
    """Grows leaf by leaf; `root` may be asked at any time."""

    def __init__(self) -> None:
        self.leaves = 0
        self._peaks: list[bytes] = []
        """Roots of the complete subtrees, the largest first: one for every bit set in `leaves`."""

    def add(self, position: int, event_hash: bytes) -> None:
        grown = leaf(position, event_hash)
        complete = self.leaves
        while complete & 1:
            grown = node(self._peaks.pop(), grown)
            complete >>= 1
        self._peaks.append(grown)
        self.leaves += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        folded = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            folded = node(peak, folded)
        return folded


def root(pairs: Iterable[tuple[int, bytes]]) -> bytes:
    """The root over (position, hash) pairs in the order given."""
    tree = Tree()
    for position, event_hash in pairs:
        tree.add(position, event_hash)
    return tree.root()
