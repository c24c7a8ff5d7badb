// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.hpp"
#include "core/verifying/verify_parts.hpp"

#include <algorithm>

namespace onload_node {

namespace {

/// A report names this many symbols; the rest are counted.
constexpr unsigned named_symbols = 3;

std::string hex8(std::uint32_t value) {
    return "0x" + hexadecimal(value, 8);
}

/// Compares the symbols that the modules need with those that would be there.
class SymbolChecker {
public:
    explicit SymbolChecker(const VerifyContext& context)
        : context_(context), kernel_(context.observed.symbols) {}

    void run(Verdicts& verdicts);

private:
    /// What is wrong with the symbols of one module; "" when nothing is.
    std::string complaints(const ModuleFile& file);
    std::string complaint(const std::string& name, const Symbol& need);
    [[nodiscard]] const ModuleFile* exporter(const std::string& name) const;
    /// True if `module` is the kernel itself, or an in-tree module that would be loaded.
    [[nodiscard]] bool provided(const std::string& module) const;

    [[nodiscard]] bool kernel_known() const {
        return !kernel_.path.empty() && kernel_.problem.empty();
    }

    const VerifyContext& context_;
    const KernelSymbols& kernel_;
    unsigned checked_ = 0;
    unsigned unknown_ = 0;
};

const ModuleFile* SymbolChecker::exporter(const std::string& name) const {
    for (const ModuleFile* const other : context_.staged) {
        if (other->exports.contains(name)) {
            return other;
        }
    }
    return nullptr;
}

bool SymbolChecker::provided(const std::string& module) const {
    const auto& order = context_.order;
    return module == "vmlinux" || order.empty() ||
           std::ranges::any_of(order, [&](const ModuleFile* file) {
               return file->origin == Origin::in_tree && file->name.str() == module;
           });
}

/// The kernel accepts a symbol that is exported without a CRC as it is.
std::string compare(const Symbol& need, const Symbol& symbol, std::string_view who) {
    if (!symbol.crc || need.crc == symbol.crc) {
        return {};
    }
    return compose(
        "{}{}, {} has {}",
        need.crc ? " with CRC " : " without a CRC",
        need.crc ? hex8(*need.crc) : "",
        who,
        hex8(*symbol.crc)
    );
}

std::string SymbolChecker::complaint(const std::string& name, const Symbol& need) {
    const ModuleFile* const other = exporter(name);
    if (other == nullptr && !kernel_known()) {
        ++unknown_;
        return {};
    }
    ++checked_;
    if (other != nullptr) {
        return compare(need, other->exports.at(name), "staged " + other->name.str());
    }
    const auto found = kernel_.symbols.find(name);
    if (found == kernel_.symbols.end()) {
        return need.weak ? "" : ", which neither the kernel nor a staged module exports";
    }
    const auto& provider = found->second.provider;
    if (!provided(provider)) {
        return need.weak
                   ? ""
                   : compose(
                         ", which the kernel's module {} exports, and that would not be loaded",
                         provider
                     );
    }
    return compare(need, found->second, "the kernel");
}

std::string SymbolChecker::complaints(const ModuleFile& file) {
    std::string text;
    unsigned count = 0;
    for (const auto& [name, need] : file.needs) {
        const auto why = complaint(name, need);
        if (!why.empty() && ++count <= named_symbols) {
            text += compose("{}{}{}", text.empty() ? " needs " : "; ", name, why);
        }
    }
    if (count > named_symbols) {
        text += compose("; and {} more", std::to_string(count - named_symbols));
    }
    return text;
}

void SymbolChecker::run(Verdicts& verdicts) {
    for (const ModuleFile* const file : context_.staged) {
        if (const auto text = complaints(*file); !text.empty()) {
            verdicts.fail(
                {CheckId::symbols, ReasonCode::symbols, file->name.str()}, file->path + text
            );
        }
    }
    const bool known = unknown_ == 0;
    const auto& why = kernel_.problem;
    verdicts.settle(
        CheckId::symbols,
        known ? Verdict::passed : Verdict::not_checkable,
        compose(
            "{}{}{}",
            std::to_string(known ? checked_ : unknown_),
            known ? " symbols, as in " : " symbols: ",
            known         ? std::string_view(kernel_.path)
            : why.empty() ? "there is no symvers file of the kernel"
                          : why
        )
    );
}

}  // namespace

void verify_symbols(const VerifyContext& context, Verdicts& verdicts) {
    SymbolChecker(context).run(verdicts);
}

}  // namespace onload_node
