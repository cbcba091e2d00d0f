"""The workflows that other systems may start by name: one entry each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from medicalcor.core import jobs
from medicalcor.core.jobs import Job
from medicalcor.schemas.api import OneEffect, OneLead, OneRecording
from medicalcor.schemas.base import Shape


@dataclass(frozen=True)
class Startable:
    """`args` are stored in the clear: ids only."""

    description: str
    job: Job
    takes: type[Shape]
    example: Mapping[str, Any]
    args: Callable[[Any, str], tuple[Any, ...]]
    """From the payload and the correlation id."""
    place: tuple[str, Callable[[Any], Any]] | None = None
    """Where its queue has turns: the statement of `runs.sql` that finds whose turn it is, and the id to look for.
    Finds nothing: there is no such thing."""
    job_of: Callable[[Any], Job] | None = None
    """Which of several queues, by the row that `place` finds; None: the job's."""


_ID = "0198f3a2-7c11-7d3e-9a55-3f1f0c2b4d5e"

STARTABLE: Mapping[str, Startable] = {
    "lead-scoring": Startable(
        "Judge a lead anew by all that was said, now; alerts and tasks follow as after a message.",
        jobs.LEAD_SCORING,
        OneLead,
        {"lead_id": _ID},
        args=lambda asked, correlation_id: (str(asked.lead_id), correlation_id),
        place=("place_of_lead", lambda asked: asked.lead_id),
    ),
    "effect-delivery": Startable(
        "Try an effect that has not come to its end again, without waiting for the next sweep. Nothing is sent twice.",
        jobs.DELIVER,
        OneEffect,
        {"effect_id": _ID},
        args=lambda asked, _: ([str(asked.effect_id)],),
        place=("place_of_effect", lambda asked: asked.effect_id),
        job_of=lambda row: jobs.delivery_of(row["kind"]),
    ),
    "voice-transcription": Startable(
        "Fetch a recording of a call, have it written down, and judge the lead by what was said. What has been written"
        " down already stays as it is.",
        jobs.TRANSCRIPTION,
        OneRecording,
        {"recording_sid": "RE0123456789abcdef0123456789abcdef"},
        args=lambda asked, correlation_id: (asked.recording_sid, correlation_id, 0),
        place=("place_of_recording", lambda asked: asked.recording_sid),
    ),
    "booking-agent": Startable(
        "Offer a lead times for a visit where they can be written to; what they answer moves the dialogue on to a"
        " booking. Asks what for when that is not known.",
        jobs.BOOKING_AGENT,
        OneLead,
        {"lead_id": _ID},
        args=lambda asked, correlation_id: (str(asked.lead_id), None, correlation_id),
        place=("place_of_lead", lambda asked: asked.lead_id),
    ),
}

NAMES: Mapping[str, str] = {entry.job.name: name for name, entry in STARTABLE.items()}
"""The engine's name → ours."""
