// SPDX-License-Identifier: BSL-1.0
//
// Waits by nothing but calls that the layer covers.

#include <unistd.h>

int main() {
    char byte = 0;
    return ::read(0, &byte, 1) == 1 ? 0 : 1;
}
