"""As much of a hub of weights as fetching a snapshot asks for, on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "a" * 40
TOKEN = "hf_right"


class Hub(ThreadingHTTPServer):
    """Serves repositories: name to files. `gated` ones open to TOKEN alone, files of `torn` ones arrive changed, of `slow` ones in drops."""

    daemon_threads = True

    def __init__(self, repositories: Mapping[str, Mapping[str, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.repositories = repositories
        self.gated: set[str] = set()
        self.torn: set[str] = set()
        self.slow: set[str] = set()
        self.fetched: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(repositories: Mapping[str, Mapping[str, bytes]]) -> Iterator[Hub]:
    hub = Hub(repositories)
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()


def environment(hub: Hub, models: str, cache: Path) -> dict[str, str]:
    """The settings with which a command asks `hub` alone."""
    return {
        "STORYFARM_MODELS": models,
        "HF_ENDPOINT": hub.url,
        "HF_HUB_CACHE": str(cache),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "0",
        "NO_PROXY": "*",
        "no_proxy": "*",
    }


class _Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0]
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token != TOKEN:
            return self._send(401, b'{"error": "Invalid credentials in Authorization header"}', {"x-error-message": "Invalid credentials"}, body)
        name = "/".join(path.removeprefix("/api/models").strip("/").split("/")[:2])
        files = self.server.repositories.get(name)
        if files is None:
            return self._send(401 if not token else 404, b"{}", {"x-error-code": "RepoNotFound"}, body)
        if path.startswith("/api/models/"):
            return self._listing(path, name, files, body)
        file = path.partition("/resolve/")[2].partition("/")[2]
        if file not in files:
            return self._send(404, b"{}", {"x-error-code": "EntryNotFound"}, body)
        if name in self.server.gated and token != TOKEN:
            return self._send(403 if token else 401, b"{}", {"x-error-code": "GatedRepo"}, body)
        data = files[file]
        headers = {"etag": f'"{_oid(file, data)}"', "x-repo-commit": COMMIT}
        if body:
            self.server.fetched.append(file)
        sent = bytes(len(data)) if name in self.server.torn and file.endswith(".safetensors") else data
        return self._send(200, sent, headers, body, slow=name in self.server.slow and file.endswith(".safetensors"))

    def _listing(self, path: str, name: str, files: Mapping[str, bytes], body: bool) -> None:
        if "/tree/" in path:
            document: Any = []
            for file, data in files.items():
                entry: dict[str, Any] = {"type": "file", "path": file, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
                if file.endswith(".safetensors"):
                    entry["lfs"] = {"oid": _oid(file, data), "size": len(data), "pointerSize": 100}
                document.append(entry)
        else:
            siblings = [{"rfilename": file} for file in files]
            document = {"id": name, "sha": COMMIT, "siblings": siblings, "private": False, "gated": False, "downloads": 0, "tags": []}
        self._send(200, json.dumps(document).encode(), {"content-type": "application/json"}, body)

    def _send(self, status: int, data: bytes, headers: dict[str, str], body: bool, *, slow: bool = False) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        try:
            for begin in range(0, len(data), 1 << 16):
                self.wfile.write(data[begin : begin + (1 << 16)])
                if slow:
                    time.sleep(0.01)
        except OSError:
            pass  # who asked has gone

    def log_message(self, *_: Any) -> None: ...


def _oid(name: str, data: bytes) -> str:
    """What the hub calls a file: a large one by its SHA-256."""
    return hashlib.sha256(data).hexdigest() if name.endswith(".safetensors") else hashlib.sha1(data).hexdigest()
