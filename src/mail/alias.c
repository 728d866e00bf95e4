/* alias.c - the aliases file: other addresses for local names */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/alias.h"

#include "base/ascii.h"
#include "base/fs.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	BYTES_MAX = 1 << 20,
	DEPTH_MAX = 64,
	EXCERPT_MAX = 60, /* how much of a refused target an error shows */
};

/* What is known of an entry while addresses are expanded. */
enum state { STATE_UNSEEN, STATE_OPEN, STATE_DONE };

/* An address on the way down, and the entry that it was found in. */
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

static void alias_done(struct alias *alias)
{
	address_done(&alias->name);
	address_list_done(&alias->targets);
	free(alias->fault);
}

void alias_table_done(struct alias_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		alias_done(&table->items[i]);
	free(table->items);
	free(table->path);
	free(table->local_domains);
	*table = (struct alias_table){ 0 };
}

static size_t trimmed_len(const char *text, size_t len)
{
	while (len && (ascii_is_blank(text[len - 1]) || text[len - 1] == '\r'))
		len--;
	return len;
}

/* Offset of the first of some characters that stands outside quotes; `len`: there is none. */
static size_t find_unquoted(const char *text, size_t len, const char *wanted)
{
	bool is_quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (is_quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && strchr(wanted, text[i]))
			return i;
	}
	return len;
}

/* Length of the name that the line begins with, blanks included; 0 where no colon ends one. */
static size_t name_len(const char *line, size_t len)
{
	size_t end = find_unquoted(line, len, ":[,<");

	if (end < len && line[end] == '[') {
		end += find_unquoted(line + end, len - end, "]");
		end += find_unquoted(line + end, len - end, ":,<");
	}
	return end < len && line[end] == ':' ? end : 0;
}

/*
 * What other programs take for a command, a file to append to, or a file with more targets: a bar,
 * a slash or a colon at the beginning, quoted or not. A gateway's address may begin with a slash.
 */
static bool is_special(const char *target, size_t len)
{
	size_t first = 0;

	while (first < len && (ascii_is_blank(target[first]) || target[first] == '"'))
		first++;
	if (first == len)
		return false;
	if (target[first] == '/')
		return find_unquoted(target, len, "@") == len;
	return target[first] == '|' || target[first] == ':';
}

static bool refuse_special(const char *target, size_t len, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	while (len && ascii_is_blank(*target)) {
		target++;
		len--;
	}
	str_add_printable(&shown, target, len < EXCERPT_MAX ? len : EXCERPT_MAX);
	return err_set(err, ERR_CONFIG,
		       _("'%s': a target is an address; commands, files and :include: are not "
			 "supported"),
		       shown.bytes);
}

/* Before the parser, which would only say where such a thing stops being an address. */
static bool judge_text(const char *text, size_t len, struct err *err)
{
	for (size_t at = 0; at < len;) {
		size_t target_len = find_unquoted(text + at, len - at, ",");
		if (is_special(text + at, target_len))
			return refuse_special(text + at, target_len, err);
		at += target_len + 1;
	}
	return true;
}

/* Behind the parser, which has undone brackets, groups and comments. */
static bool judge_targets(const struct address_list *targets, struct err *err)
{
	for (size_t i = 0; i < targets->count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&targets->items[i]);
		if (is_special(path, strlen(path)))
			return refuse_special(path, strlen(path), err);
	}
	return true;
}

/* Mail to others need not suffer from what only this name leads to. */
static bool put_off(struct alias *alias, struct err *err)
{
	address_list_done(&alias->targets);
	alias->fault = mem_take(&err->text);
	err_done(err);
	return true;
}

static bool read_targets(struct alias *alias, const char *text, size_t len, struct err *err)
{
	if (!judge_text(text, len, err))
		return put_off(alias, err);
	if (!address_parse_list(text, len, &alias->targets, err))
		return false;
	if (!judge_targets(&alias->targets, err))
		return put_off(alias, err);
	if (!alias->targets.count)
		return err_set(err, ERR_CONFIG, _("expected an address behind the colon"));
	return true;
}

static bool read_name(struct alias *alias, const char *text, size_t len, struct err *err)
{
	while (len && ascii_is_blank(*text)) {
		text++;
		len--;
	}
	CLEANUP(mem_free_at) char *name = mem_copy_n(text, trimmed_len(text, len));
	return address_parse_path(name, &alias->name, err);
}

