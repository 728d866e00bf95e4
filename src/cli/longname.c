/* longname.c - finding a long option by its name or a prefix */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/longname.h"

#include "base/i18n.h"
#include "base/lookalike.h"
#include "conf/option.h"
#include "conf/unknown.h"

#include <string.h>

enum { SHOWN_MAX = 8 };

/*
 * Returns the name with a number: first the options of cli.def, then the settings, then their
 * aliases. An entry without a long option has the name NULL.
 */
static struct long_name long_name(size_t number)
{
	if (number < flag_count) {
		const struct flag *flag = &flags[number];
		return (struct long_name){ flag->name, flag->argument, flag->flags, flag };
	}
	number -= flag_count;
	if (number < OPTION_COUNT) {
		const struct option *option = &options[number];
		const char *name = option->flags & OPTION_NO_FLAG ? NULL : option->name;
		return (struct long_name){ name, option->argument, option->flags, NULL };
	}
	const struct option_alias *alias = &option_aliases[number - OPTION_COUNT];
	const char *name = alias->flags & OPTION_NO_FLAG ? NULL : alias->name;
	return (struct long_name){ name, "", alias->flags, NULL };
}

static size_t count_names(void)
{
	return flag_count + OPTION_COUNT + option_alias_count;
}

static bool has_prefix(const char *name, const char *prefix)
{
	CLEANUP(mem_free_at) char *start = mem_copy_n(name, strnlen(name, strlen(prefix)));

	return option_same_name(start, prefix);
}

/*
 * Counts the names that begin with `prefix` and have all of `flags_wanted`. `found` gets the last
 * one. Consecutive entries of one name (an alias has several) count once.
 */
static size_t count_matches(const char *prefix, unsigned flags_wanted, struct long_name *found)
{
	size_t count = 0;

	for (size_t i = 0; i < count_names(); i++) {
		struct long_name candidate = long_name(i);
		if (!candidate.name || (candidate.flags & flags_wanted) != flags_wanted ||
		    !has_prefix(candidate.name, prefix))
			continue;
		if (count > 0 && strcmp(found->name, candidate.name) == 0)
			continue;
		*found = candidate;
		count++;
		if (option_same_name(candidate.name, prefix))
			return 1;
	}
	return count;
}

bool longname_exists(const char *name)
{
	for (size_t i = 0; *name && i < count_names(); i++) {
		struct long_name candidate = long_name(i);
		if (candidate.name && option_same_name(candidate.name, name))
			return true;
	}
	return false;
}

/* Appends a name as it is written on the command line. */
static void add_name(struct str *out, const char *name)
{
	str_add(out, "--");
	for (; *name; name++)
		str_add_char(out, *name == '_' ? '-' : *name);
}

/* Names that other mail programs and people use for our options. */
static const struct {
	const char *said, *meant;
} synonyms[] = {
	{ "recipient", "to" },
	{ "recipients", "to" },
	{ "rcpt", "to" },
	{ "rcpt-to", "to" },
	{ "body", "body-file" },
	{ "message", "body-file" },
	{ "text", "body-file" },
	{ "content", "body-file" },
	{ "attachments", "attach" },
	{ "blind-copy", "bcc" },
	{ "list", "queue-list" },
	{ "mailq", "queue-list" },
	{ "flush", "queue-run" },
	{ "queue-flush", "queue-run" },
	{ "queue-delete", "queue-remove" },
	{ "delete", "queue-remove" },
	{ "replyto", "reply-to" },
	{ "title", "subject" },
	{ "config", "file" },
	{ "config-file", "file" },
	{ "usage", "help" },
	{ "verbose", "debug" },
	{ "test", "dry-run" },
	{ "schedule", "at" },
	{ "delay", "at" },
	{ "html", "html-file" },
	{ "check", "print-config" },
};

static const char *synonym(const char *name)
{
	for (size_t i = 0; i < LENGTH(synonyms); i++)
		if (option_same_name(synonyms[i].said, name))
			return synonyms[i].meant;
	return unknown_synonym(name);
}

static const char *nearest_name(const char *name)
{
	struct nearest nearest = { .text = name };

	for (size_t i = 0; i < count_names(); i++)
		if (long_name(i).name)
			nearest_offer(&nearest, long_name(i).name);
	return nearest.word;
}

static bool refuse_unknown(const char *name, const char *shown, struct err *err)
{
	CLEANUP(mem_free_at) char *mended = lookalike_mend(name, LOOKALIKE_DASH | LOOKALIKE_HIDDEN);
	const char *word = mended + strspn(mended, "-");
	CLEANUP(str_done) struct str words = STR_INIT;
	CLEANUP(mem_free_at) char *start = mem_copy_n(word, strcspn(word, " \t:,;"));
	const char *meant = longname_exists(start) ? start : synonym(word);

	str_add(&words, _("there is no such option"));
	if (!meant || !longname_exists(meant))
		meant = nearest_name(word);
	if (meant) {
		str_add(&words, _("; did you mean "));
		add_name(&words, meant);
		str_add_char(&words, '?');
	}
	str_add(&words, _(" (mailchute --help has all of them)"));
	return args_refuse(err, words.bytes, shown);
}

static bool refuse_ambiguous(const char *prefix, const char *shown, struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	const char *last = "";
	size_t count = 0;

	str_add(&words, _("several options begin like this: "));
	for (size_t i = 0; i < count_names(); i++) {
		const char *name = long_name(i).name;
		if (!name || !has_prefix(name, prefix) || strcmp(name, last) == 0)
			continue;
		last = name;
		if (++count > SHOWN_MAX)
			continue;
		str_add(&words, count > 1 ? ", " : "");
		add_name(&words, name);
	}
	str_add(&words, count > SHOWN_MAX ? ", ..." : "");
	return args_refuse(err, words.bytes, shown);
}

bool longname_find(const char *prefix, struct long_name *found, struct err *err)
{
	CLEANUP(mem_free_at) char *shown = str_format("--%s", prefix);
	size_t count = count_matches(prefix, 0, found);

	if (count > 1 && count_matches(prefix, OPTION_MSMTP, found) == 1)
		count = 1;
	if (count == 0)
		return refuse_unknown(prefix, shown, err);
	return count == 1 || refuse_ambiguous(prefix, shown, err);
}
