/*
 * A guest agent that means harm, and the plain reader that its flood is compared with.
 *
 *   hostile_agent MODE SOCKET
 * listens on SOCKET and serves one connection after the other. MODE is what it does once it has answered the synchronization:
 *   honest    answers guest-ping and guest-info
 *   endless   sends bytes without a newline, as fast as they are taken
 *   replies   sends answers that look right and that nobody asked for, as fast as they are taken
 *   nesting   sends answers of 20,000 arrays within each other, as fast as they are taken
 *   trickle   answers as an honest agent, one byte a second
 *
 *   hostile_agent drain SOCKET BYTES MILLISECONDS
 * connects every so many milliseconds, synchronizes, sends a guest-ping, reads so many bytes, looks at none, and disconnects.
 *
 * Prints "listening" when it does, "connected" at the first connection, and when it is ended by SIGTERM
 *   {"connections":N,"bytes":N}
 * which counts what was sent (drain: received). Any error is one line on standard error and exit code 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    BLOCK = 64 << 10,      /* bytes of one write or read */
    DEPTH = 20000,         /* arrays within each other: 40 KB, below the 64 KiB that may come unasked */
    MAX_REQUEST = 64 << 10,
    TRICKLE_MS = 1000,     /* between two bytes */
};

static const char *const modes[] = { "honest", "endless", "replies", "nesting", "trickle" };
static atomic_uint_least64_t connections, bytes;

static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("hostile_agent: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *wait_for_end(void *signals)
{
    int signal;
    sigwait(signals, &signal);
    printf("{\"connections\":%llu,\"bytes\":%llu}\n", (unsigned long long)connections, (unsigned long long)bytes);
    fflush(stdout);
    _exit(0);
}

static struct sockaddr_un address(const char *path, const char *suffix)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    if (snprintf(name.sun_path, sizeof name.sun_path, "%s%s", path, suffix) >= (int)sizeof name.sun_path)
        die("%s is too long for a Unix socket", path);
    return name;
}

static void count_connection(void)
{
    if (connections++ == 0)
        puts("connected");
}

/* Returns 0 if the other side has gone. */
static int send_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return 0;
        bytes += sent;
        text += sent;
        length -= sent;
    }
    return 1;
}

static int trickle(int fd, const char *text, size_t length)
{
    for (; length > 0; text++, length--) {
        struct pollfd gone = { .fd = fd, .events = POLLRDHUP };
        if (poll(&gone, 1, TRICKLE_MS) != 0 || !send_all(fd, text, 1))
            return 0;
    }
    return 1;
}

static void flood(int fd, const char *message, size_t length)
{
    char block[2 * BLOCK];
    size_t used = 0;
    do {
        memcpy(block + used, message, length);
        used += length;
    } while (used + length <= sizeof block);
    while (send_all(fd, block, used))
        ;
}

static void flood_as(const char *mode, int fd)
{
    static const char unasked[] = "{\"return\": {}, \"id\": 4611686018427387904}\n";
    static char nested[2 * DEPTH + 64];
    if (!strcmp(mode, "endless"))
        flood(fd, "x", 1);
    if (!strcmp(mode, "replies"))
        flood(fd, unasked, sizeof unasked - 1);
    if (!strcmp(mode, "nesting")) {
        size_t used = sprintf(nested, "{\"return\": ");
        memset(nested + used, '[', DEPTH);
        memset(nested + used + DEPTH, ']', DEPTH);
        used += 2 * DEPTH;
        used += sprintf(nested + used, ", \"id\": 0}\n");
        flood(fd, nested, used);
    }
}

static uint64_t number_after(const char *text, const char *mark)
{
    const char *found = strstr(text, mark);
    return found ? strtoull(found + strlen(mark), NULL, 10) : 0;
}

/* Answers one request line. Returns 0 if the other side has gone. */
static int answer(const char *mode, int fd, const char *request)
{
    char text[512];
    unsigned long long id = number_after(request, "\"id\":");
    if (strstr(request, "guest-sync-delimited")) {
        unsigned long long number = number_after(request, "\"arguments\":{\"id\":");
        if (!send_all(fd, text, sprintf(text, "\xff{\"return\": %llu, \"id\": 0}\n", number)))
            return 0;
        flood_as(mode, fd);
        return 1;
    }
    int length;
    if (strstr(request, "guest-ping"))
        length = sprintf(text, "{\"return\": {}, \"id\": %llu}\n", id);
    else if (strstr(request, "guest-info"))
        length = sprintf(text, "{\"return\": {\"version\": \"7.2.0\", \"supported_commands\": [{\"name\": \"guest-ping\", \"enabled\": true, \"success-response\": true}]}, \"id\": %llu}\n", id);
    else
        length = sprintf(text, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command is not known\"}, \"id\": %llu}\n", id);
    return strcmp(mode, "trickle") ? send_all(fd, text, length) : trickle(fd, text, length);
}

static void serve(const char *mode, int fd)
{
    static char request[MAX_REQUEST];
    size_t used = 0;
    for (;;) {
        ssize_t got = recv(fd, request + used, sizeof request - 1 - used, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        used += got;
        request[used] = 0;
        for (char *end; (end = memchr(request, '\n', used));) {
            *end = 0;
            if (!answer(mode, fd, request))
                return;
            used -= end + 1 - request;
            memmove(request, end + 1, used + 1);
        }
        if (used + 1 == sizeof request)
            return;
    }
}

static void listen_as(const char *mode, const char *path)
{
    /* Renamed into its place: whoever watches it never finds it missing. */
    struct sockaddr_un name = address(path, ".new");
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(name.sun_path);
    if (bind(listener, (struct sockaddr *)&name, sizeof name) != 0 || listen(listener, 16) != 0 || rename(name.sun_path, path) != 0)
        die("%s: %s", path, strerror(errno));
    puts("listening");
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        count_connection();
        serve(mode, fd);
        close(fd);
    }
}

static void drain_once(const struct sockaddr_un *name, uint64_t limit)
{
    static char block[BLOCK];
    static const char requests[] = "\xff{\"execute\":\"guest-sync-delimited\",\"id\":0,\"arguments\":{\"id\":1}}\n{\"execute\":\"guest-ping\",\"id\":2}\n";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)name, sizeof *name) != 0)
        die("%s: %s", name->sun_path, strerror(errno));
    count_connection();
    if (send(fd, requests, sizeof requests - 1, MSG_NOSIGNAL) < 0)
        die("%s: %s", name->sun_path, strerror(errno));
    for (uint64_t left = limit; left > 0;) {
        ssize_t got = recv(fd, block, left < sizeof block ? left : sizeof block, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        bytes += got;
        left -= got;
    }
    close(fd);
}

static void drain(const char *path, uint64_t limit, long pause)
{
    struct sockaddr_un name = address(path, "");
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (;;) {
        drain_once(&name, limit);
        next.tv_sec += pause / 1000;
        next.tv_nsec += pause % 1000 * 1000000;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}

int main(int argc, char **argv)
{
    sigset_t end;
    pthread_t waiter;
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &end, NULL);
    if (pthread_create(&waiter, NULL, wait_for_end, &end) != 0)
        die("no thread");
    if (argc == 5 && !strcmp(argv[1], "drain"))
        drain(argv[2], strtoull(argv[3], NULL, 10), atol(argv[4]));
    for (unsigned mode = 0; argc == 3 && mode < sizeof modes / sizeof *modes; mode++)
        if (!strcmp(argv[1], modes[mode]))
            listen_as(argv[1], argv[2]);
    die("usage: hostile_agent MODE SOCKET, or hostile_agent drain SOCKET BYTES MILLISECONDS");
}
