/* due.c - the messages that a run of the queue takes, in their order */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/due.h"

#include "base/log.h"
#include "deliver/report.h"
#include "queue/claim.h"
#include "queue/schedule.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOKED_AT_MAX = 100 }; /* messages that a sender looks at to see if any is due */

struct closed_route {
	char *key;
	struct err reason;
};

void closed_routes_done(struct closed_routes *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		free(routes->items[i].key);
		err_done(&routes->items[i].reason);
	}
	free(routes->items);
	*routes = (struct closed_routes){ 0 };
}

void closed_routes_add(struct closed_routes *routes, const char *key, const struct err *reason)
{
	mem_grow(routes->items, routes->count);
	struct closed_route *added = &routes->items[routes->count++];
	*added = (struct closed_route){ .key = mem_copy(key) };
	err_copy(&added->reason, reason);
}

bool closed_routes_has(const struct closed_routes *routes, const char *key, struct err *reason)
{
	for (size_t i = 0; i < routes->count; i++) {
		if (strcmp(routes->items[i].key, key) != 0)
			continue;
		err_copy(reason, &routes->items[i].reason);
		return true;
	}
	return false;
}

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

static void add_candidate(struct due *due, const char *id, const struct record *record)
{
	mem_grow(due->items, due->count);
	struct candidate *added = &due->items[due->count++];
	*added = (struct candidate){ .route = routes_find(&due->routes, record),
				     .goes_last = record->progress.flags & RECORD_STOPPED_RUN };
	memcpy(added->id, id, sizeof added->id);
}

/* Claims where a look does not do: what is damaged is set aside by that. */
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

static bool is_tried(const struct due_tried *tried, const char *id)
{
	return tried && tried->known > 0 &&
	       bsearch(&id, tried->ids.items, tried->known, sizeof *tried->ids.items, compare_ids);
}

static void note_tried(struct due_tried *tried, const struct due *due)
{
	struct spool_ids *ids = &tried->ids;

	for (size_t i = 0; i < due->count; i++) {
		mem_grow(ids->items, ids->count);
		ids->items[ids->count++] = mem_copy(due->items[i].id);
	}
	if (ids->count > 1)
		qsort(ids->items, ids->count, sizeof *ids->items, compare_ids);
	tried->known = ids->count;
}

void due_tried_done(struct due_tried *tried)
{
	spool_ids_done(&tried->ids);
	tried->known = 0;
}

static void consider(struct due *due, struct spool *spool, const struct run_choice *choice,
		     const char *id, struct err *trouble)
{
	CLEANUP(entry_release) struct entry entry;

	if (look_at(spool, id, &entry, trouble) != CLAIM_GOT)
		return;
	if (is_chosen(choice, &entry.record) && !is_tried(choice->tried, id))
		add_candidate(due, id, &entry.record);
	else
		due->others++;
}

/* Oldest first, but one at which the relay has hung up before comes behind those that it may stop.
 */
static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *one = a;
	const struct candidate *two = b;
	int order = strcmp(one->route->key, two->route->key);

	if (order == 0)
		order = one->goes_last - two->goes_last;
	return order ? order : strcmp(one->id, two->id);
}

bool due_init(struct due *due, struct spool *spool, const struct run_choice *choice,
	      struct err *trouble)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };

	*due = (struct due){ 0 };
	if (!spool_list(spool, SPOOL_QUEUE, &ids, trouble))
		return false;
	for (size_t i = 0; i < ids.count; i++)
		consider(due, spool, choice, ids.items[i], trouble);
	if (due->count > 1)
		qsort(due->items, due->count, sizeof *due->items, compare_candidates);
	if (choice->tried)
		note_tried(choice->tried, due);
	return true;
}

void due_done(struct due *due)
{
	free(due->items);
	routes_done(&due->routes);
	*due = (struct due){ 0 };
}

static bool goes_by(const struct candidate *candidate, const char *key)
{
	return strcmp(candidate->route->key, key) == 0;
}

size_t due_find(const struct due *due, const char *key)
{
	size_t first = 0;

	while (first < due->count && !goes_by(&due->items[first], key))
		first++;
	return first;
}

size_t due_end(const struct due *due, size_t first)
{
	size_t end = first;

	while (end < due->count && goes_by(&due->items[end], due->items[first].route->key))
		end++;
	return end;
}

bool due_has(struct spool *spool, const char *key, const char *but_id)
{
	const struct run_choice choice = { .follows_success = true };
	CLEANUP(due_done) struct due due = { 0 };
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };
	CLEANUP(err_done) struct err trouble = ERR_INIT;
	bool is_found = false;

	/* What can't be seen now goes with the next run, which says what was the trouble. */
	if (!spool_list(spool, SPOOL_QUEUE, &ids, &trouble))
		log_debug("%s", trouble.text);
	for (size_t i = 0; !is_found && i < ids.count && i < LOOKED_AT_MAX; i++) {
		size_t before = due.count;
		if (strcmp(ids.items[i], but_id) != 0)
			consider(&due, spool, &choice, ids.items[i], &trouble);
		is_found = due.count > before && goes_by(&due.items[before], key);
	}
	return is_found;
}
