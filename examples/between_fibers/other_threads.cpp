// SPDX-License-Identifier: BSL-1.0
//
// A thread of its own, without fibers, feeds the fibers of a runtime through a channel that both
// may use. The fiber that waits does not keep the others from running.
#include <weft/cross_thread/channel.hpp>
#include <weft/cross_thread/event.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>

#include <cstdio>
#include <thread>

int main() {
    weft::cross_thread::channel<int> readings(4);
    weft::cross_thread::event calibrated;
    std::thread sensor([&] {
        calibrated.wait();  // blocks this thread
        for (int i = 1; i <= 5; ++i) {
            readings.send(i * i);
        }
        readings.close();
    });
    weft::run([&] {
        auto reader = weft::spawn([&] {
            int sum = 0;
            while (const auto reading = readings.receive()) {  // blocks this fiber
                sum += *reading;
            }
            return sum;
        });
        std::printf("waiting for the sensor\n");
        calibrated.set();
        std::printf("sum of the readings: %d\n", reader.get());
    });
    sensor.join();
}
