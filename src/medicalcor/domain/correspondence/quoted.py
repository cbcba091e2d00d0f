"""A reply without what it replies to: what the person wrote now."""

from collections.abc import Sequence

from medicalcor.domain.correspondence import styles

_WRAPPED = 3
"""Lines over which a program may break its introduction."""
_DEVICE_LINES = 4
"""A telephone's line stands among the last of them."""


def own_words(text: str) -> str:
    """The text without quotations, signatures and what telephones add.

    Answers written between the quoted lines are kept. A message that is nothing but a quotation (a forwarded one) is
    given back whole, since that is what the person wanted to be read.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    kept = _without_signature(_unquoted(lines))
    return _tidy(kept) or _tidy(lines)


def _unquoted(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    folded = [styles.folded(line) for line in lines]
    at = 0
    while at < len(lines):
        if _is_quoted(folded[at]):
            at += 1
            continue
        introduced = _introduction(folded, at)
        if introduced is None:
            kept.append(lines[at])
            at += 1
            continue
        follows = _next_written(folded, at + introduced)
        if follows is None or not _is_quoted(folded[follows]):
            break  # quoted as it was, without marks: nothing of the rest is new
        at = follows
    return kept


def _is_quoted(line: str) -> bool:
    return line.startswith((">", "|>", "&gt;"))


def _next_written(folded: Sequence[str], start: int) -> int | None:
    return next((at for at in range(start, len(folded)) if folded[at]), None)


def _introduction(folded: Sequence[str], at: int) -> int | None:
    """How many lines, from `at` on, introduce a quotation; None when they do not."""
    line = folded[at]
    if styles.SEPARATOR.fullmatch(line):
        return 1
    if _is_header(folded, at):
        return 1
    if styles.RULE.fullmatch(line):
        following = _next_written(folded, at + 1)
        return 1 if following is not None and _is_header(folded, following) else None
    if not line or not (styles.ATTRIBUTION_BEGINS.match(line) or "irta" in line or "a scris" in line):
        return None
    for count in range(1, _WRAPPED + 1):
        part = folded[at : at + count]
        if not all(part):
            return None
        joined = " ".join(part)
        if len(joined) > styles.LONGEST_LINE:
            return None
        if styles.ATTRIBUTION.fullmatch(joined) and (styles.MOMENT.search(joined) or "@" in joined):
            return count
    return None


def _is_header(folded: Sequence[str], at: int) -> bool:
    """Outlook's: sender, moment, recipient and subject, a line each."""
    if not styles.HEADER_BEGINS.fullmatch(folded[at]):
        return False
    following = [line for line in folded[at + 1 : at + 8] if line][:4]
    return sum(bool(styles.HEADER_GOES_ON.fullmatch(line)) for line in following) >= 2


def _without_signature(lines: list[str]) -> list[str]:
    folded = [styles.folded(line) for line in lines]
    end = next((at for at, line in enumerate(folded) if styles.SIGNATURE.fullmatch(line)), len(lines))
    written = [at for at in range(end) if folded[at]]
    for at in reversed(written[-_DEVICE_LINES:]):
        if styles.DEVICE.fullmatch(folded[at]):
            end = at
    return lines[:end]


def _tidy(lines: Sequence[str]) -> str:
    """Without blank lines around, and at most one between."""
    kept: list[str] = []
    for line in (one.rstrip() for one in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
