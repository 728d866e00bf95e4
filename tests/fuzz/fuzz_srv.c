/* fuzz_srv.c - any bytes as an answer of DNS: each target that is read can be connected to */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "net/host.h"
#include "net/srv.h"

#include <string.h>

static void check_records(const struct srv_list *list)
{
	require(list->count <= SRV_MAX, "the records are bounded");
	for (size_t i = 0; i < list->count; i++) {
		const struct srv *record = &list->items[i];
		require(strnlen(record->target, sizeof record->target) < sizeof record->target,
			"a target ends");
		require(host_is_name(record->target) && !host_is_address(record->target),
			"a target is a host's name");
		require(record->port > 0, "there is a port");
	}
}

/* A fingerprint of a list in any order: sums that other records do not have by chance. */
static uint64_t fingerprint(const struct srv_list *list)
{
	uint64_t sum = list->count;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t hash = list->items[i].port;
		hash = hash * 65537 + list->items[i].priority;
		hash = hash * 65537 + list->items[i].weight;
		for (const char *c = list->items[i].target; *c; c++)
			hash = hash * 31 + (unsigned char)*c;
		sum += hash;
	}
	return sum;
}

static uint32_t draw_half(uint32_t limit)
{
	return limit / 2;
}

static void check_order(struct srv_list *list, bool is_by_weight)
{
	uint64_t before = fingerprint(list);

	if (is_by_weight)
		srv_order_by_weight(list);
	else
		srv_order(list, draw_half);
	require(fingerprint(list) == before, "ordering keeps the records");
	for (size_t i = 1; i < list->count; i++) {
		const struct srv *last = &list->items[i - 1];
		const struct srv *next = &list->items[i];
		require(last->priority <= next->priority, "priorities rise");
		require(!is_by_weight || last->priority < next->priority ||
				last->weight >= next->weight,
			"weights fall");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct srv_list list;

	/* A separate copy, so that reading beyond its end is found. */
	CLEANUP(mem_free_at) uint8_t *copy = mem_alloc(len);
	memcpy(copy, bytes, len);
	if (!srv_parse(copy, len, &list))
		return 0;
	check_records(&list);
	check_order(&list, false);
	check_order(&list, true);
	return 0;
}
