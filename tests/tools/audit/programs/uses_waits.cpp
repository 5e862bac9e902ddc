// SPDX-License-Identifier: BSL-1.0

extern "C" void* audited_wait(int number);

int main() {
    return audited_wait(1) != nullptr ? 0 : 1;
}
