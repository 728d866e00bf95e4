/* cli.c - the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli.h"

#include "app/flag.h"
#include "base/ascii.h"
#include "base/i18n.h"
#include "conf/option.h"

#include <stdlib.h>
#include <string.h>

/* A long option of any kind: an entry of cli.def, or else a setting by a new or an old name. */
struct long_name {
	const char *name;
	const char *argument;
	unsigned flags;
	const struct flag *flag;
};

static const struct {
	const char *name;
	enum mode mode;
} personalities[] = {
	{ "sendmail", MODE_SEND },      { "send-mail", MODE_SEND }, { "mailq", MODE_QUEUE_LIST },
	{ "newaliases", MODE_ALIASES }, { "runq", MODE_QUEUE_RUN },
};

static const struct origin from_command_line = { .kind = ORIGIN_COMMAND_LINE };

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

	for (size_t i = 0; i < flag_count + OPTION_COUNT + option_alias_count; i++) {
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
		return flag_usage(err, _("there is no such option"), shown);
	if (count > 1)
		return flag_usage(err, _("several options begin like this"), shown);
	return true;
}

/*
 * Whether it is for those who know what they call: it names a file, runs a program, leads to a
 * secret or gives one to somebody else, makes a message, or is a mode.
 */
static bool is_for_people(unsigned option_flags, const struct flag *flag)
{
	return option_flags & (OPTION_FILE | OPTION_RUNS | OPTION_SECRET | OPTION_TRUST) ||
	       (flag && flag_is_for_people(flag));
}

/* `text` is what follows "--". */
static bool do_long(struct args *args, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	CLEANUP(mem_free_at) char *given = mem_copy_n(text, strcspn(text, "="));
	struct long_name found;

	if (!find_long(given, &found, err))
		return false;
	const char *value = equals ? equals + 1 : "";
	CLEANUP(mem_free_at) char *name = str_format("--%s", found.name);
	if (args->is_sendmail && is_for_people(found.flags, found.flag))
		return flag_usage(err, _("not taken when called by a name of sendmail"), name);
	if (equals && !found.argument)
		return flag_usage(err, _("takes no argument"), name);
	if (!equals && found.argument && !(found.flags & OPTION_ALONE)) {
		if (!*args->next)
			return flag_usage(err, _("an argument is missing"), name);
		value = *args->next++;
	}
	return found.flag ? flag_do(args, found.flag, name, value, err)
			  : do_setting(args->request, found.name, value, err);
}

/* Short options */

/* Takes the argument of a letter: the rest of this word, or the next one. */
static bool take_argument(struct args *args, const char *name, bool is_optional,
			  const char **letters, const char **text, struct err *err)
{
	*text = *letters;
	*letters = "";
	if (**text || is_optional)
		return true;
	if (!*args->next)
		return flag_usage(err, _("an argument is missing"), name);
	*text = *args->next++;
	return true;
}

