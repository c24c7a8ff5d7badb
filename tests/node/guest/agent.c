// SPDX-License-Identifier: BSD-2-Clause
// Test-only: runs the harness's commands inside the test node, one at a time, over a virtio serial port.
//   harness -> agent   RUN id timeout_ms command_length stdin_length \n command stdin
//                      GET id 0 path_length 0 \n path                      a file's content, as stdout
//                      PUT id mode path_length length \n path content      a file; missing folders are made
//   agent -> harness   HELLO boot_id \n                                   once per start
//                      END id exit_status stdout_length stderr_length \n stdout stderr
// A command that outlives its time is killed and answered with 124 without waiting for it: a process that hangs in
// the kernel does not end, and the tests want to look at the node all the same.
// Files do not take a shell: each process that starts costs a tenth of a second under emulation.
#define _GNU_SOURCE // pipe2
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMED_OUT 124
#define HEADER_MAX 128

struct buffer {
    char* data;
    size_t size, capacity;
};

struct command {
    char kind[4];
    unsigned long id;
    long number; // milliseconds for RUN, the mode for PUT
    struct buffer text, input, output, errors;
    size_t input_written;
    pid_t pid;
    int pidfd, in, out, err;
    int status;
};

static _Noreturn void die(const char* what)
{
    fprintf(stderr, "test agent: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void reserve(struct buffer* buffer, size_t more)
{
    if (buffer->size + more <= buffer->capacity)
        return;
    buffer->capacity = (buffer->size + more) * 2;
    buffer->data = realloc(buffer->data, buffer->capacity);
    if (!buffer->data)
        die("memory");
}

static void read_exactly(int port, char* data, size_t size)
{
    while (size > 0) {
        ssize_t got = read(port, data, size);
        if (got < 0 && errno != EINTR)
            die("reading the port");
        if (got == 0)
            usleep(20000); // nobody is connected on the host's side; the port has no event for "connected again"
        if (got > 0) {
            data += got;
            size -= (size_t)got;
        }
    }
}

static void write_exactly(int port, const char* data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(port, data, size);
        if (put < 0 && errno != EINTR)
            die("writing the port");
        if (put > 0) {
            data += put;
            size -= (size_t)put;
        }
    }
}

static void read_into(int port, struct buffer* buffer, size_t size)
{
    reserve(buffer, size + 1);
    read_exactly(port, buffer->data, size);
    buffer->size = size;
    buffer->data[size] = '\0';
}

static void receive(int port, struct command* command)
{
    char header[HEADER_MAX] = "";
    size_t length = 0, text_size = 0, input_size = 0;
    do {
        if (length == HEADER_MAX - 1)
            die("a header without end");
        read_exactly(port, header + length, 1);
    } while (header[length++] != '\n');
    if (sscanf(header, "%3s %lu %ld %zu %zu", command->kind, &command->id, &command->number, &text_size, &input_size) != 5)
        die("an unknown request");
    read_into(port, &command->text, text_size);
    read_into(port, &command->input, input_size);
}

static void complain(struct command* command, const char* path)
{
    reserve(&command->errors, strlen(path) + 128);
    command->errors.size = (size_t)snprintf(command->errors.data, command->errors.capacity, "%s: %s\n", path, strerror(errno));
    command->status = 1;
}

static void get_file(struct command* command)
{
    const char* path = command->text.data;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : 1;
    while (got > 0) {
        reserve(&command->output, 65536);
        got = read(file, command->output.data + command->output.size, 65536);
        if (got > 0)
            command->output.size += (size_t)got;
    }
    if (got < 0)
        complain(command, path);
    if (file >= 0)
        close(file);
}

static void make_parents(char* path)
{
    for (char* slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755); // what is there already, or cannot be made, shows when the file is opened
        *slash = '/';
    }
}

static void put_file(struct command* command)
{
    char* path = command->text.data;
    make_parents(path);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t written = 0;
    ssize_t put = 0;
    while (file >= 0 && put >= 0 && written < command->input.size) {
        put = write(file, command->input.data + written, command->input.size - written);
        if (put > 0)
            written += (size_t)put;
    }
    if (file < 0 || put < 0 || fchmod(file, (mode_t)command->number) < 0)
        complain(command, path);
    if (file >= 0)
        close(file);
}

