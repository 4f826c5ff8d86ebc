/*
 * The cheapest client a fleet of guest agents can have: one thread, one epoll set, no parser, no allocation per command.
 * It is the yardstick of the fleet benchmark: what is slower than this is the price of doing more than this.
 *
 *   epoll_fleet VM_DIR COMMAND
 *
 * Connects to every VM_DIR/NAME/qga.sock, synchronizes each agent, and prints
 *   {"connected":N,"seconds":S}
 * Then every line "N" on standard input asks for N rounds. A round sends COMMAND once to each agent and waits for every
 * reply. With the COMMAND run-true it starts the program true in each guest (guest-exec), asks for its end at once and then in
 * pauses that double from 1 ms (guest-exec-status), and wants exit code 0. A COMMAND that does not begin with guest- goes to
 * VM_DIR/NAME/qmp.sock instead. A round prints
 *   {"commands":N,"seconds":S,"cpuMicroseconds":C}
 * where C is this process's own user and system time of the whole round. End of input disconnects and exits with 0.
 * Any error is one line on standard error and exit code 1.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_AGENTS = 20000,
    MAX_REPLY = 1 << 20,   /* bytes of one reply line; guest-info is about 6 KiB */
    EVENTS = 256,          /* readiness events taken per epoll_wait */
    SILENCE_MS = 30000,    /* no reply from anyone for this long ends the run */
    LONGEST_PAUSE_MS = 1000, /* between two questions after a program; they double from 1 ms */
};

/* What a round is: one command to every agent, one to every QMP server, or a program started, followed to its end and found well. */
enum mode { AGENT, QMP, RUN };

struct agent {
    int fd;
    uint64_t id;           /* of the command whose reply is awaited */
    long pid;              /* of the program that was started; 0 before */
    int pause_ms;          /* after the last question after it */
    double due;            /* when it is asked after again, s; 0 while an answer is awaited */
    size_t used, size;
    char *line;
    char *name;
};

static struct agent agents[MAX_AGENTS];
static int agent_count, epoll_fd;
static enum mode mode;
static uint64_t last_id;

static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("epoll_fleet: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpu_microseconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void send_all(struct agent *a, const char *text, size_t length)
{
    ssize_t sent = send(a->fd, text, length, MSG_NOSIGNAL);
    if (sent != (ssize_t)length)
        die("%s: sending a command of %zu bytes: %s", a->name, length, sent < 0 ? strerror(errno) : "short write");
}

/* Reads what is there. Returns 1 with a NUL-terminated line in a->line, 0 if the line is not complete yet. */
static int read_line(struct agent *a)
{
    if (a->used + 1 >= a->size) {
        a->size = a->size ? a->size * 2 : 512;
        if (a->size > MAX_REPLY)
            die("%s: a reply of more than %d bytes", a->name, MAX_REPLY);
        a->line = realloc(a->line, a->size);
        if (!a->line)
            die("out of memory");
    }
    ssize_t got = recv(a->fd, a->line + a->used, a->size - a->used - 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0)
        die("%s: the agent closed the connection: %s", a->name, got < 0 ? strerror(errno) : "end of file");
    a->used += got;
    a->line[a->used] = 0;
    return a->line[a->used - 1] == '\n';
}

static int reply_is_good(struct agent *a)
{
    char *id = memmem(a->line, a->used, "\"id\": ", 6);
    return memmem(a->line, a->used, "\"return\"", 8) && id && strtoull(id + 6, NULL, 10) == a->id;
}

static void send_status(struct agent *a)
{
    char text[128];
    a->id = ++last_id;
    a->due = 0;
    int length = snprintf(text, sizeof text, "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":%ld},\"id\":%llu}\n", a->pid, (unsigned long long)a->id);
    send_all(a, text, length);
}

/* Whether the program has ended, with exit code 0. If not, it is asked after now, or a while later. */
static int run_is_over(struct agent *a)
{
    if (!a->pid) {
        char *pid = memmem(a->line, a->used, "\"pid\": ", 7);
        if (!pid)
            die("%s: no pid: %s", a->name, a->line);
        a->pid = strtol(pid + 7, NULL, 10);
        a->pause_ms = 0;
        send_status(a);
        return 0;
    }
    if (memmem(a->line, a->used, "\"exited\": true", 14)) {
        if (!memmem(a->line, a->used, "\"exitcode\": 0", 13))
            die("%s: the program failed: %s", a->name, a->line);
        return 1;
    }
    a->pause_ms = a->pause_ms == 0 ? 1 : a->pause_ms * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : a->pause_ms * 2;
    a->due = now() + a->pause_ms / 1e3;
    return 0;
}

/* Asks after the programs whose pause is over. Returns the time until the next one's is, ms. */
static int ask_due(void)
{
    double next = 0, time = now();
    for (int i = 0; i < agent_count; i++) {
        if (agents[i].due > 0 && agents[i].due <= time)
            send_status(&agents[i]);
        else if (agents[i].due > 0 && (next == 0 || agents[i].due < next))
            next = agents[i].due;
    }
    return next > 0 ? (int)((next - time) * 1e3) + 1 : SILENCE_MS;
}

/* A QMP server greets first; its answer to qmp_capabilities may come with that, or later. */
static int negotiation_is_good(struct agent *a)
{
    return memmem(a->line, a->used, "\"return\"", 8) != NULL;
}

