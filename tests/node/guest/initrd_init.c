// SPDX-License-Identifier: BSD-2-Clause
// The whole initrd of the test node: load the few modules the root file system needs, mount it, hand over.
// Static and without a shell, because every process costs under software emulation.
// Before it has seen anything of the disk it waits for the harness, which may have kept this moment: the start of a kernel is the
// same each time, and a third of a boot.
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
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
#include <time.h>
#include <unistd.h>

#define ROOT_DEVICE "/dev/vda"
#define ROOT_WAIT_MS 20000
#define HARNESS_PORT "/dev/vport0p1"
#define PORT_WAIT_MS 20000
#define ENTROPY_BYTES 32

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

static int open_port(void)
{
    int port = -1;
    for (int waited = 0; port < 0 && waited < PORT_WAIT_MS; waited += 10) {
        port = open(HARNESS_PORT, O_RDWR | O_CLOEXEC);
        if (port < 0)
            usleep(10000);
    }
    if (port < 0)
        die(HARNESS_PORT);
    return port;
}

static void read_line(int port, char* line, size_t size)
{
    size_t length = 0;
    while (length < size - 1 && (length == 0 || line[length - 1] != '\n')) {
        ssize_t got = read(port, line + length, 1);
        if (got > 0)
            length += (size_t)got;
        else if (got == 0)
            usleep(1000); // nobody is connected on the host's side
        else if (errno != EINTR)
            die("reading the harness's port");
    }
    line[length] = '\0';
}

// Else each boot from the kept moment would have the same boot id and the same keys.
static void stir(const unsigned char* bytes)
{
    struct {
        struct rand_pool_info info;
        unsigned char bytes[ENTROPY_BYTES];
    } pool = {.info = {.entropy_count = ENTROPY_BYTES * 8, .buf_size = ENTROPY_BYTES}};
    memcpy(pool.info.buf, bytes, ENTROPY_BYTES);
    int random = open("/dev/random", O_RDWR | O_CLOEXEC);
    if (random < 0 || ioctl(random, RNDADDENTROPY, &pool.info) < 0 || ioctl(random, RNDRESEEDCRNG) < 0)
        die("stirring the random numbers");
    close(random);
}

// "EARLY", and the answer "GO seconds entropy": the time, and 32 bytes in hexadecimal digits.
static void wait_for_harness(void)
{
    char line[256] = "", digits[2 * ENTROPY_BYTES + 1] = "";
    unsigned char bytes[ENTROPY_BYTES] = {0};
    long seconds = 0;
    int port = open_port();
    if (write(port, "EARLY\n", 6) != 6)
        die("writing to the harness's port");
    read_line(port, line, sizeof line);
    if (sscanf(line, "GO %ld %64s", &seconds, digits) != 2)
        die("an unknown answer of the harness");
    for (int i = 0; i < ENTROPY_BYTES; ++i)
        sscanf(digits + 2 * i, "%2hhx", &bytes[i]);
    close(port);
    stir(bytes);
    struct timespec now = {.tv_sec = seconds};
    if (clock_settime(CLOCK_REALTIME, &now) < 0)
        die("setting the clock");
}

// The kernel has said four hundred things by now, all of hardware that the tests do not look at, and journald would write each of them
// twice: a tenth of a boot. It begins behind the line that is written here: what it has read already it knows from this file, which in
// RHCOS the journald of the initrd leaves. The kernel's own log has everything.
static void have_journald_begin_here(void)
{
    char record[1024] = "";
    unsigned long long number = 0;
    int log = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (log < 0 || lseek(log, 0, SEEK_END) < 0 || write(log, "initrd: here the journal begins\n", 32) < 0)
        die("writing to the kernel's log");
    if (read(log, record, sizeof record - 1) < 0 || sscanf(record, "%*u,%llu,", &number) != 1)
        die("reading the kernel's log");
    close(log);
    int next = open("/run/systemd/journal/kernel-seqnum", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (next < 0 || write(next, &number, sizeof number) != sizeof number)
        die("/run/systemd/journal/kernel-seqnum");
    close(next);
}

static void make_run(void)
{
    mkdir("/run", 0755);
    if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=20%,nr_inodes=800k") < 0)
        die("mounting /run");
    mkdir("/run/systemd", 0755);
    mkdir("/run/systemd/journal", 0755);
    have_journald_begin_here();
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
    load_modules("/modules/early.list");
    wait_for_harness();
    make_run();
    load_modules("/modules/root.list");
    // As RHCOS, whose initrd carries the network drivers: the in-tree driver is there before systemd is.
    if (kernel_argument_given("onload_node_test.sfc_in_initrd"))
        load_modules("/modules/sfc.list");
    if (kernel_argument_given("onload_node_test.up_in_initrd"))
        configure_ports();
    mount_root();
    if (mount("/dev", "/root/dev", NULL, MS_MOVE, NULL) < 0 || mount("/run", "/root/run", NULL, MS_MOVE, NULL) < 0 ||
        umount2("/proc", MNT_DETACH) < 0)
        die("moving /dev and /run");
    if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
        die("switching to the root file system");
    execl("/sbin/init", "/sbin/init", (char*)NULL);
    die("/sbin/init");
}
