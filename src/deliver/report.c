/* report.c - the only place that prints, logs or chooses an exit status */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/report.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <time.h>

static const char *program_name = "mailchute";
static const char *log_tag;
static bool is_quiet;
static bool is_reader_gone;
static bool is_program;

enum { HELD_MAX = 64 * 1024 };

/*
 * The lines for stderr, held until it is known whether the call succeeds; and the log of the
 * account that was used last.
 */
static struct {
	bool is_on;
	bool is_detached; /* held lines go to the log only, whatever the exit status is */
	struct str lines;
	char *logfile;
	char *time_format;
	int syslog;
} held = { .lines = STR_INIT, .syslog = -1 };

void report_set_name(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0 && *argv0)
		program_name = slash ? slash + 1 : argv0;
}

const char *report_name(void)
{
	return program_name;
}

void report_set_tag(const char *tag)
{
	log_tag = tag;
}

void report_be_quiet(void)
{
	is_quiet = true;
}

bool report_has_reader(void)
{
	return !is_reader_gone;
}

void report_for_program(bool has_listener)
{
	is_program = true;
	held.is_on = !has_listener;
}

void report_detached(void)
{
	held.is_detached = true;
	str_clear(&held.lines);
}

void report_use_log(const struct settings *settings)
{
	if (!held.is_on)
		return;
	free(held.logfile);
	free(held.time_format);
	held.logfile = settings->logfile ? mem_copy(settings->logfile) : NULL;
	held.time_format =
		settings->logfile_time_format ? mem_copy(settings->logfile_time_format) : NULL;
	held.syslog = settings->syslog;
}

/* A reader that closes the pipe early, such as head(1), is no error. */
int report_text(const struct str *text)
{
	if (is_reader_gone)
		return EX_OK;
	errno = 0;
	fwrite(text->bytes, 1, text->len, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EX_OK;
	is_reader_gone = errno == EPIPE;
	if (is_reader_gone)
		return EX_OK;
	fprintf(stderr, _("%s: cannot write to standard output\n"), program_name);
	return EX_IOERR;
}

static void add_time(struct str *out, const char *format)
{
	char text[128];
	time_t now = time(NULL);
	struct tm tm;

	if (!format)
		format = "%b %d %H:%M:%S";
	if (strcmp(format, "none") == 0 || !localtime_r(&now, &tm))
		return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	size_t len = strftime(text, sizeof text, format, &tm);
#pragma GCC diagnostic pop
	str_add_n(out, text, len);
	str_add_char(out, ' ');
}

static bool append_to_file(const char *logfile, const char *line, struct err *err)
{
	if (strcmp(logfile, "-") != 0)
		return log_to_file(logfile, line, err);
	printf("%s\n", line);
	return true;
}

static void add_to_syslog(int facility, int level, const char *line)
{
	log_to_syslog(facility | level, log_tag ? log_tag : program_name, line);
}

/* Logs a held line. If the log file cannot be written, syslog is the only place left. */
static void log_held_line(const char *line)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str stamped = STR_INIT;

	add_time(&stamped, held.time_format);
	str_add(&stamped, line);
	bool is_written = held.logfile && append_to_file(held.logfile, stamped.bytes, &err);
	if (held.syslog >= 0)
		add_to_syslog(held.syslog, LOG_NOTICE, line);
	else if (!is_written)
		add_to_syslog(LOG_MAIL, LOG_NOTICE, line);
}

/* Calls a function for each held line, and forgets the lines. */
static void release(void (*act)(const char *line))
{
	CLEANUP(str_done) struct str lines = held.lines;

	held.lines = (struct str)STR_INIT;
	for (char *line = lines.bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		act(line);
	}
}

static void print_held_line(const char *line)
{
	fprintf(stderr, "%s: %s\n", program_name, line);
}

int report_end(int status)
{
	bool is_told = status != EX_OK && !is_quiet && !held.is_detached;

	fflush(stdout);
	release(is_told ? print_held_line : log_held_line);
	return status;
}

static void hold(const struct str *line)
{
	if (held.lines.len + line->len > HELD_MAX)
		release(log_held_line);
	str_addf(&held.lines, "%s\n", line->bytes);
}

static void print_line(const char *text, size_t len)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, text, len);
	if (held.is_on)
		hold(&shown);
	else if (!is_quiet)
		print_held_line(shown.bytes);
}

void report_warnings(const struct str *lines)
{
	for (const char *line = lines->bytes; *line;) {
		size_t len = strcspn(line, "\n");
		print_line(line, len);
		line += len + (line[len] == '\n');
	}
}

void report_words_of(const char *name, const char *words, size_t len)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, name, strlen(name));
	str_add(&shown, ": ");
	str_add_printable(&shown, words, len);
	if (!is_quiet)
		fprintf(stderr, "%s\n", shown.bytes);
}

void report_progress(size_t number, size_t count)
{
	fputc('\r', stderr);
	fprintf(stderr, _("sending message %zu of %zu"), number, count);
	if (number == count)
		fputc('\n', stderr);
}

