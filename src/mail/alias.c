/* alias.c - replacing aliases by their addresses */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/alias.h"

#include "base/ascii.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

/* State of an entry while addresses are expanded. */
enum state { STATE_UNSEEN, STATE_OPEN, STATE_DONE };

/* An address of the chain that leads to the current one, and the entry that has it as target. */
struct step {
	const struct address *address;
	const struct alias *alias;
};

struct expansion {
	const struct alias_table *table;
	unsigned char *states; /* enum state of each entry */
	struct step steps[DEPTH_MAX];
	size_t depth;
	struct address_list *out;
	struct err *err;
};

static const struct alias *find_alias(const struct alias_table *table,
				      const struct address *address)
{
	static char name[] = "default";
	static const struct address fallback = { .local = name };
	const struct alias *found = alias_table_find(table, address);

	return found || address->domain ? found : alias_table_find(table, &fallback);
}

static bool is_local(const struct alias_table *table, const char *domain)
{
	static const char separators[] = " \t,";
	const char *at = table->local_domains ? table->local_domains : "";

	for (at += strspn(at, separators); *at; at += strspn(at, separators)) {
		size_t len = strcspn(at, separators);
		CLEANUP(mem_free_at) char *local = mem_copy_n(at, len);
		if (ascii_compare(local, domain) == 0)
			return true;
		at += len;
	}
	return false;
}

/* Only for addresses of the caller: a target with a domain is final. */
static const struct alias *find_local(const struct alias_table *table,
				      const struct address *address)
{
	const struct address name = { .local = address->local };

	if (!address->domain || !is_local(table, address->domain))
		return NULL;
	return alias_table_find(table, &name);
}

static void append_copy(struct address_list *list, const struct address *address)
{
	mem_grow(list->items, list->count);
	list->items[list->count++] = (struct address){
		.display = address->display ? mem_copy(address->display) : NULL,
		.local = mem_copy(address->local),
		.domain = address->domain ? mem_copy(address->domain) : NULL,
	};
}

/* Appends the name of a step; adds a note if the entry `default` led to it. */
static void add_step(struct str *out, const struct step *step)
{
	CLEANUP(mem_free_at) char *path = address_path(step->address);

	str_add(out, path);
	if (ascii_compare(step->address->local, step->alias->name.local) != 0)
		str_add(out, " (default)");
}

static bool refuse_fault(struct expansion *expansion, const struct alias *alias)
{
	return err_set(expansion->err, ERR_CONFIG, "%s:%d: %s: %s", expansion->table->path,
		       alias->line, alias->name.local, alias->fault);
}

/* Reports a loop: the step leads back to an entry that is being expanded. */
static bool refuse_loop(struct expansion *expansion, const struct step *last)
{
	CLEANUP(str_done) struct str names = STR_INIT;
	size_t first = 0;

	while (expansion->steps[first].alias != last->alias)
		first++;
	for (size_t i = first; i < expansion->depth; i++) {
		add_step(&names, &expansion->steps[i]);
		str_add(&names, " -> ");
	}
	add_step(&names, last);
	return err_set(expansion->err, ERR_CONFIG,
		       _("%s:%d: these names lead back to themselves: "
			 "%s"),
		       expansion->table->path, last->alias->line, names.bytes);
}

static bool expand_address(struct expansion *expansion, const struct address *address);

static bool expand_targets(struct expansion *expansion, const struct step *step)
{
	const struct address_list *targets = &step->alias->targets;

	if (expansion->depth == DEPTH_MAX)
		return err_set(expansion->err, ERR_CONFIG,
			       _("%s:%d: %s: more than %d aliases lead to each other"),
			       expansion->table->path, step->alias->line, step->alias->name.local,
			       DEPTH_MAX);
	expansion->steps[expansion->depth++] = *step;
	for (size_t i = 0; i < targets->count; i++)
		if (!expand_address(expansion, &targets->items[i]))
			return false;
	expansion->depth--;
	return true;
}

/* An expanded entry would only add the same addresses again. */
static bool follow(struct expansion *expansion, const struct step *step)
{
	unsigned char *state = &expansion->states[step->alias - expansion->table->items];

	if (step->alias->fault)
		return refuse_fault(expansion, step->alias);
	if (*state == STATE_DONE)
		return true;
	if (*state == STATE_OPEN)
		return refuse_loop(expansion, step);
	*state = STATE_OPEN;
	bool is_expanded = expand_targets(expansion, step);
	*state = STATE_DONE;
	return is_expanded;
}

static bool expand_address(struct expansion *expansion, const struct address *address)
{
	struct step step = { address, find_alias(expansion->table, address) };

	if (!step.alias && expansion->depth == 0)
		step.alias = find_local(expansion->table, address);
	if (step.alias)
		return follow(expansion, &step);
	append_copy(expansion->out, address);
	return true;
}

/* Equal addresses are ordered by their place in memory, which is their place in the list. */
static int compare_places(const void *left, const void *right)
{
	const struct address *a = *(struct address *const *)left;
	const struct address *b = *(struct address *const *)right;
	int order = address_compare_parts(a, b);

	return order ? order : (a > b) - (a < b);
}

static void drop_empty(struct address_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].local)
			list->items[kept++] = list->items[i];
	list->count = kept;
}

static void drop_duplicates(struct address_list *list)
{
	CLEANUP(mem_free_at) struct address **places = mem_zeroed(list->count + 1, sizeof *places);
	const struct address *kept = NULL;

	for (size_t i = 0; i < list->count; i++)
		places[i] = &list->items[i];
	if (list->count)
		qsort(places, list->count, sizeof *places, compare_places);
	for (size_t i = 0; i < list->count; i++) {
		if (kept && address_compare_parts(kept, places[i]) == 0)
			address_done(places[i]);
		else
			kept = places[i];
	}
	drop_empty(list);
}

/* Moves the addresses of `from` to the end of `to`. */
static void append_all(struct address_list *to, struct address_list *from)
{
	for (size_t i = 0; i < from->count; i++) {
		mem_grow(to->items, to->count);
		to->items[to->count++] = from->items[i];
	}
	from->count = 0;
}

bool alias_expand(const struct alias_table *table, const struct address_list *in,
		  struct address_list *out, struct err *err)
{
	CLEANUP(address_list_done) struct address_list found = { 0 };
	CLEANUP(mem_free_at) unsigned char *states = mem_zeroed(table->count + 1, 1);
	struct expansion expansion = {
		.table = table, .states = states, .out = &found, .err = err
	};

	for (size_t i = 0; i < in->count; i++)
		if (!expand_address(&expansion, &in->items[i]))
			return false;
	drop_duplicates(&found);
	append_all(out, &found);
	return true;
}

bool alias_check(const struct alias_table *table, struct err *err)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct address_list name = { .items = &table->items[i].name, .count = 1 };
		CLEANUP(address_list_done) struct address_list ignored = { 0 };
		if (!alias_expand(table, &name, &ignored, err))
			return false;
	}
	return true;
}
