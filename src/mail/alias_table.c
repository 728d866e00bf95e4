/* alias_table.c - reading the aliases file and finding names in it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/alias_table.h"

#include "base/ascii.h"
#include "base/file.h"
#include "base/i18n.h"
#include "mail/address_parse.h"

#include <stdlib.h>
#include <string.h>

enum {
	BYTES_MAX = 1 << 20,
	EXCERPT_MAX = 60, /* bytes of a refused target that an error shows */
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

/* Offset of the first of these characters outside quotes; `len`: none. */
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

/* Length of the name at the start of the line, blanks included; 0: no colon ends a name. */
static size_t alias_name_len(const char *line, size_t len)
{
	size_t end = find_unquoted(line, len, ":[,<");

	if (end < len && line[end] == '[') {
		end += find_unquoted(line + end, len - end, "]");
		end += find_unquoted(line + end, len - end, ":,<");
	}
	return end < len && line[end] == ':' ? end : 0;
}

/*
 * Whether a target is a command, a file to append to, or a file with more targets, as other
 * programs have them: it begins with a bar, a slash or a colon, quoted or not. A gateway's address
 * may begin with a slash.
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

/*
 * Checked before parsing; the parser's error would only say where the target stops being an
 * address.
 */
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

/* Checked after parsing, which has removed brackets, groups and comments. */
static bool judge_targets(const struct address_list *targets, struct err *err)
{
	for (size_t i = 0; i < targets->count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&targets->items[i]);
		if (is_special(path, strlen(path)))
			return refuse_special(path, strlen(path), err);
	}
	return true;
}

/* A fault of this name must not stop mail to other names. */
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
	/* A continuation line such as "friends: d@e" is the next entry, not a group. */
	if (alias->targets.has_open_group)
		return err_set(err, ERR_CONFIG, _("expected ';' at the end of a group"));
	if (!alias->targets.count)
		return err_set(err, ERR_CONFIG, _("expected an address after the colon"));
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
	size_t colon = alias_name_len(entry->bytes, entry->len);
	size_t rest = colon + 1;

	if (!colon)
		return err_set(err, ERR_CONFIG, _("expected 'name: address'"));
	if (!read_name(alias, entry->bytes, colon, err))
		return false;
	if (read_targets(alias, entry->bytes + rest, entry->len - rest, err))
		return true;
	return err_wrap(err, "%s", alias->name.local);
}

/* Reads the lines collected for an entry, if any, and clears them. */
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
	return entry->bytes[entry->len - 1] == ',' || !alias_name_len(line, len);
}

/* Length of a line with its end. `text_len` is its length without comment and final blanks. */
static size_t look_at_line(const char *text, size_t len, size_t *text_len)
{
	const char *end = memchr(text, '\n', len);
	size_t line_len = end ? (size_t)(end - text) : len;

	*text_len = trimmed_len(text, find_unquoted(text, line_len, "#"));
	return line_len + 1;
}

static bool read_lines(struct alias_table *table, const char *bytes, size_t len, struct err *err)
{
	CLEANUP(str_done) struct str entry = STR_INIT;
	size_t text_len;
	int first = 0;
	int line = 1;

	for (size_t at = 0, step; at < len; at += step, line++) {
		const char *text = bytes + at;
		step = look_at_line(text, len - at, &text_len);
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

static int compare_aliases(const void *left, const void *right)
{
	const struct alias *a = left;
	const struct alias *b = right;
	int order = address_compare_parts(&a->name, &b->name);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static bool sort_names(struct alias_table *table, struct err *err)
{
	if (table->count)
		qsort(table->items, table->count, sizeof *table->items, compare_aliases);
	for (size_t i = 1; i < table->count; i++) {
		const struct alias *alias = &table->items[i];
		if (address_compare_parts(&alias[-1].name, &alias->name) == 0)
			return err_set(err, ERR_CONFIG, _("%s:%d: %s: line %d has the same name"),
				       table->path, alias->line, alias->name.local, alias[-1].line);
	}
	return true;
}

bool alias_table_parse(struct alias_table *table, const char *path, const char *bytes, size_t len,
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

bool alias_table_read(struct alias_table *table, const char *path, struct err *err)
{
	CLEANUP(str_done) struct str bytes = STR_MAX(BYTES_MAX);

	*table = (struct alias_table){ 0 };
	if (!file_load_regular(path, &bytes, ERR_CONFIG, err))
		return err_wrap(err, "%s", path);
	return alias_table_parse(table, path, bytes.bytes, bytes.len, err);
}

/* The first entry whose name is not less than this one, without regard to case. */
static size_t lower_bound(const struct alias_table *table, const struct address *name)
{
	size_t from = 0;
	size_t to = table->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (address_compare_folded(&table->items[middle].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const struct alias *alias_table_find(const struct alias_table *table, const struct address *name)
{
	const struct alias *found = NULL;

	for (size_t i = lower_bound(table, name); i < table->count; i++) {
		const struct alias *alias = &table->items[i];
		if (address_compare_folded(&alias->name, name) != 0)
			break;
		if (strcmp(alias->name.local, name->local) == 0)
			return alias;
		if (!found || alias->line < found->line)
			found = alias;
	}
	return found;
}
