import json
import socket
from collections.abc import Iterator

import pytest

from app.training.worker_channel import ChannelClosedError, WorkerChannel


@pytest.fixture
def ends() -> Iterator[tuple[WorkerChannel, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs:
        yield WorkerChannel(ours), theirs


def test_messages_cross_in_pieces_and_in_bunches(ends: tuple[WorkerChannel, socket.socket]) -> None:
    channel, server = ends
    assert channel.receive() == []
    server.send(b'{"type":"pa')
    assert channel.receive() == []
    server.send(b'use"}\n\n{"type":"stop"}\n{"ty')
    assert [m["type"] for m in channel.receive()] == ["pause", "stop"]
    channel.send({"type": "paused"})
    assert server.recv(100) == b'{"type":"paused"}\n'


def test_a_stalled_server_loses_metrics_only_and_stalls_nothing(
    ends: tuple[WorkerChannel, socket.socket],
) -> None:
    channel, server = ends
    channel.send({"type": "started"})
    for index in range(3000):
        channel.send({"type": "training_update", "index": index, "filling": "x" * 500})
        if index % 1000 == 0:
            channel.send({"type": "checkpoint", "index": index})
    server.settimeout(0.2)
    received = bytearray()
    for _ in range(100_000):
        channel.flush()
        try:
            received += server.recv(65536)
        except TimeoutError:
            break
    messages = [json.loads(line) for line in received.splitlines()]
    kinds = [m["type"] for m in messages]
    assert kinds[0] == "started"
    assert kinds.count("checkpoint") == 3
    updates = [m["index"] for m in messages if m["type"] == "training_update"]
    assert updates == sorted(updates)
    assert updates[-1] == 2999
    assert len(updates) < 3000


def test_the_end_of_the_server_is_told_and_sending_then_is_no_error(
    ends: tuple[WorkerChannel, socket.socket],
) -> None:
    channel, server = ends
    server.close()
    channel.send({"type": "started"})
    with pytest.raises(ChannelClosedError):
        channel.receive()
    channel.send({"type": "finished"})
    channel.close(timeout_s=1.0)


@pytest.mark.parametrize("sent", [b"no json\n", b"[]\n", b'{"type":1}\n', b"x" * 1_100_000])
def test_what_is_no_message_ends_the_channel(
    ends: tuple[WorkerChannel, socket.socket], sent: bytes
) -> None:
    channel, server = ends

    def deliver(rest: bytes) -> None:
        while True:
            rest = rest[server.send(rest[:60_000]) :] if rest else rest
            channel.receive(timeout_s=0.1)

    with pytest.raises(ChannelClosedError):
        deliver(sent)


def test_nan_never_leaves(ends: tuple[WorkerChannel, socket.socket]) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        ends[0].send({"type": "training_update", "value": float("nan")})
