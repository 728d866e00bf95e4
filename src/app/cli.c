/* cli.c - the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli.h"

#include "base/i18n.h"
#include "conf/option.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum action { DO_MODE, DO_SWITCH, DO_TEXT, DO_DEBUG, DO_BODY, DO_IGNORE, DO_REFUSE };

/* An entry of cli.def. `place` is a mode, or the offset of a member of struct request. */
struct flag {
	const char *name;
	char letter;
	const char *argument;
	unsigned flags;
	enum action action;
	size_t place;
};

static const struct flag flags[] = {
#define MODE(mode) DO_MODE, MODE_##mode
#define SWITCH(member) DO_SWITCH, offsetof(struct request, member)
#define TEXT(member) DO_TEXT, offsetof(struct request, member)
#define DEBUG() DO_DEBUG, 0
#define BODY() DO_BODY, 0
#define FLAG(group, name, letter, argument, flags, action, help, manual) \
	{ name, letter, argument, flags, action },
#define IGNORED(letter, argument) { NULL, letter, argument, 0, DO_IGNORE, 0 },
#define REFUSED(name, letter, argument, flags) \
	{ name, letter, argument, flags, DO_REFUSE, 0 },
#include "app/cli.def"
};

enum { FLAG_COUNT = sizeof flags / sizeof *flags };

/* A long option of any kind: an entry of cli.def, or else a setting by a new or an old name. */
struct long_name {
	const char *name;
	const char *argument;
	unsigned flags;
	const struct flag *flag;
};

/* What is left of argv. */
struct args {
	char **next;
	struct request *request;
	bool is_ended;
};

static const struct origin from_command_line = { .kind = ORIGIN_COMMAND_LINE };

static bool usage(struct err *err, const char *format, const char *text)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, text, strlen(text));
	return err_set(err, ERR_USAGE, "%s: %s", shown.bytes, format);
}

/* The greatest mode that is asked for wins. */
static bool do_mode(struct request *request, enum mode mode)
{
	if (mode > request->mode)
		request->mode = mode;
	return true;
}

/* To sendmail, level 0.1 asks for the version. */
static bool do_debug(struct request *request, const char *level)
{
	if (strcmp(level, "0.1") == 0)
		return do_mode(request, MODE_VERSION);
	request->is_debug = true;
	return true;
}

/* The modes of sendmail's -b that will come, less "m". */
static bool do_body(const char *mode, struct err *err)
{
	const char name[] = { '-', 'b', *mode, '\0' };

	if (strcmp(mode, "m") == 0)
		return true;
	if (strlen(mode) == 1 && strchr("spiv", *mode))
		return usage(err, _("not supported by this version yet"), name);
	return usage(err, _("there is no such mode"), name);
}

static bool do_flag(struct request *request, const struct flag *flag, const char *name,
		    const char *text, struct err *err)
{
	void *member = (char *)request + flag->place;

	switch (flag->action) {
	case DO_MODE:
		return do_mode(request, (enum mode)flag->place);
	case DO_SWITCH:
		*(bool *)member = true;
		return true;
	case DO_TEXT:
		*(const char **)member = text;
		return true;
	case DO_DEBUG:
		return do_debug(request, text);
	case DO_BODY:
		return do_body(text, err);
	case DO_IGNORE:
		return true;
	default:
		return usage(err, _("not supported by this version yet"), name);
	}
}

static bool do_setting(struct request *request, const char *setting, const char *text,
		       struct err *err)
{
	if (option_set_named(&request->settings, setting, text, &from_command_line, err))
		return true;
	err->kind = ERR_USAGE;
	return err_wrap(err, _("command line"));
}

static void add_recipient(struct request *request, const char *text)
{
	mem_grow(request->recipients, request->recipient_count);
	request->recipients[request->recipient_count++] = text;
}

/* Long options */

/* The numbered one; some of the numbers have no name. */
static struct long_name long_name(size_t number)
{
	if (number < FLAG_COUNT) {
		const struct flag *flag = &flags[number];
		return (struct long_name){ flag->name, flag->argument, flag->flags, flag };
	}
	number -= FLAG_COUNT;
	if (number < OPTION_COUNT) {
		const struct option *option = &options[number];
		const char *name = option->flags & OPTION_NO_FLAG ? NULL : option->name;
		return (struct long_name){ name, option->argument, option->flags, NULL };
	}
	const struct option_alias *alias = &option_aliases[number - OPTION_COUNT];
	const char *name = alias->flags & OPTION_NO_FLAG ? NULL : alias->name;
	return (struct long_name){ name, "", alias->flags, NULL };
}

static bool has_prefix(const char *name, const char *prefix)
{
	CLEANUP(mem_free_at) char *start = mem_copy_n(name, strnlen(name, strlen(prefix)));

	return option_same_name(start, prefix);
}

