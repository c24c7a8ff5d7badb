// SPDX-License-Identifier: GPL-2.0
/* Test fixture: stands in for the `onload` module; parameters and device nodes, no acceleration. */
#include "fixture_chrdev.h"
#include "fixture_fault.h"

unsigned int sfc_resource_fixture_ports(void);
unsigned int sfc_char_fixture_ports(void);

static char *cplane_server_path = "";
module_param(cplane_server_path, charp, 0644);
MODULE_PARM_DESC(cplane_server_path, "program the real module would spawn");

static int cplane_init_timeout = 10;
module_param(cplane_init_timeout, int, 0644);
MODULE_PARM_DESC(cplane_init_timeout, "seconds the real module would wait for it");

static struct fixture_chrdev onload = { .name = "onload" };
static struct fixture_chrdev onload_epoll = { .name = "onload_epoll" };

static int __init onload_init(void)
{
	int rc;

	if (fixture_fault == FIXTURE_FAULT_ONLOAD_FAILS)
		return -EIO;
	rc = fixture_chrdev_create(&onload);
	if (rc)
		return rc;
	rc = fixture_chrdev_create(&onload_epoll);
	if (rc) {
		fixture_chrdev_destroy(&onload);
		return rc;
	}
	pr_info("onload (test fixture): %u ports by sfc_resource, %u by sfc_char\n",
		sfc_resource_fixture_ports(), sfc_char_fixture_ports());
	return 0;
}
module_init(onload_init);

static void __exit onload_exit(void)
{
	fixture_chrdev_destroy(&onload_epoll);
	fixture_chrdev_destroy(&onload);
}
module_exit(onload_exit);

MODULE_DESCRIPTION("Test fixture standing in for onload");
MODULE_LICENSE("GPL");
MODULE_VERSION("8.1.2.26");
