// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/end_request.hpp"

namespace onload_node {

namespace {

/// It may be at its end and begin anew: only whether it has changed counts.
volatile std::sig_atomic_t end_requests = 0;

void note_request(int /*sent*/) {
    end_requests = end_requests + 1;
}

}  // namespace

EndRequests::EndRequests() {
    struct sigaction noting {};

    // No SA_RESTART: a call that waits comes back.
    noting.sa_handler = note_request;
    for (auto& [sent, before] : heeded_) {
        ::sigaction(sent, nullptr, &before);
        if (before.sa_handler != SIG_IGN) {
            ::sigaction(sent, &noting, nullptr);
        }
    }
}

EndRequests::~EndRequests() {
    for (const auto& [sent, before] : heeded_) {
        ::sigaction(sent, &before, nullptr);
    }
}

SinceThen::SinceThen() : requests_(end_requests) {}

bool SinceThen::told_to_end() const {
    return end_requests != requests_;
}

}  // namespace onload_node
