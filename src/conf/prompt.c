/* prompt.c - asking for a secret on the terminal */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/prompt.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { TYPED_MAX = 4096 };

/* A question on the terminal with echo off, and the modes and signal actions to restore. */
struct dialog {
	struct terminal terminal;
	struct sigaction actions[SIGNALS_LAST + 1];
	sigset_t mask;
};

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	caught = number;
}

/* Signals that are held until echo is on again. */
static bool is_waited_out(int number)
{
	return number == SIGTSTP || signals_ends(number);
}

/* The signals are blocked, except while this process waits for input. */
static void catch_signals(struct dialog *dialog)
{
	const struct sigaction action = { .sa_handler = catch_signal };
	sigset_t blocked;

	signals_from_outside(&blocked);
	sigaddset(&blocked, SIGTSTP);
	sigprocmask(SIG_BLOCK, &blocked, &dialog->mask);
	caught = 0;
	for (int number = 1; number <= SIGNALS_LAST; number++) {
		struct sigaction *before = &dialog->actions[number];
		if (is_waited_out(number) && sigaction(number, NULL, before) == 0 &&
		    before->sa_handler != SIG_IGN)
			sigaction(number, &action, NULL);
	}
}

static void release_signals(struct dialog *dialog)
{
	for (int number = 1; number <= SIGNALS_LAST; number++)
		if (is_waited_out(number))
			sigaction(number, &dialog->actions[number], NULL);
	sigprocmask(SIG_SETMASK, &dialog->mask, NULL);
}

static void show_text(const struct dialog *dialog, const char *text)
{
	if (!fs_write_all(dialog->terminal.fd, text, strlen(text)))
		log_debug("the terminal can't be written to");
}

/*
 * O_NONBLOCK and TCSANOW: a terminal whose output is stopped must not block us. Input that was
 * typed before the question was meant for another program, and is dropped.
 */
static void silence(struct dialog *dialog)
{
	struct termios silent = dialog->terminal.modes;

	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	catch_signals(dialog);
	tcsetattr(dialog->terminal.fd, TCSANOW, &silent);
	tcflush(dialog->terminal.fd, TCIFLUSH);
}

/* The shell must not get the rest of an unfinished line. */
static void restore(struct dialog *dialog)
{
	show_text(dialog, "\n");
	tcflush(dialog->terminal.fd, TCIFLUSH);
	tcsetattr(dialog->terminal.fd, TCSANOW, &dialog->terminal.modes);
	release_signals(dialog);
}

static bool nothing_typed(struct err *err)
{
	return err_set(err, ERR_AUTH, _("no password was typed"));
}

/* 1: something can be read; 0: a signal was caught; -1: the deadline has passed. */
static int wait_for_typing(const struct dialog *dialog, int64_t deadline)
{
	struct pollfd wait = { .fd = dialog->terminal.fd, .events = POLLIN };
	int left = clock_left(deadline);
	const struct timespec limit = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000L };
	int ready = ppoll(&wait, 1, left < 0 ? NULL : &limit, &dialog->mask);

	if (ready > 0)
		return 1;
	return ready < 0 && errno == EINTR ? 0 : -1;
}

static bool read_typed(const struct dialog *dialog, struct str *line, struct err *err)
{
	char *room = str_reserve(line, TYPED_MAX / 2);
	ssize_t got = room ? read(dialog->terminal.fd, room, TYPED_MAX / 2) : 0;

	if (got < 0 && errno == EAGAIN)
		return true;
	if (got <= 0)
		return nothing_typed(err);
	str_grew(line, (size_t)got);
	return true;
}

static bool read_line(const struct dialog *dialog, int64_t deadline, struct str *line,
		      struct err *err)
{
	while (!caught && !memchr(line->bytes, '\n', line->len)) {
		int ready = wait_for_typing(dialog, deadline);
		if (ready < 0)
			return err_set(err, ERR_AUTH, _("no password was typed in time"));
		if (ready > 0 && !read_typed(dialog, line, err))
			return false;
	}
	if (caught)
		return err_set(err, ERR_AUTH, _("interrupted"));
	return line->bytes[0] != '\n' || nothing_typed(err);
}

/* Asks once. `number` is the signal that came instead of an answer, 0: none. */
static bool ask_once(struct dialog *dialog, const char *question, int64_t deadline,
		     struct secret *out, int *number, struct err *err)
{
	CLEANUP(str_done) struct str line = STR_SECRET(TYPED_MAX);

	silence(dialog);
	show_text(dialog, question);
	bool is_typed = read_line(dialog, deadline, &line, err);
	*number = caught;
	restore(dialog);
	if (is_typed)
		secret_set(out, line.bytes, strcspn(line.bytes, "\n"));
	return is_typed;
}

/*
 * Lets the signal have its usual effect. If that stops the process, this returns when it continues.
 */
static bool ask(struct dialog *dialog, const char *question, int64_t deadline, struct secret *out,
		struct err *err)
{
	bool is_typed = true;
	int number = SIGTSTP;

	while (number == SIGTSTP && terminal_is_ours(&dialog->terminal)) {
		err_done(err);
		is_typed = ask_once(dialog, question, deadline, out, &number, err);
		int64_t stopped = clock_now();
		if (number)
			raise(number);
		if (deadline != CLOCK_NEVER)
			deadline += clock_now() - stopped;
	}
	return is_typed;
}

bool prompt_ask(const char *question, int64_t deadline, struct secret *out, struct err *err)
{
	struct dialog dialog = { .terminal.fd = -1 };

	if (!terminal_open(&dialog.terminal))
		return true;
	bool is_typed = ask(&dialog, question, deadline, out, err);
	terminal_close(&dialog.terminal);
	return is_typed;
}
