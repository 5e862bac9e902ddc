// SPDX-License-Identifier: BSL-1.0

#include "report.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace weft::audit {
namespace {

using json = nlohmann::ordered_json;

struct verdict_name {
    const char* in_text;
    const char* in_json;
};

constexpr std::array<verdict_name, 5> verdict_names{{{"covered", "covered"},
                                                     {"offloaded", "offloaded"},
                                                     {"noted", "noted"},
                                                     {"WILL BLOCK", "blocks"},
                                                     {"UNSAFE", "unsafe"}}};

const verdict_name& name_of(verdict which) noexcept {
    return verdict_names.at(static_cast<std::size_t>(which));
}

using counts = std::array<std::size_t, verdict_names.size()>;

counts count(const std::vector<judged_module>& modules) {
    counts all{};
    for (const judged_module& module : modules) {
        for (const finding& each : module.findings) {
            ++all.at(static_cast<std::size_t>(each.why->is));
        }
    }
    return all;
}

constexpr std::string_view indent = "              ";
constexpr std::size_t line_width = 100;

/// Writes words in lines that begin below each other.
class paragraph {
public:
    paragraph(std::ostream& out, std::string first_indent)
        : out_(out), line_(std::move(first_indent)) {
        line_.resize(std::max(line_.size(), indent.size()), ' ');
    }
    paragraph(const paragraph&) = delete;
    paragraph& operator=(const paragraph&) = delete;
    ~paragraph() { out_ << line_ << '\n'; }

    void add(std::string_view word) {
        if (!first_ && line_.size() + 1 + word.size() > line_width) {
            out_ << line_ << '\n';
            line_ = indent;
            first_ = true;
        }
        line_ += first_ ? "" : " ";
        line_ += word;
        first_ = false;
    }

    void add_words(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size());
            add(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

private:
    std::ostream& out_;
    std::string line_;
    bool first_ = true;
};

using finding_at = std::vector<finding>::const_iterator;

void print_group(std::ostream& out, finding_at first, finding_at last) {
    const judgement& why = *first->why;
    {
        paragraph names(out, std::string("  ") + name_of(why.is).in_text);
        for (finding_at each = first; each != last; ++each) {
            names.add(each->what);
        }
    }
    paragraph(out, "").add_words(why.reason);
    if (!why.remedy.empty()) {
        paragraph(out, "").add_words("Remedy: " + std::string(why.remedy));
    }
}

void print_module(std::ostream& out, const judged_module& module) {
    out << printable(module.file.path.string()) << '\n';
    if (module.is_c_library) {
        out << "  part of the C library: judged by what others call of it\n";
    } else if (module.findings.empty()) {
        out << "  calls nothing that waits\n";
    }
    for (finding_at first = module.findings.begin(); first != module.findings.end();) {
        const finding_at last =
            std::find_if(first, module.findings.end(),
                         [first](const finding& each) { return each.why != first->why; });
        print_group(out, first, last);
        first = last;
    }
}

json finding_json(const finding& each) {
    return {{"what", each.what},
            {"verdict", name_of(each.why->is).in_json},
            {"reason", each.why->reason},
            {"remedy", each.why->remedy}};
}

json module_json(const judged_module& module) {
    json findings = json::array();
    for (const finding& each : module.findings) {
        findings.push_back(finding_json(each));
    }
    return {{"path", module.file.path.string()},
            {"soname", module.file.soname},
            {"cLibrary", module.is_c_library},
            {"findings", std::move(findings)}};
}

}  // namespace

void print_text(std::ostream& out, const std::vector<judged_module>& modules) {
    for (const judged_module& each : modules) {
        print_module(out, each);
    }
    const counts all = count(modules);
    out << modules.size() << " modules:";
    for (std::size_t i = 0; i < all.size(); ++i) {
        out << (i == 0 ? " " : ", ") << all.at(i) << ' ' << verdict_names.at(i).in_text;
    }
    out << '\n';
}

void print_json(std::ostream& out, const std::vector<judged_module>& modules) {
    json result{{"formatVersion", json_version}, {"modules", json::array()}};
    for (const judged_module& each : modules) {
        result["modules"].push_back(module_json(each));
    }
    const counts all = count(modules);
    for (std::size_t i = 0; i < all.size(); ++i) {
        result["counts"][verdict_names.at(i).in_json] = all.at(i);
    }
    out << result.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

std::string printable(std::string_view text) {
    std::string result(text);
    const auto controls = [](unsigned char byte) { return byte < ' ' || byte == 0x7F; };
    std::replace_if(result.begin(), result.end(), controls, '?');
    return result;
}

}  // namespace weft::audit
