"""What may leave the house: a message without the names, numbers and addresses in it."""

import re

from medicalcor.domain.language.text import fold

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
_LINK = re.compile(r"https?://\S+")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}\b")
"""An IBAN."""
_CAPITAL = r"[^\W\d_a-zăâîșțşţäöüßáéíóúàèìòùâêîôûçñőű][\w'’-]*\.?"
_NAME = rf"{_CAPITAL}(?:[ ]{_CAPITAL}){{0,3}}"
_STREET = re.compile(
    rf"\b(?i:str(?:ada)?|bd|bdul|bulevardul|calea|aleea|șoseaua|soseaua|sos|piața|piata|rue|via|viale|calle|avenida"
    rf"|piazza|plaza)\b\.?\s+(?i:(?:de|la|del|della|du|des|lui)\s+)*{_NAME}(?:,?\s*(?i:nr|no|n°)?\.?\s*\d+\w?)?"
    rf"|\b{_CAPITAL}(?<=[a-z])(?:[- ](?i:straße|strasse|gasse|platz|utca|út|tér))\s+\d+\w?"
    r"|\b[A-ZÄÖÜ]\w+(?:straße|strasse|str\.|gasse|allee|platz|weg)\s+\d+\w?"
    rf"|\b\d{{1,4}}\s+{_NAME}\s(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Court|Square)\b"
)
_TOLD = re.compile(
    r"(?P<told>\b(?i:m[ăa] numesc|numele meu (?:este|e)|m[ăa] cheam[ăa]|aici|sunt|s[îi]nt|my name(?:'s| is)|i am|i[’']m"
    r"|this is|ich hei(?:ß|ss)e|mein name ist|ich bin|hier (?:ist|spricht)|je m[’']appelle|je suis|me llamo|soy|mi chiamo"
    rf"|sono|a nevem)\s+(?:(?i:dna|dl|dr|doamna|domnul|frau|herr|mrs|mr|ms|mme|sig)\.?\s+)?)(?P<name>{_NAME})"
)
"""Who writes says who they are."""
_SIGNED = re.compile(
    r"(?P<told>(?i:cu stimă|cu stima|cu respect|mulțumesc|multumesc|toate cele bune|o zi bună|numai bine|regards|thanks"
    r"|thank you|best wishes|sincerely|cheers|grüße|grüßen|gruß|danke|cordialement|merci|saludos|gracias|saluti"
    rf"|grazie|üdvözlettel)[,.! ]*\n?\s*)(?P<name>{_NAME})\s*$"
)
_SHORTEST_NAME = 3


def anonymous(text: str, *, name: str | None) -> str:
    """`text` without e-mail addresses, links, telephone and account numbers, streets, the person's own name, and the
    name under which somebody introduces themselves or signs."""
    text = _NUMBER.sub(
        "[number]", _ACCOUNT.sub("[number]", _EMAIL.sub("[e-mail]", _LINK.sub("[link]", text)))
    )
    text = _STREET.sub("[address]", text)
    for known in (_TOLD, _SIGNED):
        text = known.sub(lambda found: f"{found['told']}[name]", text)
    parts = {fold(part) for part in (name or "").split() if len(part) >= _SHORTEST_NAME}
    if parts:
        text = re.sub(r"[^\W\d_]+", lambda word: "[name]" if fold(word[0]) in parts else word[0], text)
    return text


_TAKEN = re.compile(f"{_LINK.pattern}|{_EMAIL.pattern}|{_NUMBER.pattern}")
_MARK = re.compile(r"\[#(\d{1,4})\]")


def masked(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` with marks (`[#1]`) for addresses, links and numbers, and what they stand for; `unmasked` undoes it."""
    taken: list[str] = []

    def mark(found: re.Match[str]) -> str:
        taken.append(found[0])
        return f"[#{len(taken)}]"

    return _TAKEN.sub(mark, text), tuple(taken)


def unmasked(text: str, taken: tuple[str, ...]) -> str:
    def back(found: re.Match[str]) -> str:
        place = int(found[1])
        return taken[place - 1] if 0 < place <= len(taken) else found[0]

    return _MARK.sub(back, text)
