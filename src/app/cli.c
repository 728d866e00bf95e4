/* cli.c - the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli.h"

#include "base/i18n.h"
#include "base/when.h"
#include "conf/option.h"
#include "mail/envelope.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { ENVID_MAX = 100, RMQS_MAX = 500 };

enum action {
	DO_MODE,
	DO_SWITCH,
	DO_TEXT,
	DO_QUEUE_ID,
	DO_COMPOSE,
	DO_IMPORT,
	DO_LIST,
	DO_RUN,
	DO_SUBSET,
	DO_CONFIGURE,
	DO_RMQS,
	DO_DEBUG,
	DO_AT,
	DO_BODY,
	DO_OTHER,
	DO_ERRORS,
	DO_ENVID,
	DO_TAG,
	DO_IGNORE,
};

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
#define MODE(mode)     DO_MODE, MODE_##mode
#define SWITCH(member) DO_SWITCH, offsetof(struct request, member)
#define TEXT(member)   DO_TEXT, offsetof(struct request, member)
#define QUEUE_ID(mode) DO_QUEUE_ID, MODE_QUEUE_##mode
#define IMPORT()       DO_IMPORT, MODE_QUEUE_IMPORT
#define COMPOSE(part)  DO_COMPOSE, COMPOSE_##part
#define LIST()         DO_LIST, MODE_QUEUE_LIST
#define RUN()          DO_RUN, 0
#define SUBSET()       DO_SUBSET, 0
#define CONFIGURE()    DO_CONFIGURE, MODE_CONFIGURE
#define RMQS()         DO_RMQS, MODE_RMQS
#define DEBUG()        DO_DEBUG, 0
#define AT()           DO_AT, 0
#define BODY()         DO_BODY, 0
#define OTHER()        DO_OTHER, 0
#define ERRORS()       DO_ERRORS, 0
#define ENVID()        DO_ENVID, 0
#define TAG()          DO_TAG, 0
#define FLAG(group, name, letter, argument, flags, action, help, manual)                           \
	{ name, letter, argument, flags, action },
#define IGNORED(letter, argument) { NULL, letter, argument, 0, DO_IGNORE, 0 },
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

/* What is left of argv. `is_sendmail`: called by one of sendmail's names. */
struct args {
	char **next;
	struct request *request;
	bool is_sendmail;
	bool is_ended;
};

