# SPDX-License-Identifier: GPL-3.0-or-later
"""daemon.py - servers in the foreground on free loopback ports, started, awaited and ended by pid"""
import random
import socket
import subprocess
from tests.lib.harness import Failure, wait_until


READY_LIMIT = 20
STOP_LIMIT = 15


def has_ipv6():
    """Whether ::1 exists here (a container may have IPv4 only)."""
    return is_free("::1", 0)


def is_free(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def free_ports(names):
    """A port for every name, outside the range of clients' ports."""
    addresses = ["127.0.0.1", "127.0.0.2"] + (["::1"] if has_ipv6() else [])
    ports = {}
    while len(ports) < len(names):
        port = random.randrange(20000, 32000)
        if port not in ports.values() and all(is_free(a, port) for a in addresses):
            ports[names[len(ports)]] = port
    return ports


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


class Daemon:
    """A server that is running and answers on its ports, until stop()."""

    def __init__(self, args, ports, log, env=None):
        self.args, self.ports, self.log = args, ports, log
        with open(log, "ab") as output:
            # a session of its own: some servers end their children by process group
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *map(str, args)], env=env, cwd="/",
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        try:
            for port in ports:
                wait_until(f"{args[0]} on port {port}", lambda: self.is_ready(port), READY_LIMIT)
        except Failure:
            self.stop()
            raise

    def is_ready(self, port):
        if self.process.poll() is not None:
            raise Failure(f"{self.args[0]} ended with {self.process.returncode}:\n"
                               + self.log.read_text(errors="replace"))
        return accepts(port)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
