"""HubSpot's CRM API, in its dated paths (2026-03, 2026-09) and in the v3 and v4 ones that still answer."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from medicalcor.core import clock, ids
from medicalcor.sandbox.exchange import BodyNotJson, Reply, Request, reply_json
from medicalcor.sandbox.faults import Fault
from medicalcor.sandbox.providers import hubspot_schema as schema
from medicalcor.sandbox.providers.hubspot_search import search, wrong
from medicalcor.sandbox.providers.hubspot_store import Record, Store
from medicalcor.sandbox.settings import newest
from medicalcor.sandbox.twin import Stage, Twin, accepts

OBJECTS = r"/crm/(?:objects/2026-0[39]|v[34]/objects)"
BATCH_LIMIT = 100
CATEGORIES = {
    400: "VALIDATION_ERROR",
    401: "INVALID_AUTHENTICATION",
    403: "MISSING_SCOPES",
    404: "OBJECT_NOT_FOUND",
    409: "CONFLICT",
    429: "RATE_LIMITS",
}
WORDS = {
    401: "Authentication credentials not found. Give a token as Authorization: Bearer.",
    403: "This app hasn't been granted all required scopes to make this call.",
    404: "resource not found",
    423: "The object is locked",
}
LIMIT_HEADERS = {
    "X-HubSpot-RateLimit-Max": "190",
    "X-HubSpot-RateLimit-Remaining": "189",
    "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
    "X-HubSpot-RateLimit-Daily": "650000",
    "X-HubSpot-RateLimit-Daily-Remaining": "649999",
}


class Refused(Exception):
    """HubSpot says no."""

    def __init__(self, status: int, message: str, *, code: str = "", name: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.detail = (
            {"message": message, "code": code, "context": {"propertyName": [name]}} if code else None
        )

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "status": "error",
            "message": str(self),
            "correlationId": str(ids.new_id()),
            "category": CATEGORIES.get(self.status, "INTERNAL_ERROR"),
        }
        return {**body, "errors": [self.detail]} if self.detail else body


class HubSpot(Twin):
    name = "hubspot"
    mount = "/hubspot"
    limits: ClassVar[tuple[str, ...]] = ("TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY")

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._key = newest(stage.settings.hubspot_access_token)
        self._store = Store()
        routes: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
            ("POST", rf"{OBJECTS}/([\w-]+)/search", self._search),
            ("POST", rf"{OBJECTS}/([\w-]+)/batch/upsert", self._upsert),
            ("POST", rf"{OBJECTS}/([\w-]+)/batch/read", self._batch_read),
            ("POST", rf"{OBJECTS}/([\w-]+)", self._create),
            ("PUT", rf"{OBJECTS}/([\w-]+)/(\d+)/associations/default/([\w-]+)/(\d+)", self._associate),
            ("GET", rf"{OBJECTS}/([\w-]+)/(\d+)/associations/([\w-]+)", self._associations),
            ("GET", rf"{OBJECTS}/([\w-]+)/([^/]+)", self._read),
            ("PATCH", rf"{OBJECTS}/([\w-]+)/([^/]+)", self._update),
            ("DELETE", rf"{OBJECTS}/([\w-]+)/([^/]+)", self._archive),
            ("GET", r"/crm/(?:properties/2026-0[39]|v3/properties)/([\w-]+)(?:/(\w+))?", self._properties),
            ("POST", r"/crm/(?:properties/2026-0[39]|v3/properties)/([\w-]+)", self._define),
        )
        self._routes = [(method, re.compile(pattern), act) for method, pattern, act in routes]

    def answer(self, request: Request) -> Reply:
        if not accepts(self._key, request.header(b"authorization").removeprefix("Bearer ").strip()):
            return self.error(401)
        try:
            for method, pattern, act in self._routes:
                found = pattern.fullmatch(request.path) if method == request.method else None
                if found:
                    return act(request, *found.groups())
        except Refused as refused:
            return reply_json(refused.body(), status=refused.status)
        return self.error(404)

    # one record

    def _create(self, request: Request, kind: str) -> Reply:
        kind, asked = _kind(kind), _object(request)
        properties = self._checked(kind, asked.get("properties") or {}, record=None)
        for name in schema.REQUIRED.get(kind, ()):
            if not properties.get(name):
                raise Refused(400, f"{name} is required", code="REQUIRED_FIELD", name=name)
        targets = [self._target(kind, one) for one in asked.get("associations") or ()]
        record = self._store.create(kind, properties=properties)
        for other, type_id in targets:
            self._store.associate(record, other=other, type_id=type_id)
        return reply_json(record.shown(), status=201, headers=LIMIT_HEADERS)

    def _target(self, kind: str, association: dict[str, Any]) -> tuple[Record, int]:
        """HubSpot finds the other object's kind from the type of association."""
        type_id = int(((association.get("types") or [{}])[0]).get("associationTypeId", 0))
        if kind in schema.TO_CONTACT and type_id != schema.TO_CONTACT[kind]:
            raise Refused(
                400, f"No association type {type_id} from {kind} exists", code="INVALID_ASSOCIATION"
            )
        target = str((association.get("to") or {}).get("id", ""))
        other = self._store.records("contacts").get(target)
        if other is None:
            raise Refused(400, f"CONTACT=[{target}] is not valid", code="INVALID_OBJECT_IDS")
        return other, type_id

    def _read(self, request: Request, kind: str, value: str) -> Reply:
        record = self._found(request, _kind(kind), value)
        wanted = request.query.get("properties")
        shown = record.shown(wanted.split(",") if wanted else None)
        return reply_json(shown, headers=LIMIT_HEADERS)

    def _update(self, request: Request, kind: str, value: str) -> Reply:
        record = self._found(request, _kind(kind), value)
        properties = self._checked(record.kind, _object(request).get("properties") or {}, record=record)
        self._store.update(record, properties=properties)
        return reply_json(record.shown(), headers=LIMIT_HEADERS)

    def _archive(self, request: Request, kind: str, value: str) -> Reply:
        self._store.archive(self._found(request, _kind(kind), value))
        return Reply(status=204)

    def _found(self, request: Request, kind: str, value: str) -> Record:
        by = request.query.get("idProperty")
        if by is None:
            record = self._store.records(kind).get(value)
        else:
            record = self._store.holder(kind, name=by, value=value)
        if record is None:
            raise Refused(404, "resource not found")
        return record

    def _checked(self, kind: str, given: dict[str, Any], *, record: Record | None) -> dict[str, str]:
        known = self._store.definitions[kind]
        properties = {name: schema.stored(name, value) for name, value in given.items()}
        for name, value in properties.items():
            problem = schema.complaint(known.get(name), name=name, value=value)
            if problem:
                raise Refused(400, problem[1], code=problem[0], name=name)
            holder = self._store.holder(kind, name=name, value=value) if value else None
            if holder is not None and holder is not record:
                self._taken(name, holder=holder)
        return properties

    def _taken(self, name: str, *, holder: Record) -> None:
        if name == "email":
            raise Refused(409, f"Contact already exists. Existing ID: {holder.id}")
        words = f"{name} must be unique and its value is taken by {holder.id}"
        raise Refused(400, words, code="CONFLICTING_UNIQUE_VALUE", name=name)

    # many records

    def _search(self, request: Request, kind: str) -> Reply:
        """Without rate headers, as HubSpot does it."""
        kind, asked = _kind(kind), _object(request)
        problem = wrong(asked, known=self._store.definitions[kind])
        if problem:
            raise Refused(400, problem)
        lag = self.stage.panel.now.hubspot_index_lag
        return reply_json(search(self._store, kind=kind, asked=asked, lag=lag))

    def _upsert(self, request: Request, kind: str) -> Reply:
        kind, began = _kind(kind), schema.iso(clock.now())
        inputs = _inputs(request)
        results, errors = [], []
        for one in inputs:
            try:
                results.append(self._upsert_one(kind, one))
            except Refused as refused:
                if len(inputs) == 1:
                    raise
                trace = {"objectWriteTraceId": [str(one.get("objectWriteTraceId", ""))]}
                errors.append({**refused.body(), "context": trace})
        body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": began}
        body["completedAt"] = schema.iso(clock.now())
        if errors:
            body.update({"numErrors": len(errors), "errors": errors})
        return reply_json(body, status=207 if errors else 200, headers=LIMIT_HEADERS)

    def _upsert_one(self, kind: str, one: dict[str, Any]) -> dict[str, Any]:
        by, value = str(one.get("idProperty") or ""), str(one.get("id") or "")
        if not self._store.is_unique(kind, by):
            raise Refused(
                400, f"{by or 'idProperty'} is not a unique property", code="INVALID_ID_PROPERTY", name=by
            )
        if not value:
            raise Refused(400, "id is required", code="REQUIRED_FIELD", name="id")
        record = self._store.holder(kind, name=by, value=value)
        properties = self._checked(kind, {by: value, **(one.get("properties") or {})}, record=record)
        new = record is None
        if record is None:
            record = self._store.create(kind, properties=properties)
        else:
            self._store.update(record, properties=properties)
        shown = {**record.shown(), "new": new}
        if one.get("objectWriteTraceId"):
            shown["objectWriteTraceId"] = one["objectWriteTraceId"]
        return shown

    def _batch_read(self, request: Request, kind: str) -> Reply:
        kind, asked, began = _kind(kind), _object(request), schema.iso(clock.now())
        by, results = asked.get("idProperty"), []
        for one in _inputs(request):
            value = str(one.get("id", ""))
            found = (
                self._store.holder(kind, name=by, value=value) if by else self._store.records(kind).get(value)
            )
            if found:
                results.append(found.shown(asked.get("properties") or []))
        times = {"startedAt": began, "completedAt": schema.iso(clock.now())}
        return reply_json({"status": "COMPLETE", "results": results, **times}, headers=LIMIT_HEADERS)

    # associations and properties

    def _associate(self, request: Request, one: str, one_id: str, other: str, other_id: str) -> Reply:
        del request
        left = self._store.records(_kind(one)).get(one_id)
        right = self._store.records(_kind(other)).get(other_id)
        if left is None or right is None:
            raise Refused(404, "resource not found")
        type_id = schema.TO_CONTACT.get(left.kind, schema.TO_CONTACT.get(right.kind, 0))
        self._store.associate(left, other=right, type_id=type_id)
        kinds = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
        result = {"from": {"id": left.id}, "to": {"id": right.id}, "associationSpec": kinds}
        now = schema.iso(clock.now())
        body = {"status": "COMPLETE", "results": [result], "startedAt": now, "completedAt": now}
        return reply_json(body, headers=LIMIT_HEADERS)

    def _associations(self, request: Request, kind: str, record_id: str, other: str) -> Reply:
        record = self._found(request, _kind(kind), record_id)
        results = [
            {
                "toObjectId": int(other_id),
                "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": None}],
            }
            for other_id, type_id in self._store.associated(record, kind=_kind(other)).items()
        ]
        return reply_json({"results": results}, headers=LIMIT_HEADERS)

    def _properties(self, request: Request, kind: str, name: str | None) -> Reply:
        del request
        known = self._store.definitions[_kind(kind)]
        if name is None:
            return reply_json({"results": list(known.values())}, headers=LIMIT_HEADERS)
        if name not in known:
            raise Refused(404, f"Property {name} does not exist")
        return reply_json(known[name], headers=LIMIT_HEADERS)

    def _define(self, request: Request, kind: str) -> Reply:
        known, asked = self._store.definitions[_kind(kind)], _object(request)
        missing = [
            field for field in ("name", "label", "type", "fieldType", "groupName") if not asked.get(field)
        ]
        if missing:
            raise Refused(400, f"{', '.join(missing)} must be given", code="REQUIRED_FIELD", name=missing[0])
        if asked["name"] in known:
            raise Refused(409, f"A property named {asked['name']} already exists.")
        known[asked["name"]] = {"hasUniqueValue": False, "options": [], **asked}
        return reply_json(known[asked["name"]], status=201, headers=LIMIT_HEADERS)

    # how it says no

    def error(self, status: int) -> Reply:
        words = WORDS.get(status, "internal error" if status >= 500 else "Invalid input")
        return reply_json(Refused(status, words).body(), status=status)

    def rate_limited(self, fault: Fault) -> Reply:
        policy = str(fault.code or self.limits[0])
        body = {
            "status": "error",
            "message": f"You have reached your {policy.lower()} limit.",
            "errorType": "RATE_LIMIT",
            "correlationId": str(ids.new_id()),
            "policyName": policy,
        }
        wait = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        return reply_json(body, status=429, headers=wait)

    def reset(self) -> None:
        self._store = Store()


def _kind(name: str) -> str:
    kind = schema.type_named(name)
    if kind is None:
        raise Refused(400, f"Unable to infer object type from: {name}")
    return kind


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.json, dict):
        raise BodyNotJson("a JSON object is expected")
    return request.json


def _inputs(request: Request) -> list[dict[str, Any]]:
    inputs = _object(request).get("inputs")
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= BATCH_LIMIT:
        raise Refused(400, f"inputs is a list of one to {BATCH_LIMIT}")
    return inputs
