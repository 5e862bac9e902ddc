// SPDX-License-Identifier: BSL-1.0
#include "report/sites.hpp"

#include <algorithm>

namespace weft::trace_tool {

std::vector<site_summary> sites_of(const summary& in) {
    std::map<std::string, site_summary> sites;
    for (const auto& [id, fiber] : in.fibers) {
        auto& site = sites[fiber.site];
        site.site = fiber.site;
        ++site.fibers;
        site.running += fiber.running;
        site.ready += fiber.ready;
        site.waiting += fiber.waiting_total();
    }
    std::vector<site_summary> sorted;
    for (auto& [name, site] : sites) {
        sorted.push_back(std::move(site));
    }
    std::ranges::stable_sort(sorted, std::greater(), &site_summary::running);
    return sorted;
}

}  // namespace weft::trace_tool
