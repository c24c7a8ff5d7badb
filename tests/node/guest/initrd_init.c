// SPDX-License-Identifier: BSD-2-Clause
// The whole initrd of the test node: load the few modules the root file system needs, mount it, hand over.
// Static and without a shell, because every process costs under software emulation.
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOT_DEVICE "/dev/vda"
#define ROOT_WAIT_MS 20000

static void die(const char* what)
{
    fprintf(stderr, "initrd: %s: %s\n", what, strerror(errno));
    exit(1); // the kernel panics when its first process ends; the console log of the run shows the line above
}

static int load_module(const char* path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = (int)syscall(SYS_finit_module, fd, "", 0);
    close(fd);
    return rc;
}

// One path per line, dependencies first (written by image/initrd).
static void load_modules(const char* list)
{
    char path[256];
    FILE* file = fopen(list, "re");
    if (!file)
        die(list);
    while (fgets(path, sizeof path, file)) {
        path[strcspn(path, "\n")] = '\0';
        if (load_module(path) < 0 && errno != EEXIST)
            die(path);
    }
    fclose(file);
}

static int kernel_argument_given(const char* argument)
{
    char line[4096] = "";
    FILE* file = fopen("/proc/cmdline", "re");
    if (!file || !fgets(line, sizeof line, file))
        die("/proc/cmdline");
    fclose(file);
    return strstr(line, argument) != NULL;
}

static void mount_root(void)
{
    int watch = inotify_init1(IN_CLOEXEC);
    if (watch < 0 || inotify_add_watch(watch, "/dev", IN_CREATE) < 0)
        die("inotify");
    struct pollfd event = {.fd = watch, .events = POLLIN};
    while (mount(ROOT_DEVICE, "/root", "ext4", 0, NULL) < 0) {
        char seen[4096];
        if (errno != ENOENT || poll(&event, 1, ROOT_WAIT_MS) <= 0)
            die("mounting " ROOT_DEVICE);
        if (read(watch, seen, sizeof seen) < 0)
            die("inotify");
    }
    close(watch);
}

// As the initrd of RHCOS does for a node that boots over the network: named by udev's rules, and up.
static void name_and_bring_up(int socket_fd, const char* before, const char* after)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, before, IFNAMSIZ - 1);
    strncpy(request.ifr_newname, after, IFNAMSIZ - 1);
    if (ioctl(socket_fd, SIOCSIFNAME, &request) < 0)
        die(before);
    strncpy(request.ifr_name, after, IFNAMSIZ - 1);
    if (ioctl(socket_fd, SIOCGIFFLAGS, &request) < 0)
        die(after);
    request.ifr_flags |= IFF_UP;
    if (ioctl(socket_fd, SIOCSIFFLAGS, &request) < 0)
        die(after);
}

static void configure_ports(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    name_and_bring_up(fd, "eth0", "ens8f0");
    name_and_bring_up(fd, "eth1", "ens8f1");
    close(fd);
}

int main(void)
{
    mkdir("/proc", 0755);
    mkdir("/dev", 0755);
    mkdir("/root", 0755);
    if (mount("proc", "/proc", "proc", 0, NULL) < 0 || mount("dev", "/dev", "devtmpfs", 0, NULL) < 0)
        die("mounting /proc and /dev");
    load_modules("/modules/root.list");
    // As RHCOS, whose initrd carries the network drivers: the in-tree driver is there before systemd is.
    if (kernel_argument_given("onload_node_test.sfc_in_initrd"))
        load_modules("/modules/sfc.list");
    if (kernel_argument_given("onload_node_test.up_in_initrd"))
        configure_ports();
    mount_root();
    if (mount("/dev", "/root/dev", NULL, MS_MOVE, NULL) < 0 || umount2("/proc", MNT_DETACH) < 0)
        die("moving /dev");
    if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
        die("switching to the root file system");
    execl("/sbin/init", "/sbin/init", (char*)NULL);
    die("/sbin/init");
}
