/* memory.c - preloaded into the program under test: its K-th allocation fails, or all from there */
// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * Every allocation counts that the program, its libraries or libc make after the start. A forked
 * child counts on from where its parent was. The environment says what happens:
 *
 *	FAULT_DO      nomem: one allocation fails; nomem-on: so do all later ones
 *	FAULT_AT      which one, from 1
 *	FAULT_OUT     a file to append "hit FUNCTION FAULT" to, locked until the last of us and our
 *	              children has gone
 *	FAULT_CLOCK   seconds by which the time of day is wrong
 */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static struct {
	const char *name;
	long at;
	long count;
	int lasts;
	int out;
	time_t clock;
} shim = { .out = -1 };

static void say(const char *function)
{
	char line[64] = "hit ";

	strncat(line, function, 20);
	strcat(line, " ");
	strncat(line, shim.name, 20);
	strcat(line, "\n");
	if (shim.out >= 0 && write(shim.out, line, strlen(line)) < 0)
		_exit(126);
}

static int fails(const char *function)
{
	if (!shim.at || ++shim.count < shim.at || (shim.count > shim.at && !shim.lasts))
		return 0;
	if (shim.count == shim.at)
		say(function);
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails("malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails("calloc") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails("realloc") ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total) || fails("reallocarray"))
		return NULL;
	return __libc_realloc(old, total);
}

void *memalign(size_t alignment, size_t size)
{
	return fails("memalign") ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails("aligned_alloc") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
	if (fails("posix_memalign"))
		return ENOMEM;
	*block = __libc_memalign(alignment, size);
	return *block ? 0 : ENOMEM;
}

void *mmap(void *address, size_t len, int protection, int flags, int fd, off_t offset)
{
	if (fails("mmap"))
		return MAP_FAILED;
	return (void *)syscall(SYS_mmap, address, len, protection, flags, fd, offset);
}

/* Out of the way, so that the program's descriptors are numbered as ever. */
static int open_out(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 200);

	if (fd >= 0) {
		flock(fd, LOCK_SH);
		close(fd);
	}
	return high;
}

static long number_in(const char *name)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	shim.name = getenv("FAULT_DO");
	shim.lasts = shim.name && strcmp(shim.name, "nomem-on") == 0;
	shim.clock = number_in("FAULT_CLOCK");
	shim.out = open_out(getenv("FAULT_OUT"));
	unsetenv("LD_PRELOAD");
	shim.at = shim.name ? number_in("FAULT_AT") : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	long result = syscall(SYS_clock_gettime, clock, now);

	if (result == 0 && clock == CLOCK_REALTIME)
		now->tv_sec += shim.clock;
	return (int)result;
}

time_t time(time_t *result)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (result)
		*result = now.tv_sec;
	return now.tv_sec;
}