static const struct {
	const char *name;
	enum mode mode;
} personalities[] = {
	{ "sendmail", MODE_SEND },      { "send-mail", MODE_SEND }, { "mailq", MODE_QUEUE_LIST },
	{ "newaliases", MODE_ALIASES }, { "runq", MODE_QUEUE_RUN },
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

/* To sendmail, level 0.1 asks for the version; the others are for its authors. */
static bool do_debug(const struct args *args, const char *name, const char *level)
{
	if (strcmp(level, "0.1") == 0)
		return do_mode(args->request, MODE_VERSION);
	if (!args->is_sendmail || strcmp(name, "-d") != 0)
		args->request->is_debug = true;
	return true;
}

static bool do_at(struct request *request, const char *text, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	int64_t now = time(NULL);

	str_add_printable(&shown, text, strlen(text));
	if (!when_parse(text, now, &request->not_before))
		return err_set(err, ERR_USAGE,
			       _("--at: expected a time such as 2026-12-24T18:00, 18:00 or +2h, "
				 "not \"%s\""),
			       shown.bytes);
	if (request->not_before <= now)
		return err_set(err, ERR_USAGE, _("--at: %s is past"), shown.bytes);
	return true;
}

/* The modes of sendmail's -b. */
static bool do_body(struct request *request, const char *mode, struct err *err)
{
	static const char letters[] = "msvip";
	static const enum mode modes[] = { MODE_SEND, MODE_STDIO, MODE_VERIFY, MODE_ALIASES,
					   MODE_QUEUE_LIST };
	const char name[] = { '-', 'b', *mode, '\0' };
	const char *found = strlen(mode) == 1 ? strchr(letters, *mode) : NULL;

	if (!found && strcasecmp(mode, "d") == 0)
		return usage(err, _("no daemon: a timer or -q10m runs the queue"), name);
	if (!found)
		return usage(err, _("there is no such mode"), name);
	if (*mode == 's')
		request->contract = CONTRACT_SENDMAIL;
	return do_mode(request, modes[found - letters]);
}

static bool do_errors(struct request *request, const char *mode)
{
	if (*mode == 'q')
		request->error_mode = ERRORS_QUIET;
	else if (*mode == 'm' || *mode == 'e')
		request->error_mode = ERRORS_MAIL;
	else
		request->error_mode = ERRORS_PRINT;
	return true;
}

/* Sendmail's -o: of its many options these two kinds mean something here. */
static bool do_other(struct request *request, const char *text)
{
	if (text[0] == 'e')
		return do_errors(request, text + 1);
	if (text[0] != 'd')
		return true;
	if (text[1] == 'q' || text[1] == 'd')
		request->delivery = DELIVERY_QUEUE_ONLY;
	else
		request->delivery = text[1] == 'b' ? DELIVERY_BACKGROUND : DELIVERY_NOW;
	return true;
}

static bool is_visible_ascii(const char *text)
{
	for (; *text > ' ' && *text <= '~'; text++)
		;
	return !*text;
}

static bool do_envid(struct request *request, const char *text, struct err *err)
{
	if (!*text || strlen(text) > ENVID_MAX || !envelope_is_xtext(text))
		return usage(err, _("expected up to 100 characters of xtext (RFC 3461)"), "-V");
	request->envid = text;
	return true;
}

static bool do_tag(struct request *request, const char *text, struct err *err)
{
	if (!*text || !is_visible_ascii(text))
		return usage(err, _("expected a word of printable ASCII characters"), "-L");
	request->log_tag = text;
	return true;
}

/* The modes of the queue */

static bool do_queue_id(struct request *request, enum mode mode, const char *name, const char *text,
			struct err *err)
{
	if (request->queue_id)
		return usage(err, _("one message at a time"), name);
	request->queue_id = text;
	return do_mode(request, mode);
}

static bool do_list(struct request *request, const char *name, const char *format, struct err *err)
{
	if (*format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		return usage(err, _("expected text or json"), name);
	request->is_json = strcmp(format, "json") == 0;
	return do_mode(request, MODE_QUEUE_LIST);
}

/* Which messages: whoever names them wants them to be tried now. */
static bool do_subset(struct request *request, char kind, const char *text)
{
	const char **place = kind == 'I'   ? &request->choice.id
			     : kind == 'S' ? &request->choice.sender
					   : &request->choice.recipient;

	*place = text;
	request->ignores_schedule = true;
	return do_mode(request, MODE_QUEUE_RUN);
}

/*
 * What follows -q: nothing, "f", a time, or "I", "S" or "R" with a text glued to it or behind it.
 */
static bool do_run(struct args *args, const char *text, struct err *err)
{
	struct request *request = args->request;

	if (*text && strchr("ISR", *text)) {
		const char *part = text[1] ? text + 1 : *args->next;
		if (!part)
			return usage(err, _("an argument is missing"), "-q");
		args->next += !text[1];
		return do_subset(request, *text, part);
	}
	if (strcmp(text, "f") == 0 || strcmp(text, "ff") == 0)
		request->ignores_schedule = true;
	else if (*text && !(request->interval = when_read_duration(text)))
		return usage(err, _("expected f, a time as in 10m, or I, S or R"), "-q");
	return do_mode(request, MODE_QUEUE_RUN);
}

static bool do_configure(struct request *request, const char *address)
{
	request->configured = address;
	return do_mode(request, MODE_CONFIGURE);
}

/* It becomes a part of a command; RFC 5321 section 4.5.3.1.4 allows no longer one. */
static bool do_rmqs(struct request *request, const char *text, struct err *err)
{
	size_t len = strlen(text);

	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c == 0x7F || !str_is_ascii(c, 1))
			len = 0;
	if (len == 0 || len > RMQS_MAX)
		return usage(err, _("expected a host, @ and a domain, or # and a queue"), "--rmqs");
	request->rmqs = text;
	return do_mode(request, MODE_RMQS);
}

static bool do_flag(struct args *args, const struct flag *flag, const char *name, const char *text,
		    struct err *err)
{
	struct request *request = args->request;
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
	case DO_QUEUE_ID:
		return do_queue_id(request, (enum mode)flag->place, name, text, err);
	case DO_COMPOSE:
		return composition_take(&request->composition, (enum compose_option)flag->place,
					text, err);
	case DO_IMPORT:
		request->import_folder = text;
		return do_mode(request, MODE_QUEUE_IMPORT);
	case DO_LIST:
		return do_list(request, name, text, err);
	case DO_RUN:
		return do_run(args, text, err);
	case DO_SUBSET:
		return do_subset(request, 'I', text);
	case DO_CONFIGURE:
		return do_configure(request, text);
	case DO_RMQS:
		return do_rmqs(request, text, err);
	case DO_DEBUG:
		return do_debug(args, name, text);
	case DO_AT:
		return do_at(request, text, err);
	case DO_BODY:
		return do_body(request, text, err);
	case DO_OTHER:
		return do_other(request, text);
	case DO_ERRORS:
		return do_errors(request, text);
	case DO_ENVID:
		return do_envid(request, text, err);
	case DO_TAG:
		return do_tag(request, text, err);
	default:
		return true;
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

/*
 * Whether it is for those who know what they call: it names a file, runs a program, leads to a
 * secret, makes a message, or is a mode.
 */
static bool is_for_people(unsigned option_flags, const struct flag *flag)
{
	enum action action = flag ? flag->action : DO_IGNORE;
	bool is_mode = action == DO_MODE || action == DO_QUEUE_ID || action == DO_LIST ||
		       action == DO_CONFIGURE || action == DO_RMQS;

	return option_flags & (OPTION_FILE | OPTION_RUNS | OPTION_SECRET) || action == DO_COMPOSE ||
	       (is_mode && flag->place != MODE_VERSION && flag->place != MODE_HELP);
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
		return usage(err, _("not taken when called by a name of sendmail"), name);
	if (equals && !found.argument)
		return usage(err, _("takes no argument"), name);
	if (!equals && found.argument && !(found.flags & OPTION_ALONE)) {
		if (!*args->next)
			return usage(err, _("an argument is missing"), name);
		value = *args->next++;
	}
	return found.flag ? do_flag(args, found.flag, name, value, err)
			  : do_setting(args->request, found.name, value, err);
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

/* Sendmail takes the words of -N and -R in any case. */
static bool do_setting_letter(const struct args *args, const struct option *option,
			      const char *text, struct err *err)
{
	CLEANUP(mem_free_at) char *lowered = mem_copy(text);
	enum option_id id = option_id(option);

	if (!args->is_sendmail || (id != OPT_dsn_notify && id != OPT_dsn_return))
		return do_setting(args->request, option->name, text, err);
	for (char *c = lowered; *c; c++)
		*c = (char)tolower((unsigned char)*c);
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
		return usage(err, _("there is no such option"), name);
	bool has_argument = option || flag->argument;
	bool is_optional = !option && flag->flags & OPTION_ALONE;
	if (has_argument && !take_argument(args, name, is_optional, letters, &text, err))
		return false;
	if (args->is_sendmail && (option ? option->flags : flag->flags) & OPTION_FILE)
		return true;
	if (args->is_sendmail && is_for_people(0, flag))
		return usage(err, _("not taken when called by a name of sendmail"), name);
	return option ? do_setting_letter(args, option, text, err)
		      : do_flag(args, flag, name, text, err);
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

static bool has_recipients(enum mode mode)
{
	return has_message(mode) || mode == MODE_VERIFY;
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
	if (request->recipient_count > 0 && (request->rmqs || !has_recipients(request->mode)))
		return usage(err, _("recipients are for sending a message"),
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

	for (size_t i = 0; name && i < sizeof personalities / sizeof *personalities; i++) {
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
