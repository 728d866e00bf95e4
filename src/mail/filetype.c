/* filetype.c - the media type of a file by its name */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/filetype.h"

#include "base/ascii.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/home.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN "application/octet-stream"

enum {
	GLOBS_MAX = 4 * 1024 * 1024,
	PATTERN_MAX = 255,
	ASTERISKS_MAX = 2, /* each further asterisk may multiply the time of a match by the length
			      of the name */
	WEIGHT_DIGITS = 3,
};

/* The pieces of a line, not terminated. */
struct rule {
	int weight;
	const char *type;
	size_t type_len;
	const char *pattern;
	size_t pattern_len;
	bool is_case_sensitive;
};

static const struct {
	const char *ending, *type;
} own_list[] = {
	{ ".csv", "text/csv" },          { ".gif", "image/gif" },
	{ ".gz", "application/gzip" },   { ".htm", "text/html" },
	{ ".html", "text/html" },        { ".jpeg", "image/jpeg" },
	{ ".jpg", "image/jpeg" },        { ".json", "application/json" },
	{ ".log", "text/plain" },        { ".pdf", "application/pdf" },
	{ ".png", "image/png" },         { ".svg", "image/svg+xml" },
	{ ".tar", "application/x-tar" }, { ".txt", "text/plain" },
	{ ".xml", "application/xml" },   { ".zip", "application/zip" },
};

/* Independent of the locale: in a Turkish one, "I" is not the capital of "i". */
static void fold(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

void filetype_init(struct filetype *filetype, const char *name)
{
	const char *slash = strrchr(name, '/');

	*filetype = (struct filetype){ .name = slash ? slash + 1 : name, .dropped = STR_INIT };
	filetype->folded_name = mem_copy(filetype->name);
	fold(filetype->folded_name);
}

void filetype_done(struct filetype *filetype)
{
	free(filetype->folded_name);
	free(filetype->exact.type);
	free(filetype->folded.type);
	str_done(&filetype->dropped);
	*filetype = (struct filetype){ .dropped = STR_INIT };
}

/* Reading a line */

/* Reads the next field, up to a colon or the end. */
static bool take_field(const char **at, const char *end, const char **field, size_t *len)
{
	if (*at > end)
		return false;
	const char *colon = memchr(*at, ':', (size_t)(end - *at));
	*field = *at;
	*len = (size_t)((colon ? colon : end) - *at);
	*at = colon ? colon + 1 : end + 1;
	return true;
}

static bool read_weight(const char *digits, size_t len, int *weight)
{
	*weight = 0;
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		*weight = 10 * *weight + (digits[i] - '0');
	}
	return len > 0 && len <= WEIGHT_DIGITS;
}

/*
 * Accepts only types that can be in a Content-Type field unquoted: two words with a slash between.
 */
static bool is_type(const char *type, size_t len)
{
	const char *slash = memchr(type, '/', len);

	for (size_t i = 0; i < len; i++)
		if (type + i != slash && !ascii_is_alphanumeric(type[i]) &&
		    (!type[i] || !strchr("-+._", type[i])))
			return false;
	return slash && slash > type && slash < type + len - 1 && len <= PATTERN_MAX;
}

static bool has_flag(const char *flags, size_t len, const char *flag)
{
	while (len > 0) {
		const char *comma = memchr(flags, ',', len);
		size_t word = comma ? (size_t)(comma - flags) : len;
		if (word == strlen(flag) && memcmp(flags, flag, word) == 0)
			return true;
		flags += word + (comma != NULL);
		len -= word + (comma != NULL);
	}
	return false;
}

static bool read_rule(const char *line, const char *end, struct rule *rule)
{
	const char *weight;
	const char *flags;
	size_t weight_len;
	size_t flags_len;

	if (!take_field(&line, end, &weight, &weight_len) ||
	    !read_weight(weight, weight_len, &rule->weight) ||
	    !take_field(&line, end, &rule->type, &rule->type_len) ||
	    !is_type(rule->type, rule->type_len) ||
	    !take_field(&line, end, &rule->pattern, &rule->pattern_len))
		return false;
	rule->is_case_sensitive =
		take_field(&line, end, &flags, &flags_len) && has_flag(flags, flags_len, "cs");
	return rule->pattern_len > 0 && rule->pattern_len <= PATTERN_MAX;
}

/* Matching */

static bool is_quick(const char *pattern)
{
	size_t asterisks = 0;

	for (; *pattern; pattern++)
		asterisks += *pattern == '*';
	return asterisks <= ASTERISKS_MAX;
}

static bool is_better(const struct filetype_match *best, const struct rule *rule)
{
	if (!best->type || rule->weight != best->weight)
		return !best->type || rule->weight > best->weight;
	return rule->pattern_len > best->len;
}

