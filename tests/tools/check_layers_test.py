#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that every rule of tools/dev/check_layers.py can fail, and that good code passes."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "dev"))
sys.dont_write_bytecode = True

from check_layers import HEADER_LINES, SOURCE_LINES, Checker  # noqa: E402

SPDX = "// SPDX-License-Identifier: BSL-1.0\n"
HEADER = SPDX + "#pragma once\n"

GOOD = {
    "runtime/include/weft/mutex.hpp": HEADER + "#include <weft/detail/wait_queue.hpp>\n",
    "runtime/include/weft/detail/wait_queue.hpp": HEADER,
    "runtime/src/mutex.cpp": SPDX + '#include <weft/mutex.hpp>\n#include "scheduler.hpp"\n',
    "runtime/boost_fiber/include/weft/boost_fiber.hpp": HEADER + "#include <weft/run.hpp>\n",
    "runtime/boost_fiber/src/engine.cpp": SPDX + "#include <boost/fiber/all.hpp>\n",
    "tests/boost_fiber/boost_fiber_test.cpp": SPDX,
    "net/include/weft/net/tcp.hpp": HEADER + "#include <weft/io.hpp>\n",
    "net/include/weft/http/client.hpp": HEADER + "#include <weft/net/stream.hpp>\n",
    "net/src/tls/context.cpp": SPDX + "#include <openssl/ssl.h>\n",
    "net/src/tls/connector.cpp": SPDX + "#include <weft/net/connector.hpp>\n",
    "net/interpose/src/getaddrinfo.cpp": SPDX + "#include <weft/net/dns.hpp>\n",
    "examples/hello.cpp": SPDX + "#include <weft/run.hpp>\n",
    "tools/trace/src/memory.hpp": HEADER + "#include <weft/trace_format.hpp>\n",
    "tests/runtime/mutex_test.cpp": SPDX + "void f() { weft::this_fiber::sleep_for(1ms); }\n",
    "tests/net/tcp_test.cpp": SPDX + 'void f() { GTEST_SKIP() << "no IPv6 here"; }\n',
    "tests/net/http/client_test.cpp": SPDX,
    "tests/bench/raw_epoll.cpp": SPDX + "void f() { usleep(1); }\n",
    "tools/check.sh": "#!/bin/sh\n# SPDX-License-Identifier: BSL-1.0\n",
}