static bool read_entry(struct alias *alias, const struct str *entry, struct err *err)
{
	size_t colon = name_len(entry->bytes, entry->len);
	size_t rest = colon + 1;

	if (!colon)
		return err_set(err, ERR_CONFIG, _("expected 'name: address'"));
	if (!read_name(alias, entry->bytes, colon, err))
		return false;
	if (read_targets(alias, entry->bytes + rest, entry->len - rest, err))
		return true;
	return err_wrap(err, "%s", alias->name.local);
}

/* Reads what was gathered of an entry, if anything, and forgets it. */
static bool end_entry(struct alias_table *table, struct str *entry, int line, struct err *err)
{
	CLEANUP(alias_done) struct alias alias = { .line = line };

	if (!entry->len)
		return true;
	if (!read_entry(&alias, entry, err)) {
		err->kind = ERR_CONFIG;
		return err_wrap(err, "%s:%d", table->path, line);
	}
	mem_grow(table->items, table->count);
	table->items[table->count++] = alias;
	alias = (struct alias){ 0 };
	str_clear(entry);
	return true;
}

static bool goes_on(const struct str *entry, const char *line, size_t len)
{
	if (!entry->len || !ascii_is_blank(line[0]))
		return false;
	return entry->bytes[entry->len - 1] == ',' || !name_len(line, len);
}

static bool read_lines(struct alias_table *table, const char *bytes, size_t len, struct err *err)
{
	CLEANUP(str_done) struct str entry = STR_INIT;
	int line = 0;
	int first = 0;

	for (size_t at = 0; at < len;) {
		const char *text = bytes + at;
		const char *end = memchr(text, '\n', len - at);
		size_t line_len = end ? (size_t)(end - text) : len - at;
		size_t text_len = trimmed_len(text, find_unquoted(text, line_len, "#"));
		at += line_len + 1;
		line++;
		if (!text_len)
			continue;
		if (!goes_on(&entry, text, text_len)) {
			if (!end_entry(table, &entry, first, err))
				return false;
			first = line;
		}
		str_add_n(&entry, text, text_len);
	}
	return end_entry(table, &entry, first, err);
}

/* Without regard to case; NULL comes before any text. */
static int compare_folded(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return ascii_compare(a, b);
}

static int compare_names(const struct address *a, const struct address *b)
{
	int order = compare_folded(a->local, b->local);

	return order ? order : compare_folded(a->domain, b->domain);
}

/* A local part has its case, a domain has none. */
static int compare_exactly(const struct address *a, const struct address *b)
{
	int order = compare_names(a, b);

	return order ? order : strcmp(a->local, b->local);
}

