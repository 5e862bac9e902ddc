// SPDX-License-Identifier: BSL-1.0
#include <weft/net/buffered_reader.hpp>

#include <weft/error.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace weft::net {

namespace {

constexpr std::size_t block =
    std::size_t{16} * 1024;  // bytes; what one read from the stream can bring at least

std::string_view text_of(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t required_limit(std::size_t limit) {
    if (limit == 0) {
        throw std::invalid_argument("buffered_reader: the limit is 0");
    }
    return limit;
}

void require_within(std::size_t limit, std::size_t preceding, bool found) {
    if (preceding > limit) {
        throw limit_overrun(found, preceding);
    }
}

std::string describe_incomplete(std::size_t got, std::optional<std::size_t> expected) {
    return "read: " + std::to_string(got) + " bytes came, expected " +
           (expected ? std::to_string(*expected) : std::string("a delimiter"));
}

}  // namespace

incomplete_read::incomplete_read(std::string partial, std::optional<std::size_t> expected)
    : error(errc::unexpected_end, describe_incomplete(partial.size(), expected), partial.size()),
      partial_(std::move(partial)),
      expected_(expected) {}

limit_overrun::limit_overrun(bool found, std::size_t consumable)
    : error(errc::limit_exceeded, found ? "read: the delimiter is beyond the limit"
                                        : "read: no delimiter within the limit"),
      found_(found),
      consumable_(consumable) {}

/// Marks a read as running; refuses a second one, and one on a stream that has failed.
class buffered_reader::reading {
public:
    reading(buffered_reader& reader, const char* name) : reader_(reader) {
        if (reader.running_ != nullptr) {
            throw usage_error(std::string("buffered_reader: ") + name +
                              "() while another fiber is in " + reader.running_ + "()");
        }
        if (reader.failure_) {
            std::rethrow_exception(reader.failure_);
        }
        reader.running_ = name;
    }
    ~reading() { reader_.running_ = nullptr; }

    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

private:
    buffered_reader& reader_;
};

buffered_reader::buffered_reader(stream& source, std::size_t limit)
    : source_(source), limit_(required_limit(limit)) {}

bool buffered_reader::read_more(std::size_t least) {
    if (ended_) {
        return false;
    }
    try {
        const std::size_t count = source_.read_some(buffer_.room(least));
        buffer_.append(count);
        ended_ = count == 0;
    } catch (const error&) {
        failure_ = std::current_exception();
        throw;
    }
    return !ended_;
}

bool buffered_reader::fill() {
    reading now(*this, "fill");
    return read_more(block);
}

std::string buffered_reader::take(std::size_t count) {
    std::string taken(text_of(buffer_.data().first(count)));
    buffer_.consume(count);
    return taken;
}

std::size_t buffered_reader::read_some(std::span<std::byte> into) {
    reading now(*this, "read_some");
    if (into.empty()) {
        return 0;
    }
    if (buffer_.empty() && !read_more(block)) {
        return 0;
    }
    const std::size_t count = std::min(into.size(), buffer_.size());
    std::memcpy(into.data(), buffer_.data().data(), count);
    buffer_.consume(count);
    return count;
}

std::string buffered_reader::read_exactly(std::size_t count) {
    reading now(*this, "read_exactly");
    // The bytes wait in the buffer until the last one is there, so that a cancellation loses none.
    while (buffer_.size() < count) {
        if (!read_more(block)) {
            throw incomplete_read(take(buffer_.size()), count);
        }
    }
    return take(count);
}

std::size_t buffered_reader::find(std::string_view delimiter, std::size_t limit) {
    std::size_t searched = 0;  // no delimiter begins before
    for (;;) {
        const auto text = text_of(buffer_.data());
        const auto at = text.find(delimiter, searched);
        if (at != text.npos) {
            require_within(limit, at, true);
            return at;
        }
        // The last bytes may be the beginning of a delimiter.
        searched = text.size() < delimiter.size() ? 0 : text.size() + 1 - delimiter.size();
        require_within(limit, searched, false);
        if (!read_more(block)) {
            return text.npos;
        }
    }
}

std::string buffered_reader::read_until(std::string_view delimiter) {
    return read_until(delimiter, limit_);
}

std::string buffered_reader::read_until(std::string_view delimiter, std::size_t limit) {
    reading now(*this, "read_until");
    if (delimiter.empty()) {
        throw std::invalid_argument("buffered_reader: the delimiter is empty");
    }
    const std::size_t at = find(delimiter, required_limit(limit));
    if (at == std::string_view::npos) {
        throw incomplete_read(take(buffer_.size()), std::nullopt);
    }
    return take(at + delimiter.size());
}

std::string buffered_reader::read_line() {
    return read_line(limit_);
}

std::string buffered_reader::read_line(std::size_t limit) {
    reading now(*this, "read_line");
    try {
        const std::size_t at = find("\n", required_limit(limit));
        return take(at == std::string_view::npos ? buffer_.size() : at + 1);
    } catch (const limit_overrun& overrun) {
        buffer_.consume(overrun.found() ? overrun.consumable() + 1 : buffer_.size());
        throw;
    }
}

std::string buffered_reader::read_to_end(std::size_t limit) {
    reading now(*this, "read_to_end");
    do {
        if (buffer_.size() > limit) {
            throw error(errc::limit_exceeded, "read to end");
        }
    } while (read_more(block));
    return take(buffer_.size());
}

}  // namespace weft::net
