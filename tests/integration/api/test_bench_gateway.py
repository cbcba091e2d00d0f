"""The benchmark counts truly."""

import asyncio
import json

import pytest
from click.testing import CliRunner
from gateway_support import SECRET, Stored

from medicalcor.cli.bench_gateway import gateway as bench


async def test_what_it_reports_is_what_is_stored(
    gateway: str, database_url: str, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("WHATSAPP_WEBHOOK_SECRET", SECRET)
    arguments = ["--seconds", "0.5", "--connections", "8", "--url", gateway]
    result = await asyncio.to_thread(CliRunner().invoke, bench, arguments)
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert report["errors"] == 0
    assert report["requests"] == report["rows_stored"] > 0
    assert 0 < report["p50_ms"] <= report["p99_ms"]
    assert report["requests"] <= len(await stored.rows("message"))
