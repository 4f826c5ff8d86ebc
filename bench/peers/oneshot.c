/*
 * What an operator's script does to one guest agent, as cheaply as it can be done: connects, synchronizes, asks one command and ends.
 * Tools such as xargs, pdsh and clush start one of it per VM.
 *
 *   oneshot COMMAND SOCKET
 *
 * Prints "ok" and exits with 0 if the agent answered with success; any error is one line on standard error and exit code 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    MAX_REPLY = 1 << 20, /* bytes until the end of the reply; guest-info is about 6 KiB */
    PATIENCE_S = 30,     /* for each read and write */
};

static char text[MAX_REPLY + 1];

static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("oneshot: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void say(int fd, const char *command)
{
    ssize_t length = strlen(command);
    if (send(fd, command, length, MSG_NOSIGNAL) != length)
        die("sending failed: %s", strerror(errno));
}

/* Reads until a line with this id in it is complete. */
static void await_line(int fd, const char *id)
{
    size_t used = 0;
    for (;;) {
        ssize_t got = recv(fd, text + used, MAX_REPLY - used, 0);
        if (got <= 0)
            die("no answer: %s", got < 0 ? strerror(errno) : "the agent closed the connection");
        used += got;
        text[used] = 0;
        if (text[used - 1] == '\n' && memmem(text, used, id, strlen(id)))
            return;
        if (used == MAX_REPLY)
            die("more than %d bytes without an answer", MAX_REPLY);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3 || strlen(argv[1]) > 100)
        die("usage: oneshot COMMAND SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval patience = { .tv_sec = PATIENCE_S };
    char number[32], command[256];
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[2]) >= (int)sizeof address.sun_path)
        die("%s: longer than a Unix socket path can be", argv[2]);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("%s: %s", argv[2], strerror(errno));

    snprintf(number, sizeof number, "%d", getpid());
    snprintf(command, sizeof command, "\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":%s}}\n", number);
    say(fd, command);
    await_line(fd, number);
    snprintf(number, sizeof number, "\"id\": %d9", getpid());
    snprintf(command, sizeof command, "{\"execute\":\"%s\",\"id\":%d9}\n", argv[1], getpid());
    say(fd, command);
    await_line(fd, number);
    if (!strstr(text, "\"return\""))
        die("%s: %s", argv[2], text);
    puts("ok");
    return 0;
}
