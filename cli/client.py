"""A client of a farm's HTTP API: create a sequence, follow its events, fetch its film."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from cli.errors import CliError, Exit

_CONNECT_SECONDS = 10.0
_SILENCE_SECONDS = 60.0
"""Event streams send a comment every few seconds; longer silence means that the connection is dead."""


class FarmAway(Exception):
    """The farm could not be reached, or the connection broke: worth trying again."""


class FarmClient:
    """Speaks to the farm at `url` with `key`; every method raises FarmAway when the farm cannot be reached and CliError for its refusals."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        timeout = httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS)
        try:
            self._http = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=timeout, trust_env=False)
        except (httpx.InvalidURL, ValueError) as error:
            raise CliError(f"--farm {url}: is not an address: {error}. Give one such as http://farm.example:8000", Exit.BAD_INPUT) from None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def create(self, body: dict[str, Any], once: str) -> str:
        """Create a sequence and return its id; `once` is the idempotency key, so that trying again makes no second one."""
        answer = self._ask("POST", "/api/v1/sequences", json=body, headers={"Idempotency-Key": once})
        return str(answer["sequences"][0]["id"])

    def status(self, story: str) -> dict[str, Any]:
        """The sequence's status document."""
        return self._ask("GET", f"/api/v1/sequences/{story}")

    def exports(self, story: str) -> list[dict[str, Any]]:
        """The sequence's finished cuts."""
        return list(self._ask("GET", f"/api/v1/sequences/{story}/exports")["exports"])

    def cancel(self, story: str) -> None:
        """Stop the sequence and archive it."""
        self._ask("DELETE", f"/api/v1/sequences/{story}")

    def events(self, story: str) -> Iterator[dict[str, Any]]:
        """The sequence's progress events (docs/api.md), starting with a snapshot; ends when the story has. `{"type": "still"}` when there is no news."""
        try:
            with self._http.stream("GET", f"/api/v1/sequences/{story}/events", headers={"Accept": "text/event-stream"}) as response:
                if response.status_code != httpx.codes.OK:
                    response.read()
                    self._refused(response)
                data: list[str] = []
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        data.append(line[5:].removeprefix(" "))
                    elif line.startswith(":"):
                        yield {"type": "still"}
                    elif not line and data:
                        yield json.loads("\n".join(data))
                        data = []
        except (httpx.TransportError, ValueError) as error:
            raise FarmAway(f"{self.url}: {error or type(error).__name__}") from None

    def download(self, url: str, target: Path) -> int:
        """Fetch `url` into `target`, which appears whole or not at all; returns its size in bytes.

        Raises CliError when the disk is full or the folder refuses.
        """
        temporary = None
        try:
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".part")
            with os.fdopen(handle, "wb") as file, self._http.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    response.read()
                    self._refused(response)
                for piece in response.iter_bytes(1 << 20):
                    file.write(piece)
                size = file.tell()
                expected = response.headers.get("content-length")
                if expected and size != int(expected):
                    raise FarmAway(f"{self.url}: sent {size} of {expected} bytes")
            os.chmod(temporary, 0o666 & ~umask())
            os.replace(temporary, target)
            temporary = None
        except OSError as error:
            reason = "the disk is full; free some space and fetch it again" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
            raise CliError(f"{target}: cannot be written: {reason}. The film is kept at {url}", Exit.MACHINE) from None
        except httpx.TransportError as error:
            raise FarmAway(f"{self.url}: {error or type(error).__name__}") from None
        else:
            return size
        finally:
            if temporary:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, **more)
        except httpx.TransportError as error:
            raise FarmAway(f"{self.url}: {error or type(error).__name__}") from None
        if response.status_code >= httpx.codes.BAD_REQUEST:
            self._refused(response)
        try:
            return dict(response.json()) if response.content else {}
        except ValueError:
            raise CliError(f"{self.url}: answered something else than JSON; is it a Storyfarm gateway?", Exit.FARM_AWAY) from None

    def _refused(self, response: httpx.Response) -> None:
        """Raise what a refusal means for somebody at the command line."""
        try:
            error = response.json()["error"]
            said = f"{error['message']}{_issues(error)}"
        except (ValueError, KeyError, TypeError):
            said = f"answered {response.status_code} without saying why; is it a Storyfarm gateway?"
        status = response.status_code
        if status in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS):
            raise FarmAway(f"{self.url}: {said}")
        if status == httpx.codes.UNAUTHORIZED:
            raise CliError(f"{self.url}: {said} Give a key with --key or STORYFARM_KEY", Exit.FARM_AWAY)
        code = Exit.BAD_INPUT if status < httpx.codes.INTERNAL_SERVER_ERROR else Exit.FARM_AWAY
        raise CliError(f"{self.url}: {said}", code)


def _issues(error: dict[str, Any]) -> str:
    issues = (error.get("details") or {}).get("issues") or []
    lines = [f"\n  {'.'.join(map(str, issue.get('path', issue.get('loc', []))))}: {issue.get('message', issue.get('msg', ''))}" for issue in issues[:5]]
    return "".join(lines)


def umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
