// SPDX-License-Identifier: GPL-2.0
/*
 * Test fixture: a network driver named `sfc` for QEMU's e1000e functions that carry Solarflare's subsystem
 * vendor. It moves no real packets: functions 2n and 2n+1 are wired to each other. Two flavours of one source:
 * -DFIXTURE_IN_TREE stands in for the kernel's own driver, without it for the out-of-tree one. They differ in
 * what the product has to notice: parameters, port names, version, build-id. -DFIXTURE_FAULT=... breaks it.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/mdio.h>
#include <linux/module.h>
#include <linux/mtd/mtd.h>
#include <linux/netdevice.h>
#include <linux/pci.h>

#include "fixture_fault.h"

#define SFC_FIXTURE_SUBSYSTEM_VENDOR 0x1924
#define SFC_FIXTURE_DEVICE 0x10d3 /* Intel 82574L, what QEMU's e1000e says it is */
#define SFC_FIXTURE_RAL0 0x5400 /* its receive address registers hold QEMU's mac= */
#define SFC_FIXTURE_RAH0 0x5404
#define SFC_FIXTURE_FLASH_BYTES 4096

#ifdef FIXTURE_IN_TREE
#define SFC_FIXTURE_VERSION "in-tree"
static unsigned int rss_cpus;
module_param(rss_cpus, uint, 0444);
/* What depmod and modinfo call a driver of the kernel's own tree: no out-of-tree taint. */
MODULE_INFO(intree, "Y");
#else
#define SFC_FIXTURE_VERSION "5.3.16.1004"
static char *rss_cpus = "cores";
module_param(rss_cpus, charp, 0444);
static char *performance_profile = "auto";
module_param(performance_profile, charp, 0444);
MODULE_VERSION(SFC_FIXTURE_VERSION);
#endif

struct sfc_port {
	struct net_device *netdev;
	struct pci_dev *pci;
	struct sfc_port __rcu *peer;
	struct mtd_info flash;
	struct mdio_if_info mdio;
	char flash_name[24];
	struct list_head list;
};

static LIST_HEAD(sfc_ports);
static DEFINE_MUTEX(sfc_ports_lock);

unsigned int sfc_fixture_port_count(void);

unsigned int sfc_fixture_port_count(void)
{
	struct sfc_port *port;
	unsigned int count = 0;

	mutex_lock(&sfc_ports_lock);
	list_for_each_entry(port, &sfc_ports, list)
		count++;
	mutex_unlock(&sfc_ports_lock);
	return count;
}
EXPORT_SYMBOL_GPL(sfc_fixture_port_count);

static bool sfc_are_peers(struct pci_dev *a, struct pci_dev *b)
{
	return a->bus == b->bus && (a->devfn ^ b->devfn) == 1;
}

static void sfc_join_peers(struct sfc_port *port)
{
	struct sfc_port *other;

	mutex_lock(&sfc_ports_lock);
	list_for_each_entry(other, &sfc_ports, list)
		if (sfc_are_peers(other->pci, port->pci)) {
			rcu_assign_pointer(other->peer, port);
			rcu_assign_pointer(port->peer, other);
		}
	list_add(&port->list, &sfc_ports);
	mutex_unlock(&sfc_ports_lock);
}

static void sfc_leave_peers(struct sfc_port *port)
{
	struct sfc_port *other;

	mutex_lock(&sfc_ports_lock);
	list_del(&port->list);
	list_for_each_entry(other, &sfc_ports, list)
		if (sfc_are_peers(other->pci, port->pci))
			RCU_INIT_POINTER(other->peer, NULL);
	RCU_INIT_POINTER(port->peer, NULL);
	mutex_unlock(&sfc_ports_lock);
	synchronize_net();
}

static netdev_tx_t sfc_start_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct sfc_port *port = netdev_priv(netdev);
	struct sfc_port *peer;
	unsigned int bytes = skb->len;

	rcu_read_lock();
	peer = rcu_dereference(port->peer);
	if (peer && dev_forward_skb(peer->netdev, skb) == NET_RX_SUCCESS) {
		dev_sw_netstats_tx_add(netdev, 1, bytes);
		dev_sw_netstats_rx_add(peer->netdev, bytes);
	} else {
		netdev->stats.tx_dropped++;
		if (!peer)
			kfree_skb(skb);
	}
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static int sfc_no_mdio_read(struct net_device *netdev, int prtad, int devad, u16 address)
{
	return -ENODEV;
}

static int sfc_no_mdio_write(struct net_device *netdev, int prtad, int devad, u16 address, u16 value)
{
	return -ENODEV;
}

