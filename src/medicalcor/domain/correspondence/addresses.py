"""E-mail addresses as people are recognised by them."""

import re

_LOCAL = re.compile(r"[^\s@<>\"(),:;\[\]\\\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?")
_LONGEST = 254


def normalised(written: str | None) -> str | None:
    """`Ana <Ana@Example.RO>` as `ana@example.ro`; None when it is no address that mail could go to.

    Nothing is guessed: dots and `+tags` stay, for what they mean is the provider's business.
    """
    text = (written or "").strip()
    opened = text.rfind("<")
    if opened >= 0 and text.endswith(">"):
        text = text[opened + 1 : -1].strip()
    local, _, domain = text.removeprefix("mailto:").lower().rpartition("@")
    domain = domain.rstrip(".")
    labels = domain.split(".")
    if len(local) + len(domain) >= _LONGEST or len(labels) < 2 or not _LOCAL.fullmatch(local):
        return None
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return None
    return f"{local}@{domain}"
