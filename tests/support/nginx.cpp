// SPDX-License-Identifier: BSL-1.0
#include "support/nginx.hpp"

#include <unistd.h>

#include <csignal>
#include <sstream>
#include <utility>

namespace weft::test {

namespace {

constexpr const char* worker_started = ": start worker process ";  // a notice in its error log
constexpr std::size_t workers = 2;

}  // namespace

nginx::nginx(std::vector<nginx_site> sites, const std::filesystem::path& files,
             std::string directives)
    : sites_(std::move(sites)), directives_(std::move(directives)) {
    for (const auto& site : sites_) {
        folder_.write(site.name + ".crt", site.certificate.chain_pem);
        folder_.write(site.name + ".key", site.certificate.key_pem);
    }
    process_ = on_free_port([&](unsigned short port) {
        write_configuration(port, files);
        port_ = port;
        return start(port);
    });
}

child_process nginx::start(unsigned short port) const {
    const auto folder = folder_.path().string();
    child_process started({"nginx", "-p", folder, "-c", folder + "/nginx.conf", "-e", "stderr"});
    started.wait_until("nginx on port " + std::to_string(port),
                       [&] { return occurrences(started.errors(), worker_started) >= workers; });
    return started;
}

void nginx::write_configuration(unsigned short port, const std::filesystem::path& files) const {
    std::ostringstream text;
    if (geteuid() == 0) {
        text << "user root;\n";  // the directories are this user's
    }
    text << "daemon off;\n"
         << "worker_processes " << workers << ";\n"
         << "pid " << folder_.path().string() << "/nginx.pid;\n"
         << "error_log stderr notice;\n"
         << "events { worker_connections 512; }\n"
         << "http {\n"
         << "access_log off;\n"
         << "types { text/plain txt; application/octet-stream bin; }\n"
         << "gzip on; gzip_types text/plain; gzip_min_length 64;\n"
         << "sendfile on; ssl_protocols TLSv1.2 TLSv1.3;\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        text << kind << "_temp_path " << folder_.path().string() << "/" << kind << ";\n";
    }
    for (const auto& site : sites_) {
        const auto base = (folder_.path() / site.name).string();
        text << "server { listen 127.0.0.1:" << port << " ssl; server_name " << site.name
             << "; ssl_certificate " << base << ".crt; ssl_certificate_key " << base
             << ".key; root " << files.string() << "; " << directives_ << " }\n";
    }
    text << "}\n";
    folder_.write("nginx.conf", text.str());
}

void nginx::reload() {
    const auto before = occurrences(process_->errors(), worker_started);
    process_->signal(SIGHUP);
    process_->wait_until("new nginx workers", [&] {
        return occurrences(process_->errors(), worker_started) >= before + workers;
    });
}

}  // namespace weft::test
