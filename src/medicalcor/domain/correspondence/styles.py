"""How mail programs introduce what they quote, in the languages of our patients.

Patterns are matched against folded lines: lower case, without diacritics, one space between words.
"""

import re
import unicodedata
from typing import Final

_APART = str.maketrans({"\u2019": "'", "\u2013": "-", "\u2014": "-", "ß": "ss"})
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
LONGEST_LINE: Final = 400
"""No introduction is longer; what follows on such a line is not looked at."""


def folded(line: str) -> str:
    plain = unicodedata.normalize(
        "NFKD", _UNSEEN.sub("", line[: 2 * LONGEST_LINE]).casefold().translate(_APART)
    )
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters[:LONGEST_LINE].split())


_ATTRIBUTIONS: Final = (
    r"on .+ wrote ?:",
    r"(?:in|pe|la|on) .+ a scris ?:?",
    r".+ a scris (?:in|pe|la) .+:",
    r"am .+ schrieb ?.*:",
    r".+ schrieb am .+:",
    r"le .+ a ecrit ?:",
    r"(?:il|in data) .+ ha scritto ?:",
    r"(?:el|en) .+ escribio ?:",
    r".+ ezt irta ?\(.+\) ?:",
    r".+ irta ?(?:\(.+\))? ?:",
)
ATTRIBUTION: Final = re.compile("|".join(f"(?:{one})" for one in _ATTRIBUTIONS))
ATTRIBUTION_BEGINS: Final = re.compile(
    r"(?:on|in|pe|la|am|le|il|el|en) \S|.*(?:schrieb am|ezt irta|keltezes|idopont)|.*<\S+@\S+>"
)
"""What the first of several lines looks like, when a program has wrapped the introduction."""
MOMENT: Final = re.compile(r"\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d\d")
"""An introduction says when; a patient who tells what somebody wrote rarely does."""

_ORIGINALS: Final = (
    "original message", "original appointment", "forwarded message", "forwarded by", "begin forwarded message",
    "mesaj original", "mesajul original", "mesaj initial", "mesaj redirectionat", "mesaj transmis",
    "ursprungliche nachricht", "originalnachricht", "weitergeleitete nachricht",
    "message d'origine", "message original", "message transfere", "message initial",
    "messaggio originale", "messaggio inoltrato", "forwarded by",
    "mensaje original", "mensaje reenviado",
    "eredeti uzenet", "tovabbitott uzenet", "tovabbitott level",
)  # fmt: skip
SEPARATOR: Final = re.compile(
    rf"[-_*=> ]{{2,}} ?(?:{'|'.join(map(re.escape, _ORIGINALS))}) ?[-_*=]*|begin forwarded message ?:"
)
RULE: Final = re.compile(r"_{10,}|-{10,}")

_SENDER: Final = ("from", "de la", "expeditor", "von", "de", "expediteur", "da", "mittente", "felado")
_OTHERS: Final = (
    "sent", "date", "to", "cc", "bcc", "subject", "reply-to", "importance", "attachments",
    "trimis", "data", "catre", "subiect", "subiectul",
    "gesendet", "datum", "an", "betreff", "antwort an",
    "envoye", "a", "objet", "repondre a",
    "inviato", "oggetto",
    "enviado", "enviado el", "fecha", "para", "asunto",
    "kuldve", "elkuldve", "cimzett", "masolatot kap", "targy",
)  # fmt: skip
HEADER_BEGINS: Final = re.compile(rf"\*?(?:{'|'.join(_SENDER)}) ?:\*? ?\S.*")
HEADER_GOES_ON: Final = re.compile(rf"\*?(?:{'|'.join(_OTHERS)}) ?:\*?(?: .*)?")

SIGNATURE: Final = re.compile(r"--")
DEVICE: Final = re.compile(
    r"sent (?:from|via) (?:my |the |yahoo|outlook|mail|proton|samsung|gmail|aol).{0,60}"
    r"|get outlook for .{0,40}|obtineti outlook .{0,40}|outlook .{0,20} beszerzese"
    r"|trimis (?:de pe|din|de la) (?:iphone|ipad|telefon|android|dispozitiv|yahoo|mail|outlook|samsung|gmail|aplicati).{0,60}"
    r"|(?:von meinem|gesendet (?:von|mit|aus)) .{0,60}(?:gesendet)?"
    r"|envoye (?:de(?:puis)?|a partir de) (?:mon|l'|mail|outlook|yahoo|la).{0,60}"
    r"|inviato da(?:l|lla)? (?:mio |iphone|ipad|mail|outlook|yahoo|smartphone|android|app|samsung).{0,60}"
    r"|enviado (?:desde|de) (?:mi|el|iphone|ipad|mail|outlook|yahoo|correo|la).{0,60}"
    r"|.{0,40}(?:iphone|ipad|android|telefon)\S* kuldve.{0,20}|elkuldve .{0,60}(?:iphone|ipad|android|telefon).{0,20}"
)
"""A line that a telephone adds by itself."""
