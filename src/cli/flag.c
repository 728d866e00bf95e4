/* flag.c - the options that are no settings: what each entry of cli.def does to a request */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/flag.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/when.h"
#include "conf/option.h"
#include "mail/envelope.h"

#include <string.h>
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

const struct flag flags[] = {
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
#include "cli/cli.def"
};

const size_t flag_count = LENGTH(flags);

const struct flag *flag_of_letter(char letter)
{
	for (size_t i = 0; i < flag_count; i++)
		if (flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

bool flag_is_for_people(const struct flag *flag)
{
	bool is_mode = flag->action == DO_MODE || flag->action == DO_QUEUE_ID ||
		       flag->action == DO_LIST || flag->action == DO_CONFIGURE ||
		       flag->action == DO_RMQS;

	return flag->action == DO_COMPOSE ||
	       (is_mode && flag->place != MODE_VERSION && flag->place != MODE_HELP);
}

bool flag_composes(const struct flag *flag)
{
	return flag->action == DO_COMPOSE;
}

static bool is_word_of(const char *text, const char *letters)
{
	return *text && strchr(letters, *text) && !text[1];
}

bool flag_is_idle(const struct flag *flag, const char *text)
{
	if (flag->action == DO_ERRORS)
		return !is_word_of(text, "mpqew");
	if (flag->action == DO_OTHER && *text == 'e')
		return !is_word_of(text + 1, "mpqew");
	if (flag->action == DO_OTHER)
		return *text != 'd' || !is_word_of(text + 1, "ibqd");
	return flag->action == DO_IGNORE ||
	       (flag->action == DO_SWITCH &&
		flag->place == offsetof(struct request, needs_smtputf8));
}

bool flag_usage(struct err *err, const char *problem, const char *text)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, text, strlen(text));
	return err_set(err, ERR_USAGE, "%s: %s", shown.bytes, problem);
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

	if (!found && ascii_compare(mode, "d") == 0)
		return flag_usage(err, _("no daemon: a timer or -q10m runs the queue"), name);
	if (!found && strchr(mode, '@'))
		return flag_usage(err, _("-b names a mode; for a hidden copy write: --bcc ADDRESS"),
				  mode);
	if (!found)
		return flag_usage(err, _("there is no such mode; there are m, s, p, v and i"),
				  name);
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
		return flag_usage(err, _("expected up to 100 characters of xtext (RFC 3461)"),
				  "-V");
	request->envid = text;
	return true;
}

static bool do_tag(struct request *request, const char *text, struct err *err)
{
	if (!*text || !is_visible_ascii(text))
		return flag_usage(err, _("expected a word of printable ASCII characters"), "-L");
	request->log_tag = text;
	return true;
}

/* The modes of the queue */

static bool do_queue_id(struct request *request, enum mode mode, const char *name, const char *text,
			struct err *err)
{
	if (request->queue_id)
		return flag_usage(err, _("one message at a time"), name);
	request->queue_id = text;
	return do_mode(request, mode);
}

static bool do_list(struct request *request, const char *name, const char *format, struct err *err)
{
	if (*format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		return flag_usage(err, _("expected text or json"), name);
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
			return flag_usage(err, _("an argument is missing"), "-q");
		args->next += !text[1];
		return do_subset(request, *text, part);
	}
	if (strcmp(text, "f") == 0 || strcmp(text, "ff") == 0)
		request->ignores_schedule = true;
	else if (*text && !(request->interval = when_read_duration(text)))
		return flag_usage(err, _("expected f, a time as in 10m, or I, S or R"), "-q");
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
		return flag_usage(err, _("expected a host, @ and a domain, or # and a queue"),
				  "--rmqs");
	request->rmqs = text;
	return do_mode(request, MODE_RMQS);
}

bool flag_do(struct args *args, const struct flag *flag, const char *name, const char *text,
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