/*
 * Finds the names that have all of `flags_wanted` and begin with `prefix`; `found` gets the last
 * one. An alias has several entries of one name.
 */
static size_t count_matches(const char *prefix, unsigned flags_wanted, struct long_name *found)
{
	size_t count = 0;

	for (size_t i = 0; i < FLAG_COUNT + OPTION_COUNT + option_alias_count; i++) {
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

static bool find_long(const char *prefix, struct long_name *found, struct err *err)
{
	CLEANUP(mem_free_at) char *shown = str_format("--%s", prefix);
	size_t count = count_matches(prefix, 0, found);

	if (count > 1 && count_matches(prefix, OPTION_MSMTP, found) == 1)
		count = 1;
	if (count == 0)
		return usage(err, _("there is no such option"), shown);
	if (count > 1)
		return usage(err, _("several options begin like this"), shown);
	return true;
}

/* `text` is what follows "--". */
static bool do_long(struct args *args, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	CLEANUP(mem_free_at) char *given =
		mem_copy_n(text, equals ? (size_t)(equals - text) : strlen(text));
	struct long_name found;

	if (!find_long(given, &found, err))
		return false;
	const char *value = equals ? equals + 1 : "";
	CLEANUP(mem_free_at) char *name = str_format("--%s", found.name);
	if (equals && !found.argument)
		return usage(err, _("takes no argument"), name);
	if (!equals && found.argument && !(found.flags & OPTION_ALONE)) {
		if (!*args->next)
			return usage(err, _("an argument is missing"), name);
		value = *args->next++;
	}
	return found.flag ? do_flag(args->request, found.flag, name, value, err) :
			    do_setting(args->request, found.name, value, err);
}

/* Short options */

static const struct flag *flag_of_letter(char letter)
{
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

/* Takes the argument of a letter: the rest of this word, or the next one. */
static bool take_argument(struct args *args, const char *name, bool is_optional,
			  const char **letters, const char **text, struct err *err)
{
	*text = *letters;
	*letters = "";
	if (**text || is_optional)
		return true;
	if (!*args->next)
		return usage(err, _("an argument is missing"), name);
	*text = *args->next++;
	return true;
}

/* Does the first of the letters, and moves on. */
static bool do_letter(struct args *args, const char **letters, struct err *err)
{
	const char name[] = { '-', **letters, '\0' };
	const struct flag *flag = flag_of_letter(**letters);
	const struct option *option = option_of_letter(**letters);
	const char *text = "";

	(*letters)++;
	if (!flag && !option)
		return usage(err, _("there is no such option"), name);
	bool has_argument = option || flag->argument;
	bool is_optional = !option && flag->flags & OPTION_ALONE;
	if (has_argument && !take_argument(args, name, is_optional, letters, &text, err))
		return false;
	return option ? do_setting(args->request, option->name, text, err) :
			do_flag(args->request, flag, name, text, err);
}

static bool do_word(struct args *args, const char *word, struct err *err)
{
	if (args->is_ended || word[0] != '-' || !word[1]) {
		add_recipient(args->request, word);
		args->is_ended = args->is_ended || getenv("POSIXLY_CORRECT");
		return true;
	}
	if (word[1] == '-' && !word[2]) {
		args->is_ended = true;
		return true;
	}
	if (word[1] == '-')
		return do_long(args, word + 2, err);
	for (const char *letters = word + 1; *letters;)
		if (!do_letter(args, &letters, err))
			return false;
	return true;
}

static bool check_combination(const struct request *request, struct err *err)
{
	if (request->mode >= MODE_VERSION)
		return true;
	if (request->account && settings_is_explicit(&request->settings, OPT_host))
		return err_set(err, ERR_USAGE, _("--host and --account exclude each other"));
	if (request->read_envelope_from && settings_is_explicit(&request->settings, OPT_from))
		return err_set(err, ERR_USAGE,
			       _("--from and --read-envelope-from exclude each other"));
	if (request->mode == MODE_SERVERINFO && request->recipient_count > 0)
		return err_set(err, ERR_USAGE, _("--serverinfo takes no recipients"));
	return true;
}

bool cli_parse(struct request *request, int argc, char *argv[], struct err *err)
{
	struct args args = { .next = argv + (argc > 0), .request = request };

	*request = (struct request){ .mode = MODE_SEND };
	settings_init(&request->settings);
	while (*args.next)
		if (!do_word(&args, *args.next++, err))
			return false;
	return check_combination(request, err);
}

void request_done(struct request *request)
{
	if (!request)
		return;
	free(request->recipients);
	settings_done(&request->settings);
	*request = (struct request){ 0 };
}
