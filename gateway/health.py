"""For operators: is the process alive, and can it serve?"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from gateway.call import Call


class Health(BaseModel):
    """What the gateway sees of the farm."""

    status: str


async def alive(call: Call) -> Response:
    """The process answers; nothing else is asked."""
    return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})


async def ready(call: Call) -> Response:
    """The database answers (else 503); the event stream is reported, for without it waits only become slower."""
    house = call.house
    try:
        await house.threads.call(house.store.keys.authenticate, "sk_live_probe")
        database = True
    except Exception:
        database = False
    body = {
        "status": "ok" if database else "unavailable",
        "database": database,
        "events": house.waiters.connected,
        "waiting": house.waiters.waiting,
    }
    return JSONResponse(body, status_code=200 if database else 503, headers={"cache-control": "no-store"})
