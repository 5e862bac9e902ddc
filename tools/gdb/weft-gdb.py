# SPDX-License-Identifier: BSL-1.0
"""Fibers in gdb, in a live process and in a core:

    (gdb) source weft-gdb.py
    (gdb) info fibers              what each fiber does
    (gdb) fiber 7                  from now on `bt`, `frame`, `up` are about fiber 7
    (gdb) fiber                    which one that is; `fiber 0` ends it
    (gdb) fiber apply all bt       a command for each; also `fiber apply 3 7 bt`

Nothing in the program is called or changed: fibers are read from the memory in which the runtime
shows them (tools/trace/FORMAT.md), stacks are unwound from the registers that were saved at the
last switch. A core has that memory unless /proc/PID/coredump_filter had bit 1 switched off.
"""

import struct

import gdb
import gdb.unwinder

MAGIC = 0x6563617274746665
VERSION = 1
LOOP_AT = 2176
CONTEXT_INSIDE_AT = 1864  # in the header
ROW = struct.Struct("<IBBBBQQQQQQQQQQQQQIIQ32s")
SECTION = struct.Struct("<QQQ")
STATES = {1: "created", 2: "ready", 3: "parked", 4: "finished"}
ROOT = 2
MOST_ROWS = 1 << 24
CALLEE_SAVED = ("r12", "r13", "r14", "r15", "rbx")


def text_of(field):
    """The text before the first null, without what would control a terminal."""
    text = field.split(b"\0", 1)[0].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def word(address):
    return struct.unpack("<Q", read(address, 8))[0]


def where_is(frame):
    return int(frame.read_register("rip")), int(frame.read_register("rsp"))


class Fiber:
    """A row, and the runtime that it is of."""

    def __init__(self, runtime, fields):
        (_, self.state, self.reason, self.kind, self.known, self.id, self.object, _, _, self.waits,
         _, _, self.parent, self.control_block, self.stack_low, self.stack_size, self.spawn_file,
         _, self.spawn_line, _, _, name) = fields
        self.runtime = runtime
        self.name = text_of(name) if self.known & 1 else ""

    def on_thread(self):
        """Whether its stack is the one on which its thread is now."""
        running, host = self.runtime.running, self.runtime.host
        return self.id == (running if running else host)

    def does(self):
        if self.runtime.running == self.id and self.state == 2:
            return "running"
        state = STATES.get(self.state, "unknown")
        reason = self.runtime.reason(self.reason) if self.state == 3 else ""
        return f"{state}, {reason}" if reason else state

    def spawned_at(self):
        try:
            path = gdb.Value(self.spawn_file).cast(
                gdb.lookup_type("char").pointer()).string(errors="replace", length=-1)
        except gdb.error:
            return ""
        return f"{path.rsplit('/', 1)[-1]}:{self.spawn_line}" if path else ""

    def registers(self):
        """What was saved when it last gave the processor away, or None."""
        where = self.runtime.registers
        if where[1] == 0:
            return None  # another library switches stacks
        context = word(self.control_block + self.runtime.fiber_context)
        if self.runtime.context_inside != 0:
            context = word(context + self.runtime.context_inside)
            if context == 0:
                return None  # it has not left the processor yet
        saved = {"rbp": word(context + where[0]), "rip": word(context + where[1]),
                 "rsp": context + where[2]}
        for i, name in enumerate(CALLEE_SAVED):
            saved[name] = word(context + where[3] + 8 * i)
        if self.stack_size and not 0 <= saved["rsp"] - self.stack_low <= self.stack_size:
            return None
        return saved

    def label(self):
        return f'#{self.id} "{self.name}"' if self.name else f"#{self.id}"


class Runtime:
    """The memory of one runtime."""

    def __init__(self, begin):
        header = read(begin, 276 + 64 * 24)
        magic, version, size_of_header, _, _, self.thread = struct.unpack_from("<QIIQII", header)
        if magic != MAGIC:
            raise gdb.GdbError("a mapping named weft-trace is no memory of a runtime")
        if version != VERSION:
            raise gdb.GdbError(f"the program's trace format has version {version}, "
                               f"this script understands {VERSION}")
        self.begin = begin
        self.rows = SECTION.unpack_from(header, 72)
        self.fiber_context, = struct.unpack_from("<I", header, 192)
        self.registers = struct.unpack_from("<IIII", header, 196)
        self.context_inside = 0
        if size_of_header > CONTEXT_INSIDE_AT:
            self.context_inside, = struct.unpack("<I", read(begin + CONTEXT_INSIDE_AT, 4))
        self.reasons = [text_of(header[276 + 24 * i:300 + 24 * i]) for i in range(64)]
        loop = read(begin + LOOP_AT, 152)
        self.running, = struct.unpack_from("<Q", loop, 0)
        self.rows_used, = struct.unpack_from("<Q", loop, 104)
        self.host, = struct.unpack_from("<Q", loop, 136)

    def reason(self, number):
        return self.reasons[number] if number < len(self.reasons) else "unknown"

    def fibers(self):
        offset, size, count = self.rows
        used = min(self.rows_used, count, MOST_ROWS)
        if size < ROW.size:
            return
        for i in range(used):
            fields = ROW.unpack(read(self.begin + offset + i * size, ROW.size))
            if fields[1] != 0 and fields[3] != ROOT:
                yield Fiber(self, fields)

    def gdb_thread(self):
        for each in gdb.selected_inferior().threads():
            if each.ptid[1] == self.thread:
                return each
        raise gdb.GdbError(f"there is no thread {self.thread} any more")


