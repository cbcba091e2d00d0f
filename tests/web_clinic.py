"""A clinic with a morning behind it, for the dashboard's tests: one lead for every need, and some quiet ones."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medicalcor.core import clock
from medicalcor.operations.ledger import Ledger
from tests.web_story import Told, told

__all__ = ["Morning", "Told", "ana", "bogdan", "carmen", "doina", "emil", "morning", "told"]


@dataclass(frozen=True)
class Morning:
    """Leads by what they are in the story."""

    ana: Told
    bogdan: Told
    carmen: Told
    doina: Told
    emil: Told
    at: datetime


async def ana(ledger: Ledger) -> Told:
    """Hot: asked for a price and a visit, nobody has called."""
    story = await told(ledger, "Ana Popescu", "+40722000001", start=9).begin()
    await story.writes("Bună ziua! Faceți implanturi dentare?", ago=9)
    await story.scored(3, ago=9, marks=[("implanturi dentare", "procedure:implant")], procedures=["implant"])
    await story.answered("Bună ziua! Da, facem implanturi. Pentru câți dinți vă interesează?", ago=8.8)
    await story.writes(
        "Doi dinți. Cât costă un implant și când pot veni la consultație? Aș vrea săptămâna asta.", ago=6
    )
    await story.scored(
        5,
        ago=6,
        marks=[
            ("Cât costă", "budget"),
            ("implant", "procedure:implant"),
            ("când pot veni la consultație", "book"),
        ],
        procedures=["implant"],
        budget=True,
        intent_to_book=True,
        routing="call_now",
        urgency="high",
        reasoning="Asks for the price of two implants and wants a visit this week.",
        suggested_action="Call now; offer a consultation with the implant team this week.",
    )
    await story.answered(
        "hot_lead_ack", ago=5.9, template=True, status="delivered", reason="hot_lead", score=5
    )
    return story


async def bogdan(ledger: Ledger) -> Told:
    """An emergency nobody has reacted to."""
    story = await told(ledger, "Bogdan Țepeș", "+40722000002", start=3).begin()
    await story.writes("Mi s-a umflat fața până la ochi și respir greu, ce să fac?", ago=3)
    await story.scored(
        5,
        ago=3,
        marks=[
            ("respir greu", "emergency:breathing"),
            ("umflat fața până la ochi", "emergency:eye_swelling"),
        ],
        emergency=True,
        urgency="high_priority",
        flags=("breathing", "swelling"),
        routing="emergency",
        reasoning="Swelling reaches the eye and breathing is hard.",
        suggested_action="Call at once; if they do not pick up, call 112 for them.",
        intent="emergency",
        scorer="rules",
        why="ai_timeout",
        confidence=0.97,
    )
    await story.answered(
        "Sunați imediat la 112 sau mergeți la urgențe. Vă sună și un coleg acum.",
        ago=2.9,
        written_by="phrases",
        status="read",
        reason="emergency",
    )
    return story


async def carmen(ledger: Ledger, by: UUID) -> Told:
    """A colleague answers; an automatic answer was not sent because of it."""
    story = await told(ledger, "Carmen Ilie", "+40722000003", start=190).begin()
    await story.writes("Hallo, was kostet eine Zahnreinigung bei Ihnen?", ago=190)
    await story.scored(
        3,
        ago=190,
        marks=[("kostet", "budget"), ("Zahnreinigung", "procedure:cleaning")],
        procedures=["cleaning"],
        budget=True,
        rules_score=3,
    )
    await story.answered("Guten Tag! Eine Zahnreinigung dauert etwa 45 Minuten.", ago=189)
    await story.taken_over(by, ago=60)
    await story.answered(
        "Guten Tag Frau Ilie, hier ist Elena vom Empfang. Passt Ihnen Donnerstag um 10?", ago=58, by=by
    )
    await story.writes("Ja, sehr gern!", ago=40)
    await story.answered("Wunderbar.", ago=40, status="refused", reason="taken_over")
    return story


async def doina(ledger: Ledger) -> Told:
    """A message to her did not arrive."""
    story = await told(ledger, "Doina Marin", "+40722000004", start=95).begin()
    await story.writes("Aveți program sâmbăta?", ago=95)
    await story.scored(2, ago=95, marks=[("program", "looking")], rules_score=2, confidence=0.71)
    await story.answered("Da, sâmbăta suntem deschiși între 9 și 14.", ago=94, status="failed")
    return story


async def emil(ledger: Ledger) -> Told:
    """Wrote, and got no answer."""
    story = await told(ledger, None, "+40722000005", start=17).begin()
    await story.writes("Se poate plăti în rate?", ago=17)
    await story.scored(
        2, ago=17, marks=[("rate", "budget")], budget=True, rules_score=4, scorer="ai", confidence=0.58
    )
    return story


_QUIET = (
    ("Felix König", "de", "Vielen Dank, dann weiß ich Bescheid.", 1, "smalltalk"),
    (
        "Gabriela Neagu",
        "ro",
        "Cât durează albirea? Mă interesează pentru nunta surorii mele din mai.",
        3,
        "whitening",
    ),
    ("Horia Bălan", "ro", "Am văzut reclama voastră. Ce oferiți?", 2, None),
    ("Ileana Crețu", "ro", "Aș vrea fațete pe frontali, cum procedăm?", 3, "veneers"),
    (
        "Jonathan Whitfield-Montgomery",
        "en",
        "Do you also treat children? My son is six and a bit anxious.",
        3,
        "pediatric",
    ),
    ("Kinga Szabó", "ro", "Mulțumesc mult!", 1, "smalltalk"),
    ("Laura Stănescu", "ro", "Puteți să-mi trimiteți lista de prețuri?", 2, None),
    ("Mihai Ștefănescu", "ro", "Vreau aparat dentar pentru fiica mea, are 13 ani", 3, "orthodontics"),
)


async def morning(ledger: Ledger, *, by: UUID) -> Morning:
    """All of it: one lead for every need, and some quiet ones."""
    for number, (name, language, text, score, about) in enumerate(_QUIET):
        story = await told(
            ledger, name, f"+4073300{number:04}", language=language, start=240 + 190 * number
        ).begin()
        ago = 240 + 190 * number
        await story.writes(text, ago=ago)
        procedures = [about] if about and about != "smalltalk" else []
        await story.scored(
            score, ago=ago, procedures=procedures, routing="none" if score == 1 else "automatic"
        )
        if score > 1:
            await story.answered("Vă mulțumim pentru mesaj. Un coleg vă poate suna mâine la 10?", ago=ago - 1)
    return Morning(
        ana=await ana(ledger),
        bogdan=await bogdan(ledger),
        carmen=await carmen(ledger, by),
        doina=await doina(ledger),
        emil=await emil(ledger),
        at=clock.now(),
    )
