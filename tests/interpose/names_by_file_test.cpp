// SPDX-License-Identifier: BSL-1.0

// Names of hosts by the files of the machine: getent of libc, natively and under weft-run, in a
// mount namespace with files of the tests.

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weft::test {
namespace {

constexpr const char* hosts = R"(# first
127.0.0.1   localhost  here   # and more
127.0.0.2   twice  second-name
127.0.0.3   Twice.Example  twice  another
::1         localhost six
::1         only-six
2001:db8::7 twice
::ffff:127.0.0.9 mapped
not-an-address nowhere
127.0.0.300 nowhere
127.0.0.4
	127.0.0.5	tabs	tab-alias

127.0.0.6 last)";

constexpr const char* questions = R"(
for name in localhost here HERE twice second-name another twice.example six only-six mapped nowhere tabs \
            tab-alias last no-such-name.invalid 127.0.0.1 127.1 ::1; do
    for database in ahosts ahostsv4 ahostsv6 hosts; do
        echo "$database $name"; $RUNNER getent $database $name; echo $?
    done
done
for address in 127.0.0.1 127.0.0.2 127.0.0.3 127.0.0.77 ::1 2001:db8::7; do
    echo "hosts $address"; $RUNNER getent hosts $address; echo $?
done
)";

class NamesByFileTest : public ::testing::Test {
protected:
    void SetUp() override {
        child_process asked({"unshare", "-m", "true"});
        if (asked.wait() != 0) {
            GTEST_SKIP() << "needs mount namespaces: " << asked.errors();
        }
    }

    /// What the questions are answered where /etc has other files.
    std::string answers(const std::string& runner, const char* switch_line) const {
        const std::string etc = folder.path() / "etc";
        folder.write("etc/hosts", hosts);
        folder.write("etc/nsswitch.conf", std::string(switch_line) + "\n");
        folder.write("etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        std::string script;
        for (const char* file : {"hosts", "nsswitch.conf", "resolv.conf"}) {
            script += "mount --bind " + etc + "/" + file + " /etc/" + file + " || exit 99\n";
        }
        script += "RUNNER='" + runner + "'\n" + questions;
        child_process child({"unshare", "-m", "sh", "-c", script});
        EXPECT_EQ(child.wait(), 0) << child.errors();
        return child.output();
    }

    temporary_directory folder;
};

TEST_F(NamesByFileTest, AreThoseOfLibc) {
    const std::string native = answers("", "hosts: files");
    EXPECT_NE(native.find("127.0.0.2       STREAM twice"), std::string::npos) << native;
    EXPECT_EQ(answers(WEFT_RUN, "hosts: files"), native);
}

TEST_F(NamesByFileTest, OtherSourcesAreLeftToLibc) {
    constexpr const char* sources = "hosts: files [NOTFOUND=return] myhostname";
    EXPECT_EQ(answers(WEFT_RUN, sources), answers("", sources));
}

}  // namespace
}  // namespace weft::test
