/* action.c - the effect of each option of cli.def on a request */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/action.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/str.h"
#include "base/when.h"
#include "mail/envelope.h"

#include <string.h>
#include <time.h>

enum { ENVID_MAX = 100, RMQS_MAX = 500 };

static void *member(const struct action_input *in)
{
	return (char *)in->args->request + in->place;
}

/* Sets the mode, unless one of higher precedence is set. */
static bool set_mode(const struct action_input *in, enum mode mode)
{
	struct request *request = in->args->request;

	if (mode > request->mode)
		request->mode = mode;
	return true;
}

bool action_mode(const struct action_input *in, struct err *err)
{
	enum mode mode = (enum mode)in->place;

	if (mode_takes_id(mode) && in->args->request->queue_id)
		return args_refuse(err, _("one message at a time"), in->name);
	if (mode_takes_id(mode))
		in->args->request->queue_id = in->text;
	return set_mode(in, mode);
}

bool action_switch(const struct action_input *in, struct err *err)
{
	(void)err;
	*(bool *)member(in) = true;
	return true;
}

bool action_text(const struct action_input *in, struct err *err)
{
	(void)err;
	*(const char **)member(in) = in->text;
	return true;
}

bool action_compose(const struct action_input *in, struct err *err)
{
	return composition_take(&in->args->request->composition, (enum compose_option)in->place,
				in->text, err);
}

bool action_ignore(const struct action_input *in, struct err *err)
{
	(void)in;
	(void)err;
	return true;
}

/*
 * Called as sendmail, level 0.1 asks for the version, and the other levels are for sendmail's
 * developers.
 */
bool action_debug(const struct action_input *in, struct err *err)
{
	(void)err;
	if (strcmp(in->text, "0.1") == 0)
		return set_mode(in, MODE_VERSION);
	if (!in->args->is_sendmail || strcmp(in->name, "-d") != 0)
		in->args->request->is_debug = true;
	return true;
}

bool action_at(const struct action_input *in, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	int64_t *not_before = &in->args->request->not_before;
	int64_t now = time(NULL);

	str_add_printable(&shown, in->text, strlen(in->text));
	if (!when_parse(in->text, now, not_before))
		return err_set(err, ERR_USAGE,
			       _("--at: expected a time such as 2026-12-24T18:00, 18:00 or +2h, "
				 "not \"%s\""),
			       shown.bytes);
	if (*not_before <= now)
		return err_set(err, ERR_USAGE, _("--at: %s is past"), shown.bytes);
	return true;
}

/* The modes of sendmail's -b. */
bool action_body(const struct action_input *in, struct err *err)
{
	static const char letters[] = "msvip";
	static const enum mode modes[] = { MODE_SEND, MODE_STDIO, MODE_VERIFY, MODE_ALIASES,
					   MODE_QUEUE_LIST };
	const char *mode = in->text;
	const char name[] = { '-', 'b', *mode, '\0' };
	const char *found = strlen(mode) == 1 ? strchr(letters, *mode) : NULL;

	if (!found && ascii_compare(mode, "d") == 0)
		return args_refuse(err, _("no daemon: a timer or -q10m runs the queue"), name);
	if (!found && strchr(mode, '@'))
		return args_refuse(
			err, _("-b names a mode; for a hidden copy write: --bcc ADDRESS"), mode);
	if (!found)
		return args_refuse(err, _("expected m, s, p, v or i"), name);
	if (*mode == 's')
		in->args->request->contract = CONTRACT_SENDMAIL;
	return set_mode(in, modes[found - letters]);
}

static bool set_error_mode(struct request *request, char mode)
{
	if (mode == 'q')
		request->error_mode = ERRORS_QUIET;
	else if (mode == 'm' || mode == 'e')
		request->error_mode = ERRORS_MAIL;
	else
		request->error_mode = ERRORS_PRINT;
	return true;
}