void report_problem(const struct err *err)
{
	fflush(stdout);
	print_line(err->text, strlen(err->text));
}

int report_error(const struct err *err)
{
	report_problem(err);
	return err_exit_status(err->kind);
}

int report_queued(const char *id, const struct err *reason, int status)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, _("queued as %s: %s"), id, reason->text ? reason->text : "");
	fflush(stdout);
	print_line(line.bytes, line.len);
	return status;
}

int report_queued_until(const char *id, int64_t when)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, _("queued as %s until "), id);
	clock_add_date(&line, (time_t)when);
	fflush(stdout);
	print_line(line.bytes, line.len);
	return EX_OK;
}

/* Adds a value in quotes. A quote or a line end in the value becomes a question mark. */
static void add_quoted(struct str *out, const char *key, const char *text)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, text, strlen(text));
	for (char *quote = shown.bytes; (quote = strchr(quote, '\''));)
		*quote = '?';
	str_addf(out, " %s='%s'", key, shown.bytes);
}

static void add_word(struct str *out, const char *key, const char *text)
{
	str_addf(out, "%s=", key);
	str_add_printable(out, text, strlen(text));
}

static void add_recipients(struct str *out, const struct envelope *envelope)
{
	str_add(out, " recipients=");
	for (size_t i = 0; i < envelope->count; i++) {
		const char *address = envelope->recipients[i].address;
		if (i > 0)
			str_add_char(out, ',');
		str_add_printable(out, address, strlen(address));
	}
}

/*
 * Adds a reply with the code on each of its lines, as the server sent it; "\n" stands for a line
 * end.
 */
static void add_code_to_lines(struct str *out, int code, const char *words)
{
	const char *line = words + strnlen(words, 4);
	const char *end;

	if (!strchr(line, '\n')) {
		str_add(out, words);
		return;
	}
	for (; (end = strchr(line, '\n')); line = end + 1)
		str_addf(out, "%d-%.*s\\n", code, (int)(end - line), line);
	str_addf(out, "%d %s", code, line);
}

static void add_reply(struct str *out, const struct envelope *envelope, const struct err *err)
{
	bool is_sent = err->kind == ERR_NONE;
	int code = is_sent ? envelope->reply_code : err->code;
	const char *words = is_sent ? envelope->reply : err->reply;

	if (is_sent)
		str_addf(out, " mailsize=%llu", (unsigned long long)envelope->size);
	if (code > 0 && words) {
		CLEANUP(str_done) struct str lines = STR_INIT;
		add_code_to_lines(&lines, code, words);
		str_addf(out, " smtpstatus=%d", code);
		add_quoted(out, "smtpmsg", lines.bytes);
	}
}

void report_add_log_line(struct str *out, const struct settings *settings,
			 const struct envelope *envelope, const struct err *err)
{
	if (settings->socket && !settings->host)
		add_word(out, "socket", settings->socket);
	else
		add_word(out, "host", settings->host ? settings->host : "");
	str_addf(out, " tls=%s auth=%s", settings->tls ? "on" : "off",
		 settings->auth ? "on" : "off");
	if (settings->auth && settings->user)
		add_word(out, " user", settings->user);
	/* Before there is an envelope, only the settings know the sender. */
	const char *from = envelope->sender ? envelope->sender : settings->from;
	add_word(out, " from", from ? from : "");
	add_recipients(out, envelope);
	add_reply(out, envelope, err);
	if (err->kind != ERR_NONE)
		add_quoted(out, "errormsg", err->text);
	str_addf(out, " exitcode=%s", err_exit_name(err->kind));
}

static void log_line_to_file(const struct settings *settings, const char *line)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str stamped = STR_INIT;
	CLEANUP(str_done) struct str lost = STR_INIT;

	add_time(&stamped, settings->logfile_time_format);
	str_add(&stamped, line);
	if (append_to_file(settings->logfile, stamped.bytes, &err))
		return;
	print_line(err.text, strlen(err.text));
	str_addf(&lost, _("the line would have been: %s"), stamped.bytes);
	print_line(lost.bytes, lost.len);
}

/* The messages of programs are logged in any case. */
static int facility_of(const struct settings *settings)
{
	return is_program && !settings->logfile && settings->syslog < 0 ? LOG_MAIL
									: settings->syslog;
}

void report_log(const struct settings *settings, const struct envelope *envelope,
		const struct err *err)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	int facility = facility_of(settings);

	report_use_log(settings);
	if (!settings->logfile && facility < 0)
		return;
	report_add_log_line(&line, settings, envelope, err);
	if (settings->logfile)
		log_line_to_file(settings, line.bytes);
	if (facility >= 0)
		add_to_syslog(facility, err->kind == ERR_NONE ? LOG_INFO : LOG_ERR, line.bytes);
}

void report_log_route(const struct settings *settings, const struct err *reason)
{
	CLEANUP(envelope_done) struct envelope nobody;

	envelope_init(&nobody);
	report_log(settings, &nobody, reason);
}
