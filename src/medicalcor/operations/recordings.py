"""What becomes of a recording: fetched, written down, then kept here under seal or deleted everywhere.

Each function is one step and may be begun again at any point. What comes next is said in a word; what was said in the
call never leaves the database but for the provider that writes it down.
"""

import io
import wave
from array import array
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from medicalcor.core import clock, context, jobs
from medicalcor.core.crypto.vault import seal, unseal
from medicalcor.core.database.pool import Connection, Row
from medicalcor.core.database.queries import statements
from medicalcor.core.database.transaction import record
from medicalcor.core.errors import KeyDestroyed, NotFound, ProviderError, ProviderRejected
from medicalcor.integrations.openai.client import AiClient
from medicalcor.integrations.twilio.client import TwilioClient
from medicalcor.operations import calls
from medicalcor.operations.ledger import Act, Ledger, by_system
from medicalcor.schemas.calls import CallTurn
from medicalcor.schemas.events.calls import CallNotTranscribed, RecordingDropped, RecordingKept

SQL = statements("medicalcor.operations", "calls.sql")
PAUSES = (1.0, 2.0, 5.0, 20.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0)
"""Seconds before another try. Twilio may have nothing to give just after it said that a recording is there."""
SAID_WITHIN = timedelta(minutes=10)
"""Twilio tells within seconds that a recording is there; when it does not, its word was lost, and it is asked."""
REPORT_WITHIN = timedelta(seconds=60)
"""So long the voice agent's own transcript is waited for: it knows who spoke."""
TRANSCRIPTION_SECONDS = 120.0
_STEREO = 2

Next = Literal["transcribe", "analyse", "let_go", "later", "waits", "nothing"]


async def fetch(
    ledger: Ledger, *, twilio: TwilioClient | None, ai_on: bool, sid: str, correlation_id: str, tries: int
) -> Next:
    """Have the sound here, sealed."""
    about = await _about(ledger, sid)
    task = _Task(ledger, about, sid, correlation_id, tries)
    if about["state"] in ("absent", "dropped"):
        return "nothing"
    if about["erased"] or about["transcript_source"] is not None:
        return "let_go"
    if _agent_will_tell(about):
        return await task.again(after=PAUSES[3])
    keep = ledger.settings.recordings == "keep"
    if not ai_on and not keep:
        return await task.give_up("ai_off")
    if about["fetched"]:
        return "transcribe"
    if twilio is None:
        return await task.give_up("not_configured")
    try:
        sound = await twilio.fetch_recording(sid, form="wav" if about["of"] == "call" else "mp3")
    except ProviderError as problem:
        return await task.after(problem)
    try:
        await _store(task, sound.content, keep=keep)
    except KeyDestroyed:
        return "let_go"
    return "transcribe"


async def transcribe(
    ledger: Ledger, *, ai: AiClient | None, sid: str, correlation_id: str, tries: int
) -> Next:
    """Have it written down, and keep what was said."""
    about = await _about(ledger, sid)
    task = _Task(ledger, about, sid, correlation_id, tries)
    if about["transcript_source"] is not None:
        return "analyse"
    if ai is None:
        return await task.give_up("ai_off")
    try:
        turns = await _turns(ai, about, await _sound(ledger, about, sid))
    except KeyDestroyed:
        return "let_go"
    except ProviderError as problem:
        return await task.after(problem)

    async def decide(connection: Connection) -> None:
        call = await calls.call(connection, call_id=about["id"])
        await calls.transcribed(task.act(connection), call, source="openai", turns=turns, language=None)

    await record(ledger.pool, decide, subject=about["person_id"])
    return "analyse"


async def let_go(
    ledger: Ledger, *, twilio: TwilioClient | None, sid: str, correlation_id: str, tries: int
) -> Next:
    """Delete it at Twilio; and here too, unless recordings are kept."""
    about = await _about(ledger, sid)
    task = _Task(ledger, about, sid, correlation_id, tries)
    if twilio is None or about["state"] == "dropped":
        return "nothing"
    try:
        await twilio.delete_recording(sid)
    except ProviderError as problem:
        return await task.again(after=task.pause(problem)) if task.may_try(problem) else "waits"
    if about["state"] == "kept" and ledger.settings.recordings == "keep" and not about["erased"]:
        return "nothing"

    async def decide(connection: Connection) -> None:
        await connection.execute(SQL["drop_sound"], sid)
        dropped = RecordingDropped(call_id=about["id"], lead_id=about["lead_id"], recording_sid=sid)
        await calls.append(task.act(connection), about, dropped)

    await record(ledger.pool, decide, subject=about["person_id"])
    return "nothing"


async def call_of(ledger: Ledger, *, sid: str) -> UUID:
    return UUID(int=(await _about(ledger, sid))["id"].int)


async def sweep(ledger: Ledger, *, ai_on: bool) -> int:
    """Go on with recordings that waited for AI, or for a word of Twilio's that got lost, and with those of people who were
    erased meanwhile."""
    now = clock.now()
    slot = int(now.timestamp()) // 600

    async def decide(connection: Connection) -> int:
        rows = await connection.fetch(
            SQL["waiting_recordings"], ai_on, now - 3 * SAID_WITHIN, now - SAID_WITHIN
        )
        for row in rows:
            await jobs.start(
                connection,
                jobs.TRANSCRIPTION,
                id=f"{jobs.TRANSCRIPTION.name}:{row['sid']}:sweep:{slot}",
                args=(row["sid"], str(row["call_id"]), 0),
            )
        return len(rows)

    return await record(ledger.pool, decide)


