/* cli.c - parsing the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/cli.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "cli/flag.h"
#include "cli/longname.h"
#include "cli/misuse.h"
#include "conf/mistake.h"
#include "conf/settings.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum mode mode;
} personalities[] = {
	{ "sendmail", MODE_SEND },      { "send-mail", MODE_SEND }, { "mailq", MODE_QUEUE_LIST },
	{ "newaliases", MODE_ALIASES }, { "runq", MODE_QUEUE_RUN },
};

static const struct origin from_command_line = { .kind = ORIGIN_COMMAND_LINE };

/*
 * Checks a setting of a person for characters that are probably a mistake, such as a typographic
 * dash in a host name.
 */
static bool check_value(const struct request *request, const char *setting, const char *text,
			struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	const struct option *option = option_find(setting);

	if (request->contract == CONTRACT_SENDMAIL || !option ||
	    mistake_in_value(option, text, false, &words) != MISTAKE_ERROR)
		return true;
	return err_set(err, ERR_USAGE, _("command line: %s"), words.bytes);
}

static bool do_setting(struct request *request, const char *setting, const char *text,
		       struct err *err)
{
	if (settings_set_named(&request->settings, setting, text, &from_command_line, err))
		return check_value(request, setting, text, err);
	err->kind = ERR_USAGE;
	return err_wrap(err, _("command line"));
}

static void add_recipient(struct request *request, const char *text)
{
	mem_grow(request->recipients, request->recipient_count);
	request->recipients[request->recipient_count++] = text;
}

/* Long options */

/*
 * Whether sendmail's callers may not use the option: it names a file, runs a program, leads to a
 * secret or passes one on, makes a message, or is a mode.
 */
static bool is_for_people(unsigned option_flags, const struct flag *flag)
{
	return option_flags & (OPTION_FILE | OPTION_RUNS | OPTION_SECRET | OPTION_TRUST) ||
	       (flag && flag_is_for_people(flag));
}

/* Executes a long option. `text` follows "--". */
static bool do_long(struct args *args, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	CLEANUP(mem_free_at) char *given = mem_copy_n(text, strcspn(text, "="));
	struct long_name found;

	if (!longname_find(given, &found, err))
		return false;
	const char *value = equals ? equals + 1 : "";
	CLEANUP(mem_free_at) char *name = str_format("--%s", found.name);
	if (args->is_sendmail && is_for_people(found.flags, found.flag))
		return args_refuse(err, _("not allowed when called by a name of sendmail"), name);
	if (equals && !found.argument)
		return args_refuse(err, _("takes no argument"), name);
	if (!equals && found.argument && !(found.flags & OPTION_ALONE)) {
		if (!*args->next)
			return args_refuse(err, _("an argument is missing"), name);
		value = *args->next++;
	}
	if (found.flag && !args->is_sendmail &&
	    !misuse_check_argument(found.flag, name, value, !equals, err))
		return false;
	return found.flag ? flag_do(args, found.flag, name, value, err)
			  : do_setting(args->request, found.name, value, err);
}

/* Short options */

/*
 * Refuses a letter. A person also gets a hint: the option for the same purpose as this letter in
 * mail(1).
 */
static bool refuse_letter(const struct args *args, char letter, const char *problem,
			  struct err *err)
{
	const char name[] = { '-', letter, '\0' };
	CLEANUP(str_done) struct str words = STR_INIT;

	str_add(&words, problem);
	if (!args->is_sendmail)
		misuse_add_letter(letter, &words);
	return args_refuse(err, words.bytes, name);
}

/* Takes the argument of a letter: the rest of this word, or else the next word. */
static bool take_argument(struct args *args, const char *name, bool is_optional,
			  const char **letters, const char **text, struct err *err)
{
	*text = *letters;
	*letters = "";
	if (**text || is_optional)
		return true;
	if (!*args->next)
		return refuse_letter(args, name[1], _("an argument is missing"), err);
	*text = *args->next++;
	return true;
}

/* Sendmail accepts the words of -N and -R in any case. */
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

/* Remembers the first letter without effect: it is an error if the message is made from options. */
static void note_idle(struct args *args, const struct flag *flag, char letter, const char *text)
{
	if (!flag || args->idle || !flag_is_idle(flag, text))
		return;
	args->idle = letter;
	args->idle_text = text;
}

