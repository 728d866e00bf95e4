/* stdio.c - an SMTP server on standard input and output, for local programs */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "serve/stdio.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/machine.h"
#include "deliver/withdraw.h"
#include "serve/backlog.h"
#include "serve/content.h"
#include "serve/submission.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	PIECE = 65536,
	IDLE_SECONDS = 5 * 60, /* RFC 5321 section 4.5.3.2.7 */
	REPLY_LINE_MAX = 510,
};

struct server {
	const struct request *request;
	int out;
	struct str input; /* the bytes from `at` on are not used yet */
	size_t at;
	struct str replies; /* not written yet */
	bool has_hello;
	bool is_skipping; /* ignoring the rest of a line that is too long */
	bool is_over;
	bool is_cut; /* the session ended in the middle of a message */
	bool has_saved;
	int place;             /* descriptor that occupies a place for the submitter; -1: none */
	int64_t end;           /* deadline of the session */
	int64_t content_begin; /* 0: not reading content */
	struct submitter submitter;
	struct submission submission;
	struct backlog backlog;
};

/* Input and output */

static int64_t idle_deadline(const struct server *server)
{
	int seconds = server->request->settings.timeout;

	return clock_after(seconds > 0 && seconds < IDLE_SECONDS ? seconds : IDLE_SECONDS);
}

/* A submitter's session has a deadline, because other sessions wait for its place. */
static int64_t session_end(const struct server *server)
{
	int seconds = server->request->settings.session_timeout;

	if (!server->submitter.is_peer)
		return CLOCK_NEVER;
	return clock_after(seconds > 0 && seconds < SUBMITTER_SECONDS_MAX ? seconds
									  : SUBMITTER_SECONDS_MAX);
}

/* The deadline for content that arrives too slowly. Each octet received moves it later. */
static int64_t content_end(const struct server *server)
{
	uint64_t earned = server->submission.size / SUBMITTER_OCTETS_MIN * 1000;

	if (!server->submitter.is_peer || server->content_begin == 0)
		return CLOCK_NEVER;
	return server->content_begin + SUBMITTER_GRACE_SECONDS * 1000 + (int64_t)earned;
}

/*
 * The deadline of the session or of the content, the earlier of both. After it, even input that is
 * ready is not read.
 */
static int64_t hard_deadline(const struct server *server)
{
	return clock_earlier(server->end, content_end(server));
}

/*
 * Writes without blocking: a writable pipe takes PIPE_BUF bytes at once, and a socket gets
 * MSG_DONTWAIT.
 */
static ssize_t write_some(int fd, const char *bytes, size_t len)
{
	ssize_t done = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (done < 0 && errno == ENOTSOCK)
		done = write(fd, bytes, len < PIPE_BUF ? len : PIPE_BUF);
	return done < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : done;
}

/* Writes the replies. If that fails, the client is gone and the session is over. */
static void flush(struct server *server)
{
	int64_t deadline = clock_earlier(idle_deadline(server), server->end);

	while (server->replies.len > 0) {
		int ready = fs_wait(server->out, POLLOUT, deadline);
		ssize_t done = ready > 0 ? write_some(server->out, server->replies.bytes,
						      server->replies.len)
					 : -1;
		if (done < 0) {
			server->is_over = true;
			str_clear(&server->replies);
			return;
		}
		str_drop(&server->replies, (size_t)done);
	}
}

/* Adds one line of a reply. Texts from errors are made printable ASCII, and cut to fit. */
static void say(struct server *server, const char *text)
{
	struct str *out = &server->replies;
	CLEANUP(str_done) struct str line = STR_INIT;

	str_add_printable(&line, text, strlen(text));
	for (size_t i = 0; i < line.len && i < REPLY_LINE_MAX; i++)
		str_add_char(out, (unsigned char)line.bytes[i] < 0x80 ? line.bytes[i] : '?');
	str_add(out, "\r\n");
	if (out->len >= PIECE)
		flush(server);
}

static void say_host(struct server *server, const char *code, const char *behind)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "%s%s%s", code, machine_name(), behind);
	say(server, line.bytes);
}

static bool wait_for_input(struct server *server)
{
	int64_t deadline = clock_earlier(idle_deadline(server), hard_deadline(server));

	for (;;) {
		int64_t until = clock_earlier(deadline, server->backlog.due);
		int ready = fs_wait(STDIN_FILENO, POLLIN, until);
		if (ready > 0)
			return true;
		if (ready < 0 || clock_now() >= deadline)
			return false;
		backlog_run_if_due(&server->backlog);
	}
}

