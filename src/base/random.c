/* random.c - random numbers for ids and for a choice by lot, not for secrets */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/random.h"

#include "base/crc.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Returns the number of bytes that the kernel has given. */
static size_t fill_by_kernel(unsigned char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = getrandom(bytes + done, len - done, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

static unsigned char next_byte(void)
{
	static struct {
		uint64_t count;
		struct timespec now;
		pid_t pid;
	} seed;

	seed.count++;
	seed.pid = getpid();
	clock_gettime(CLOCK_REALTIME, &seed.now);
	return (unsigned char)crc_32c((uint32_t)seed.count, (const char *)&seed, sizeof seed);
}

void random_fill(void *bytes, size_t len)
{
	unsigned char *to = bytes;

	for (size_t i = fill_by_kernel(to, len); i < len; i++)
		to[i] = next_byte();
}
