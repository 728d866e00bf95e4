/* scratch.c - temporary bytes: in a file without a name, or in memory if no disk has room */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/scratch.h"

#include "base/fs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 65536 };

void scratch_init(struct scratch *scratch)
{
	*scratch = (struct scratch)SCRATCH_INIT;
}

void scratch_borrow(struct scratch *scratch, int fd, off_t base, uint64_t len)
{
	scratch_done(scratch);
	scratch->fd = fd;
	scratch->base = base;
	scratch->len = len;
	scratch->is_borrowed = true;
}

void scratch_share(struct scratch *scratch, const struct scratch *from)
{
	scratch_done(scratch);
	*scratch = *from;
	scratch->is_borrowed = true;
}

void scratch_done(struct scratch *scratch)
{
	if (!scratch)
		return;
	if (!scratch->is_borrowed) {
		fs_close_at(&scratch->fd);
		str_done(&scratch->memory);
	}
	scratch_init(scratch);
}

bool scratch_read(const struct scratch *scratch, uint64_t at, void *bytes, size_t len)
{
	if (at > scratch->len || len > scratch->len - at) {
		errno = EIO;
		return false;
	}
	if (scratch->fd >= 0)
		return fs_pread_all(scratch->fd, bytes, len, scratch->base + (off_t)at);
	memcpy(bytes, scratch->memory.bytes + at, len);
	return true;
}

static bool put(struct scratch *scratch, const void *bytes, size_t len)
{
	off_t end = scratch->base + (off_t)scratch->len;

	if (scratch->fd >= 0 && !fs_pwrite_all(scratch->fd, bytes, len, end))
		return false;
	if (scratch->fd < 0)
		str_add_n(&scratch->memory, bytes, len);
	if (scratch->memory.is_full) {
		errno = EFBIG;
		return false;
	}
	scratch->len += len;
	return true;
}

static bool put_all(struct scratch *to, const struct scratch *from)
{
	char piece[PIECE];

	while (to->len < from->len) {
		uint64_t left = from->len - to->len;
		size_t len = left < sizeof piece ? (size_t)left : sizeof piece;
		if (!scratch_read(from, to->len, piece, len) || !put(to, piece, len))
			return false;
	}
	return true;
}

static bool is_memory(const struct scratch *scratch)
{
	return scratch->fd < 0 && scratch->place > 0;
}

/*
 * Moves all bytes to the next place that has room; false if they were already in memory, the last
 * one.
 */
static bool move_on(struct scratch *scratch)
{
	bool is_moved = false;

	while (!is_moved && !is_memory(scratch)) {
		CLEANUP(scratch_done) struct scratch next = SCRATCH_INIT;
		next.place = scratch->place;
		next.fd = fs_open_next(&next.place);
		is_moved = put_all(&next, scratch);
		scratch->place = next.place;
		if (!is_moved && next.fd < 0)
			return false;
		if (!is_moved)
			continue;
		scratch_done(scratch);
		*scratch = next;
		scratch_init(&next);
	}
	return is_moved;
}

bool scratch_append(struct scratch *scratch, const void *bytes, size_t len)
{
	bool has_place = scratch->fd >= 0 || is_memory(scratch);

	while (len > 0 && (!has_place || !put(scratch, bytes, len))) {
		if (!move_on(scratch))
			return false;
		has_place = true;
	}
	return true;
}

bool scratch_cut(struct scratch *scratch, uint64_t len)
{
	if (len >= scratch->len)
		return true;
	if (scratch->fd >= 0 && ftruncate(scratch->fd, scratch->base + (off_t)len) < 0)
		return false;
	if (scratch->fd < 0)
		str_cut(&scratch->memory, (size_t)len);
	scratch->len = len;
	return true;
}

bool scratch_replace(struct scratch *to, const struct scratch *from)
{
	bool has_place = to->fd >= 0 || is_memory(to);

	return has_place && scratch_cut(to, 0) && put_all(to, from);
}
