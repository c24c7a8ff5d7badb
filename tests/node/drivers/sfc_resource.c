// SPDX-License-Identifier: GPL-2.0
/* Test fixture: stands in for Onload's `sfc_resource`; only its dependency on `sfc` is real. */
#include <linux/module.h>

unsigned int sfc_fixture_port_count(void);
unsigned int sfc_resource_fixture_ports(void);

unsigned int sfc_resource_fixture_ports(void)
{
	return sfc_fixture_port_count();
}
EXPORT_SYMBOL_GPL(sfc_resource_fixture_ports);

static int __init sfc_resource_init(void)
{
	pr_info("sfc_resource (test fixture): %u ports\n", sfc_fixture_port_count());
	return 0;
}
module_init(sfc_resource_init);

static void __exit sfc_resource_exit(void)
{
}
module_exit(sfc_resource_exit);

MODULE_DESCRIPTION("Test fixture standing in for sfc_resource");
MODULE_LICENSE("GPL");
MODULE_VERSION("8.1.2.26");
