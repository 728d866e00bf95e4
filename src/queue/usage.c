/* usage.c - how much of a queue each user takes, who hand in by one service; kept, not counted */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/usage.h"

#include "base/clock.h"
#include "base/crc.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "usage"

enum {
	NAME_MAX_LEN = 64,
	LOCK_SECONDS = 5,
	LOCK_PAUSE = 10, /* milliseconds */
	WINDOW = 60 * 1000,
	WINDOW_RECOUNTS = 4,
	FRESH = 5 * 60 * 1000,
	BOOT_ID_MAX = 64,
};

/*
 * A file's content. `changes` tells a recount whether it was overtaken. `since` and `recounts` are
 * the recounts for the sake of this user in the window that began at that time; in the file of the
 * whole queue `since` is the last recount. Times are those of the monotonic clock, which is why
 * `boot` belongs to them.
 */
struct state {
	uint64_t count;
	uint64_t bytes;
	uint64_t changes;
	uint64_t since;
	uint64_t recounts;
	uint64_t boot;
	uint64_t check;
};

/* One user in a recount. */
struct tally {
	unsigned uid;
	struct usage usage;
	bool has_state; /* there were figures when it began, with so many changes */
	uint64_t changes;
};

struct tallies {
	struct tally *items;
	size_t count;
	size_t last; /* found */
};

/* Files */

/* Without memory, as this is also done where none must be needed. */
static uint64_t boot_number(void)
{
	char bytes[BOOT_ID_MAX];
	CLEANUP(fs_close_at)
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? fs_read(fd, bytes, sizeof bytes) : 0;

	return got > 0 ? crc_32c(0, bytes, (size_t)got) : 0;
}

static uint64_t checksum(const struct state *state)
{
	return crc_32c(0, state, offsetof(struct state, check)) + 1ULL;
}

static bool load(int fd, struct state *state)
{
	if (!fs_pread_all(fd, state, sizeof *state, 0) || state->check != checksum(state) ||
	    state->boot != boot_number()) {
		*state = (struct state){ 0 };
		return false;
	}
	return true;
}

static bool store(int fd, struct state *state)
{
	state->boot = boot_number();
	state->check = checksum(state);
	return fs_pwrite_all(fd, state, sizeof *state, 0);
}

/* Who holds one of these locks does little; a process that was stopped must not stop all others. */
static bool lock(int fd, int seconds)
{
	int64_t deadline = seconds > 0 ? clock_after(seconds) : 0;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || clock_now() >= deadline)
			return false;
		(void)poll(NULL, 0, LOCK_PAUSE);
	}
	return true;
}

static int open_file(const struct spool *spool, const char *name, bool creates)
{
	char path[sizeof FOLDER + NAME_MAX_LEN];

	snprintf(path, sizeof path, FOLDER "/%s", name);
	return spool->top < 0 ? -1
			      : openat(spool->top, path,
				       O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
					       (creates ? O_CREAT : 0),
				       0600);
}

static int open_user(const struct spool *spool, unsigned uid, bool creates)
{
	char name[NAME_MAX_LEN];

	snprintf(name, sizeof name, "%u", uid);
	return open_file(spool, name, creates);
}

static bool make_folder(const struct spool *spool)
{
	return spool->top >= 0 && (mkdirat(spool->top, FOLDER, 0700) == 0 || errno == EEXIST);
}

/* When the whole queue was counted last in this boot. False: it was not. */
static bool when_counted(const struct spool *spool, uint64_t *when)
{
	struct state state;
	CLEANUP(fs_close_at) int fd = open_file(spool, "all", false);

	if (fd < 0 || !load(fd, &state))
		return false;
	*when = state.since;
	return true;
}

/* Recounting */

static struct tally *find_tally(struct tallies *tallies, unsigned uid)
{
	size_t i = tallies->last;

	if (i < tallies->count && tallies->items[i].uid == uid)
		return &tallies->items[i];
	for (i = 0; i < tallies->count && tallies->items[i].uid != uid; i++)
		;
	tallies->last = i;
	if (i == tallies->count) {
		mem_grow(tallies->items, tallies->count);
		tallies->items[tallies->count++] = (struct tally){ .uid = uid };
	}
	return &tallies->items[i];
}

static void tallies_done(struct tallies *tallies)
{
	free(tallies->items);
}