/* Sendmail takes the words of -N and -R in any case. */
static bool do_setting_letter(const struct args *args, const struct option *option,
			      const char *text, struct err *err)
{
	CLEANUP(mem_free_at) char *lowered = mem_copy(text);
	enum option_id id = option_id(option);

	if (!args->is_sendmail || (id != OPT_dsn_notify && id != OPT_dsn_return))
		return do_setting(args->request, option->name, text, err);
	ascii_make_lower(lowered);
	return do_setting(args->request, option->name, lowered, err);
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
		return flag_usage(err, _("there is no such option"), name);
	bool has_argument = option || flag->argument;
	bool is_optional = !option && flag->flags & OPTION_ALONE;
	if (has_argument && !take_argument(args, name, is_optional, letters, &text, err))
		return false;
	if (args->is_sendmail && (option ? option->flags : flag->flags) & OPTION_FILE)
		return true;
	if (args->is_sendmail && is_for_people(0, flag))
		return flag_usage(err, _("not taken when called by a name of sendmail"), name);
	return option ? do_setting_letter(args, option, text, err)
		      : flag_do(args, flag, name, text, err);
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

/* Whether there is, or would be, a message to send. */
static bool has_message(enum mode mode)
{
	return mode == MODE_SEND || mode == MODE_PRINT_CONFIG || mode == MODE_PRETEND ||
	       mode == MODE_EXPLAIN || mode == MODE_DRY_RUN;
}

bool cli_is_look(enum mode mode)
{
	switch (mode) {
	case MODE_SEND:
	case MODE_STDIO:
	case MODE_QUEUE_RUN:
	case MODE_QUEUE_RETRY:
	case MODE_QUEUE_IMPORT:
	case MODE_RMQS:
	case MODE_SERVERINFO:
		return false;
	case MODE_VERIFY:
	case MODE_ALIASES:
	case MODE_QUEUE_LIST:
	case MODE_QUEUE_SHOW:
	case MODE_QUEUE_HOLD:
	case MODE_QUEUE_REMOVE:
	case MODE_DRY_RUN:
	case MODE_EXPLAIN:
	case MODE_PRINT_CONFIG:
	case MODE_PRETEND:
	case MODE_VERSION:
	case MODE_HELP:
	case MODE_CONFIGURE:
		return true;
	}
	return false;
}

static bool has_recipients(enum mode mode)
{
	return has_message(mode) || mode == MODE_VERIFY;
}

static bool takes_id(enum mode mode)
{
	return mode == MODE_QUEUE_SHOW || mode == MODE_QUEUE_RETRY || mode == MODE_QUEUE_HOLD ||
	       mode == MODE_QUEUE_REMOVE;
}

static bool check_combination(const struct request *request, struct err *err)
{
	if (request->mode == MODE_VERSION || request->mode == MODE_HELP)
		return true;
	if (request->account && settings_is_explicit(&request->settings, OPT_host))
		return err_set(err, ERR_USAGE, _("--host and --account exclude each other"));
	if (request->read_envelope_from && settings_is_explicit(&request->settings, OPT_from))
		return err_set(err, ERR_USAGE,
			       _("--from and --read-envelope-from exclude each other"));
	if (request->mode == MODE_SERVERINFO && request->recipient_count > 0)
		return err_set(err, ERR_USAGE, _("--serverinfo takes no recipients"));
	if (request->mode == MODE_SERVERINFO && request->rmqs)
		return err_set(err, ERR_USAGE, _("--serverinfo and --rmqs exclude each other"));
	if (request->recipient_count > 0 && takes_id(request->mode))
		return flag_usage(err, _("one id at a time"), request->recipients[0]);
	if (request->recipient_count > 0 && (request->rmqs || !has_recipients(request->mode)))
		return flag_usage(err, _("recipients are for sending a message"),
				  request->recipients[0]);
	if (request->not_before > 0 && !has_message(request->mode))
		return err_set(err, ERR_USAGE, _("--at is for sending a message"));
	if (request->is_all_users && request->mode != MODE_QUEUE_RUN)
		return err_set(err, ERR_USAGE, _("--all-users goes with --queue-run"));
	return true;
}

/* The header that is made names the recipients. */
static bool finish_composition(struct request *request, struct err *err)
{
	if (request->read_recipients)
		return err_set(
			err, ERR_USAGE,
			_("-t is for a message with a header, and --to and the like make one"));
	if (!has_message(request->mode) && request->mode != MODE_VERSION &&
	    request->mode != MODE_HELP)
		return err_set(err, ERR_USAGE,
			       _("--to, --subject and the like are for sending a message"));
	request->read_recipients = true;
	return composition_check(&request->composition, err);
}

/* Takes on the personality of a name, if it has one. */
static void begin(struct args *args, const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
	const char *name = slash ? slash + 1 : argv0;

	for (size_t i = 0; name && i < LENGTH(personalities); i++) {
		if (strcmp(personalities[i].name, name) != 0)
			continue;
		args->is_sendmail = true;
		args->request->contract = CONTRACT_SENDMAIL;
		args->request->mode = personalities[i].mode;
	}
}

bool cli_parse(struct request *request, int argc, char *argv[], struct err *err)
{
	struct args args = { .next = argv + (argc > 0), .request = request };

	*request = (struct request){ .mode = MODE_SEND };
	settings_init(&request->settings);
	begin(&args, argv[0]);
	while (*args.next)
		if (!do_word(&args, *args.next++, err))
			return false;
	if (request->composition.is_wanted && !finish_composition(request, err))
		return false;
	request->dsn_is_wish =
		request->contract == CONTRACT_SENDMAIL &&
		(request->envid || settings_is_explicit(&request->settings, OPT_dsn_notify) ||
		 settings_is_explicit(&request->settings, OPT_dsn_return));
	return check_combination(request, err);
}

void request_done(struct request *request)
{
	if (!request)
		return;
	free(request->recipients);
	composition_done(&request->composition);
	settings_done(&request->settings);
	*request = (struct request){ 0 };
}
