"""Who there is, how they are reached, and who is not to be written to."""

from collections.abc import Mapping, Sequence

from medicalcor.core.database.pool import Connection
from medicalcor.core.database.queries import statements
from medicalcor.core.eventstore.store import Apply, Recorded
from medicalcor.core.text import folded
from medicalcor.schemas.events import people as events

SQL = statements("medicalcor.readmodels.people", "projection.sql")
TABLES = ("people", "addresses", "suppressions", "crm_links")


async def _created(connection: Connection, recorded: Recorded) -> None:
    name = recorded.event.name if isinstance(recorded.event, events.PersonCreated) else None
    person, source = recorded.subject_id, recorded.plain["source"]
    await connection.execute(
        SQL["create_person"], person, name, folded(name or ""), source, recorded.occurred_at
    )


async def _named(connection: Connection, recorded: Recorded) -> None:
    name = recorded.event.name if isinstance(recorded.event, events.PersonNamed) else None
    await connection.execute(SQL["name_person"], recorded.subject_id, name, folded(name or ""))


async def _address_added(connection: Connection, recorded: Recorded) -> None:
    value = recorded.event.value if isinstance(recorded.event, events.AddressAdded) else None
    plain = recorded.plain
    await connection.execute(
        SQL["add_address"], plain["address_key"], recorded.subject_id, plain["kind"], value, recorded.occurred_at
    )


async def _language(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(SQL["set_language"], recorded.subject_id, recorded.plain["language"])


async def _opted_out(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(
        SQL["opt_out"], recorded.subject_id, recorded.occurred_at, recorded.plain["address_keys"]
    )


async def _crm_linked(connection: Connection, recorded: Recorded) -> None:
    plain = recorded.plain
    await connection.execute(
        SQL["link_crm"], recorded.subject_id, plain["provider"], plain["external_id"], recorded.occurred_at
    )


async def _erased(connection: Connection, recorded: Recorded) -> None:
    await connection.execute(SQL["erase"], recorded.subject_id, recorded.occurred_at)


APPLY: Mapping[str, Sequence[Apply]] = {
    events.PersonCreated.type: (_created,),
    events.PersonNamed.type: (_named,),
    events.AddressAdded.type: (_address_added,),
    events.LanguageDetected.type: (_language,),
    events.OptedOut.type: (_opted_out,),
    events.CrmLinked.type: (_crm_linked,),
    events.PersonErased.type: (_erased,),
}
