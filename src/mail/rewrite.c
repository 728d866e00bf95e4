/* rewrite.c - other addresses in an address field, and nothing else of it changed */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/rewrite.h"

#include <string.h>

/* A body on its way from one text to another. */
struct rewriting {
	const char *body;
	size_t done; /* what is before is in `out` */
	struct str *out;
	bool is_changed;
};

static void copy_up_to(struct rewriting *r, size_t end)
{
	str_add_n(r->out, r->body + r->done, end - r->done);
	r->done = end;
}

static bool is_as_before(const struct address *address, const struct address *replacement)
{
	CLEANUP(mem_free_at) char *before = address_path(address);
	CLEANUP(mem_free_at) char *after = address_path(replacement);

	return strcmp(before, after) == 0;
}

/* Several have names of their own, or none. */
static void replace(struct rewriting *r, const struct address *address,
		    const struct address_list *replacements)
{
	if (replacements->count == 1) {
		CLEANUP(mem_free_at) char *path = address_path(&replacements->items[0]);
		if (is_as_before(address, &replacements->items[0]))
			return;
		copy_up_to(r, address->path.from);
		str_add(r->out, path);
		r->done = address->path.to;
	} else {
		copy_up_to(r, address->whole.from);
		address_add_list(r->out, replacements);
		r->done = address->whole.to;
	}
	r->is_changed = true;
}

bool rewrite_field(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	CLEANUP(str_done) struct str changed = STR_INIT;
	struct rewriting r = { .body = body, .out = &changed };

	if (!address_parse_list(body, len, &list, &unfit))
		return false;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(address_list_done) struct address_list replacements = { 0 };
		rule->decide(rule->arg, &list.items[i], &replacements);
		if (replacements.count > 0)
			replace(&r, &list.items[i], &replacements);
	}
	copy_up_to(&r, len);
	if (r.is_changed)
		str_add_n(out, changed.bytes, changed.len);
	return r.is_changed;
}
