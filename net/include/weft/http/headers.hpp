// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::http {

/// One header field.
struct field {
    std::string_view name;
    std::string_view value;
};

/// The header fields of a message, in their order, duplicates included.
///
/// A value type. All fields lie in one buffer in the form in which they are sent, so that reading
/// and writing a head costs no allocation once the buffer has grown. Names compare without case.
/// Lifetime: a string_view handed out is valid until the next change.
class headers {
public:
    class iterator;

    headers() = default;
    /// \throws http::error  as add().
    headers(std::initializer_list<field> fields);

    [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
    [[nodiscard]] bool empty() const noexcept { return index_.empty(); }

    /// The field at `position`, from 0 to size() - 1.
    [[nodiscard]] field operator[](std::size_t position) const noexcept;
    [[nodiscard]] iterator begin() const noexcept;
    [[nodiscard]] iterator end() const noexcept;

    /// The value of the first field called `name`.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] bool contains(std::string_view name) const noexcept {
        return find(name).has_value();
    }

    /// The values of all fields called `name`, in order.
    [[nodiscard]] std::vector<std::string_view> find_all(std::string_view name) const;

    /// Whether a field called `name` lists `token`, without case: "Connection: Close, te" lists
    /// close.
    [[nodiscard]] bool lists(std::string_view name, std::string_view token) const noexcept;

    /// Appends a field. Blanks around the value are dropped.
    ///
    /// \throws http::error  errc::forbidden_byte if `name` is no token or `value` has a control
    ///         character other than a tab; nothing was added.
    void add(std::string_view name, std::string_view value);

    /// Removes all fields called `name` and appends one.
    ///
    /// \throws http::error  as add(); nothing was changed.
    void set(std::string_view name, std::string_view value);

    /// Removes all fields called `name`. Returns how many there were.
    std::size_t erase(std::string_view name);

    /// Removes everything and keeps the memory for reuse.
    void clear() noexcept;

    /// The fields as they are sent: "name: value\r\n" for each.
    [[nodiscard]] std::string_view wire() const noexcept { return buffer_; }

    /// Equal fields in equal order; names without case.
    friend bool operator==(const headers& left, const headers& right) noexcept;

private:
    friend struct head_access;  // parsers append what they have checked already

    struct entry {
        std::uint32_t begin;  // of the name in buffer_
        std::uint32_t name_size;
        std::uint32_t value_size;  // the value begins two bytes after the name
    };

    void append(std::string_view name, std::string_view value);

    std::string buffer_;
    std::vector<entry> index_;
};

/// Walks over the fields of a message.
class headers::iterator {
public:
    using value_type = field;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    iterator() = default;
    iterator(const headers& fields, std::size_t position) noexcept
        : fields_(&fields), position_(position) {}

    field operator*() const noexcept { return (*fields_)[position_]; }
    iterator& operator++() noexcept {
        ++position_;
        return *this;
    }
    iterator operator++(int) noexcept {
        auto before = *this;
        ++position_;
        return before;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

private:
    const headers* fields_ = nullptr;
    std::size_t position_ = 0;
};

inline headers::iterator headers::begin() const noexcept {
    return {*this, 0};
}
inline headers::iterator headers::end() const noexcept {
    return {*this, size()};
}

}  // namespace weft::http
