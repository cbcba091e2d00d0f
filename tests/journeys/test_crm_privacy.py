"""What HubSpot is told: that something happened, and never what a patient wants, has or complains of."""

import json
from uuid import uuid4

from tests.journeys.test_emergency import EMERGENCY
from tests.journeys.test_whatsapp_message import HOT, WARM
from tests.stack import Stack

HEALTH = (
    "implant", "albir", "whitening", "aufhellung", "febr", "fever", "umfl", "swell", "dure", "pain", "schmerz",
    "bleed", "sânge", "emergen", "urgent", "respir", "zahn", "dinte", "tooth", "procedure",
)  # fmt: skip
"""Beginnings of words that say something of a person's health or wishes."""
OURS = {"hs_task_priority", "hs_task_type", "hs_task_status"}


def told(stack: Stack) -> str:
    """Everything that HubSpot was given to keep: no searches, no fields that only sort work."""
    kept = [
        {name: said for name, said in properties.items() if name not in OURS}
        for what in ("contacts", "notes", "tasks", "calls", "communications")
        for properties in stack.made(what)
    ]
    assert kept
    return json.dumps(kept, ensure_ascii=False).lower()


def test_by_default_nothing_of_health_reaches_hubspot(stack: Stack, phone: str) -> None:
    canary = uuid4().hex[:12]
    texts = [*HOT.values(), *WARM.values(), *EMERGENCY.values()]
    for number, text in enumerate(texts):
        stack.say(f"+4073{phone[-5:]}{number:02d}", f"{text} {canary}", name="Ana Ionescu")
    stack.settle(90)
    words = told(stack)
    assert canary not in words, "nothing that was said"
    found = [word for word in HEALTH if word in words]
    assert not found, words