static void say_timeout(struct server *server)
{
	int64_t now = clock_now();
	const char *why = " you have been silent for too long";

	if (now >= server->end)
		why = " this session takes too long";
	else if (now >= content_end(server))
		why = " the message comes too slowly";
	say_host(server, "421 4.4.2 ", why);
}

/* Writes the replies, then reads more input. Returns false if there is none. */
static bool fill(struct server *server)
{
	ssize_t got;

	flush(server);
	str_drop(&server->input, server->at);
	server->at = 0;
	do {
		if (server->is_over)
			return false;
		if (clock_now() >= hard_deadline(server) || !wait_for_input(server)) {
			say_timeout(server);
			return false;
		}
		got = read(STDIN_FILENO, str_reserve(&server->input, PIECE), PIECE);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got > 0)
		str_grew(&server->input, (size_t)got);
	return got > 0;
}

/* Content */

/* Reads the content to its end. Returns false if the connection breaks off earlier. */
static bool take_content(struct server *server, bool is_strict)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct content content;

	content_begin(&content, is_strict);
	for (;;) {
		server->at += content_take(&content, server->input.bytes + server->at,
					   server->input.len - server->at, &text);
		if (text.len > 0)
			submission_take(&server->submission, text.bytes, text.len);
		str_clear(&text);
		if (content.is_ended)
			return true;
		if (!fill(server))
			return false;
	}
}

/*
 * Ends DATA. Releases the message's lock before a child starts, because the child would inherit the
 * lock.
 */
static void end_data(struct server *server, struct str *reply)
{
	struct submission *submission = &server->submission;
	CLEANUP(mem_free_at) char *path = NULL;

	bool is_saved = submission_end(submission, reply);
	say(server, reply->bytes);
	str_clear(reply);
	withdraw_nothing();
	if (is_saved)
		path = mem_copy(submission->job.spool.path);
	submission_clear(submission);
	server->has_saved |= path != NULL;
	if (path && server->request->delivery != DELIVERY_QUEUE_ONLY)
		backlog_add(&server->backlog, path);
}

static void do_data(struct server *server, bool is_strict, struct str *reply)
{
	struct submission *submission = &server->submission;

	if (submission->count == 0) {
		str_add(reply, submission->sender.path ? "554 5.5.1 no valid recipients"
						       : "503 5.5.1 MAIL first");
		return;
	}
	if (!submission_begin(submission, reply)) {
		submission_clear(submission);
		return;
	}
	say(server, "354 go on; a line with a dot alone ends it");
	server->content_begin = clock_now();
	if (take_content(server, is_strict))
		end_data(server, reply);
	else
		server->is_over = server->is_cut = true;
	server->content_begin = 0;
	submission_clear(submission);
}

/* Commands. The text in `reply` is sent after each command. */

static void do_ehlo(struct server *server)
{
	CLEANUP(str_done) struct str size = STR_INIT;

	str_addf(&size, "250-SIZE %d", SUBMISSION_SIZE_MAX);
	say_host(server, "250-", "");
	say(server, "250-PIPELINING");
	say(server, "250-8BITMIME");
	say(server, "250-SMTPUTF8");
	say(server, size.bytes);
	say(server, "250-DSN");
	say(server, "250 ENHANCEDSTATUSCODES");
}

static void do_mail(struct server *server, struct smtp_command *command, struct str *reply)
{
	if (!server->has_hello)
		str_add(reply, "503 5.5.1 HELO or EHLO first");
	else if (server->submission.sender.path)
		str_add(reply, "503 5.5.1 there is a sender already");
	else if (submission_set_sender(&server->submission, command, reply))
		str_add(reply, "250 2.1.0 sender accepted");
}

static void do_rcpt(struct server *server, struct smtp_command *command, struct str *reply)
{
	if (!server->submission.sender.path)
		str_add(reply, "503 5.5.1 MAIL first");
	else if (submission_add_recipient(&server->submission, command, reply))
		str_add(reply, "250 2.1.5 recipient accepted");
}

static void do_hello(struct server *server, bool is_extended)
{
	submission_clear(&server->submission);
	server->has_hello = true;
	if (is_extended)
		do_ehlo(server);
	else
		say_host(server, "250 ", "");
}

static void do_quit(struct server *server)
{
	say_host(server, "221 2.0.0 ", " closes");
	server->is_over = true;
}

