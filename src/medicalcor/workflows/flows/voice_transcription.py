"""A recording becomes words, and the words a judgement of the lead; then the recording goes, or is kept under seal."""

from medicalcor.workflows.steps import calls as steps


async def write_down(sid: str, correlation_id: str, tries: int, traceparent: str | None) -> str:
    """Fetch, transcribe, analyse. Whatever has to wait starts a run of its own for later; nothing sleeps here."""
    said = await steps.fetch_recording(sid, correlation_id, tries, traceparent)
    if said == "transcribe":
        said = await steps.transcribe(sid, correlation_id, tries, traceparent)
    if said == "analyse":
        await steps.analyse(sid, correlation_id, traceparent)
        said = "let_go"
    if said == "let_go":
        return await steps.let_recording_go(sid, correlation_id, tries, traceparent)
    return said