def faults_of(files):
    """What is found in a tree of these files and a CMakeLists.txt that names them all."""
    files = {"CMakeLists.txt": "# SPDX-License-Identifier: BSL-1.0\n" + "\n".join(files), **files}
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            file = pathlib.Path(root, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return Checker(pathlib.Path(root)).run()


class CheckLayers(unittest.TestCase):
    def expect_fault(self, name, text, expected):
        """The good tree with this one file changed has exactly the `expected` fault."""
        faults = faults_of({**GOOD, name: text})
        self.assertEqual(len(faults), 1, faults)
        self.assertTrue(faults[0].startswith(expected), faults[0])

    def expect_bad_include(self, name, included, rule="layer"):
        before = HEADER if name.endswith(".hpp") else SPDX
        self.expect_fault(name, before + f"#include {included}\n",
                          f"{name}:{before.count(chr(10)) + 1}: {rule}: ")

    def test_good_tree_passes(self):
        self.assertEqual(faults_of(GOOD), [])

    def test_build_folder_is_not_read(self):
        self.assertEqual(faults_of({**GOOD, "build/dev/made.cpp": "no licence"}), [])

    def test_runtime_knows_nothing_of_net(self):
        self.expect_bad_include("runtime/src/mutex.cpp", "<weft/net/tcp.hpp>")
        self.expect_bad_include("runtime/include/weft/detail/wait_queue.hpp", '"net/tcp.hpp"')

    def test_only_one_room_includes_boost_fiber(self):
        self.expect_bad_include("runtime/src/mutex.cpp", "<boost/fiber/mutex.hpp>")
        self.expect_bad_include("net/src/tcp.cpp", "<weft/boost_fiber.hpp>")

    def test_interpose_knows_the_resolver_only_and_nobody_knows_it(self):
        self.expect_bad_include("net/interpose/src/getaddrinfo.cpp", "<weft/net/tcp.hpp>")
        self.expect_bad_include("net/interpose/src/getaddrinfo.cpp", "<weft/http/client.hpp>")
        self.expect_bad_include("net/src/tcp.cpp", '"interpose/src/real.hpp"')
        self.expect_bad_include("examples/hello.cpp", '"net/interpose/real.hpp"')

    def test_net_sees_only_public_headers_of_runtime(self):
        self.expect_bad_include("net/src/tcp.cpp", '"scheduler.hpp"')
        self.expect_bad_include("net/src/tcp.cpp", '"reactor/backend.hpp"')
        self.expect_bad_include("net/src/tcp.cpp", '"../../runtime/src/fiber.hpp"')
        self.expect_bad_include("net/src/tcp.cpp", "<weft/detail/wait_queue.hpp>")

    def test_http_knows_stream_and_connector_only(self):
        for included in ("<weft/net/tls.hpp>", "<weft/net/tcp.hpp>", "<weft/io.hpp>",
                         '"tls/context.hpp"'):
            self.expect_bad_include("net/src/http/client.cpp", included)
        self.expect_bad_include("net/include/weft/http/client.hpp", "<weft/net/tcp.hpp>")

    def test_tls_knows_stream_and_connector_only(self):
        for included in ("<weft/net/tcp.hpp>", "<weft/io.hpp>", "<weft/net/dns.hpp>"):
            self.expect_bad_include("net/src/tls/context.cpp", included)

    def test_only_http_includes_http(self):
        self.expect_bad_include("net/src/tcp.cpp", "<weft/http/client.hpp>")

    def test_only_tests_include_tests(self):
        self.expect_bad_include("runtime/src/mutex.cpp", '"support/leaks.hpp"')
        self.expect_bad_include("net/src/tcp.cpp", "<gtest/gtest.h>")

    def test_runtime_is_tested_without_net(self):
        self.expect_bad_include("tests/runtime/mutex_test.cpp", "<weft/net/tcp.hpp>")

    def test_the_trace_tool_knows_the_format_only(self):
        for included in ("<weft/run.hpp>", "<weft/trace_format.hpp.in>", '"../../runtime/src/a.hpp"'):
            self.expect_bad_include("tools/trace/src/memory.hpp", included)
        self.expect_bad_include("tools/trace/src/memory.hpp", '"support/fake_memory.hpp"')

    def test_examples_see_public_headers_only(self):
        self.expect_bad_include("examples/hello.cpp", "<weft/detail/wait_queue.hpp>")

    def test_public_headers_of_net_show_no_third_party(self):
        tcp = "net/include/weft/net/tcp.hpp"
        for included in ("<openssl/ssl.h>", "<ares.h>", "<boost/beast.hpp>", "<liburing.h>"):
            self.expect_bad_include(tcp, included, "third-party")
        for named in ("SSL* raw;", "ares_channel channel;", "boost::urls::url url;"):
            self.expect_fault(tcp, HEADER + named + "\n", f"{tcp}:3: third-party: ")

    def test_every_public_header_has_a_test(self):
        for name in ("runtime/include/weft/event.hpp", "net/include/weft/net/dns.hpp",
                     "net/include/weft/http/url.hpp", "runtime/include/weft/testing/clock.hpp"):
            self.expect_fault(name, HEADER, f"{name}:1: pairing: ")

    def test_every_file_is_built(self):
        lists = "# SPDX-License-Identifier: BSL-1.0\n"
        faults = faults_of({**GOOD, "CMakeLists.txt": lists + "\n".join(
            set(GOOD) - {"runtime/src/mutex.cpp"}) + "\nnot/runtime/src/mutex.cpp"})
        self.assertEqual([fault.split(": ")[:2] for fault in faults],
                         [["runtime/src/mutex.cpp:1", "unbuilt"]])

    def test_files_stay_small(self):
        self.expect_fault("runtime/src/mutex.cpp", SPDX + "\n" * SOURCE_LINES,
                          f"runtime/src/mutex.cpp:{SOURCE_LINES + 1}: size: ")
        self.expect_fault("runtime/src/list.hpp", HEADER + "\n" * (HEADER_LINES - 1),
                          f"runtime/src/list.hpp:{HEADER_LINES + 1}: size: ")

    def test_licence_is_named_in_every_file(self):
        self.expect_fault("runtime/src/mutex.cpp", "int x;\n", "runtime/src/mutex.cpp:1: licence: ")
        self.expect_fault("tools/check.sh", "#!/bin/sh\n", "tools/check.sh:1: licence: ")
        self.expect_fault("net/CMakeLists.txt", "", "net/CMakeLists.txt:1: licence: ")

    def test_headers_have_a_guard(self):
        self.expect_fault("runtime/src/list.hpp", SPDX, "runtime/src/list.hpp:1: guard: ")

    def test_tests_do_not_sleep(self):
        test = "tests/runtime/mutex_test.cpp"
        for line in ("std::this_thread::sleep_for(1ms);", "usleep(1);", "::sleep(1);",
                     "nanosleep(&t, nullptr);", "::syscall(SYS_clock_nanosleep, 1);",
                     "::poll(nullptr, 0, 20);", "::select(0, nullptr, nullptr, nullptr, &t);"):
            self.expect_fault(test, SPDX + line + "\n", f"{test}:2: sleep: ")
        for test, line in (("tests/tools/a_test.sh", "sleep 1"), ("tests/tools/a_test.sh", "a; sleep $n"),
                           ("tests/tools/a_test.py", "    time.sleep(0.1)")):
            self.expect_fault(test, "# SPDX-License-Identifier: BSL-1.0\n" + line + "\n",
                              f"{test}:2: sleep: ")

    def test_tests_are_not_switched_off(self):
        test = "tests/runtime/mutex_test.cpp"
        for line in ("TEST(Mutex, DISABLED_Locks) {}", "// TEST(Mutex, Locks) {}",
                     "// FIBER_TEST_F(Mutex, Locks) {}", "#if 0", "GTEST_SKIP();"):
            self.expect_fault(test, SPDX + line + "\n", f"{test}:2: disabled: ")


if __name__ == "__main__":
    unittest.main()
