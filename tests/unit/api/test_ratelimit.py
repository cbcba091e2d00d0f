"""Limits counted in memory."""

import asyncio

from medicalcor.core.ratelimit import Exceeded, Limit, RateLimiter


async def test_so_many_and_no_more() -> None:
    limiter, limit = RateLimiter(None), Limit(3, 60)
    taken = [await limiter.take(limit, route="r", caller="c") for _ in range(5)]
    assert taken[:3] == [None] * 3
    assert all(isinstance(one, Exceeded) and 0 < one.retry_after <= 60 for one in taken[3:])


async def test_routes_and_callers_are_counted_apart() -> None:
    limiter, limit = RateLimiter(None), Limit(1, 60)
    for route, caller in (("a", "x"), ("a", "y"), ("b", "x")):
        assert await limiter.take(limit, route=route, caller=caller) is None
    assert await limiter.take(limit, route="a", caller="x") is not None


async def test_a_generous_limit_is_kept_when_all_come_at_once() -> None:
    limiter, limit = RateLimiter(None), Limit(1_000, 60)
    taken = await asyncio.gather(*(limiter.take(limit, route="r", caller="c") for _ in range(1_500)))
    assert taken.count(None) == 1_000


async def test_it_starts_again_with_the_next_window() -> None:
    limiter, limit = RateLimiter(None), Limit(2, 1)
    while await limiter.take(limit, route="r", caller="c") is None:
        pass
    async with asyncio.timeout(5):
        while await limiter.take(limit, route="r", caller="c") is not None:
            await asyncio.sleep(0)
