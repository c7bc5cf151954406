"""`model-studio`: starts the server, checks the installation."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import ipaddress
import json
import logging
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn

from app.api.application import create_app
from app.doctor import check_installation
from app.errors import StartupError
from app.services.studio import Studio, open_studio
from app.settings import Settings, read_settings

EXIT_STARTUP = 2
_GRACEFUL_S = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code is 2 where something has to be put right first."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except StartupError as error:
        print(f"model-studio: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_STARTUP
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="model-studio", description="Draw, train, look, keep.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="serve the page and the API")
    up.add_argument("--host", help="address to listen on (127.0.0.1)")
    up.add_argument("--port", type=int, help="port of page and API (8000)")
    up.add_argument("--grpc-port", type=int, help="port of the ledger's gRPC service (50051)")
    up.add_argument("--data-dir", type=Path, help="where all state lies")
    up.add_argument("--mongo-url", help="a MongoDB to use instead of the embedded one")
    up.set_defaults(run=_up)
    doctor = commands.add_parser("doctor", help="check the installation")
    doctor.add_argument("--data-dir", type=Path, help="where all state lies")
    doctor.add_argument("--port", type=int, help="port of page and API (8000)")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    doctor.set_defaults(run=_doctor)
    return parser


def _up(options: argparse.Namespace) -> int:
    settings = read_settings(
        host=options.host,
        port=options.port,
        grpc_port=options.grpc_port,
        data_dir=options.data_dir,
        mongo_url=options.mongo_url,
    )
    if options.grpc_port is not None:
        _say("gRPC is not served yet: --grpc-port has no effect in this release.")
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
        _say(f"Model Studio: http://{host}:{listening.getsockname()[1]}")
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


def _doctor(options: argparse.Namespace) -> int:
    settings = read_settings(data_dir=options.data_dir, port=options.port)
    findings = check_installation(settings)
    if options.json:
        _say(json.dumps([vars(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            _say(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.detail}")
    return 0 if all(finding.ok for finding in findings) else 1


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
