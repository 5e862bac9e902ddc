#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""html_test.py WEFT_TRACE PROGRAM ...: the page of a recording in a real browser.

The recording is one of a program that runs (buggy slow_lock), or with --events one that a program
writes at once (big_recording).

The browser is Chromium without window and without network. The page must show itself without an
error on the console, and its timeline and flame graph must be there to be seen.
"""

import argparse
import collections
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

LARGEST_PAGE = 15 << 20
WIDTH = 1280
HEIGHT = 3000  # more than any page here needs


def fail(text):
    sys.exit("FAILED: " + text)


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    print("skipped: there is no chromium; tools/dev/setup.sh installs it where apt has it")
    sys.exit(77)


def without_network():
    """What to start a program with so that it has no network, where the kernel lets us."""
    for how in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        if subprocess.run(how + ["true"], capture_output=True).returncode == 0:
            return how
    return []


def run_browser(page, home, *more):
    """Standard output and standard error of Chromium on the page."""
    command = without_network() + [
        browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--user-data-dir=" + str(home),
        "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
        "--enable-logging=stderr", "--virtual-time-budget=20000",
        f"--window-size={WIDTH},{HEIGHT}", *more, page.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=240)
    if done.returncode != 0:
        fail("chromium: " + done.stderr.decode(errors="replace")[-2000:])
    return done.stdout.decode(), done.stderr.decode(errors="replace")


def unfilter(kind, line, above, step):
    """One line of a picture. Source: Portable Network Graphics, second edition, section 9."""
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            distance = [(abs(up - corner), 0, left), (abs(left - corner), 1, up),
                        (abs(left + up - 2 * corner), 2, corner)]
            guess = min(distance)[2]
        line[i] = (line[i] + guess) & 255
    return line


def pixels(png, most):
    """So many lines of a picture, each a list of colours (red, green, blue)."""
    data, at, packed = png.read_bytes(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            wide, high, depth, colour = struct.unpack(">IIBB", body[:10])
        packed += body if kind == b"IDAT" else b""
        at += length + 12
    step = {2: 3, 6: 4}[colour]
    raw, above, lines = zlib.decompress(packed), bytearray(wide * step), []
    for y in range(min(high, most)):
        begin = y * (wide * step + 1)
        line = bytearray(raw[begin + 1:begin + 1 + wide * step])
        above = unfilter(raw[begin], line, above, step) if raw[begin] else line
        lines.append([tuple(above[i:i + 3]) for i in range(0, wide * step, step)])
    return lines


def check_dom(dom):
    """The places of the timeline and of the flame graph in the page, as it measured them."""
    if 'data-shown="yes"' not in dom:
        title = re.search(r'<h1 id="title">(.*?)</h1>', dom)
        fail("the page did not show itself: " + (title.group(1) if title else "no title"))
    places = re.search(r'data-places="([^"]*)"', dom)
    return {name: [int(number) for number in box.split(",")]
            for name, box in (each.split("=") for each in places.group(1).split(";"))}


def check_part(name, picture, box, least_colours):
    """A part of the page is not empty: it has so many colours, and not one of them alone."""
    left, top, wide, high = box
    if wide < 100 or high < 10:
        fail(f"{name} has no room: {box}")
    bottom = min(top + high, len(picture))
    seen = collections.Counter(
        colour for line in picture[top:bottom] for colour in line[left:left + wide])
    colours = [colour for colour, count in seen.items() if count >= 20]
    if len(colours) < least_colours:
        fail(f"{name} is empty: it has only the colours {colours}")
    return seen


def check_timeline(picture, box, page, asked):
    """What fibers did has its colours, which the styles of the page name."""
    seen = check_part("the timeline", picture, box, 4)
    text = page.read_text()
    for kind in ("run", "wait") if asked.events else ("run", "wait", "lock"):
        colour = re.search(rf"--{kind}: #(..)(..)(..)", text).groups()
        count = seen[tuple(int(part, 16) for part in colour)]
        if count < (20 if kind == "run" else 1000):
            fail(f"the timeline has {count} pixels of the colour of {kind}")


def record(asked, file):
    if asked.events:
        subprocess.run([asked.program, file, str(asked.events)], check=True)
        return
    running = subprocess.Popen([asked.program, asked.bug], stdout=subprocess.PIPE)
    try:
        running.stdout.readline()  # it says so when it runs
        subprocess.run([asked.tool, "record", str(running.pid), "-o", file, "--stacks",
                        "--events", "sched+sync+user", "--for", str(asked.seconds)], check=True)
    finally:
        running.kill()
        running.wait()


def parse_arguments():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("tool")
    arguments.add_argument("program")
    arguments.add_argument("--bug", default="slow_lock")
    arguments.add_argument("--seconds", type=float, default=1)
    arguments.add_argument("--events", type=int)
    arguments.add_argument("--picture", type=pathlib.Path, help="keep the screenshot here")
    return arguments.parse_args()


def main():
    asked = parse_arguments()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        recording, page = work / "recording.ftr", work / "page.html"
        record(asked, recording)
        began = time.monotonic()
        subprocess.run([asked.tool, "export", recording, "--format", "html", "-o", page],
                       check=True)
        exported = time.monotonic() - began
        if page.stat().st_size > LARGEST_PAGE:
            fail(f"the page has {page.stat().st_size} bytes")
        began = time.monotonic()
        shot = asked.picture or work / "page.png"
        dom, errors = run_browser(page, work / "home", "--dump-dom", f"--screenshot={shot}")
        shown = time.monotonic() - began
        # Pages of the browser itself have a console, too.
        console = [line for line in errors.splitlines()
                   if "CONSOLE" in line and page.name in line]
        if console:
            fail("on the console: " + "\n".join(console))
        places = check_dom(dom)
        if not shot.exists():  # older ones do one thing at a time
            run_browser(page, work / "home", f"--screenshot={shot}")
        picture = pixels(shot, sum(places["flame-wait"][1::2]))
        check_timeline(picture, places["timeline"], page, asked)
        check_part("the flame graph", picture, places["flame-wait"], 4)
        print(f"{page.stat().st_size} bytes, exported in {exported:.1f} s, "
              f"loaded in {shown:.1f} s; {places}")


if __name__ == "__main__":
    main()