bool action_errors(const struct action_input *in, struct err *err)
{
	(void)err;
	return set_error_mode(in->args->request, in->text[0]);
}

/* Of the options after sendmail's -o, only -oe and -od have an effect here. */
bool action_other(const struct action_input *in, struct err *err)
{
	struct request *request = in->args->request;
	const char *text = in->text;

	(void)err;
	if (text[0] == 'e')
		return set_error_mode(request, text[1]);
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

bool action_envid(const struct action_input *in, struct err *err)
{
	if (!*in->text || strlen(in->text) > ENVID_MAX || !envelope_is_xtext(in->text))
		return args_refuse(err, _("expected up to 100 characters of xtext (RFC 3461)"),
				   "-V");
	in->args->request->envid = in->text;
	return true;
}

bool action_tag(const struct action_input *in, struct err *err)
{
	if (!*in->text || !is_visible_ascii(in->text))
		return args_refuse(err, _("expected a word of printable ASCII characters"), "-L");
	in->args->request->log_tag = in->text;
	return true;
}

/* Options for the queue and the relay */

bool action_import(const struct action_input *in, struct err *err)
{
	(void)err;
	in->args->request->import_folder = in->text;
	return set_mode(in, MODE_QUEUE_IMPORT);
}

bool action_list(const struct action_input *in, struct err *err)
{
	bool is_json = strcmp(in->text, "json") == 0;

	if (*in->text && strcmp(in->text, "text") != 0 && !is_json)
		return args_refuse(err, _("expected text or json"), in->name);
	in->args->request->is_json = is_json;
	return set_mode(in, MODE_QUEUE_LIST);
}

/* A run of selected messages tries them now, due or not. */
static bool set_subset(const struct action_input *in, char kind, const char *text)
{
	struct request *request = in->args->request;
	const char **place = kind == 'I'   ? &request->choice.id
			     : kind == 'S' ? &request->choice.sender
					   : &request->choice.recipient;

	*place = text;
	request->ignores_schedule = true;
	return set_mode(in, MODE_QUEUE_RUN);
}

bool action_subset(const struct action_input *in, struct err *err)
{
	(void)err;
	return set_subset(in, 'I', in->text);
}

/*
 * -q takes nothing, "f", a time, or "I", "S" or "R" with a text in the same word or the next one.
 */
bool action_run(const struct action_input *in, struct err *err)
{
	struct request *request = in->args->request;
	const char *text = in->text;

	if (*text && strchr("ISR", *text)) {
		const char *part = text[1] ? text + 1 : *in->args->next;
		if (!part)
			return args_refuse(err, _("an argument is missing"), "-q");
		in->args->next += !text[1];
		return set_subset(in, *text, part);
	}
	if (strcmp(text, "f") == 0 || strcmp(text, "ff") == 0)
		request->ignores_schedule = true;
	else if (*text && !(request->interval = when_read_duration(text)))
		return args_refuse(err, _("expected f, a time as in 10m, or I, S or R"), "-q");
	return set_mode(in, MODE_QUEUE_RUN);
}

bool action_configure(const struct action_input *in, struct err *err)
{
	(void)err;
	in->args->request->configured = in->text;
	return set_mode(in, MODE_CONFIGURE);
}

/*
 * The text becomes an argument of ETRN. RFC 5321 section 4.5.3.1.4 limits the length of a command
 * line.
 */
bool action_rmqs(const struct action_input *in, struct err *err)
{
	size_t len = strlen(in->text);

	for (const char *c = in->text; *c; c++)
		if (*c <= ' ' || *c == 0x7F || !str_is_ascii(c, 1))
			len = 0;
	if (len == 0 || len > RMQS_MAX)
		return args_refuse(err, _("expected a host, @ and a domain, or # and a queue"),
				   "--rmqs");
	in->args->request->rmqs = in->text;
	return set_mode(in, MODE_RMQS);
}
