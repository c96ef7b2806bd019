#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""slow_clients.py PORT IDLE SLOW: that many clients who say nothing, or a byte each 100 ms.

Prints "connected" once they all are, and "all gone" once the server has closed every one.
"""
import selectors
import socket
import sys
import time


def main():
    port, idle, slow = map(int, sys.argv[1:])
    selector = selectors.DefaultSelector()
    talking = []
    for i in range(idle + slow):
        client = socket.create_connection(("127.0.0.1", port))
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ)
        if i >= idle:
            client.send(b"GET /metrics HTTP/1.1\r\nX: ")
            talking.append(client)
    print("connected", flush=True)
    while selector.get_map():
        for key, _ in selector.select(0.1):
            try:
                gone = not key.fileobj.recv(4096)
            except OSError:
                gone = True
            if gone:
                selector.unregister(key.fileobj)
                key.fileobj.close()
        for client in talking:
            try:
                client.send(b"x")
            except OSError:
                pass  # it is gone, or its buffer is full
        time.sleep(0.1)
    print("all gone", flush=True)


main()
