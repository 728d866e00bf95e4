/* queue_match.c - finding a message of the queue by a part of its id */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/queue_match.h"

#include "base/ascii.h"
#include "base/i18n.h"

#include <string.h>

enum { ID_PART_MIN = 4 };

static bool is_part(const char *id, const char *part)
{
	size_t len = strlen(part);

	return len <= RECORD_ID_LEN &&
	       (ascii_begins(id, part) || ascii_begins(id + RECORD_ID_LEN - len, part));
}

/* The ids that match, and the place of the last match. */
struct matches {
	struct str names;
	size_t count;
	struct queue_match last;
};

static void matches_done(struct matches *matches)
{
	str_done(&matches->names);
}

/* Adds the ids that begin or end with `part`. */
static bool match_folder(struct spool *spool, enum spool_folder folder, const char *part,
			 struct matches *matches, struct err *err)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	if (!spool_list(spool, folder, &ids, err))
		return false;
	for (size_t i = 0; i < ids.count; i++) {
		if (!is_part(ids.items[i], part))
			continue;
		matches->last.spool = spool;
		matches->last.folder = folder;
		memcpy(matches->last.id, ids.items[i], sizeof matches->last.id);
		str_addf(&matches->names, " %s", ids.items[i]);
		matches->count++;
	}
	return true;
}

static bool match_queue(struct spool *spool, const char *part, struct matches *matches,
			struct err *err)
{
	static const enum spool_folder folders[] = { SPOOL_QUEUE, SPOOL_HOLD, SPOOL_FAILED };

	for (size_t i = 0; i < LENGTH(folders); i++)
		if (!match_folder(spool, folders[i], part, matches, err))
			return false;
	return true;
}

bool queue_match_find(struct queues *queues, const char *part, struct queue_match *found,
		      struct err *err)
{
	CLEANUP(matches_done) struct matches matches = { .names = STR_INIT };
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, part, strlen(part));
	if (!*part)
		return err_set(err, ERR_USAGE, _("an id is missing"));
	if (strlen(part) < ID_PART_MIN)
		return err_set(err, ERR_USAGE, _("%s: at least %d characters of an id are needed"),
			       shown.bytes, ID_PART_MIN);
	for (size_t i = 0; i < queues->count; i++)
		if (!match_queue(&queues->items[i], part, &matches, err))
			return false;
	if (matches.count == 0)
		return err_set(err, ERR_NOINPUT, _("%s: there is no such message in the queue"),
			       shown.bytes);
	if (matches.count > 1)
		return err_set(err, ERR_USAGE, _("%s: matches several messages:%s"), shown.bytes,
			       matches.names.bytes);
	*found = matches.last;
	return true;
}
