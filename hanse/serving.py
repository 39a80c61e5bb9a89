"""Listen on a port first, so that a port in use is an error before anything starts; then serve until a signal."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

import uvicorn

from hanse.http_protocol import HttpProtocol, WebSocketProtocol, watch
from hanse.lifespan import StartupError
from hanse.open_connections import ConnectionRules
from hanse.open_files import allow_connections
from hanse_wire.command_line import CommandError
from hanse_wire.garbage import collect_when_idle, start_collecting
from hanse_wire.server_settings import ServerSettings

GRACEFUL_SHUTDOWN = 30  # seconds that requests in flight get
# uvloop takes one new connection per turn and listening descriptor, and a turn of a busy router takes milliseconds.
# With 50 concurrent clients of the public benchmark, the last response took 253 ms with one, 139 ms with eight.
ACCEPTS_A_TURN = 8


def listen(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """A listening socket. Raises CommandError, which names `option`, when the address cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise CommandError(_message(host, port, option, error)) from error
    except OverflowError as error:
        listener.close()
        raise CommandError(f"port {port} is not a port: give one from 0 to 65535 with {option}") from error
    listener.setblocking(False)
    return listener


def _message(host: str, port: int, option: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what runs there, or give another with {option}"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} is not allowed to this user: give one above 1023 with {option}"
    return f"cannot listen on {host}: {error.strerror or error}; give another address with --host"


def address_of(listener: socket.socket) -> str:
    """The URL of a listening socket, as a browser on this machine would type it."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


@dataclass(frozen=True)
class ServerCallbacks:
    """What is called when a server starts to serve, before it waits for requests in flight, and for each refusal.

    `on_stopping` ends those requests that would not end by themselves. `on_refused` gets the code of a request that
    does not reach the application.
    """

    on_started: Callable[[], None]
    on_stopping: Callable[[], None] = lambda: None
    on_refused: Callable[[str], None] = lambda code: None


class _AnnouncingServer(uvicorn.Server):
    """uvicorn with callbacks for the start and the stop, and with limits on the times that clients take."""

    def __init__(
        self,
        config: uvicorn.Config,
        limits: ServerSettings,
        callbacks: ServerCallbacks,
        drain: float,
    ) -> None:
        super().__init__(config)
        self._limits = limits
        self._callbacks = callbacks
        self._drain = drain
        self._background: tuple[asyncio.Task[None], ...] = ()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.should_exit:
            start_collecting()
            self._background = (
                asyncio.create_task(watch(self.server_state.connections, self._limits)),
                asyncio.create_task(collect_when_idle(self.server_state.tasks)),
            )
            self._callbacks.on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._callbacks.on_stopping()
        await asyncio.sleep(self._drain)  # still listening: load balancers see that this process is not ready
        await super().shutdown(sockets=sockets)
        for task in self._background:
            task.cancel()


def server_config(app: Any, rules: ConnectionRules, *, lifespan: Literal["on", "auto"] = "on") -> uvicorn.Config:
    """How uvicorn serves an ASGI application within the limits. `watch` has to run beside it.

    With `lifespan` "auto", the application need not support the lifespan protocol.
    """
    limits = rules.limits
    return uvicorn.Config(
        app,
        interface="asgi3",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the router has a setting of its own for trusted proxies
        lifespan=lifespan,
        http=cast(type[asyncio.Protocol], partial(HttpProtocol, rules=rules)),
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN,
        ws=cast(type[asyncio.Protocol], partial(WebSocketProtocol, limits=limits)),
        ws_max_size=limits.max_message_bytes,
        ws_per_message_deflate=False,
    )


def serve(
    app: Any,
    listeners: Sequence[socket.socket],
    limits: ServerSettings,
    callbacks: ServerCallbacks,
    *,
    drain: float = 0.0,
    lifespan: Literal["on", "auto"] = "on",
) -> None:
    """Serve an ASGI application on the sockets until SIGINT or SIGTERM.

    Requests are accepted for `drain` seconds more. With `lifespan` "auto", the application need not support the
    lifespan protocol. Raises CommandError when the application does not start.
    """
    startup = StartupError(app)
    limits = limits.model_copy(update={"max_connections": allow_connections(limits.max_connections)})
    config = server_config(startup, ConnectionRules(limits, callbacks.on_refused), lifespan=lifespan)
    server = _AnnouncingServer(config, limits, callbacks, drain)
    try:
        copies = [listener.dup() for listener in listeners for _ in range(1, ACCEPTS_A_TURN)]
        server.run(sockets=[*listeners, *copies])
    except KeyboardInterrupt:
        pass  # Ctrl-C is the usual end
    except SystemExit:
        if not startup.message:
            raise
        raise CommandError(startup.message) from None
    if not server.started:
        raise CommandError(startup.message or "the application did not start; the reason is logged above")
