/* mem.c - memory that never fails, and memory that is wiped */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

enum { ACTS_MAX = 4 };

static int (*acts[ACTS_MAX])(void);

void mem_on_exhaustion(int (*act)(void))
{
	for (size_t i = 0; i < ACTS_MAX && acts[i] != act; i++) {
		if (acts[i])
			continue;
		acts[i] = act;
		return;
	}
}

/* Each act is done once, even if it runs out of memory itself. */
static int do_acts(void)
{
	int status = EX_TEMPFAIL;

	for (size_t i = 0; i < ACTS_MAX; i++) {
		int (*act)(void) = mem_take(&acts[i]);
		if (act)
			status = act();
	}
	return status;
}

void mem_exhausted(void)
{
	static const char text[] = "mailchute: out of memory\n";
	bool is_said = write(STDERR_FILENO, text, sizeof text - 1) > 0;

	/* If stderr is closed, the exit status is the only message. */
	(void)is_said;
	_exit(do_acts());
}

void *mem_alloc(size_t size)
{
	void *block = malloc(size ? size : 1);

	if (!block)
		mem_exhausted();
	return block;
}

void *mem_zeroed(size_t count, size_t size)
{
	void *block = calloc(count ? count : 1, size ? size : 1);

	if (!block)
		mem_exhausted();
	return block;
}

void *mem_resize(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		mem_exhausted();
	void *block = realloc(old, total ? total : 1);
	if (!block)
		mem_exhausted();
	return block;
}

char *mem_copy(const char *text)
{
	return mem_copy_n(text, strlen(text));
}

char *mem_copy_n(const char *bytes, size_t len)
{
	if (len == SIZE_MAX)
		mem_exhausted();
	char *copy = mem_alloc(len + 1);
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

/* An array has room for 0, 4, 8, 16, ... elements, so its room follows from `used` alone. */
void *mem_grow_array(void *array, size_t used, size_t size)
{
	if (used == 0)
		return mem_resize(array, 4, size);
	if (used < 4 || (used & (used - 1)) != 0)
		return array;
	if (used > SIZE_MAX / 2)
		mem_exhausted();
	return mem_resize(array, used * 2, size);
}

void mem_free_at(void *pointer)
{
	void **block = pointer;

	free(*block);
	*block = NULL;
}

void mem_wipe(void *bytes, size_t len)
{
	if (bytes)
		explicit_bzero(bytes, len);
}

static size_t secret_room(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (len >= SIZE_MAX - page)
		mem_exhausted();
	return (len + 1 + page - 1) / page * page;
}

void secret_set(struct secret *secret, const char *bytes, size_t len)
{
	struct secret old = *secret;
	size_t room = secret_room(len);
	char *pages = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		mem_exhausted();
	/* The limit on locked memory is often small; a secret in swap is better than no mail. */
	(void)mlock(pages, room);
	(void)madvise(pages, room, MADV_DONTDUMP);
	memcpy(pages, bytes, len);
	*secret = (struct secret){ .bytes = pages, .len = len };
	secret_done(&old);
}

void secret_done(struct secret *secret)
{
	if (!secret || !secret->bytes)
		return;
	size_t room = secret_room(secret->len);
	mem_wipe(secret->bytes, room);
	munmap(secret->bytes, room);
	*secret = (struct secret){ 0 };
}