/* Executes the first letter, and moves on. */
static bool do_letter(struct args *args, const char **letters, struct err *err)
{
	const char name[] = { '-', **letters, '\0' };
	const struct flag *flag = flag_of_letter(**letters);
	const struct option *option = option_of_letter(**letters);
	const char *text = "";

	(*letters)++;
	if (!flag && !option)
		return refuse_letter(args, name[1], _("there is no such option"), err);
	bool has_argument = option || flag->argument;
	bool is_optional = !option && flag->flags & OPTION_ALONE;
	if (name[1] == 'h' && !**letters && !args->is_sendmail &&
	    !misuse_check_hops(*args->next, err))
		return false;
	if (has_argument && !take_argument(args, name, is_optional, letters, &text, err))
		return false;
	note_idle(args, flag, name[1], text);
	if (args->is_sendmail && (option ? option->flags : flag->flags) & OPTION_FILE)
		return true;
	if (args->is_sendmail && is_for_people(0, flag))
		return args_refuse(err, _("not allowed when called by a name of sendmail"), name);
	return option ? do_setting_letter(args, option, text, err)
		      : flag_do(args, flag, name, text, err);
}

static bool do_word(struct args *args, const char *word, struct err *err)
{
	bool is_first = args->next == args->first + 1;

	if (!args->is_sendmail && !args->is_ended && !misuse_check_word(word, is_first, err))
		return false;
	if (args->is_ended || word[0] != '-' || !word[1]) {
		add_recipient(args->request, word);
		args->is_ended = args->is_ended || getenv("POSIXLY_CORRECT");
		return true;
	}
	if (word[1] == '-' && !word[2]) {
		args->is_ended = true;
		args->before_end = args->request->recipient_count;
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
	if (mode_is_information(request->mode))
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
	if (request->recipient_count > 0 && mode_takes_id(request->mode))
		return args_refuse(err, _("one id at a time"), request->recipients[0]);
	if (request->recipient_count > 0 &&
	    (request->rmqs || !mode_takes_recipients(request->mode)))
		return args_refuse(err, _("recipients are for sending a message"),
				   request->recipients[0]);
	if (request->not_before > 0 && !mode_has_message(request->mode))
		return err_set(err, ERR_USAGE, _("--at is for sending a message"));
	if (request->is_all_users && request->mode != MODE_QUEUE_RUN)
		return err_set(err, ERR_USAGE, _("--all-users goes with --queue-run"));
	return true;
}

/* Checks the options that make a message. Its recipients are read from the header that is made. */
static bool finish_composition(const struct args *args, struct err *err)
{
	struct request *request = args->request;

	if (request->read_recipients)
		return err_set(err, ERR_USAGE,
			       _("-t is for a message with a header, and --to and the like make "
				 "one; for a "
				 "recipient write: --to ADDRESS"));
	if (!mode_has_message(request->mode) && !mode_is_information(request->mode))
		return err_set(err, ERR_USAGE,
			       _("--to, --subject and the like are for sending a message"));
	request->read_recipients = true;
	return composition_check(&request->composition, err) && misuse_check_composition(args, err);
}

/* Sets contract and mode if argv[0] is one of sendmail's names. */
static void begin(struct args *args, const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
	const char *name = slash ? slash + 1 : argv0;

	for (size_t i = 0; name && i < LENGTH(personalities); i++) {
		if (strcmp(personalities[i].name, name) != 0)
			continue;
		args->is_sendmail = true;
		args->request->contract = CONTRACT_SENDMAIL;
		args->request->is_sendmail = true;
		args->request->mode = personalities[i].mode;
	}
}

bool cli_parse(struct request *request, int argc, char *argv[], struct err *err)
{
	struct args args = { .first = argv + (argc > 0),
			     .next = argv + (argc > 0),
			     .request = request,
			     .before_end = SIZE_MAX };

	*request = (struct request){ .mode = MODE_SEND };
	settings_init(&request->settings);
	begin(&args, argv[0]);
	while (*args.next)
		if (!do_word(&args, *args.next++, err))
			return false;
	if (request->composition.is_wanted && !finish_composition(&args, err))
		return false;
	request->dsn_is_wish =
		request->contract == CONTRACT_SENDMAIL &&
		(request->envid || settings_is_explicit(&request->settings, OPT_dsn_notify) ||
		 settings_is_explicit(&request->settings, OPT_dsn_return));
	return check_combination(request, err);
}