@dataclass(frozen=True, slots=True)
class _Task:
    """One run for one recording: how it goes on after a failure."""

    ledger: Ledger
    about: Row
    sid: str
    correlation_id: str
    tries: int

    def act(self, connection: Connection) -> Act:
        return Act(self.ledger, connection, by_system(self.correlation_id))

    def may_try(self, problem: ProviderError) -> bool:
        return not problem.permanent and self.tries < len(PAUSES)

    def pause(self, problem: ProviderError) -> float:
        return max(PAUSES[self.tries], problem.retry_after or 0)

    async def after(self, problem: ProviderError) -> Next:
        """Another try later, or none: then staff are told why."""
        if self.may_try(problem):
            return await self.again(after=self.pause(problem))
        return await self.give_up(problem.reason or problem.code)

    async def again(self, *, after: float) -> Next:
        async def decide(connection: Connection) -> None:
            await jobs.start(
                connection,
                jobs.TRANSCRIPTION,
                id=f"{jobs.TRANSCRIPTION.name}:{self.sid}:{self.correlation_id}:{self.tries + 1}",
                args=(self.sid, self.correlation_id, self.tries + 1, context.traceparent()),
                not_before=clock.now() + timedelta(seconds=after),
            )

        await record(self.ledger.pool, decide)
        return "later"

    async def give_up(self, reason: str) -> Next:
        about = self.about

        async def decide(connection: Connection) -> None:
            call = await calls.call(connection, call_id=about["id"])
            if call["transcript_source"] is not None or call["not_transcribed"] == reason:
                return
            event = CallNotTranscribed(
                call_id=about["id"], lead_id=about["lead_id"], recording_sid=self.sid, reason=reason
            )
            await calls.append(self.act(connection), call, event)

        await record(self.ledger.pool, decide, subject=about["person_id"])
        return "waits"


async def _about(ledger: Ledger, sid: str) -> Row:
    async with ledger.pool.acquire() as connection:
        row = await connection.fetchrow(SQL["recording_in_full"], sid)
    if row is None:
        raise NotFound("There is no such recording.")
    return row


def _agent_will_tell(about: Row) -> bool:
    return (
        about["of"] == "call"
        and about["vapi_id"] is not None
        and clock.now() - about["recorded_at"] < REPORT_WITHIN
    )


async def _store(task: _Task, sound: bytes, *, keep: bool) -> None:
    """Under the person's key: to erase the person is to lose the sound."""
    about, sid = task.about, task.sid

    async def decide(connection: Connection) -> None:
        key = await task.ledger.vault.subject_key(connection, about["person_id"])
        sealed = seal(key, sound, sid.encode())
        await connection.execute(SQL["store_sound"], sid, about["person_id"], sealed, clock.now())
        if keep:
            kept = RecordingKept(
                call_id=about["id"], lead_id=about["lead_id"], recording_sid=sid, bytes=len(sound)
            )
            await calls.append(task.act(connection), about, kept)

    await record(task.ledger.pool, decide, subject=about["person_id"])


async def _sound(ledger: Ledger, about: Row, sid: str) -> bytes:
    async with ledger.pool.acquire() as connection:
        sealed = await connection.fetchval(SQL["sound"], sid)
        if sealed is None:
            raise NotFound("The recording is not here any more.")
        key = await ledger.vault.subject_key(connection, about["person_id"])
    return unseal(key, sealed, sid.encode())


async def _turns(ai: AiClient, about: Row, sound: bytes) -> list[CallTurn]:
    """A voicemail is the caller's; of a call each side has a channel of its own."""
    if about["of"] == "voicemail":
        said = await _written(ai, sound, "voicemail.mp3")
        return [CallTurn(role="user", text=said)] if said else []
    caller, agent = _channels(sound)
    turns = [CallTurn(role="user", text=await _written(ai, caller, "call.wav"))]
    if agent is not None:
        turns.insert(0, CallTurn(role="assistant", text=await _written(ai, agent, "call.wav")))
    return [turn for turn in turns if turn.text]


async def _written(ai: AiClient, sound: bytes, filename: str) -> str:
    """Silence is no failure: nothing was said."""
    try:
        return await ai.transcribe(sound, filename=filename, language=None, timeout=TRANSCRIPTION_SECONDS)
    except ProviderRejected as refusal:
        if refusal.reason != "ai_nonsense":
            raise
        return ""


def _channels(sound: bytes) -> tuple[bytes, bytes | None]:
    """The caller's side and the agent's, each as a file of its own. Twilio's dual recordings have the caller first."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            rate, width, both = file.getframerate(), file.getsampwidth(), file.getnchannels()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        raise ProviderRejected(
            "The recording is no sound that can be read.", provider="twilio", reason="malformed_answer"
        ) from None
    if both != _STEREO or width != array("h").itemsize:
        return sound, None
    samples = array("h", frames)
    return _wav(samples[0::2], rate), _wav(samples[1::2], rate)


def _wav(samples: "array[int]", rate: int) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(samples.itemsize)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return made.getvalue()