/* The ioctl keeps a true dependency on `mdio`, as the real drivers have. */
static int sfc_ioctl(struct net_device *netdev, struct ifreq *request, int command)
{
	struct sfc_port *port = netdev_priv(netdev);

	return mdio_mii_ioctl(&port->mdio, if_mii(request), command);
}

#ifndef FIXTURE_IN_TREE
static int sfc_get_phys_port_name(struct net_device *netdev, char *name, size_t size)
{
	struct sfc_port *port = netdev_priv(netdev);
	int written = snprintf(name, size, "p%u", PCI_FUNC(port->pci->devfn));

	return written >= size ? -EINVAL : 0;
}
#endif

/* The cable, for tests: `echo 0 >/sys/class/net/NAME/carrier`, as drivers/net/dummy.c has it. */
static int sfc_change_carrier(struct net_device *netdev, bool carrier)
{
	if (carrier)
		netif_carrier_on(netdev);
	else
		netif_carrier_off(netdev);
	return 0;
}

static const struct net_device_ops sfc_netdev_ops = {
	.ndo_change_carrier = sfc_change_carrier,
	.ndo_start_xmit = sfc_start_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_eth_ioctl = sfc_ioctl,
#ifndef FIXTURE_IN_TREE
	.ndo_get_phys_port_name = sfc_get_phys_port_name,
#endif
};

static void sfc_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct sfc_port *port = netdev_priv(netdev);

	strscpy(info->driver, "sfc", sizeof(info->driver));
	strscpy(info->version, SFC_FIXTURE_VERSION, sizeof(info->version));
	strscpy(info->fw_version, "test fixture", sizeof(info->fw_version));
	strscpy(info->bus_info, pci_name(port->pci), sizeof(info->bus_info));
}

/* A bond of 802.3ad takes no port of unknown speed (drivers/net/bonding/bond_3ad.c). */
static int sfc_get_link_ksettings(struct net_device *netdev, struct ethtool_link_ksettings *settings)
{
	settings->base.speed = SPEED_25000;
	settings->base.duplex = DUPLEX_FULL;
	settings->base.autoneg = AUTONEG_ENABLE;
	settings->base.port = PORT_FIBRE;
	return 0;
}

static const struct ethtool_ops sfc_ethtool_ops = {
	.get_drvinfo = sfc_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = sfc_get_link_ksettings,
};

static int sfc_flash_erase(struct mtd_info *flash, struct erase_info *erase)
{
	return -EROFS;
}

static int sfc_flash_read(struct mtd_info *flash, loff_t from, size_t length, size_t *read, u_char *buffer)
{
	memset(buffer, 0xff, length);
	*read = length;
	return 0;
}

static int sfc_register_flash(struct sfc_port *port)
{
	struct mtd_info *flash = &port->flash;

	snprintf(port->flash_name, sizeof(port->flash_name), "sfc %s", pci_name(port->pci));
	flash->name = port->flash_name;
	flash->owner = THIS_MODULE;
	flash->dev.parent = &port->pci->dev;
	flash->type = MTD_NORFLASH;
	flash->flags = MTD_CAP_ROM;
	flash->size = SFC_FIXTURE_FLASH_BYTES;
	flash->erasesize = SFC_FIXTURE_FLASH_BYTES;
	flash->writesize = 1;
	flash->_erase = sfc_flash_erase;
	flash->_read = sfc_flash_read;
	return mtd_device_register(flash, NULL, 0);
}

static int sfc_read_permanent_address(struct sfc_port *port)
{
	void __iomem *registers = pci_iomap(port->pci, 0, 0);
	u8 address[ETH_ALEN];
	u32 low, high;

	if (!registers)
		return -ENOMEM;
	low = ioread32(registers + SFC_FIXTURE_RAL0);
	high = ioread32(registers + SFC_FIXTURE_RAH0);
	pci_iounmap(port->pci, registers);
	put_unaligned_le32(low, address);
	put_unaligned_le16(high & 0xffff, address + 4);
	if (!is_valid_ether_addr(address))
		return -EINVAL;
	eth_hw_addr_set(port->netdev, address);
	return 0;
}

static struct net_device *sfc_allocate(struct pci_dev *pci)
{
	struct net_device *netdev = alloc_etherdev(sizeof(struct sfc_port));
	struct sfc_port *port;

