/* SPDX-License-Identifier: GPL-2.0 */
/* Test fixture: the ways a driver can go wrong, one per build: -DFIXTURE_FAULT=FIXTURE_FAULT_... Those that begin later than
 * the module's init can also be chosen at run time, by the module's parameters fixture_fault and fixture_seconds.
 * What holds the device's lock in the kernel: every probe and remove (drivers/base/dd.c), and each read and write of
 * driver_override and sriov_numvfs waits for it, not interruptibly (drivers/pci/pci-sysfs.c, drivers/pci/iov.c). */
#ifndef FIXTURE_FAULT_H
#define FIXTURE_FAULT_H

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>

#define FIXTURE_FAULT_NONE 0
#define FIXTURE_FAULT_INIT_FAILS 1 /* module init returns -EIO */
#define FIXTURE_FAULT_PROBE_FAILS 2 /* probe of function 1 returns -EIO */
#define FIXTURE_FAULT_PROBE_SLEEPS 3 /* each probe sleeps FIXTURE_FAULT_SECONDS, then works */
#define FIXTURE_FAULT_PROBE_PANICS 4 /* the kernel panics */
#define FIXTURE_FAULT_PROBE_OOPSES 5 /* a null pointer is followed */
#define FIXTURE_FAULT_INIT_HANGS 6 /* module init sleeps FIXTURE_FAULT_SECONDS */
#define FIXTURE_FAULT_PROBE_HANGS 7 /* probe of function 1 sleeps FIXTURE_FAULT_SECONDS, then fails */
#define FIXTURE_FAULT_EXIT_HANGS 8 /* module exit sleeps FIXTURE_FAULT_SECONDS, as "waiting for ... to become free" does */
#define FIXTURE_FAULT_REMOVE_HANGS 9 /* the removal of function 1 sleeps FIXTURE_FAULT_SECONDS */
#define FIXTURE_FAULT_LOCK_HELD 10 /* function 1 works, and its device's lock is held for FIXTURE_FAULT_SECONDS */
#define FIXTURE_FAULT_NO_CARRIER 11 /* every port is there and has no carrier, as when the link does not come up */

#define FIXTURE_FAULT_ONLOAD_FAILS 12 /* the driver works; the init of onload returns -EIO */

#ifndef FIXTURE_FAULT
#define FIXTURE_FAULT FIXTURE_FAULT_NONE
#endif
#ifndef FIXTURE_FAULT_SECONDS
#define FIXTURE_FAULT_SECONDS 5
#endif

static int fixture_fault = FIXTURE_FAULT;
module_param(fixture_fault, int, 0644);
static unsigned int fixture_seconds = FIXTURE_FAULT_SECONDS;
module_param(fixture_seconds, uint, 0644);

static inline int fixture_fault_in_init(void)
{
	if (fixture_fault == FIXTURE_FAULT_INIT_HANGS)
		ssleep(fixture_seconds);
	return fixture_fault == FIXTURE_FAULT_INIT_FAILS ? -EIO : 0;
}

static inline void fixture_fault_in_exit(void)
{
	if (fixture_fault == FIXTURE_FAULT_EXIT_HANGS)
		ssleep(fixture_seconds);
}

static inline void fixture_fault_in_remove(struct pci_dev *pci)
{
	if (fixture_fault == FIXTURE_FAULT_REMOVE_HANGS && PCI_FUNC(pci->devfn) == 1)
		ssleep(fixture_seconds);
}

static int fixture_hold_lock(void *data)
{
	struct pci_dev *pci = data;

	/* Not before the module's init has ended, which needs the lock for its second driver. */
	ssleep(1);
	device_lock(&pci->dev);
	ssleep(fixture_seconds);
	device_unlock(&pci->dev);
	pci_dev_put(pci);
	module_put_and_kthread_exit(0);
}

static inline void fixture_fault_after_probe(struct pci_dev *pci)
{
	struct task_struct *holder;

	if (fixture_fault != FIXTURE_FAULT_LOCK_HELD || PCI_FUNC(pci->devfn) != 1)
		return;
	__module_get(THIS_MODULE);
	/* It gets the lock once the probe has given it up. */
	holder = kthread_run(fixture_hold_lock, pci_dev_get(pci), "fixture-lock");
	if (IS_ERR(holder))
		module_put(THIS_MODULE);
}

static inline bool fixture_has_carrier(void)
{
	return fixture_fault != FIXTURE_FAULT_NO_CARRIER;
}

static inline int fixture_fault_in_probe(struct pci_dev *pci)
{
	switch (fixture_fault) {
	case FIXTURE_FAULT_PROBE_FAILS:
		return PCI_FUNC(pci->devfn) == 1 ? -EIO : 0;
	case FIXTURE_FAULT_PROBE_SLEEPS:
		/* Not interruptible, as a driver that waits for dead firmware. */
		ssleep(fixture_seconds);
		return 0;
	case FIXTURE_FAULT_PROBE_HANGS:
		if (PCI_FUNC(pci->devfn) != 1)
			return 0;
		ssleep(fixture_seconds);
		return -ETIMEDOUT;
	case FIXTURE_FAULT_PROBE_PANICS:
		panic("sfc test fixture: panics on purpose");
		return 0;
	case FIXTURE_FAULT_PROBE_OOPSES:
		WRITE_ONCE(*(volatile int *)NULL, 0);
		return 0;
	default:
		return 0;
	}
}

#endif
