/* quota.c - the limits of each user in a service's queue, and counting the queue anew */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/quota.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "queue/claim.h"

#include <stdlib.h>

enum { FRESH = 5 * 60 * 1000 }; /* milliseconds */

/* A user in a recount. */
struct tally {
	unsigned uid;
	struct usage usage;
	bool has_figures; /* when the recount began */
	uint64_t changes; /* of these figures, at that time */
};

struct tallies {
	struct tally *items;
	size_t count;
	size_t last; /* the one found last: neighbours in the queue often have one user */
};

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

static void note_figures(const struct spool *spool, struct tallies *tallies, const char *name)
{
	struct usage_figures figures;
	char *end;
	unsigned long uid = strtoul(name, &end, 10);

	if (*end || end == name || uid > UINT32_MAX)
		return;
	struct tally *tally = find_tally(tallies, (unsigned)uid);
	CLEANUP(fs_close_at) int fd = usage_open_user(spool, (unsigned)uid, false);
	tally->has_figures = fd >= 0 && usage_load(fd, &figures);
	tally->changes = tally->has_figures ? figures.changes : 0;
}

/* A user with a file may have no message any more: the figure becomes 0. */
static bool begin_tallies(const struct spool *spool, struct tallies *tallies)
{
	CLEANUP(spool_ids_done) struct spool_ids users = { 0 };

	if (!usage_list_users(spool, &users))
		return false;
	for (size_t i = 0; i < users.count; i++)
		note_figures(spool, tallies, users.items[i]);
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
		enum claim claim = claim_peek(spool, folder, ids.items[i], &entry, &ignored);
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

/* A figure that was changed during the recount stays. */
static void store_tally(const struct spool *spool, const struct tally *tally)
{
	CLEANUP(fs_close_at) int fd = usage_open_user(spool, tally->uid, true);
	struct usage_figures figures;

	if (fd < 0 || !usage_lock(fd, USAGE_LOCK_SECONDS))
		return;
	bool has_figures = usage_load(fd, &figures);
	if (has_figures && tally->has_figures && figures.changes != tally->changes)
		return;
	figures.count = tally->usage.count;
	figures.bytes = tally->usage.bytes;
	figures.changes++;
	/* After a failure the figure is old until the next recount. */
	(void)!usage_store(fd, &figures);
}

static bool recount(struct spool *spool)
{
	CLEANUP(tallies_done) struct tallies tallies = { 0 };
	struct usage_figures all = { .since = (uint64_t)clock_now() };
	CLEANUP(fs_close_at) int fd = usage_open_all(spool, true);

	if (fd < 0 || !begin_tallies(spool, &tallies) ||
	    !count_folder(spool, SPOOL_QUEUE, &tallies) ||
	    !count_folder(spool, SPOOL_HOLD, &tallies) ||
	    !count_folder(spool, SPOOL_FAILED, &tallies))
		return false;
	for (size_t i = 0; i < tallies.count; i++)
		store_tally(spool, &tallies.items[i]);
	return usage_store(fd, &all);
}

/* After waiting for another process no recount is needed if that one began after `asked`. */
static bool recount_since(struct spool *spool, int64_t asked, int seconds)
{
	CLEANUP(fs_close_at) int fd = usage_open_folder(spool);
	uint64_t when;

	if (fd < 0 || !usage_lock(fd, seconds))
		return false;
	return (usage_last_recount(spool, &when) && (int64_t)when > asked) || recount(spool);
}

void quota_refresh(struct spool *spool)
{
	(void)!recount_since(spool, clock_now() - FRESH, 0);
}

static bool judge_room(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		       bool takes, struct err *err)
{
	int64_t asked = clock_now();
	bool may_recount = true;
	enum usage_verdict verdict = USAGE_UNKNOWN;

	if (usage_make_folder(spool))
		verdict = usage_check(spool, uid, bytes, limit, takes, &may_recount);
	if (verdict != USAGE_FITS && may_recount &&
	    recount_since(spool, asked, USAGE_LOCK_SECONDS)) {
		may_recount = false;
		verdict = usage_check(spool, uid, bytes, limit, takes, &may_recount);
	}
	switch (verdict) {
	case USAGE_FITS:
		return true;
	case USAGE_FULL:
		return err_set(err, ERR_DEFER,
			       _("too many of your messages are kept here: at most %llu messages "
				 "and %llu MB, including those that have failed"),
			       (unsigned long long)limit->count,
			       (unsigned long long)(limit->bytes / 1000000));
	case USAGE_UNKNOWN:
		break;
	}
	return err_set(err, ERR_SYSTEM,
		       _("cannot find out how many of your messages are kept "
			 "here"));
}

bool quota_has_room(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		    struct err *err)
{
	return judge_room(spool, uid, bytes, limit, false, err);
}

bool quota_reserve(struct spool *spool, unsigned uid, uint64_t bytes, const struct usage *limit,
		   struct err *err)
{
	return judge_room(spool, uid, bytes, limit, true, err);
}
