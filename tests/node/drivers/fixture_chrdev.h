/* SPDX-License-Identifier: GPL-2.0 */
/* Test fixture: a character device with a node of its own, mode 0666, as the Onload drivers make theirs. */
#ifndef FIXTURE_CHRDEV_H
#define FIXTURE_CHRDEV_H

#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>

struct fixture_chrdev {
	const char *name;
	int major;
	struct class *class;
};

static char *fixture_devnode(struct device *device, umode_t *mode)
{
	if (mode)
		*mode = 0666;
	return NULL;
}

/* An open node holds the module: that is how the tests make it "in use". */
static const struct file_operations fixture_chrdev_operations = {
	.owner = THIS_MODULE,
	.llseek = noop_llseek,
};

static int fixture_chrdev_create(struct fixture_chrdev *chrdev)
{
	struct device *device;

	chrdev->major = register_chrdev(0, chrdev->name, &fixture_chrdev_operations);
	if (chrdev->major < 0)
		return chrdev->major;
	chrdev->class = class_create(THIS_MODULE, chrdev->name);
	if (IS_ERR(chrdev->class)) {
		unregister_chrdev(chrdev->major, chrdev->name);
		return PTR_ERR(chrdev->class);
	}
	chrdev->class->devnode = fixture_devnode;
	device = device_create(chrdev->class, NULL, MKDEV(chrdev->major, 0), NULL, "%s", chrdev->name);
	if (IS_ERR(device)) {
		class_destroy(chrdev->class);
		unregister_chrdev(chrdev->major, chrdev->name);
		return PTR_ERR(device);
	}
	return 0;
}

static void fixture_chrdev_destroy(struct fixture_chrdev *chrdev)
{
	device_destroy(chrdev->class, MKDEV(chrdev->major, 0));
	class_destroy(chrdev->class);
	unregister_chrdev(chrdev->major, chrdev->name);
}

#endif
