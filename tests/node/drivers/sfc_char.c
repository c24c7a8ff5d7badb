// SPDX-License-Identifier: GPL-2.0
/* Test fixture: stands in for Onload's `sfc_char`; has a device node, does no work. */
#include "fixture_chrdev.h"

unsigned int sfc_resource_fixture_ports(void);
unsigned int sfc_char_fixture_ports(void);

unsigned int sfc_char_fixture_ports(void)
{
	return sfc_resource_fixture_ports();
}
EXPORT_SYMBOL_GPL(sfc_char_fixture_ports);

static struct fixture_chrdev sfc_char = { .name = "sfc_char" };

static int __init sfc_char_init(void)
{
	return fixture_chrdev_create(&sfc_char);
}
module_init(sfc_char_init);

static void __exit sfc_char_exit(void)
{
	fixture_chrdev_destroy(&sfc_char);
}
module_exit(sfc_char_exit);

MODULE_DESCRIPTION("Test fixture standing in for sfc_char");
MODULE_LICENSE("GPL");
MODULE_VERSION("8.1.2.26");
