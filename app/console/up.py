"""`model-studio up`: serves the page and the API until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import ipaddress
import logging
import signal
import socket
from collections.abc import Iterator

import uvicorn

from app.api.application import create_app
from app.console.output import say
from app.errors import StartupError
from app.services.studio import Studio, open_studio
from app.settings import Settings, read_settings

_GRACEFUL_S = 2


def run(options: argparse.Namespace) -> int:
    """Serves; 0 after an orderly end. Raises StartupError."""
    settings = read_settings(
        host=options.host,
        port=options.port,
        grpc_port=options.grpc_port,
        data_dir=options.data_dir,
        mongo_url=options.mongo_url,
    )
    if options.grpc_port is not None:
        say("gRPC is not served yet: --grpc-port has no effect in this release.")
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    with _listen(settings) as listening:
        asyncio.run(_serve(settings, listening))
    return 0


async def _serve(settings: Settings, listening: socket.socket) -> None:
    async with open_studio(settings) as studio:
        config = uvicorn.Config(
            create_app(settings, studio),
            log_config=None,
            access_log=False,
            proxy_headers=False,  # the caller's address is the socket's
            server_header=False,
            timeout_graceful_shutdown=_GRACEFUL_S,
        )
        server = _Server(config)
        loop = asyncio.get_running_loop()
        ending: list[asyncio.Task[None]] = []

        def end() -> None:
            if ending:
                server.force_exit = True
            else:
                ending.append(asyncio.create_task(_end(studio, server)))

        for signal_number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signal_number, end)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        say(f"Model Studio: http://{host}:{listening.getsockname()[1]}")
        await server.serve(sockets=[listening])


async def _end(studio: Studio, server: _Server) -> None:
    await studio.end_runs()
    server.should_exit = True


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to `_serve`: runs write their final checkpoints before streams end."""
        yield


def _listen(settings: Settings) -> socket.socket:
    if not _is_loopback(settings.host):
        raise StartupError(
            f"{settings.host} is not a loopback address: pairing and TLS, which other devices "
            "need, are not there yet. Use --host 127.0.0.1."
        )
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise StartupError(
                f"Port {settings.port} is in use: stop what uses it or choose another one "
                "with --port."
            ) from error
        raise StartupError(
            f"Port {settings.port} cannot be used ({error.strerror}): choose another one "
            "with --port."
        ) from error
    return listening


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