static int compare_aliases(const void *left, const void *right)
{
	const struct alias *a = left;
	const struct alias *b = right;
	int order = compare_exactly(&a->name, &b->name);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static bool sort_names(struct alias_table *table, struct err *err)
{
	if (table->count)
		qsort(table->items, table->count, sizeof *table->items, compare_aliases);
	for (size_t i = 1; i < table->count; i++) {
		const struct alias *alias = &table->items[i];
		if (compare_exactly(&alias[-1].name, &alias->name) == 0)
			return err_set(err, ERR_CONFIG, _("%s:%d: %s: line %d has the same name"),
				       table->path, alias->line, alias->name.local, alias[-1].line);
	}
	return true;
}

bool alias_parse(struct alias_table *table, const char *path, const char *bytes, size_t len,
		 struct err *err)
{
	bool is_read = false;

	*table = (struct alias_table){ .path = mem_copy(path) };
	if (len && memchr(bytes, '\0', len))
		err_set(err, ERR_CONFIG, _("%s: there is a NUL byte in this file"), path);
	else
		is_read = read_lines(table, bytes, len, err) && sort_names(table, err);
	if (!is_read)
		alias_table_done(table);
	return is_read;
}

bool alias_read(struct alias_table *table, const char *path, struct err *err)
{
	CLEANUP(str_done) struct str bytes = STR_MAX(BYTES_MAX);
	/* A pipe that nobody writes to would let us wait for ever. */
	CLEANUP(fs_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;

	*table = (struct alias_table){ 0 };
	if (fd < 0 || fstat(fd, &status) < 0)
		return err_sys(err, ERR_CONFIG, errno, "%s", path);
	if (!S_ISREG(status.st_mode))
		return err_set(err, ERR_CONFIG, _("%s: expected a regular file"), path);
	if (!fs_read_rest(fd, &bytes))
		return err_sys(err, ERR_CONFIG, errno, "%s", path);
	return alias_parse(table, path, bytes.bytes, bytes.len, err);
}

/* The first entry whose name is not below this one, case aside. */
static size_t lower_bound(const struct alias_table *table, const struct address *name)
{
	size_t from = 0;
	size_t to = table->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare_names(&table->items[middle].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static const struct alias *find_name(const struct alias_table *table, const struct address *name)
{
	const struct alias *found = NULL;

	for (size_t i = lower_bound(table, name); i < table->count; i++) {
		const struct alias *alias = &table->items[i];
		if (compare_names(&alias->name, name) != 0)
			break;
		if (strcmp(alias->name.local, name->local) == 0)
			return alias;
		if (!found || alias->line < found->line)
			found = alias;
	}
	return found;
}

static const struct alias *find_alias(const struct alias_table *table,
				      const struct address *address)
{
	static char name[] = "default";
	static const struct address fallback = { .local = name };
	const struct alias *found = find_name(table, address);

	return found || address->domain ? found : find_name(table, &fallback);
}

static bool is_local(const struct alias_table *table, const char *domain)
{
	static const char separators[] = " \t,";
	const char *at = table->local_domains ? table->local_domains : "";

	for (at += strspn(at, separators); *at; at += strspn(at, separators)) {
		size_t len = strcspn(at, separators);
		CLEANUP(mem_free_at) char *local = mem_copy_n(at, len);
		if (compare_folded(local, domain) == 0)
			return true;
		at += len;
	}
	return false;
}

/* Only for what was given: a target that has a domain is meant as it stands. */
static const struct alias *find_local(const struct alias_table *table,
				      const struct address *address)
{
	const struct address name = { .local = address->local };

	if (!address->domain || !is_local(table, address->domain))
		return NULL;
	return find_name(table, &name);
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

/* Appends the name of a step, and says where `default` made it one. */
static void add_step(struct str *out, const struct step *step)
{
	CLEANUP(mem_free_at) char *path = address_path(step->address);

	str_add(out, path);
	if (compare_folded(step->address->local, step->alias->name.local) != 0)
		str_add(out, " (default)");
}

static bool refuse_fault(struct expansion *expansion, const struct alias *alias)
{
	return err_set(expansion->err, ERR_CONFIG, "%s:%d: %s: %s", expansion->table->path,
		       alias->line, alias->name.local, alias->fault);
}

/* The step that leads back to an entry which is still open. */
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
	return err_set(expansion->err, ERR_CONFIG, _("%s:%d: these names go round in a circle: %s"),
		       expansion->table->path, last->alias->line, names.bytes);
}

/* An entry that was expanded already would only add the same addresses again. */
static bool expand_address(struct expansion *expansion, const struct address *address)
{
	const struct alias *alias = find_alias(expansion->table, address);

	if (!alias && expansion->depth == 0)
		alias = find_local(expansion->table, address);
	const struct step step = { address, alias };
	if (!alias) {
		append_copy(expansion->out, address);
		return true;
	}
	if (alias->fault)
		return refuse_fault(expansion, alias);
	unsigned char *state = &expansion->states[alias - expansion->table->items];
	if (*state == STATE_DONE)
		return true;
	if (*state == STATE_OPEN)
		return refuse_loop(expansion, &step);
	if (expansion->depth == DEPTH_MAX)
		return err_set(expansion->err, ERR_CONFIG,
			       _("%s:%d: %s: more than %d aliases lead to each other"),
			       expansion->table->path, alias->line, alias->name.local, DEPTH_MAX);
	*state = STATE_OPEN;
	expansion->steps[expansion->depth++] = step;
	for (size_t i = 0; i < alias->targets.count; i++)
		if (!expand_address(expansion, &alias->targets.items[i]))
			return false;
	expansion->depth--;
	*state = STATE_DONE;
	return true;
}

/* Of the same addresses the one that comes first in memory is the first of its list. */
static int compare_places(const void *left, const void *right)
{
	const struct address *a = *(struct address *const *)left;
	const struct address *b = *(struct address *const *)right;
	int order = compare_exactly(a, b);

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
		if (kept && compare_exactly(kept, places[i]) == 0)
			address_done(places[i]);
		else
			kept = places[i];
	}
	drop_empty(list);
}

/* Moves what `from` has behind what is in `to`. */
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
