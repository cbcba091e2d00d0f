"""Models that are, or will be, switched off. The model is a setting; this is only for naming a dead one in time."""

from datetime import date

RETIRED_MODELS: dict[str, date] = {
    "gpt-5": date(2026, 12, 11),
    "gpt-5-mini": date(2026, 12, 11),
    "gpt-5-nano": date(2026, 12, 11),
    "o3": date(2026, 12, 11),
    "gpt-4o": date(2027, 1, 14),
    "gpt-4o-mini": date(2027, 1, 14),
    "gpt-4.1": date(2027, 1, 14),
    "gpt-4.1-mini": date(2027, 1, 14),
    "gpt-4.1-nano": date(2027, 1, 14),
    "whisper-1": date(2027, 2, 26),
    "gpt-4o-transcribe": date(2027, 2, 26),
    "gpt-4o-transcribe-diarize": date(2027, 2, 26),
    "gpt-4o-mini-transcribe": date(2027, 2, 26),
    "gpt-5.1": date(2027, 4, 1),
    "gpt-5.4-nano": date(2027, 4, 1),
}
"""Name → the day it stops answering (OpenAI's deprecations page, read in November 2026)."""
