// SPDX-License-Identifier: GPL-2.0
/* Test fixture: a module that belongs to neither tree and holds the in-tree `sfc` by using one of its symbols. */
#include <linux/module.h>

unsigned int sfc_fixture_port_count(void);

static int __init sfc_watcher_init(void)
{
	pr_info("sfc_watcher (test fixture): %u ports\n", sfc_fixture_port_count());
	return 0;
}
module_init(sfc_watcher_init);

static void __exit sfc_watcher_exit(void)
{
}
module_exit(sfc_watcher_exit);

MODULE_DESCRIPTION("Test fixture: somebody else's module that uses sfc");
MODULE_LICENSE("GPL");
