"""What can be asked at the gateway, by name."""

from medicalcor.domain.voice.tools import PREFIX
from medicalcor.operations import ai, translating, voice_tools
from medicalcor.operations.asks import Function, Functions

VOICE: dict[str, Function] = {
    "clinic_info": voice_tools.clinic_info,
    "request_callback": voice_tools.request_callback,
    "hand_to_person": voice_tools.hand_to_person,
}
"""By the name that the voice agent knows; `domain/voice/tools.py` describes each to it."""

DESK: dict[str, Function] = {"desk.translate_message": translating.translate_message}
"""Asked by colleagues, at the dashboard."""

FUNCTIONS: Functions = {
    **{PREFIX + name: function for name, function in VOICE.items()},
    **ai.FUNCTIONS,
    **DESK,
}
