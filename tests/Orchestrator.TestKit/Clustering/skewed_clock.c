// A wall clock of its own for a process: preload this library, and have SKEWED_CLOCK name a file of eight bytes, the clock's offset in
// nanoseconds. The file may change at any time; monotonic time, timers and waits stay the machine's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static const volatile int64_t *offset;
static int (*machine_clock)(clockid_t, struct timespec *);

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("SKEWED_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *shared = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) {
        // A clock that is right in spite of it would make a test say what is not true.
        fprintf(stderr, "SKEWED_CLOCK=%s cannot be read: name a file of eight bytes\n", path ? path : "");
        _exit(127);
    }
    close(file);
    machine_clock = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    offset = shared;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = machine_clock ? machine_clock(clock, now) : (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t skewed = now->tv_sec * SECOND + now->tv_nsec + *offset;
        now->tv_sec = skewed / SECOND;
        now->tv_nsec = skewed % SECOND;
    }
    return result;
}

int gettimeofday(struct timeval *now, void *zone)
{
    struct timespec precise;
    int result = clock_gettime(CLOCK_REALTIME, &precise);
    (void)zone;
    if (result == 0)
        *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
    return result;
}

time_t time(time_t *now)
{
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
        return -1;
    if (now)
        *now = precise.tv_sec;
    return precise.tv_sec;
}
