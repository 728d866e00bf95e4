/* test_prompt.c - asking on a terminal: answers, no answers, and the terminal's state */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "conf/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* The end of a terminal that a person has, and the process that asks at the other one. */
struct desk {
	int person;
	int program;
	int answers; /* the result of the process */
	pid_t pid;
};

/* How a process asks: in the background of its terminal, with signals ignored, not for long. */
struct manner {
	bool is_in_background;
	bool ignores_signals;
	int milliseconds;
};

static void become_session(int terminal)
{
	setsid();
	ioctl(terminal, TIOCSCTTY, 0);
}

/* Another process of the same session is in the foreground. */
static void move_to_background(void)
{
	pid_t front = fork();

	if (front == 0) {
		pause();
		_exit(0);
	}
	setpgid(front, front);
	int tty = open("/dev/tty", O_RDWR);
	tcsetpgrp(tty, front);
	close(tty);
}

static void ignore_signals(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
}

/* Writes "SUCCESS:KIND:SECRET" for the test. */
static void ask(const struct manner *manner, int answers)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(secret_done) struct secret secret = { 0 };

	if (manner->ignores_signals)
		ignore_signals();
	bool is_good = prompt_ask("Secret: ", clock_now() + manner->milliseconds, &secret, &err);
	dprintf(answers, "%d:%d:%s", is_good, err.kind, secret.bytes ? secret.bytes : "(none)");
}

static void survive(int number)
{
	(void)number;
}

static void handle_signals(void (*handler)(int))
{
	signal(SIGHUP, handler);
	signal(SIGINT, handler);
	signal(SIGQUIT, handler);
}

