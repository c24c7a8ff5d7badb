// SPDX-License-Identifier: BSD-2-Clause
#include "system/processes/end_request.hpp"

#include <cstddef>
#include <iterator>

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
    for (std::size_t i = 0; i < std::size(heeded); ++i) {
        ::sigaction(heeded[i], nullptr, &before_[i]);
        if (before_[i].sa_handler != SIG_IGN) {
            ::sigaction(heeded[i], &noting, nullptr);
        }
    }
}

EndRequests::~EndRequests() {
    for (std::size_t i = 0; i < std::size(heeded); ++i) {
        ::sigaction(heeded[i], &before_[i], nullptr);
    }
}

SinceThen::SinceThen() : requests_(end_requests) {}

bool SinceThen::told_to_end() const {
    return end_requests != requests_;
}

}  // namespace onload_node
