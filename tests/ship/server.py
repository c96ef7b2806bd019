#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server of HTTP that keeps what it is sent, and fails in every way a server can.

server.py TOP [CERT KEY CLIENT_CA]; in TOP/arguments, a word a line, and read again for each request:
[--every N] [--faults KIND,...] [--lines-max N] [--too-large SEQ] [--token TOKEN] [--say BODY]

It writes its port to TOP/port; to TOP/server, bodies as they came, one behind the other (stored.zstd, .gzip, .none), and
a line for each request (log): what was done, the id, the path, the time. Each Nth request meets the next of the
faults; a file TOP/server/answer, "STATUS TEXT" or a fault, is the answer to all as long as it is there. More lines
than N, and those with SEQ, are too large; BODY is the body of each 200. With certificates, it asks clients for theirs.
"""
import argparse
import http.server
import os
import socket
import ssl
import struct
import sys
import threading
import time

FAULTS = ["500", "reset_before", "reset_after", "429", "garbage", "slow", "hang", "cut_answer"]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    count = failed = 0

    def log_message(self, *args):
        pass

    def note(self, what):
        with self.lock, open(f"{directory}/log", "a", encoding="ascii") as log:
            log.write(f"{what.split()[0]} {self.headers['Tpconnect-Id']} {self.path} {time.time():.3f}\n")

    def store(self):
        encoding = self.headers.get("Content-Encoding", "none")
        with self.lock, open(f"{directory}/stored.{encoding}", "ab") as stored:
            stored.write(self.body)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        socket.socket.close(self.connection)

    def answer(self, status, text="", **headers):
        body = text.encode("utf-8", "surrogateescape")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def fail(self, fault):
        self.note(fault)
        if fault == "500":
            self.answer(500, "out of order\n")
        elif fault == "429":
            self.answer(429, "too many\n", Retry_After="1")
        elif fault == "reset_before":
            self.reset()
        elif fault == "reset_after":
            self.store()
            self.reset()
        elif fault == "cut_answer":
            self.store()
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            self.wfile.flush()
            self.close_connection = True
        elif fault == "garbage":
            self.wfile.write(b"\x00\xff\x1b[31mno HTTP at all\r\n\r\n")
            self.wfile.flush()
            self.close_connection = True
        elif fault == "slow":
            time.sleep(0.3)
            self.store()
            self.answer(200)
        elif fault == "hang":
            time.sleep(30)
        elif fault == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        else:
            status, _, text = fault.partition(" ")
            self.answer(int(status), text, Location="http://elsewhere.example/?secret=1")

    def is_too_large(self):
        first, last = self.headers["Tpconnect-Id"].rsplit(":", 1)[1].split("-")
        if int(first) <= arguments.too_large <= int(last):
            return True
        return arguments.lines_max and int(last) - int(first) + 1 > arguments.lines_max

    def fault(self):
        try:
            with open(f"{directory}/answer", encoding="utf-8", errors="surrogateescape") as answer:
                return answer.read().rstrip("\n")
        except FileNotFoundError:
            pass
        with self.lock:
            Handler.count += 1
            if not arguments.every or Handler.count % arguments.every:
                return None
            Handler.failed += 1
            return arguments.faults[Handler.failed % len(arguments.faults)]

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        if arguments.token and self.headers["Authorization"] != f"Bearer {arguments.token}":
            self.note("401")
            self.answer(401, "who are you?\n")
        elif self.is_too_large():
            self.note("413")
            self.answer(413)
        elif fault := self.fault():
            self.fail(fault)
        else:
            self.note("stored")
            self.store()
            self.answer(200, arguments.say)


def parse(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=0)
    parser.add_argument("--faults", type=lambda s: s.split(","), default=FAULTS)
    parser.add_argument("--lines-max", type=int, default=0)
    parser.add_argument("--too-large", type=int, default=0)
    parser.add_argument("--token", default="")
    parser.add_argument("--say", default="")
    return parser.parse_args(words)


class Arguments:
    """What is in the file, read anew where that is another: each has its own counts."""

    def __init__(self, path):
        self.path, self.text = path, None

    def __getattr__(self, name):
        with open(self.path, encoding="utf-8") as file:
            text = file.read()
        if text != self.text:
            self.text, self.parsed = text, parse(text.splitlines())
            Handler.count = Handler.failed = 0
        return getattr(self.parsed, name)


top, *tls = sys.argv[1:]
arguments = Arguments(f"{top}/arguments")
directory = f"{top}/server"
server = Server(("127.0.0.1", 0), Handler)
if tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls[0], tls[1])
    context.load_verify_locations(tls[2])
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
with open(f"{top}/port.new", "w", encoding="ascii") as port:
    port.write(str(server.server_port))
os.rename(f"{top}/port.new", f"{top}/port")
server.serve_forever()