	if (!netdev)
		return NULL;
	netdev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!netdev->tstats) {
		free_netdev(netdev);
		return NULL;
	}
	netdev->netdev_ops = &sfc_netdev_ops;
	netdev->ethtool_ops = &sfc_ethtool_ops;
	SET_NETDEV_DEV(netdev, &pci->dev);
	port = netdev_priv(netdev);
	port->netdev = netdev;
	port->pci = pci;
	port->mdio.prtad = MDIO_PRTAD_NONE;
	port->mdio.mode_support = MDIO_SUPPORTS_C45;
	port->mdio.dev = netdev;
	port->mdio.mdio_read = sfc_no_mdio_read;
	port->mdio.mdio_write = sfc_no_mdio_write;
	return netdev;
}

static void sfc_free(struct net_device *netdev)
{
	free_percpu(netdev->tstats);
	free_netdev(netdev);
}

static int sfc_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct net_device *netdev;
	struct sfc_port *port;
	int rc = fixture_fault_in_probe(pci);

	if (rc)
		return rc;
	rc = pcim_enable_device(pci);
	if (rc)
		return rc;
	netdev = sfc_allocate(pci);
	if (!netdev)
		return -ENOMEM;
	port = netdev_priv(netdev);
	rc = sfc_read_permanent_address(port);
	if (rc)
		goto free;
	rc = sfc_register_flash(port);
	if (rc)
		goto free;
	sfc_change_carrier(netdev, fixture_has_carrier());
	rc = register_netdev(netdev);
	if (rc)
		goto unregister_flash;
	pci_set_drvdata(pci, netdev);
	sfc_join_peers(port);
	fixture_fault_after_probe(pci);
	/* The kernel log's times tell how long a port was without a driver. */
	dev_info(&pci->dev, "fixture %s: bound\n", SFC_FIXTURE_VERSION);
	return 0;

unregister_flash:
	mtd_device_unregister(&port->flash);
free:
	sfc_free(netdev);
	return rc;
}

static void sfc_remove(struct pci_dev *pci)
{
	struct net_device *netdev = pci_get_drvdata(pci);
	struct sfc_port *port = netdev_priv(netdev);

	fixture_fault_in_remove(pci);
	dev_info(&pci->dev, "fixture %s: released\n", SFC_FIXTURE_VERSION);
	sfc_leave_peers(port);
	unregister_netdev(netdev);
	mtd_device_unregister(&port->flash);
	sfc_free(netdev);
}

static const struct pci_device_id sfc_ids[] = {
	{ PCI_DEVICE_SUB(PCI_VENDOR_ID_INTEL, SFC_FIXTURE_DEVICE, SFC_FIXTURE_SUBSYSTEM_VENDOR, PCI_ANY_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, sfc_ids);

/* The real module has two drivers, sfc and sfc_ef100 (drivers/net/ethernet/sfc/efx.c); which of them takes a card
 * depends on the card. Here it is every second function, where a test asks for it. */
static bool ef100;
module_param(ef100, bool, 0444);
MODULE_PARM_DESC(ef100, "Test fixture: the odd functions are sfc_ef100's");

static bool sfc_is_ef100(struct pci_dev *pci)
{
	return ef100 && (PCI_FUNC(pci->devfn) & 1);
}

static int sfc_probe_ef10(struct pci_dev *pci, const struct pci_device_id *id)
{
	return sfc_is_ef100(pci) ? -ENODEV : sfc_probe(pci, id);
}

static int sfc_probe_ef100(struct pci_dev *pci, const struct pci_device_id *id)
{
	return sfc_is_ef100(pci) ? sfc_probe(pci, id) : -ENODEV;
}

static struct pci_driver sfc_driver = {
	.name = "sfc",
	.id_table = sfc_ids,
	.probe = sfc_probe_ef10,
	.remove = sfc_remove,
};

static struct pci_driver sfc_ef100_driver = {
	.name = "sfc_ef100",
	.id_table = sfc_ids,
	.probe = sfc_probe_ef100,
	.remove = sfc_remove,
};

static int __init sfc_init(void)
{
	int rc = fixture_fault_in_init();

	if (rc)
		return rc;
	pr_info("sfc (test fixture, %s)\n", SFC_FIXTURE_VERSION);
	rc = pci_register_driver(&sfc_driver);
	if (rc)
		return rc;
	rc = pci_register_driver(&sfc_ef100_driver);
	if (rc)
		pci_unregister_driver(&sfc_driver);
	return rc;
}
module_init(sfc_init);

static void __exit sfc_exit(void)
{
	fixture_fault_in_exit();
	pci_unregister_driver(&sfc_ef100_driver);
	pci_unregister_driver(&sfc_driver);
}
module_exit(sfc_exit);

MODULE_DESCRIPTION("Test fixture standing in for sfc, " SFC_FIXTURE_VERSION);
MODULE_LICENSE("GPL");