static void keep(struct filetype_match *best, const struct rule *rule)
{
	free(best->type);
	*best = (struct filetype_match){ mem_copy_n(rule->type, rule->type_len), rule->weight,
					 rule->pattern_len };
}

static bool is_dropped(const struct filetype *filetype, size_t until, const struct rule *rule)
{
	const char *line = filetype->dropped.bytes;
	const char *end = line + until;

	while (line < end) {
		size_t len = strcspn(line, "\n");
		if (len == rule->type_len && memcmp(line, rule->type, len) == 0)
			return true;
		line += len + 1;
	}
	return false;
}

static void try(struct filetype *filetype, const struct rule *rule)
{
	CLEANUP(mem_free_at) char *pattern = mem_copy_n(rule->pattern, rule->pattern_len);

	if (!is_quick(pattern))
		return;
	if (is_better(&filetype->exact, rule) && fnmatch(pattern, filetype->name, 0) == 0)
		keep(&filetype->exact, rule);
	fold(pattern);
	if (!rule->is_case_sensitive && is_better(&filetype->folded, rule) &&
	    fnmatch(pattern, filetype->folded_name, 0) == 0)
		keep(&filetype->folded, rule);
}

/* "__NOGLOBS__" removes the type's patterns in less important files. */
static bool drops_others(const struct rule *rule)
{
	static const char mark[] = "__NOGLOBS__";

	return rule->pattern_len == sizeof mark - 1 &&
	       memcmp(rule->pattern, mark, sizeof mark - 1) == 0;
}

void filetype_look(struct filetype *filetype, const char *globs, size_t len)
{
	size_t dropped_before = filetype->dropped.len;
	const char *end = globs + len;
	struct rule rule;

	for (const char *line = globs, *next; line < end; line = next) {
		const char *lf = memchr(line, '\n', (size_t)(end - line));
		next = lf ? lf + 1 : end;
		if (memchr(line, '\0', (size_t)(next - line)) ||
		    !read_rule(line, lf ? lf : end, &rule) ||
		    is_dropped(filetype, dropped_before, &rule))
			continue;
		if (!drops_others(&rule)) {
			try(filetype, &rule);
			continue;
		}
		str_add_n(&filetype->dropped, rule.type, rule.type_len);
		str_add_char(&filetype->dropped, '\n');
	}
}

const char *filetype_found(const struct filetype *filetype)
{
	return filetype->exact.type ? filetype->exact.type : filetype->folded.type;
}

/* The system's files */

/* Returns false if the folder has no such file. */
static bool look_in(struct filetype *filetype, const char *folder, size_t folder_len)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str globs = STR_MAX(GLOBS_MAX);

	str_add_n(&path, folder, folder_len);
	str_add(&path, "/mime/globs2");
	CLEANUP(err_done) struct err unused = ERR_INIT;
	if (!file_load_regular(path.bytes, &globs, ERR_IO, &unused))
		return false;
	filetype_look(filetype, globs.bytes, globs.len);
	return true;
}

static bool look_at_home(struct filetype *filetype)
{
	const char *folder = getenv("XDG_DATA_HOME");
	CLEANUP(mem_free_at) char *usual = str_format("%s/.local/share", home_path());

	if (!folder || *folder != '/')
		folder = usual;
	return look_in(filetype, folder, strlen(folder));
}

static bool look_everywhere(struct filetype *filetype)
{
	const char *folders = getenv("XDG_DATA_DIRS");
	bool is_found = look_at_home(filetype);

	if (!folders || !*folders)
		folders = "/usr/local/share:/usr/share";
	while (*folders) {
		size_t len = strcspn(folders, ":");
		if (*folders == '/')
			is_found |= look_in(filetype, folders, len);
		folders += len + (folders[len] == ':');
	}
	return is_found;
}

static const char *look_into_own_list(const char *folded_name)
{
	const char *dot = strrchr(folded_name, '.');

	for (size_t i = 0; dot && i < LENGTH(own_list); i++)
		if (strcmp(own_list[i].ending, dot) == 0)
			return own_list[i].type;
	return NULL;
}

static bool is_composite(const char *type)
{
	return strncmp(type, "message/", 8) == 0 || strncmp(type, "multipart/", 10) == 0;
}

char *filetype_of(const char *name)
{
	CLEANUP(filetype_done) struct filetype filetype;

	filetype_init(&filetype, name);
	bool has_files = look_everywhere(&filetype);
	const char *type =
		has_files ? filetype_found(&filetype) : look_into_own_list(filetype.folded_name);
	return mem_copy(type && !is_composite(type) ? type : UNKNOWN);
}