static void note_state(const struct spool *spool, struct tallies *tallies, const char *name)
{
	struct state state;
	char *end;
	unsigned long uid = strtoul(name, &end, 10);

	if (*end || end == name || uid > UINT32_MAX)
		return;
	struct tally *tally = find_tally(tallies, (unsigned)uid);
	CLEANUP(fs_close_at) int fd = open_user(spool, (unsigned)uid, false);
	tally->has_state = fd >= 0 && load(fd, &state);
	tally->changes = tally->has_state ? state.changes : 0;
}

static bool is_user(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

static bool list_users(const struct spool *spool, struct spool_ids *users)
{
	CLEANUP(fs_close_at)
	int fd = openat(spool->top, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && spool_list_names(fd, is_user, users);
}

/* Who has a file may have no message any more. */
static bool begin_tallies(const struct spool *spool, struct tallies *tallies)
{
	CLEANUP(spool_ids_done) struct spool_ids users = { 0 };

	if (!list_users(spool, &users))
		return false;
	for (size_t i = 0; i < users.count; i++)
		note_state(spool, tallies, users.items[i]);
	return true;
}

static bool count_folder(struct spool *spool, enum spool_folder folder, struct tallies *tallies)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	if (!spool_list(spool, folder, &ids, &err))
		return false;
	for (size_t i = 0; i < ids.count; i++) {
		CLEANUP(err_done) struct err ignored = ERR_INIT;
		CLEANUP(entry_release) struct entry entry;
		enum claim claim = spool_peek(spool, folder, ids.items[i], &entry, &ignored);
		if (claim == CLAIM_FAILED)
			return false;
		if (claim != CLAIM_GOT)
			continue;
		struct tally *tally = find_tally(tallies, entry.record.uid);
		tally->usage.count++;
		tally->usage.bytes += record_size(&entry.record);
	}
	return true;
}

/* Unless it was overtaken, a figure is replaced. */
static void store_tally(const struct spool *spool, const struct tally *tally)
{
	CLEANUP(fs_close_at) int fd = open_user(spool, tally->uid, true);
	struct state state;

	if (fd < 0 || !lock(fd, LOCK_SECONDS))
		return;
	bool has_state = load(fd, &state);
	if (has_state && tally->has_state && state.changes != tally->changes)
		return;
	state.count = tally->usage.count;
	state.bytes = tally->usage.bytes;
	state.changes++;
	/* A figure that can't be written is old, and is counted again. */
	(void)!store(fd, &state);
}

static bool recount(struct spool *spool)
{
	CLEANUP(tallies_done) struct tallies tallies = { 0 };
	struct state all = { .since = (uint64_t)clock_now() };
	CLEANUP(fs_close_at) int fd = open_file(spool, "all", true);

	if (fd < 0 || !begin_tallies(spool, &tallies) ||
	    !count_folder(spool, SPOOL_QUEUE, &tallies) ||
	    !count_folder(spool, SPOOL_HOLD, &tallies) ||
	    !count_folder(spool, SPOOL_FAILED, &tallies))
		return false;
	for (size_t i = 0; i < tallies.count; i++)
		store_tally(spool, &tallies.items[i]);
	return store(fd, &all);
}

/* Who waited for another's recount needs none, where that was begun after `asked`. */
static bool recount_since(struct spool *spool, int64_t asked, int seconds)
{
	CLEANUP(fs_close_at)
	int fd = openat(spool->top, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	uint64_t when;

	if (fd < 0 || !lock(fd, seconds))
		return false;
	return (when_counted(spool, &when) && (int64_t)when > asked) || recount(spool);
}

void usage_refresh(struct spool *spool)
{
	struct stat st;
	int64_t asked = clock_now() - FRESH;

	if (spool->top < 0 || fstatat(spool->top, FOLDER, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	(void)!recount_since(spool, asked, 0);
}

/* Checking */

enum verdict { FITS, FULL, UNKNOWN };

/* Whether another recount for this user's sake is allowed; it is noted. */
static bool take_recount(int fd, struct state *state)
{
	uint64_t now = (uint64_t)clock_now();

	if (now - state->since >= WINDOW) {
		state->since = now;
		state->recounts = 0;
	}
	if (state->recounts >= WINDOW_RECOUNTS)
		return false;
	state->recounts++;
	return store(fd, state);
}

static bool fits(const struct state *state, uint64_t bytes, const struct usage *limit)
{
	return state->count < limit->count && state->bytes <= limit->bytes &&
	       bytes <= limit->bytes - state->bytes;
}

/* `may_recount` becomes false where this user has caused enough of them. */
static enum verdict check(struct spool *spool, unsigned uid, uint64_t bytes,
			  const struct usage *limit, bool takes, bool *may_recount)
{
	CLEANUP(fs_close_at) int fd = open_user(spool, uid, takes);
	struct state state;
	struct stat st;
	uint64_t when;

	/* Before the first message of a user there is nothing to look at. */
	if (fd < 0 && !takes && errno == ENOENT)
		return FITS;
	if (fd < 0 || !lock(fd, LOCK_SECONDS) || fstat(fd, &st) < 0)
		return UNKNOWN;
	bool is_known = load(fd, &state) || (st.st_size == 0 && when_counted(spool, &when));
	if (!is_known)
		return UNKNOWN;
	if (!fits(&state, bytes, limit)) {
		*may_recount = *may_recount && take_recount(fd, &state);
		return FULL;
	}
	if (!takes)
		return FITS;
	state.count++;
	state.bytes += bytes;
	state.changes++;
	return store(fd, &state) ? FITS : UNKNOWN;
}

static bool judge(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		  bool takes, struct err *err)
{
	int64_t asked = clock_now();
	bool may_recount = true;
	enum verdict verdict = UNKNOWN;

	if (make_folder(spool))
		verdict = check(spool, uid, bytes, limit, takes, &may_recount);
	if (verdict != FITS && may_recount && recount_since(spool, asked, LOCK_SECONDS)) {
		may_recount = false;
		verdict = check(spool, uid, bytes, limit, takes, &may_recount);
	}
	switch (verdict) {
	case FITS:
		return true;
	case FULL:
		return err_set(err, ERR_DEFER,
			       _("too many of your messages are kept here: at most %llu messages "
				 "and %llu MB, including those that have failed"),
			       (unsigned long long)limit->count,
			       (unsigned long long)(limit->bytes / 1000000));
	case UNKNOWN:
		break;
	}
	return err_set(err, ERR_SYSTEM,
		       _("cannot find out how many of your messages are kept "
			 "here"));
}

bool usage_has_room(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		    struct err *err)
{
	return judge(spool, uid, bytes, limit, false, err);
}

bool usage_reserve(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		   struct err *err)
{
	return judge(spool, uid, bytes, limit, true, err);
}

/* Where nothing was counted yet, a recount will find it. */
void usage_add(struct spool *spool, unsigned uid, uint64_t bytes)
{
	static const struct usage unlimited = { .count = UINT64_MAX, .bytes = UINT64_MAX };
	bool may_recount = false;

	(void)check(spool, uid, bytes, &unlimited, true, &may_recount);
}

void usage_release(struct spool *spool, unsigned uid, uint64_t bytes)
{
	CLEANUP(fs_close_at) int fd = open_user(spool, uid, false);
	struct state state;

	if (fd < 0 || !lock(fd, LOCK_SECONDS) || !load(fd, &state))
		return;
	state.count -= state.count > 0;
	state.bytes -= bytes < state.bytes ? bytes : state.bytes;
	state.changes++;
	/* What can't be written stays too high until the next recount. */
	(void)!store(fd, &state);
}

/* All together */

static bool add_count(const struct spool *spool, const char *name, uint64_t *sum)
{
	CLEANUP(fs_close_at) int fd = open_file(spool, name, false);
	struct state state;

	if (fd < 0 || !load(fd, &state) || state.count > UINT64_MAX - *sum)
		return false;
	*sum += state.count;
	return true;
}

bool usage_is_below(struct spool *spool, uint64_t count)
{
	CLEANUP(spool_ids_done) struct spool_ids users = { 0 };
	uint64_t when;
	uint64_t sum = 0;

	if (!when_counted(spool, &when) || !list_users(spool, &users))
		return false;
	for (size_t i = 0; i < users.count; i++)
		if (!add_count(spool, users.items[i], &sum))
			return false;
	return sum < count;
}

/* Places are folders, as these can be locked, too, and have no content that somebody may look for.
 */

static int open_place(const struct spool *spool, unsigned uid, unsigned number)
{
	char path[NAME_MAX_LEN];

	snprintf(path, sizeof path, FOLDER "/place-%u-%u", uid, number);
	if (mkdirat(spool->top, path, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(spool->top, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int usage_take_place(struct spool *spool, unsigned uid, unsigned max)
{
	if (!make_folder(spool))
		return -2;
	for (unsigned i = 0; i < max; i++) {
		CLEANUP(fs_close_at) int fd = open_place(spool, uid, i);
		if (fd < 0)
			return -2;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fs_take_at(&fd);
	}
	return -1;
}
