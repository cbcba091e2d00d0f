"""The lean POST under the webhooks, against answers of every form."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from medicalcor.sandbox.poster import FAILURES, Poster

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSING = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
UNMEASURED = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


class Peer:
    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.connections = 0
        self.requests: list[bytes] = []
        self.closed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await self._read(reader):
            self.requests.append(head)
            writer.write(self.answer)
            if self.answer is not KEPT:
                break
        writer.close()
        self.closed.set()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        return head + await reader.readexactly(4)


@asynccontextmanager
async def posting(answer: bytes) -> AsyncIterator[tuple[Peer, Callable[[], "asyncio.Future[int]"]]]:
    peer, poster = Peer(answer), Poster()
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def post() -> int:
        return await poster.post(
            f"http://127.0.0.1:{port}/hook?a=1", body=b"body", headers={"X-Name": "value"}
        )

    async with server:
        yield peer, lambda: asyncio.ensure_future(post())
        await poster.close()
        await peer.closed.wait()


async def test_a_connection_is_kept_and_used_again():
    async with posting(KEPT) as (peer, post):
        assert [await post(), await post(), await post()] == [200, 200, 200]
        assert peer.connections == 1
        assert peer.requests[0].startswith(b"POST /hook?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"X-Name: value\r\n\r\nbody" in peer.requests[0]


@pytest.mark.parametrize(("answer", "status"), [(CLOSING, 503), (UNMEASURED, 202)])
async def test_a_connection_that_cannot_be_kept_is_not(answer, status):
    async with posting(answer) as (peer, post):
        assert [await post(), await post()] == [status, status]
        assert peer.connections == 2


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n", b"rubbish\r\n\r\n"])
async def test_no_answer_is_a_failure(answer):
    async with posting(answer) as (_, post):
        with pytest.raises(FAILURES):
            await post()


async def test_nobody_listening_is_a_failure():
    with pytest.raises(FAILURES):
        await Poster().post("http://127.0.0.1:1/", body=b"", headers={})
