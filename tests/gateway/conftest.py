"""A farm to ask over HTTP: a real store, real artifacts, a real Valkey, real gateways; a worker whose pictures are tiny."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
import uvicorn
from PIL import Image

from farm import catalog as catalogs
from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.progress import Progress
from farm.settings import Settings
from farm.store import Store
from farm.tickets import Tickets
from gateway.app import create_app
from gateway.outside import Outside
from gateway.server import listen, url_of
from gateway.wire import Protocol
from tests.gateway.tiny_worker import TinyWorker

ALL_SCOPES = ("stories:generate", "stories:read", "assets:read")
_number = count()
NO_LIMITS = {"general": "1000000/1", "generation": "1000000/1", "sign-in": "1000000/1"}


class Gallery(httpcore.AsyncMockBackend):
    """The outside world: hosts with one picture each; of others nobody has heard."""

    def __init__(self) -> None:
        super().__init__([])
        self._hosts: list[str] = []
        self._pictures: list[bytes] = []

    def hang(self, host: str, picture: bytes) -> str:
        """Show a file on a host, in place of what hung there; its address."""
        if host not in self._hosts:
            self._hosts.append(host)
            self._pictures.append(b"")
        self._pictures[self._hosts.index(host)] = picture
        return f"https://{host}/picture"

    async def find(self, host: str) -> list[str]:
        """The address of a host."""
        if host not in self._hosts:
            raise OSError("no such host")
        return [f"93.184.216.{self._hosts.index(host)}"]

    async def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        body = self._pictures[int(host.rpartition(".")[2])]
        return httpcore.AsyncMockStream([f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body])


def painted(colour: str, size: tuple[int, int] = (64, 80)) -> bytes:
    """A PNG of one colour."""
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "PNG")
    return target.getvalue()


class Serving:
    """One gateway in a thread of this process, with uvicorn as in production."""

    def __init__(self, app: Any) -> None:
        self.socket = listen("127.0.0.1", 0)
        self.url = url_of(self.socket)
        self.server = uvicorn.Server(
            uvicorn.Config(app, loop="uvloop", http=Protocol, ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=3)
        )
        self.app = app
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)
        self.thread.start()
        until = time.monotonic() + 10
        while not self.server.started and time.monotonic() < until and self.thread.is_alive():
            time.sleep(0.01)
        assert self.server.started, "the gateway did not start"

    def stop(self) -> None:
        """End it as SIGTERM would."""
        self.app.state.leave()
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()


class Farm:
    """What the tests use: addresses, keys, clients, the store behind them, and a worker."""

    def __init__(self, store: Store, artifacts: Artifacts, settings: Settings, catalog: Catalog, scratch: Path) -> None:
        self.store, self.artifacts, self.settings, self.catalog = store, artifacts, settings, catalog
        self.team, self.other_team = store.teams.ensure("ours", unlimited=True), store.teams.ensure("theirs", unlimited=True)
        self.key = store.keys.create(self.team, name="test").key
        self.progress, self.tickets = Progress(settings.redis_url), Tickets(settings.redis_url)
        self.worker = TinyWorker(store, artifacts, catalog, self.progress, scratch)
        self.gallery = Gallery()
        self._open: Serving = self.serve(NO_LIMITS)
        self._limited: Serving | None = None
        self.url = self._open.url
        self.client = self._client(self.key, self.url)
        self.other = self._client(store.keys.create(self.other_team, name="test").key, self.url)
        self._clients = [self.client, self.other]

    def serve(self, rates: dict[str, str], **more: Any) -> Serving:
        """Another gateway over the same farm."""
        return Serving(
            create_app(
                self.settings,
                self.catalog,
                self.store,
                self.artifacts,
                self.tickets,
                **{"rates": rates, "enhance_grace": 0.0, "outside": Outside(find=self.gallery.find, network=self.gallery), **more},
            )
        )

    def _client(self, key: str, url: str) -> httpx.Client:
        return httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=30)

    def client_with(self, scopes: set[str], *, limited: bool = False) -> httpx.Client:
        """A client with a new key of ours that has these scopes; `limited`: at a gateway with the usual rate limits."""
        key = self.store.keys.create(self.team, name="scoped", scopes=tuple(sorted(scopes))).key
        if limited and self._limited is None:
            self._limited = self.serve({})
        client = self._client(key, self._limited.url if limited and self._limited else self.url)
        self._clients.append(client)
        return client

    def count(self) -> int:
        """How many stories our team has."""
        return self.store.stories.count(self.team)

    def publish(self, story: str, **fields: Any) -> None:
        """Tell of a step of a story's first picture, as a worker would."""
        self.worker.publish(story, **fields)

    def close(self) -> None:
        """End the gateways."""
        for client in self._clients:
            client.close()
        for serving in (self._open, self._limited):
            if serving is not None:
                serving.stop()


def settings_of(folder: Path, redis: str, database: str | None = None) -> Settings:
    """Settings of a farm in a folder."""
    environment = {"STORYFARM_REDIS_URL": redis, "STORYFARM_SECRET": "a secret of the tests, long enough"}
    if database:
        environment["STORYFARM_DATABASE_URL"] = database
    return replace(Settings.from_environment(environment, home=folder), models=Path(__file__).parents[2] / "models.yaml")


@pytest.fixture(scope="module")
def farm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Farm]:
    """A farm fresh for each module, on SQLite; a module that parametrizes it with "postgresql" gets one on that, too."""
    folder = tmp_path_factory.mktemp("farm")
    database = None
    if getattr(request, "param", "sqlite") == "postgresql":
        database = request.getfixturevalue("postgres").create(f"gateway{next(_number)}")
    settings = settings_of(folder, redis_url, database)
    store = Store.open(settings.database_url)
    store.migrate()
    artifacts = Artifacts.open(settings.artifacts_url, settings.secret)
    made = Farm(store, artifacts, settings, catalogs.load(settings.models), folder)
    yield made
    made.close()
    store.close()


@pytest.fixture(autouse=True)
def _nothing_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test leaves runnable is finished, so that no other test's worker takes it."""
    yield
    if "farm" in request.fixturenames:
        request.getfixturevalue("farm").worker.run()
