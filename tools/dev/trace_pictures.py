#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""trace_pictures.py [BUILD]: makes the pictures in tools/trace/pictures anew.

BUILD is the folder of a build with weft-trace and buggy; the default is build/release. Needs
Chromium, which is not shown anything but files.
"""

import html
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = ROOT / "tools/trace/pictures"
SECONDS = "3"
LARGEST = 300_000

TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #10151b; }
pre { margin: 0; padding: 14px 18px; color: #d5dde6; font: 14px/1.35 "DejaVu Sans Mono", monospace; }
b { color: #7fd1ff; } i { color: #10151b; background: #7fd1ff; font-style: normal; }
s { color: #f2b233; text-decoration: none; }
</style><pre>"""


def shoot(page, picture, wide, high):
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--hide-scrollbars", "--user-data-dir=" + home,
             "--virtual-time-budget=10000", f"--window-size={wide},{high}",
             f"--screenshot={picture}", page.as_uri()],
            check=True, capture_output=True, timeout=120)
    size = picture.stat().st_size
    if size > LARGEST:
        sys.exit(f"{picture} has {size} bytes, more than {LARGEST}")
    print(f"{picture.relative_to(ROOT)}: {size} bytes")


def terminal_page(text):
    """What a terminal would show, with the first lines and the chosen one set off."""
    lines = []
    for number, line in enumerate(text.rstrip("\n").split("\n")):
        shown = html.escape(line)
        if number == 0:
            shown = f"<b>{shown}</b>"
        elif line.startswith(">"):
            shown = f"<i>{shown.ljust(80)}</i>"
        elif "NAME" in line and "STATE" in line:
            shown = f"<s>{shown}</s>"
        lines.append(shown)
    return TERMINAL + "\n".join(lines) + "</pre>"


def main():
    binaries = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release") / "bin"
    if shutil.which("chromium") is None:
        sys.exit("there is no chromium")
    PICTURES.mkdir(exist_ok=True)
    tool = binaries / "weft-trace"
    running = subprocess.Popen([binaries / "buggy", "all"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        try:
            running.stdout.readline()  # it says so when it runs
            subprocess.run([tool, "record", str(running.pid), "-o", work / "all.ftr", "--stacks",
                            "--events", "sched+sync+user", "--for", SECONDS], check=True)
            top = subprocess.run([tool, "top", str(running.pid), "--plain", "--once", "--rows=24"],
                                 check=True, capture_output=True, text=True)
        finally:
            running.kill()
            running.wait()
        subprocess.run([tool, "export", work / "all.ftr", "--format", "html", "-o",
                        work / "all.html"], check=True)
        shoot(work / "all.html", PICTURES / "report.png", 1200, 1240)
        (work / "top.html").write_text(terminal_page(top.stdout))
        shoot(work / "top.html", PICTURES / "top.png", 720, 480)


if __name__ == "__main__":
    main()
