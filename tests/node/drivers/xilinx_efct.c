// SPDX-License-Identifier: GPL-2.0
/*
 * Test fixture: a network driver named `xilinx_efct`, which the kernel's own tree does not have, for QEMU's e1000e functions that
 * carry Xilinx's subsystem vendor. It stands in for the X3 series' driver: built apart from sfc, loaded before Onload.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>

#define EFCT_FIXTURE_DEVICE 0x10d3 /* Intel 82574L, what QEMU's e1000e says it is */
#define EFCT_FIXTURE_RAL0 0x5400 /* its receive address registers hold QEMU's mac= */
#define EFCT_FIXTURE_RAH0 0x5404
#define EFCT_FIXTURE_VERSION "1.6.9.0"

static netdev_tx_t efct_start_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	netdev->stats.tx_dropped++;
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static int efct_get_phys_port_name(struct net_device *netdev, char *name, size_t size)
{
	int written = snprintf(name, size, "p%u", PCI_FUNC(to_pci_dev(netdev->dev.parent)->devfn));

	return written >= size ? -EINVAL : 0;
}

static const struct net_device_ops efct_netdev_ops = {
	.ndo_start_xmit = efct_start_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_get_phys_port_name = efct_get_phys_port_name,
};

static int efct_read_permanent_address(struct net_device *netdev, struct pci_dev *pci)
{
	void __iomem *registers = pci_iomap(pci, 0, 0);
	u8 address[ETH_ALEN];

	if (!registers)
		return -ENOMEM;
	put_unaligned_le32(ioread32(registers + EFCT_FIXTURE_RAL0), address);
	put_unaligned_le16(ioread32(registers + EFCT_FIXTURE_RAH0) & 0xffff, address + 4);
	pci_iounmap(pci, registers);
	if (!is_valid_ether_addr(address))
		return -EINVAL;
	eth_hw_addr_set(netdev, address);
	return 0;
}

static int efct_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct net_device *netdev;
	int rc = pcim_enable_device(pci);

	if (rc)
		return rc;
	netdev = alloc_etherdev(0);
	if (!netdev)
		return -ENOMEM;
	netdev->netdev_ops = &efct_netdev_ops;
	SET_NETDEV_DEV(netdev, &pci->dev);
	rc = efct_read_permanent_address(netdev, pci);
	if (!rc)
		rc = register_netdev(netdev);
	if (rc) {
		free_netdev(netdev);
		return rc;
	}
	pci_set_drvdata(pci, netdev);
	return 0;
}

static void efct_remove(struct pci_dev *pci)
{
	struct net_device *netdev = pci_get_drvdata(pci);

	unregister_netdev(netdev);
	free_netdev(netdev);
}

static const struct pci_device_id efct_ids[] = {
	{ PCI_DEVICE_SUB(PCI_VENDOR_ID_INTEL, EFCT_FIXTURE_DEVICE, PCI_VENDOR_ID_XILINX, PCI_ANY_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, efct_ids);

static struct pci_driver efct_driver = {
	.name = "xilinx_efct",
	.id_table = efct_ids,
	.probe = efct_probe,
	.remove = efct_remove,
};
module_pci_driver(efct_driver);

MODULE_VERSION(EFCT_FIXTURE_VERSION);
MODULE_DESCRIPTION("Test fixture standing in for xilinx_efct, " EFCT_FIXTURE_VERSION);
MODULE_LICENSE("GPL");
