# SPDX-License-Identifier: GPL-3.0-or-later
"""proxy.py - a SOCKS5 proxy that does what a test says: replies in pieces, refusals, silence"""
import contextlib
import socket
import struct
import threading
import time

READY, FAILED = b"\5\0", b"\5\xff"


def receive(sock, count):
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise ConnectionError("the client has gone")
        data += piece
    return data


class Proxy:
    """In a thread of its own. `requests` holds (kind of address, host, port) of each request.

    method   the answer to the client's offer
    code     of the reply; 0: connects, to `to` (host, port) or to the requested host
    bound    the address in a reply that grants the request, after its type
    pieces   send every octet by itself
    end      "close" or "silence" after the method or after the reply, instead of going on
    """

    def __init__(self, method=READY, code=0, bound=b"\1\0\0\0\0", pieces=False, end="", to=None):
        self.method, self.code, self.bound, self.pieces = method, code, bound, pieces
        self.end, self.to = end, to
        self.requests, self.clients = [], []

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, address = self.listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.clients.append(address[0])
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def say(self, client, data):
        for piece in ([data[i:i + 1] for i in range(len(data))] if self.pieces else [data]):
            client.sendall(piece)
            if self.pieces:
                time.sleep(0.002)  # so that each octet is a packet

    def serve(self, client):
        with client, contextlib.suppress(OSError):
            version, count = receive(client, 2)
            assert version == 5 and 0 in receive(client, count)
            self.say(client, self.method)
            if self.method == READY and self.read_request(client):
                return
            self.linger(client)

    def read_request(self, client):
        """True after a connection that was made and has ended."""
        version, command, _, kind = receive(client, 4)
        assert (version, command) == (5, 1)
        length = {1: 4, 4: 16}.get(kind) or receive(client, 1)[0]
        host = receive(client, length)
        if kind != 3:
            host = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, host).encode()
        port, = struct.unpack("!H", receive(client, 2))
        self.requests.append((kind, host.decode(), port))
        if self.end == "silence":
            return False
        if self.code:
            self.say(client, bytes([5, self.code, 0, 1]) + b"\0" * 6)
            return False
        try:
            relay = socket.create_connection(self.to or (host.decode(), port))
        except OSError:
            self.say(client, b"\5\5\0\1" + b"\0" * 6)
            return False
        with relay:
            self.say(client, b"\5\0\0" + self.bound + struct.pack("!H", port))
            self.carry(client, relay)
        return True

    def linger(self, client):
        """Wait until the client has closed, unless the case ends first."""
        while self.end != "close" and client.recv(4096):
            pass

    @staticmethod
    def carry(client, relay):
        def copy(source, target):
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=copy, args=(relay, client), daemon=True)
        back.start()
        copy(client, relay)
        back.join()
