/* run_list.c - the messages that a run of the queue takes, in their order */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/run_list.h"

#include "base/log.h"
#include "deliver/report.h"
#include "queue/claim.h"
#include "queue/schedule.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOKED_AT_MAX = 100 }; /* messages that run_list_has_other looks at */

static bool has_part(const char *text, const char *part)
{
	return !part || strstr(text, part);
}

static bool has_recipient(const struct envelope *envelope, const char *part)
{
	for (size_t i = 0; part && i < envelope->count; i++)
		if (recipient_is_open(&envelope->recipients[i]) &&
		    strstr(envelope->recipients[i].address, part))
			return true;
	return !part;
}

static bool is_ready(const struct run_choice *choice, const struct record *record)
{
	int64_t now = time(NULL);

	if (schedule_is_early(record, now))
		return false;
	return choice->ignores_schedule || schedule_is_due(record, now) ||
	       (choice->follows_success && record->progress.flags & RECORD_ROUTE_FAILED);
}

static bool is_chosen(const struct run_choice *choice, const struct record *record)
{
	return has_part(record->id, choice->id) &&
	       has_part(record->envelope.sender, choice->sender) &&
	       has_recipient(&record->envelope, choice->recipient) && is_ready(choice, record);
}

static void add_item(struct run_list *list, const char *id, const struct record *record)
{
	mem_grow(list->items, list->count);
	struct run_item *added = &list->items[list->count++];
	*added = (struct run_item){ .route = routes_find(&list->routes, record),
				    .goes_last = record->progress.flags & RECORD_STOPPED_RUN };
	memcpy(added->id, id, sizeof added->id);
}

/* Reads a record without a lock. A damaged file is claimed, as a claim sets it aside. */
static enum claim look_at(struct spool *spool, const char *id, struct entry *entry,
			  struct err *trouble)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	enum claim claim = claim_peek(spool, SPOOL_QUEUE, id, entry, &err);

	if (claim == CLAIM_FAILED)
		err_wrap(&err, "%s", id);
	if (claim == CLAIM_DAMAGED) {
		entry_release(entry);
		err_done(&err);
		claim = claim_take(spool, SPOOL_QUEUE, id, entry, &err);
	}
	if (err.kind != ERR_NONE)
		report_problem(&err);
	if (claim == CLAIM_FAILED && trouble->kind == ERR_NONE)
		err_copy(trouble, &err);
	return claim;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_tried(const struct run_tried *tried, const char *id)
{
	return tried && tried->known > 0 &&
	       bsearch(&id, tried->ids.items, tried->known, sizeof *tried->ids.items, compare_ids);
}

static void note_tried(struct run_tried *tried, const struct run_list *list)
{
	struct spool_ids *ids = &tried->ids;

	for (size_t i = 0; i < list->count; i++) {
		mem_grow(ids->items, ids->count);
		ids->items[ids->count++] = mem_copy(list->items[i].id);
	}
	if (ids->count > 1)
		qsort(ids->items, ids->count, sizeof *ids->items, compare_ids);
	tried->known = ids->count;
}

void run_list_tried_done(struct run_tried *tried)
{
	spool_ids_done(&tried->ids);
	tried->known = 0;
}

static void consider_message(struct run_list *list, struct spool *spool,
			     const struct run_choice *choice, const char *id, struct err *trouble)
{
	CLEANUP(entry_release) struct entry entry;

	if (look_at(spool, id, &entry, trouble) != CLAIM_GOT)
		return;
	if (is_chosen(choice, &entry.record) && !is_tried(choice->tried, id))
		add_item(list, id, &entry.record);
	else
		list->others++;
}

/*
 * Sorts by route and by age. A message at which the relay has hung up before comes last, as it may
 * end the session for the messages after it.
 */
static int compare_items(const void *a, const void *b)
{
	const struct run_item *one = a;
	const struct run_item *two = b;
	int order = strcmp(one->route->key, two->route->key);

	if (order == 0)
		order = one->goes_last - two->goes_last;
	return order ? order : strcmp(one->id, two->id);
}

bool run_list_init(struct run_list *list, struct spool *spool, const struct run_choice *choice,
		   struct err *trouble)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	*list = (struct run_list){ 0 };
	if (!spool_list(spool, SPOOL_QUEUE, &ids, trouble))
		return false;
	for (size_t i = 0; i < ids.count; i++)
		consider_message(list, spool, choice, ids.items[i], trouble);
	if (list->count > 1)
		qsort(list->items, list->count, sizeof *list->items, compare_items);
	if (choice->tried)
		note_tried(choice->tried, list);
	return true;
}

void run_list_done(struct run_list *list)
{
	free(list->items);
	routes_done(&list->routes);
	*list = (struct run_list){ 0 };
}

static bool goes_by(const struct run_item *item, const char *key)
{
	return strcmp(item->route->key, key) == 0;
}

size_t run_list_find(const struct run_list *list, const char *key)
{
	size_t first = 0;

	while (first < list->count && !goes_by(&list->items[first], key))
		first++;
	return first;
}

size_t run_list_end(const struct run_list *list, size_t first)
{
	size_t end = first;

	while (end < list->count && goes_by(&list->items[end], list->items[first].route->key))
		end++;
	return end;
}

bool run_list_has_other(struct spool *spool, const char *key, const char *except_id)
{
	const struct run_choice choice = { .follows_success = true };
	CLEANUP(run_list_done) struct run_list list = { 0 };
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };
	CLEANUP(err_done) struct err trouble = ERR_INIT;
	bool is_found = false;

	/* The next run reports a folder that cannot be read. */
	if (!spool_list(spool, SPOOL_QUEUE, &ids, &trouble))
		log_debug("%s", trouble.text);
	for (size_t i = 0; !is_found && i < ids.count && i < LOOKED_AT_MAX; i++) {
		size_t before = list.count;
		if (strcmp(ids.items[i], except_id) != 0)
			consider_message(&list, spool, &choice, ids.items[i], &trouble);
		is_found = list.count > before && goes_by(&list.items[before], key);
	}
	return is_found;
}