static void start(struct command* command)
{
    int in[2], out[2], err[2];
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        die("pipes");
    command->pid = fork();
    if (command->pid < 0)
        die("fork");
    if (command->pid == 0) {
        setsid();
        signal(SIGPIPE, SIG_DFL);
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        execl("/bin/bash", "bash", "-c", command->text.data, (char*)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    command->in = in[1];
    command->out = out[0];
    command->err = err[0];
    fcntl(command->in, F_SETFL, O_NONBLOCK);
    fcntl(command->out, F_SETFL, O_NONBLOCK);
    fcntl(command->err, F_SETFL, O_NONBLOCK);
    command->pidfd = (int)syscall(SYS_pidfd_open, command->pid, 0);
    if (command->pidfd < 0)
        die("pidfd_open");
}

static void close_once(int* fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void drain(int* fd, struct buffer* buffer)
{
    while (*fd >= 0) {
        reserve(buffer, 65536);
        ssize_t got = read(*fd, buffer->data + buffer->size, 65536);
        if (got > 0)
            buffer->size += (size_t)got;
        else if (got == 0)
            close_once(fd);
        else if (errno != EINTR)
            return;
    }
}

static void feed(struct command* command)
{
    while (command->in >= 0 && command->input_written < command->input.size) {
        ssize_t put = write(command->in, command->input.data + command->input_written,
                            command->input.size - command->input_written);
        if (put > 0)
            command->input_written += (size_t)put;
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            break; // the command does not want it
    }
    close_once(&command->in);
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Ends when the command itself ends: what it left running in the background may hold the pipes open.
static void attend(struct command* command)
{
    long deadline = now_ms() + command->number;
    for (;;) {
        struct pollfd events[] = {{command->pidfd, POLLIN, 0},
                                  {command->out, POLLIN, 0},
                                  {command->err, POLLIN, 0},
                                  {command->in, POLLOUT, 0}};
        long left = deadline - now_ms();
        if (left <= 0 || poll(events, 4, (int)left) == 0) {
            kill(-command->pid, SIGKILL);
            command->status = TIMED_OUT;
            return;
        }
        feed(command);
        drain(&command->out, &command->output);
        drain(&command->err, &command->errors);
        if (events[0].revents) {
            int status = 0;
            waitpid(command->pid, &status, 0);
            drain(&command->out, &command->output);
            drain(&command->err, &command->errors);
            command->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return;
        }
    }
}

static void answer(int port, const struct command* command)
{
    char header[HEADER_MAX];
    int length = snprintf(header, sizeof header, "END %lu %d %zu %zu\n", command->id, command->status,
                          command->output.size, command->errors.size);
    write_exactly(port, header, (size_t)length);
    write_exactly(port, command->output.data, command->output.size);
    write_exactly(port, command->errors.data, command->errors.size);
}

static void serve_one(int port)
{
    struct command command = {.in = -1, .out = -1, .err = -1, .pidfd = -1};
    receive(port, &command);
    if (strcmp(command.kind, "GET") == 0) {
        get_file(&command);
    } else if (strcmp(command.kind, "PUT") == 0) {
        put_file(&command);
    } else {
        start(&command);
        attend(&command);
    }
    answer(port, &command);
    close_once(&command.in);
    close_once(&command.out);
    close_once(&command.err);
    close_once(&command.pidfd);
    free(command.text.data);
    free(command.input.data);
    free(command.output.data);
    free(command.errors.data);
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    } // commands that had been given up
}

static void say_hello(int port)
{
    char boot_id[64] = "", hello[HEADER_MAX];
    FILE* file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file || !fgets(boot_id, sizeof boot_id, file))
        die("boot_id");
    fclose(file);
    int length = snprintf(hello, sizeof hello, "HELLO %s", boot_id);
    write_exactly(port, hello, (size_t)length);
}

int main(int argc, char** argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 64;
    }
    int port = open(argv[1], O_RDWR | O_CLOEXEC);
    if (port < 0)
        die(argv[1]);
    signal(SIGPIPE, SIG_IGN);
    say_hello(port);
    for (;;)
        serve_one(port);
}
