// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/error.hpp>

#include <gtest/gtest.h>

namespace weft::test {

/// The errno of the io_error that `body` throws; 0 if it throws none.
template <class Body>
int error_of(Body&& body) {
    try {
        body();
        return 0;
    } catch (const io_error& error) {
        EXPECT_EQ(error.code().category(), std::system_category());
        return error.code().value();
    }
}

}  // namespace weft::test
