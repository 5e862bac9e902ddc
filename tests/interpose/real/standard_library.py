# SPDX-License-Identifier: BSL-1.0
"""Blocking calls of Python's standard library, several at a time. Prints the same in every run.

The measured time and what the threads were for the system go to stderr.
"""

import asyncio
import concurrent.futures
import http.server
import os
import queue
import select
import selectors
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

CROWD = 50


def on_threads(count, work):
    """What work(i) returned, for each i, each on a thread of its own."""
    results = [None] * count

    def one(i):
        results[i] = work(i)

    threads = [threading.Thread(target=one, args=(i,), name=f"worker {i}") for i in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return results


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(b"echo " + line)


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        time.sleep(0.05)
        body = f"page {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    request_queue_size = 128
    daemon_threads = True


def ask_echo(address, i):
    with socket.create_connection(address) as peer:
        stream = peer.makefile("rwb")
        answers = []
        for n in range(10):
            stream.write(f"{i} {n}\n".encode())
            stream.flush()
            answers.append(stream.readline())
        return answers


def with_server(handler, use):
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            return use(server.server_address)
        finally:
            server.shutdown()
            thread.join()


def sockets():
    return with_server(Echo, lambda at: on_threads(CROWD, lambda i: ask_echo(at, i)))


def pages():
    def get(at, i):
        with urllib.request.urlopen(f"http://localhost:{at[1]}/{i}", timeout=30) as answer:
            return answer.status, answer.read()

    return with_server(Page, lambda at: on_threads(CROWD, lambda i: get(at, i)))


def programs():
    def start(i):
        done = subprocess.run(["sh", "-c", f"cat; exit {i}"], input=b"in" * i, capture_output=True)
        return done.returncode, done.stdout

    return on_threads(5, start), subprocess.getoutput("echo shell")


def limits():
    left, right = socket.socketpair()
    with left, right:
        left.settimeout(0.01)
        try:
            left.recv(1)
            answer = "data"
        except TimeoutError as error:
            answer = str(error)
        left.setblocking(False)
        try:
            left.recv(1)
        except BlockingIOError as error:
            answer += error.strerror
        return answer, select.select([left], [left], [], 0.01)[0], select.poll().poll(10)


def selected():
    left, right = socket.socketpair()
    with left, right, selectors.DefaultSelector() as selector:
        selector.register(left, selectors.EVENT_READ, "left")
        threading.Timer(0.01, right.send, (b"x",)).start()
        return [(key.data, events) for key, events in selector.select()]


def locks():
    items, done = queue.Queue(3), queue.Queue()
    changed, ready = threading.Condition(), threading.Event()
    together = threading.Barrier(5)
    local = threading.local()

    def consume(i):
        local.sum = 0
        together.wait()
        while (item := items.get()) is not None:
            local.sum += item
        done.put(local.sum)
        with changed:
            changed.notify()
        return ready.wait(30)

    def produce():
        for item in list(range(100)) + [None] * 5:
            items.put(item)
        with changed:
            enough = changed.wait_for(lambda: done.qsize() == 5, 30)
        ready.set()
        return enough

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        produced = pool.submit(produce)
        consumed = list(pool.map(consume, range(5)))
        return produced.result(), consumed, sum(done.get() for _ in range(5))


def loop_of_its_own():
    async def answer(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    async def ask(port, i):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"number {i}\n".encode())
        line = await reader.readline()
        writer.close()
        return line

    async def main():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            answers = await asyncio.gather(*(ask(port, i) for i in range(20)))
        process = await asyncio.create_subprocess_exec("echo", "async", stdout=subprocess.PIPE)
        return answers, await process.communicate()

    return asyncio.run(main())


def files_and_children():
    with tempfile.TemporaryFile() as file:
        file.write(b"content" * 1000)
        file.seek(0)
        size = len(file.read())
    child = os.fork()
    if child == 0:
        os._exit(7)
    return size, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def names():
    found = socket.getaddrinfo("localhost", "http", socket.AF_INET, socket.SOCK_STREAM)
    try:
        socket.getaddrinfo("no such name", None)
    except socket.gaierror as error:
        return found, error.errno


def slow_calls():
    begin = time.monotonic()
    on_threads(CROWD, lambda _: time.sleep(0.2))
    elapsed = time.monotonic() - begin
    print(f"slow: {elapsed * 1000:.0f}", file=sys.stderr)


for part in (sockets, pages, programs, limits, selected, locks, loop_of_its_own,
             files_and_children, names):
    print(part.__name__, part())
slow_calls()
print(f"threads: {len(os.listdir('/proc/self/task'))}", file=sys.stderr)
