// SPDX-License-Identifier: BSD-2-Clause
#include "app/output/output.hpp"
#include "unit/core/model/observed_fixture.hpp"

#include <gtest/gtest.h>

namespace onload_node {
namespace {

/// Keeps what a Nic points to.
struct Shown {
    NetworkFunction function = fixture::port(0, "ens8f0");
    ChosenName name{nullptr, function.address, "ens8f0", "remembered for this port"};
    Nic nic{&function, {"SFN8522", "123", 1, "p0", {"enp59s0f0"}}, &name};

    Shown() { function.model = "XtremeScale SFC9250"; }
};

TEST(NicsText, IsALineForEachFunctionAndWhatDoesNotFitBelow) {
    EXPECT_EQ(nics_text({}), "no Solarflare network function on this machine\n");
    const std::string text = nics_text({Shown().nic});
    EXPECT_EQ(text.find("pci "), 0U);
    EXPECT_NE(
        text.find("\n0000:3b:00.0  ens8f0          sfc       "
                  "00:0f:53:00:00:00  1     p0    SFN8522"),
        std::string::npos
    ) << text;
    EXPECT_NE(text.find("XtremeScale SFC9250\n"), std::string::npos) << text;
    EXPECT_NE(text.find("  also called enp59s0f0\n"), std::string::npos) << text;
    EXPECT_NE(text.find("  named ens8f0: remembered for this port\n"), std::string::npos) << text;
}

TEST(NicsText, TellsAVirtualFunctionFromAPhysicalOne) {
    Shown shown;
    shown.function.physical_function = fixture::port_address(7);
    const Nic virtual_one = shown.nic;
    EXPECT_NE(nics_text({virtual_one}).find("parent 0000:3b:00.7"), std::string::npos);
    EXPECT_NE(nics_json({virtual_one}).find("\"kind\" : \"vf\""), std::string::npos);
    EXPECT_NE(nics_json({virtual_one}).find("\"parent\" : \"0000:3b:00.7\""), std::string::npos);
}

TEST(NicsJson, HasEveryKeyOfSchemaOne) {
    const std::string text = nics_json({Shown().nic});
    for (const char* key :
         {"schema",
          "nics",
          "pci",
          "vendor",
          "device",
          "subsystem_vendor",
          "subsystem_device",
          "model",
          "part",
          "serial",
          "kind",
          "parent",
          "numa_node",
          "driver",
          "driver_override",
          "mac",
          "interface",
          "altnames",
          "phys_port_name",
          "representors",
          "name",
          "reason",
          "named_by",
          "problem"}) {
        EXPECT_NE(text.find("\"" + std::string(key) + "\" :"), std::string::npos) << key << " in\n"
                                                                                  << text;
    }
    EXPECT_NE(text.find("\"numa_node\" : \"1\""), std::string::npos) << text;
}

}  // namespace
}  // namespace onload_node