/*
 * The 0xFF before the request clears the agent's parser and is itself an error to it, so an error line may come first.
 * The answer is the line after the 0xFF that the agent sends.
 */
static int sync_is_good(struct agent *a)
{
    char *mark = memchr(a->line, 0xFF, a->used);
    char *value = mark ? strstr(mark, "\"return\": ") : NULL;
    if (!value)
        return 0;
    if (strtoull(value + 10, NULL, 10) != a->id)
        die("%s: answered another client's synchronization: %s", a->name, mark + 1);
    return 1;
}

/* Collects one answer of every agent. An incomplete synchronization stays in the buffer until the next bytes come. */
static void collect(int synchronizing)
{
    struct epoll_event events[EVENTS];
    double began = now();
    for (int left = agent_count; left > 0;) {
        int patience = mode == RUN && !synchronizing ? ask_due() : SILENCE_MS;
        int ready = epoll_wait(epoll_fd, events, EVENTS, patience);
        if ((ready < 0 && errno == EINTR) || (ready == 0 && patience < SILENCE_MS && now() - began < SILENCE_MS / 1e3))
            continue;
        if (ready <= 0)
            die("%d of %d agents did not answer within %d ms", left, agent_count, SILENCE_MS);
        for (int i = 0; i < ready; i++) {
            struct agent *a = events[i].data.ptr;
            if (!read_line(a))
                continue;
            if (synchronizing) {
                if (mode == QMP ? !negotiation_is_good(a) : !sync_is_good(a))
                    continue;
            } else if (!reply_is_good(a)) {
                die("%s: id %llu was answered by %s", a->name, (unsigned long long)a->id, a->line);
            }
            if (mode == RUN && !synchronizing && !run_is_over(a)) {
                a->used = 0;
                continue;
            }
            a->used = 0;
            left--;
        }
    }
}

static void connect_agent(const char *directory, const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *file = mode == QMP ? "qmp.sock" : "qga.sock";
    int length = snprintf(address.sun_path, sizeof address.sun_path, "%s/%s/%s", directory, name, file);
    if (length >= (int)sizeof address.sun_path)
        die("%s/%s: longer than a Unix socket path can be (%zu)", directory, name, sizeof address.sun_path - 1);
    if (access(address.sun_path, F_OK) != 0)
        return;
    if (agent_count == MAX_AGENTS)
        die("more than %d agents", MAX_AGENTS);
    struct agent *a = &agents[agent_count++];
    struct timeval patience = { .tv_sec = SILENCE_MS / 1000 };
    struct epoll_event interest = { .events = EPOLLIN, .data.ptr = a };
    a->name = strdup(name);
    a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (a->fd < 0)
        die("%s: socket: %s (raise the limit of open files: ulimit -n)", name, strerror(errno));
    setsockopt(a->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(a->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("%s: connect: %s", name, strerror(errno));
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, a->fd, &interest) != 0)
        die("%s: epoll: %s", name, strerror(errno));
}

static void connect_fleet(const char *directory)
{
    char text[128];
    DIR *names = opendir(directory);
    if (!names)
        die("%s: %s", directory, strerror(errno));
    for (struct dirent *entry; (entry = readdir(names));)
        if (entry->d_name[0] != '.')
            connect_agent(directory, entry->d_name);
    closedir(names);
    for (int i = 0; i < agent_count; i++) {
        agents[i].id = ((uint64_t)getpid() << 32) + ++last_id;
        int length = mode == QMP
            ? snprintf(text, sizeof text, "{\"execute\":\"qmp_capabilities\",\"id\":%llu}\n", (unsigned long long)agents[i].id)
            : snprintf(text, sizeof text, "\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":%llu}}\n", (unsigned long long)agents[i].id);
        send_all(&agents[i], text, length);
    }
    collect(1);
}

static void run_round(const char *command)
{
    char text[256];
    for (int i = 0; i < agent_count; i++) {
        agents[i].id = ++last_id;
        agents[i].pid = 0;
        int length = mode == RUN
            ? snprintf(text, sizeof text, "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"true\",\"capture-output\":true},\"id\":%llu}\n", (unsigned long long)agents[i].id)
            : snprintf(text, sizeof text, "{\"execute\":\"%s\",\"id\":%llu}\n", command, (unsigned long long)agents[i].id);
        send_all(&agents[i], text, length);
    }
    collect(0);
}

int main(int argc, char **argv)
{
    if (argc != 3 || strlen(argv[2]) > 100)
        die("usage: epoll_fleet VM_DIR COMMAND");
    mode = strcmp(argv[2], "run-true") == 0 ? RUN : strncmp(argv[2], "guest-", 6) == 0 ? AGENT : QMP;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    setvbuf(stdout, NULL, _IOLBF, 0);

    double start = now();
    connect_fleet(argv[1]);
    printf("{\"connected\":%d,\"seconds\":%.6f}\n", agent_count, now() - start);

    for (char request[32]; fgets(request, sizeof request, stdin);) {
        for (int left = atoi(request); left > 0; left--) {
            double cpu = cpu_microseconds();
            start = now();
            run_round(argv[2]);
            double seconds = now() - start;
            printf("{\"commands\":%d,\"seconds\":%.6f,\"cpuMicroseconds\":%.0f}\n", agent_count, seconds, cpu_microseconds() - cpu);
        }
    }
    return 0;
}