/* Of the session's leader: the terminal would be gone with it before it can be looked at. */
static void lead(const struct manner *manner, int terminal, int answers)
{
	struct termios now = { 0 };
	int status = 0;

	become_session(terminal);
	if (manner->is_in_background)
		move_to_background();
	handle_signals(survive);
	pid_t pid = fork();
	if (pid == 0) {
		handle_signals(SIG_DFL);
		ask(manner, answers);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		dprintf(answers, "signal %d", WTERMSIG(status));
	if (tcgetattr(terminal, &now) < 0)
		dprintf(answers, ", gone");
	else
		dprintf(answers, now.c_lflag & ECHO ? ", echo" : ", silent");
}

static void desk_open(struct desk *desk, const struct manner *manner)
{
	int ends[2];

	desk->person = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (desk->person < 0) {
		test_fail(__FILE__, __LINE__, "no terminal can be had here: is /dev/pts mounted?");
		exit(test_end());
	}
	EXPECT(grantpt(desk->person) == 0 && unlockpt(desk->person) == 0);
	desk->program = open(ptsname(desk->person), O_RDWR | O_NOCTTY | O_CLOEXEC);
	EXPECT(desk->program >= 0 && pipe2(ends, O_CLOEXEC) == 0);
	fflush(NULL);
	desk->pid = fork();
	if (desk->pid == 0) {
		close(desk->person);
		lead(manner, desk->program, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	desk->answers = ends[0];
}

/* The result of the process, or the signal that killed it, and the terminal's state afterwards. */
static void desk_close(struct desk *desk, const char *expected)
{
	CLEANUP(str_done) struct str found = STR_INIT;
	char bytes[256];
	ssize_t got;

	while ((got = read(desk->answers, bytes, sizeof bytes)) > 0)
		str_add_n(&found, bytes, (size_t)got);
	waitpid(desk->pid, NULL, 0);
	EXPECT_TEXT(found.bytes, expected);
	close(desk->answers);
	close(desk->program);
	if (desk->person >= 0)
		close(desk->person);
}

/* The terminal's output until this text has come. */
static void wait_for_text(struct desk *desk, const char *text, struct str *shown)
{
	char bytes[256];

	while (!strstr(shown->bytes, text)) {
		struct pollfd wait = { .fd = desk->person, .events = POLLIN };
		ssize_t got =
			poll(&wait, 1, 10000) > 0 ? read(desk->person, bytes, sizeof bytes) : 0;
		if (got <= 0) {
			test_fail(__FILE__, __LINE__, "no '%s' is shown, but '%s'", text,
				  shown->bytes);
			return;
		}
		str_add_n(shown, bytes, (size_t)got);
	}
}

static bool has_echo(const struct desk *desk)
{
	struct termios now = { 0 };

	EXPECT(tcgetattr(desk->program, &now) == 0);
	return now.c_lflag & ECHO;
}

static void type(struct desk *desk, const char *text)
{
	EXPECT(write(desk->person, text, strlen(text)) == (ssize_t)strlen(text));
}

/* The text typed at the question, and its result. */
static const struct {
	const char *name, *typed, *found;
} answers[] = {
	{ "a line", "secret\r", "1:0:secret, echo" },
	{ "all that is awkward", "p#1 :\"x' ,\\$y\r", "1:0:p#1 :\"x' ,\\$y, echo" },
	{ "with a mistake", "secreX\177t\r", "1:0:secret, echo" },
	{ "begun anew", "wrong\025secret\r", "1:0:secret, echo" },
	{ "beyond ASCII", "\303\244\r", "1:0:\303\244, echo" },
	{ "an empty line", "\r", "0:12:(none), echo" },
	{ "the end of the input", "\004", "0:12:(none), echo" },
	{ "an interruption", "sec\003", "signal 2, echo" },
	{ "the other interruption", "sec\034", "signal 3, echo" },
};

static void test_answers(void)
{
	const struct manner usual = { .milliseconds = 20000 };

	for (size_t i = 0; i < LENGTH(answers); i++) {
		CLEANUP(str_done) struct str shown = STR_INIT;
		struct desk desk;

		test_case("typed/%s", answers[i].name);
		desk_open(&desk, &usual);
		wait_for_text(&desk, "Secret: ", &shown);
		EXPECT(!has_echo(&desk));
		type(&desk, answers[i].typed);
		wait_for_text(&desk, "\n", &shown);
		EXPECT(strncmp(shown.bytes, "Secret: \r\n", 10) == 0);
		desk_close(&desk, answers[i].found);
	}
}

static void test_deadline(void)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	const struct manner hasty = { .milliseconds = 50 };
	struct desk desk;

	test_case("nobody types in time");
	desk_open(&desk, &hasty);
	wait_for_text(&desk, "Secret: ", &shown);
	type(&desk, "half a li");
	desk_close(&desk, "0:12:(none), echo");
}

/* Only the leader of the session gets a signal for it. */
static void test_hang_up(void)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	const struct manner usual = { .milliseconds = 20000 };
	struct desk desk;

	test_case("the terminal is gone");
	desk_open(&desk, &usual);
	wait_for_text(&desk, "Secret: ", &shown);
	close(desk.person);
	desk.person = -1;
	desk_close(&desk, "0:12:(none), gone");
}

static void test_signal(void)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	const struct manner usual = { .milliseconds = 20000 };
	struct desk desk;

	test_case("a signal from elsewhere");
	desk_open(&desk, &usual);
	wait_for_text(&desk, "Secret: ", &shown);
	kill(-desk.pid, SIGHUP);
	desk_close(&desk, "signal 1, echo");
}

static void test_ignored(void)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	const struct manner deaf = { .milliseconds = 20000, .ignores_signals = true };
	struct desk desk;

	test_case("what the caller ignores stays ignored");
	desk_open(&desk, &deaf);
	wait_for_text(&desk, "Secret: ", &shown);
	type(&desk, "\003secret\r");
	desk_close(&desk, "1:0:secret, echo");
}

static void test_background(void)
{
	const struct manner behind = { .milliseconds = 20000, .is_in_background = true };
	struct desk desk;
	struct pollfd wait = { .events = POLLIN };

	test_case("not asked in the background");
	desk_open(&desk, &behind);
	desk_close(&desk, "1:0:(none), echo");
	wait.fd = desk.person;
	EXPECT_NUMBER(poll(&wait, 1, 0) == 1 && wait.revents == POLLIN, 0);
}

static void test_no_terminal(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(secret_done) struct secret secret = { 0 };
	pid_t pid;
	int status;

	test_case("no terminal");
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		setsid();
		_exit(prompt_ask("Secret: ", CLOCK_NEVER, &secret, &err) && !secret.bytes ? 0 : 1);
	}
	EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
}

int main(void)
{
	test_begin("prompt");
	test_answers();
	test_deadline();
	test_hang_up();
	test_signal();
	test_ignored();
	test_background();
	test_no_terminal();
	return test_end();
}