def runtimes():
    found = []
    for line in gdb.execute("info proc mappings", to_string=True).splitlines():
        fields = line.split()
        if "/memfd:weft-trace" in line and len(fields) > 4 and int(fields[3], 16) == 0:
            try:
                found.append(Runtime(int(fields[0], 16)))
            except gdb.MemoryError:
                raise gdb.GdbError(
                    "the core lacks the memory in which the program shows its fibers.\n"
                    "Before the next one: echo 0x33 > /proc/PID/coredump_filter")
    if not found:
        raise gdb.GdbError("the program shows no fibers: it has no weft::run() at this moment, "
                           "or was started with WEFT_TRACE=off or WEFT_TRACE=file:PATH")
    return found


def all_fibers():
    return sorted((f for r in runtimes() for f in r.fibers()), key=lambda fiber: fiber.id)


class Selection:
    """The fiber that `bt` is about."""

    fiber = None
    saved = None
    thread = None
    thread_is_at = None

    def choose(self, fiber):
        self.fiber = fiber
        self.saved = None
        gdb.invalidate_cached_frames()
        if fiber is not None:
            self.thread = fiber.runtime.gdb_thread()
            self.thread.switch()
            self.thread_is_at = where_is(gdb.newest_frame())
            if not fiber.on_thread():
                self.saved = fiber.registers()
                if self.saved is None or fiber.state not in (2, 3):
                    self.forget()
                    raise gdb.GdbError(f"fiber {fiber.label()}, {fiber.does()}, has no stack "
                                       "that can be read")
        gdb.invalidate_cached_frames()
        frame = gdb.newest_frame()
        while self.hides(frame):
            frame = frame.older()
        frame.select()

    def hides(self, frame):
        """Whether this is a frame of the thread: the innermost, and what is inline in it."""
        return self.saved is not None and where_is(frame) == self.thread_is_at

    def forget(self, *_):
        self.fiber = None
        self.saved = None
        self.thread = None
        gdb.invalidate_cached_frames()


selection = Selection()


class Unwinder(gdb.unwinder.Unwinder):
    """Below the innermost frame of the thread: the frames of the fiber that was chosen."""

    def __init__(self):
        super().__init__("weft fibers")

    def __call__(self, frame):
        if not selection.hides(frame):
            return None
        if gdb.selected_thread() is None or gdb.selected_thread().ptid != selection.thread.ptid:
            return None
        made = frame.create_unwind_info(FrameId(frame))
        number = gdb.lookup_type("unsigned long")
        for name, value in selection.saved.items():
            made.add_saved_register(name, gdb.Value(value).cast(number))
        return made


class FrameId:
    """As if the thread's frame stood on the fiber's stack: gdb wants callers to be further up."""

    def __init__(self, frame):
        number = gdb.lookup_type("unsigned long")
        self.sp = gdb.Value(selection.saved["rsp"]).cast(number)
        self.pc = frame.read_register("rip")


class FiberFrames:
    """Leaves of `bt` what belongs to the fiber: not the frame of the thread above, nor what the
    unwinder makes of the end of the stack."""

    name = "weft-fibers"
    priority = 100
    enabled = True

    def __init__(self):
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        for frame in frames:
            if not selection.hides(frame.inferior_frame()):
                yield frame
            if selection.fiber is not None and frame.inferior_frame().name() == "make_fcontext":
                return


class InfoFibers(gdb.Command):
    """What each fiber does."""

    def __init__(self):
        super().__init__("info fibers", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        print("    Id  Name                  State                  Waits     Spawned at")
        for fiber in all_fibers():
            chosen = selection.fiber is not None and selection.fiber.id == fiber.id
            print(f"{'*' if chosen else ' '} {fiber.id:4}  {fiber.name:20}  {fiber.does():21}  "
                  f"{fiber.waits:<8}  {fiber.spawned_at()}")


class FiberCommand(gdb.Command):
    """fiber [ID | apply all|ID... COMMAND]: choose a fiber, or do something with several.

    `fiber 0` goes back to the thread."""

    def __init__(self):
        super().__init__("fiber", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        if not words:
            fiber = selection.fiber
            print(f"fiber {fiber.label()}, {fiber.does()}" if fiber else "no fiber is chosen")
        elif words[0] == "apply":
            self.apply(words[1:])
        elif words == ["0"]:
            selection.forget()
        else:
            fiber = self.find(words[0])
            selection.choose(fiber)
            print(f"fiber {fiber.label()}, {fiber.does()}")

    def apply(self, words):
        ids = []
        while words and (words[0] == "all" or words[0].isdigit()):
            ids.append(words.pop(0))
        if not ids or not words:
            raise gdb.GdbError("fiber apply all|ID... COMMAND")
        chosen = all_fibers() if "all" in ids else [self.find(each) for each in ids]
        before = selection.fiber
        for fiber in chosen:
            print(f"\nfiber {fiber.label()}, {fiber.does()}")
            try:
                selection.choose(fiber)
                gdb.execute(" ".join(words))
            except gdb.error as error:
                print(f"  {error}")
        selection.forget()
        if before is not None:
            selection.choose(before)

    def find(self, number):
        for fiber in all_fibers():
            if str(fiber.id) == number:
                return fiber
        raise gdb.GdbError(f"there is no fiber {number}; see `info fibers`")


InfoFibers()
FiberCommand()
FiberFrames()
gdb.unwinder.register_unwinder(None, Unwinder(), replace=True)
gdb.events.cont.connect(selection.forget)
gdb.events.exited.connect(selection.forget)
