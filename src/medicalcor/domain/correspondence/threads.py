"""Which messages belong together, by the ids that mail programs carry along."""

import re
from collections.abc import Iterable

_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,250}>")
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fw|fwd|r|i|aw|wg|antw|tr|rv|enc|rif|v|vá|ri|inl|răsp|rasp|redir)(?:\[\d+\])?\s*:\s*)+",
    re.IGNORECASE,
)


def message_ids(*written: str | Iterable[str] | None) -> tuple[str, ...]:
    """The ids in headers such as `References`, in order, each once; with their angle brackets."""
    texts = [text if isinstance(text, str) else " ".join(text or ()) for text in written]
    return tuple(dict.fromkeys(found for text in texts for found in _ID.findall(text)))


def canonical_ids(written: str | None) -> tuple[str, ...]:
    """As `message_ids`, also where the service has taken the angle brackets off."""
    found = message_ids(written)
    if found:
        return found
    bare = (one for one in (written or "").split() if "@" in one)
    return message_ids(" ".join(f"<{one}>" for one in bare))


def plain_subject(subject: str | None) -> str:
    """Without `Re:`, `Fwd:`, `AW:`, `Vá:` and their like, and on one line."""
    return _PREFIX.sub("", " ".join((subject or "").split()))