static void do_command(struct server *server, struct smtp_command *command, bool is_strict,
		       struct str *reply)
{
	switch (command->verb) {
	case VERB_HELO:
	case VERB_EHLO:
		do_hello(server, command->verb == VERB_EHLO);
		break;
	case VERB_MAIL:
		do_mail(server, command, reply);
		break;
	case VERB_RCPT:
		do_rcpt(server, command, reply);
		break;
	case VERB_DATA:
		do_data(server, is_strict, reply);
		break;
	case VERB_RSET:
		submission_clear(&server->submission);
		str_add(reply, "250 2.0.0 reset");
		break;
	case VERB_NOOP:
		str_add(reply, "250 2.0.0 nothing done");
		break;
	case VERB_VRFY:
		str_add(reply, "252 2.1.5 send a message and see");
		break;
	case VERB_HELP:
		str_add(reply, "214 2.0.0 HELO EHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT");
		break;
	case VERB_QUIT:
		do_quit(server);
		break;
	case VERB_OTHER:
		str_add(reply, "502 5.5.1 that command is not served here");
		break;
	}
}

static void do_line(struct server *server, const char *line, size_t len)
{
	CLEANUP(smtp_command_done) struct smtp_command command = { 0 };
	CLEANUP(str_done) struct str reply = STR_INIT;
	bool is_strict = len > 0 && line[len - 1] == '\r';

	len -= is_strict;
	if (server->is_skipping || len > SMTP_COMMAND_LINE_MAX)
		str_add(&reply, "500 5.5.6 the line is too long");
	else if (smtp_command_parse(&command, line, len, &reply))
		do_command(server, &command, is_strict, &reply);
	server->is_skipping = false;
	if (reply.len > 0)
		say(server, reply.bytes);
}

/* Executes the first line of the input. Returns false if there is no complete line. */
static bool take_line(struct server *server)
{
	const char *line = server->input.bytes + server->at;
	size_t len = server->input.len - server->at;
	const char *lf = memchr(line, '\n', len);

	if (!lf) {
		server->is_skipping |= len > SMTP_COMMAND_LINE_MAX + 1;
		if (server->is_skipping)
			server->at = server->input.len;
		return false;
	}
	server->at += (size_t)(lf - line) + 1;
	do_line(server, line, (size_t)(lf - line));
	return true;
}

/* The session */

/*
 * Moves the replies to a descriptor of their own, and sends standard output to standard error: log
 * lines that are printed while a message is sent directly must not come between the replies.
 */
static int take_output(void)
{
	int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (out >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		fs_close_at(&out);
	return out;
}

static void serve(struct server *server)
{
	say_host(server, "220 ", " ESMTP mailchute");
	while (!server->is_over && (take_line(server) || fill(server)))
		;
	flush(server);
}

static void turn_away(struct server *server)
{
	say_host(server, "421 4.7.0 ", " too many connections of yours");
	flush(server);
}

/*
 * The server whose client is told 421 when memory runs out. Complete replies are sent first, half a
 * reply is not.
 */
static struct {
	struct server *server;
	pid_t owner;
} serving;

static int run_out(void)
{
	static const char last_words[] = "421 4.3.0 out of memory\r\n";
	struct server *server = serving.server;

	if (getpid() != serving.owner)
		return EX_TEMPFAIL;
	while (server->replies.len > 0 && server->replies.bytes[server->replies.len - 1] != '\n')
		server->replies.len--;
	flush(server);
	return write_some(server->out, last_words, sizeof last_words - 1) < 0 ? EX_IOERR
									      : EX_TEMPFAIL;
}

static void prepare_to_run_out(struct server *server)
{
	serving.server = server;
	serving.owner = getpid();
	mem_on_exhaustion(run_out);
}

int stdio_run(const struct request *request)
{
	struct server server = {
		.request = request, .out = take_output(), .input = STR_INIT, .replies = STR_INIT
	};

	if (server.out < 0)
		return EX_OSERR;
	prepare_to_run_out(&server);
	submitter_identify(&server.submitter);
	server.end = session_end(&server);
	submission_init(&server.submission, request, &server.submitter);
	bool has_place = submitter_take_place(&server.submitter, request, &server.place);
	backlog_init(&server.backlog, server.out, server.place);
	if (has_place)
		serve(&server);
	else
		turn_away(&server);
	submission_clear(&server.submission);
	backlog_run(&server.backlog);
	fs_close_at(&server.out);
	fs_close_at(&server.place);
	str_done(&server.input);
	str_done(&server.replies);
	return server.is_cut && !server.has_saved ? EX_TEMPFAIL : EX_OK;
}
