"""What can be asked at the gateway, by name."""

from medicalcor.domain.voice.tools import PREFIX
from medicalcor.operations import (
    ai,
    calendar_api,
    calendar_feed,
    offer_answers,
    translating,
    voice_booking,
    voice_tools,
)
from medicalcor.operations.asks import Function, Functions

VOICE: dict[str, Function] = {
    "clinic_info": voice_tools.clinic_info,
    "request_callback": voice_tools.request_callback,
    "hand_to_person": voice_tools.hand_to_person,
    **voice_booking.VOICE,
}
"""By the name that the voice agent knows; `domain/voice/tools.py` describes each to it."""

DESK: dict[str, Function] = {"desk.translate_message": translating.translate_message}
"""Asked by colleagues, at the dashboard."""

FUNCTIONS: Functions = {
    **{PREFIX + name: function for name, function in VOICE.items()},
    **ai.FUNCTIONS,
    **DESK,
    **calendar_api.FUNCTIONS,
    **calendar_feed.FUNCTIONS,
    **offer_answers.FUNCTIONS,
}
