/* SPDX-License-Identifier: GPL-2.0 */
/* Test fixture: the ways a driver can go wrong, one per build: -DFIXTURE_FAULT=FIXTURE_FAULT_... */
#ifndef FIXTURE_FAULT_H
#define FIXTURE_FAULT_H

#include <linux/delay.h>
#include <linux/pci.h>

#define FIXTURE_FAULT_NONE 0
#define FIXTURE_FAULT_INIT_FAILS 1 /* module init returns -EIO */
#define FIXTURE_FAULT_PROBE_FAILS 2 /* probe of function 1 returns -EIO */
#define FIXTURE_FAULT_PROBE_SLEEPS 3 /* each probe sleeps FIXTURE_FAULT_SECONDS, then works */
#define FIXTURE_FAULT_PROBE_PANICS 4 /* the kernel panics */
#define FIXTURE_FAULT_PROBE_OOPSES 5 /* a null pointer is followed */
#define FIXTURE_FAULT_INIT_HANGS 6 /* module init sleeps FIXTURE_FAULT_SECONDS */
#define FIXTURE_FAULT_PROBE_HANGS 7 /* probe of function 1 sleeps FIXTURE_FAULT_SECONDS, then fails */

#ifndef FIXTURE_FAULT
#define FIXTURE_FAULT FIXTURE_FAULT_NONE
#endif
#ifndef FIXTURE_FAULT_SECONDS
#define FIXTURE_FAULT_SECONDS 5
#endif

/* Volatile, so that every build contains the same code and keeps the same dependencies. */
static const volatile int fixture_fault = FIXTURE_FAULT;

static inline int fixture_fault_in_init(void)
{
	if (fixture_fault == FIXTURE_FAULT_INIT_HANGS)
		ssleep(FIXTURE_FAULT_SECONDS);
	return fixture_fault == FIXTURE_FAULT_INIT_FAILS ? -EIO : 0;
}

static inline int fixture_fault_in_probe(struct pci_dev *pci)
{
	switch (fixture_fault) {
	case FIXTURE_FAULT_PROBE_FAILS:
		return PCI_FUNC(pci->devfn) == 1 ? -EIO : 0;
	case FIXTURE_FAULT_PROBE_SLEEPS:
		/* Not interruptible, as a driver that waits for dead firmware. */
		ssleep(FIXTURE_FAULT_SECONDS);
		return 0;
	case FIXTURE_FAULT_PROBE_HANGS:
		if (PCI_FUNC(pci->devfn) != 1)
			return 0;
		ssleep(FIXTURE_FAULT_SECONDS);
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
