"""Asks a server by a socket, past all clients."""

import socket


def ask(port, path):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: tester\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        while connection.recv(4096):
            pass
