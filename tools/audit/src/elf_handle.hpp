// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gelf.h>
#include <libelf.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::audit {

/// An open ELF file of which each part that its headers name is there.
///
/// \invariant 1. It is a program or shared library for this machine.
/// \invariant 2. All sections lie within the file.
class elf_handle {
public:
    /// \throws foreign_file, bad_file
    explicit elf_handle(const std::filesystem::path& path);

    struct section {
        Elf_Scn* handle;
        GElf_Shdr header;
        std::string name;
    };

    [[nodiscard]] const std::vector<section>& sections() const noexcept { return sections_; }
    [[nodiscard]] const std::vector<GElf_Phdr>& segments() const noexcept { return segments_; }
    [[nodiscard]] bool is_setuid() const noexcept { return is_setuid_; }

    /// The first section of a type, or null.
    [[nodiscard]] const section* find(Elf64_Word type) const noexcept;

    /// The first section of a name, or null.
    [[nodiscard]] const section* find(std::string_view name) const noexcept;

    /// The string at `offset` of a string section. \throws bad_file if there is none.
    [[nodiscard]] std::string string(std::size_t section_index, std::size_t offset) const;

    /// The content in the byte order of this machine. \throws bad_file
    [[nodiscard]] Elf_Data* content(const section& of) const;

    /// How many elements of `type` a content holds.
    [[nodiscard]] std::size_t count(const Elf_Data& content, Elf_Type type) const;

    /// \throws bad_file  always: says that the file is damaged.
    [[noreturn]] void fail_damaged(const std::string& problem) const;

private:
    class descriptor {
    public:
        explicit descriptor(const std::filesystem::path& path);
        descriptor(const descriptor&) = delete;
        descriptor& operator=(const descriptor&) = delete;
        ~descriptor();

        [[nodiscard]] int number() const noexcept { return number_; }

    private:
        int number_;
    };
    struct end_elf {
        void operator()(Elf* open) const noexcept { ::elf_end(open); }
    };

    void open();
    void check_kind() const;
    void read_sections();
    void read_segments();
    void check_within_file(std::uint64_t offset, std::uint64_t size) const;

    std::filesystem::path path_;
    descriptor file_;  // libelf reads a section when it is asked for
    std::uint64_t size_ = 0;
    bool is_setuid_ = false;
    std::unique_ptr<Elf, end_elf> elf_;
    std::vector<section> sections_;
    std::vector<GElf_Phdr> segments_;
};

}  // namespace weft::audit
