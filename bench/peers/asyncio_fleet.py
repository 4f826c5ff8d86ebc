"""The same fleet round as epoll_fleet.c in Python's asyncio, standard library only.

    python3 asyncio_fleet.py VM_DIR COMMAND plain|buffered

"plain" uses asyncio.Protocol, the usual way: asyncio allocates 256 KiB for every read, which glibc maps and unmaps each time.
"buffered" uses asyncio.BufferedProtocol with one buffer for all, which halves the CPU time of a command.

Commands, input, output and exit codes are those of epoll_fleet.c.
"""

import asyncio
import json
import os
import resource
import sys
import time

SILENCE_SECONDS = 30  # a round that takes longer ends the run
LONGEST_PAUSE_SECONDS = 1  # between two questions after a program; they double from 1 ms
RUN = "run-true"


class FleetError(Exception):
    """One line for the person who runs the benchmark."""


class Fleet:
    """All agents of a directory, and the round that is under way: it ends when the last reply has come."""

    def __init__(self):
        self.agents = []
        self.last_id = 0
        self.left = 0
        self.done = None

    def next_id(self):
        self.last_id += 1
        return self.last_id

    async def round(self, send):
        self.left = len(self.agents)
        self.done = asyncio.get_running_loop().create_future()
        for agent in self.agents:
            send(agent)
        try:
            await asyncio.wait_for(self.done, SILENCE_SECONDS)
        except asyncio.TimeoutError:
            raise FleetError(f"{self.left} of {len(self.agents)} agents did not answer within {SILENCE_SECONDS} s") from None

    def answered(self):
        self.left -= 1
        if self.left == 0 and not self.done.done():
            self.done.set_result(None)

    def fail(self, message):
        if self.done is not None and not self.done.done():
            self.done.set_exception(FleetError(message))


class Agent:
    """One connection to a guest agent. A reply is one line; only the line after 0xFF answers a synchronization."""

    socket = "qga.sock"

    def __init__(self, fleet, name):
        self.fleet = fleet
        self.name = name
        self.buffer = b""
        self.id = 0
        self.synchronizing = False

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, exc):
        self.fleet.fail(f"{self.name}: the agent closed the connection: {exc or 'end of file'}")

    def synchronize(self):
        self.synchronizing = True
        self.id = (os.getpid() << 32) + self.fleet.next_id()
        request = {"execute": "guest-sync-delimited", "arguments": {"id": self.id}}
        self.transport.write(b"\xff" + json.dumps(request).encode() + b"\n")

    def send(self, command):
        self.id = self.fleet.next_id()
        self.transport.write(b'{"execute":"%b","id":%d}\n' % (command, self.id))

    def received(self, data):
        if self.buffer:
            data = self.buffer + data
        if not data.endswith(b"\n"):
            self.buffer = data
            return
        if self.synchronizing:
            self.synchronized(data)
            return
        self.buffer = b""
        reply = json.loads(data)
        if reply.get("id") != self.id or "return" not in reply:
            self.fleet.fail(f"{self.name}: id {self.id} was answered by {data!r}")
            return
        self.answered(reply["return"])

    def answered(self, value):
        self.fleet.answered()

    def synchronized(self, data):
        """The 0xFF of the request is an error to the agent's parser: its error line may come before the answer."""
        _, mark, answer = data.partition(b"\xff")
        self.buffer = b"" if mark else data
        if not mark:
            return
        self.synchronizing = False
        if json.loads(answer).get("return") != self.id:
            self.fleet.fail(f"{self.name}: answered another client's synchronization: {answer!r}")
            return
        self.fleet.answered()


class Runner(Agent):
    """Starts a program, and follows it to its end."""

    def send(self, command):
        self.pid = None
        self.pause = 0
        self.ask(b'"guest-exec","arguments":{"path":"true","capture-output":true}')

    def ask(self, question):
        self.id = self.fleet.next_id()
        self.transport.write(b'{"execute":%b,"id":%d}\n' % (question, self.id))

    def ask_status(self):
        self.ask(b'"guest-exec-status","arguments":{"pid":%d}' % self.pid)

    def answered(self, value):
        if self.pid is None:
            self.pid = value["pid"]
            self.ask_status()
        elif not value["exited"]:
            self.pause = min(max(0.001, self.pause * 2), LONGEST_PAUSE_SECONDS)
            asyncio.get_running_loop().call_later(self.pause, self.ask_status)
        elif value.get("exitcode") != 0:
            self.fleet.fail(f"{self.name}: the program failed: {value}")
        else:
            self.fleet.answered()


class Monitor(Agent):
    """One connection to a QMP server: it greets first, and its answer to qmp_capabilities may come with that, or later."""

    socket = "qmp.sock"

    def connection_made(self, transport):
        super().connection_made(transport)
        self.synchronizing = True  # the greeting may come before anything is asked

    def synchronize(self):
        self.id = self.fleet.next_id()
        self.transport.write(b'{"execute":"qmp_capabilities","id":%d}\n' % self.id)

    def synchronized(self, data):
        lines = data.splitlines()
        self.buffer = b"" if len(lines) > 1 else data
        if len(lines) < 2:
            return
        self.synchronizing = False
        if json.loads(lines[-1]).get("id") != self.id:
            self.fleet.fail(f"{self.name}: the negotiation was answered by {lines[-1]!r}")
            return
        self.fleet.answered()


class Plain(asyncio.Protocol):
    """Gets a new bytes object per read."""

    def data_received(self, data):
        self.received(data)


class Buffered(asyncio.BufferedProtocol):
    """Reads into a buffer that all agents share: the loop hands it out and takes it back within one read."""

    shared = memoryview(bytearray(64 * 1024))

    def get_buffer(self, sizehint):
        return self.shared

    def buffer_updated(self, nbytes):
        self.received(bytes(self.shared[:nbytes]))


READERS = {"plain": Plain, "buffered": Buffered}


def kind_of(command, reader):
    peer = Runner if command == RUN else Agent if command.startswith("guest-") else Monitor
    return type(reader + peer.__name__, (peer, READERS[reader]), {})


async def connect_fleet(directory, kind):
    loop = asyncio.get_running_loop()
    fleet = Fleet()
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        path = os.path.join(entry.path, kind.socket)
        if os.path.exists(path):
            _, agent = await loop.create_unix_connection(lambda: kind(fleet, entry.name), path)
            fleet.agents.append(agent)
    await fleet.round(lambda agent: agent.synchronize())
    return fleet


def cpu_microseconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def report(**values):
    print(json.dumps(values), flush=True)


async def main(directory, command, reader):
    start = time.perf_counter()
    fleet = await connect_fleet(directory, kind_of(command, reader))
    report(connected=len(fleet.agents), seconds=time.perf_counter() - start)
    loop = asyncio.get_running_loop()
    while request := await loop.run_in_executor(None, sys.stdin.readline):
        for _ in range(int(request)):
            cpu, start = cpu_microseconds(), time.perf_counter()
            await fleet.round(lambda agent: agent.send(command.encode()))
            seconds = time.perf_counter() - start
            report(commands=len(fleet.agents), seconds=seconds, cpuMicroseconds=cpu_microseconds() - cpu)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[3] not in READERS:
        sys.exit("usage: asyncio_fleet.py VM_DIR COMMAND plain|buffered")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3]))
    except (FleetError, OSError) as error:
        sys.exit(f"asyncio_fleet: {error}")
