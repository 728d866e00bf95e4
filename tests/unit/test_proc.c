/* test_proc.c - helper processes: their output, their end, and what they must not inherit */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "descriptors.h"
#include "test.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/proc.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int64_t in_milliseconds(int64_t milliseconds)
{
	return clock_now() + milliseconds;
}

static const struct {
	const char *line;
	const char *output;
	int status;
} lines[] = {
	{ "echo hello", "hello\n", 0 },
	{ "printf abc; exit 3", "abc", 3 },
	{ "true", "", 0 },
	{ "exit 255", "", 255 },
	{ "kill -9 $$", "", 137 },
	{ "kill -TERM $$", "", 143 },
	{ "cat; echo end", "end\n", 0 },
	{ "readlink /proc/self/fd/0", "/dev/null\n", 0 },
	{ "kill -PIPE $$; echo alive", "", 141 },
	{ "no-such-command-anywhere 2>/dev/null", "", 127 },
	{ "head -c 1000000 /dev/zero | wc -c", "1000000\n", 0 },
	{ "exec >&-; sleep 0.1; exit 4", "", 4 },
};

static void test_shell(void)
{
	for (size_t i = 0; i < LENGTH(lines); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		int status = -1;

		test_case("shell/%s", lines[i].line);
		EXPECT(proc_run_shell(lines[i].line, clock_after(10), &out, &status, &err));
		EXPECT_TEXT(out.bytes, lines[i].output);
		EXPECT_NUMBER(status, lines[i].status);
	}
}

#define ARGV(...)                                                                                  \
	(char *const[])                                                                            \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define WORD(text)                                                                                 \
	(char[])                                                                                   \
	{                                                                                          \
		text                                                                               \
	}

static void test_argv(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int status = -1;

	test_case("arguments are not for the shell, and output is appended");
	str_add(&out, "before ");
	EXPECT(proc_run(ARGV(WORD("printf"), WORD("%s,"), WORD("a b;$x"), WORD("")),
			clock_after(10), &out, &status, &err));
	EXPECT_TEXT(out.bytes, "before a b;$x,,");

	test_case("a missing program");
	EXPECT(proc_run(ARGV(WORD("/no/such/program")), clock_after(10), &out, &status, &err));
	EXPECT_NUMBER(status, 127);

	test_case("a file that is no program");
	EXPECT(proc_run(ARGV(WORD("/etc/passwd")), clock_after(10), &out, &status, &err));
	EXPECT_NUMBER(status, 126);

	test_case("no deadline");
	EXPECT(proc_run(ARGV(WORD("true")), CLOCK_NEVER, &out, &status, &err));
	EXPECT_NUMBER(status, 0);
}

static void test_bytes(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int status = -1;

	test_case("NUL bytes and a megabyte come through");
	EXPECT(proc_run_shell("head -c 1000000 /dev/zero", clock_after(10), &out, &status, &err));
	EXPECT_NUMBER(out.len, 1000000);
}

static void test_too_much(void)
{
	static const struct {
		const char *line;
		bool is_good;
	} talkers[] = { { "printf 0123456789", true },
			{ "printf 0123456789a", false },
			{ "yes", false } };

	for (size_t i = 0; i < LENGTH(talkers); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_MAX(10);
		int status = -1;

		test_case("ten bytes at most/%s", talkers[i].line);
		EXPECT_NUMBER(proc_run_shell(talkers[i].line, clock_after(10), &out, &status, &err),
			      talkers[i].is_good);
		EXPECT_NUMBER(err.kind, talkers[i].is_good ? ERR_NONE : ERR_CONFIG);
		if (!talkers[i].is_good)
			EXPECT_PART(err.text, "more than 10 bytes");
	}
}

static void test_deadline(void)
{
	static const char *const sleepers[] = {
		"sleep 600",           "exec sleep 600",
		"exec >&-; sleep 600", "trap '' TERM INT HUP; sleep 600; sleep 600",
		"sleep 600 & wait",    "while :; do :; done",
	};

	for (size_t i = 0; i < LENGTH(sleepers); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		int64_t start = clock_now();
		int status = -1;

		test_case("deadline/%s", sleepers[i]);
		EXPECT(!proc_run_shell(sleepers[i], in_milliseconds(200), &out, &status, &err));
		EXPECT_NUMBER(err.kind, ERR_CONFIG);
		EXPECT_PART(err.text, "in time");
		EXPECT(clock_now() - start >= 200 && clock_now() - start < TEST_PATIENCE);
	}
}

/* A pipe of the test's, so that a process lives until we close it, and is seen to live. */
struct leash {
	int ends[2];
	char fd[12];
};

static void leash_open(struct leash *leash)
{
	EXPECT(pipe(leash->ends) == 0);
	snprintf(leash->fd, sizeof leash->fd, "%d", leash->ends[0]);
}

/* A command is done when it has ended, even if its children still run; they are not killed. */
static void test_left_behind(void)
{
	static const struct {
		const char *line;
		const char *output;
		int status;
	} cases[] = {
		{ "cat /proc/$PPID/fd/$LEASH 2>&- & echo said; exit 3", "said\n", 3 },
		{ "cat /proc/$PPID/fd/$LEASH 2>&- & exit 0", "", 0 },
		{ "(trap '' HUP; cat /proc/$PPID/fd/$LEASH 2>&-; echo late) & printf said", "said",
		  0 },
		{ "cat /proc/$PPID/fd/$LEASH 2>&- & head -c 60000 /dev/zero | tr '\\0' x | tail -c "
		  "3",
		  "xxx", 0 },
		{ "cat /proc/$PPID/fd/$LEASH 2>&- & kill -9 $$", "", 137 },
	};

	EXPECT(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		struct leash leash;
		int status = -1;

		test_case("left behind/%s", cases[i].line);
		leash_open(&leash);
		setenv("LEASH", leash.fd, 1);
		EXPECT(proc_run_shell(cases[i].line, clock_after(30), &out, &status, &err));
		EXPECT_TEXT(out.bytes, cases[i].output);
		EXPECT_NUMBER(status, cases[i].status);
		EXPECT(waitpid(-1, &status, WNOHANG) == 0);
		close(leash.ends[1]);
		close(leash.ends[0]);
		while (waitpid(-1, &status, 0) > 0)
			EXPECT(!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL);
	}
	EXPECT(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
}

static void take_terminal(int terminal)
{
	setsid();
	ioctl(terminal, TIOCSCTTY, 0);
}

/* Runs a command that may ask, and writes its result for the test: "DONE:OUTPUT:ECHO". */
static void run_in_front(const char *line, int64_t milliseconds, int terminal, int answers)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	struct termios modes = { 0 };
	int status;

	take_terminal(terminal);
	bool is_done = proc_run_shell(line, in_milliseconds(milliseconds), &out, &status, &err);
	tcgetattr(terminal, &modes);
	dprintf(answers, "%d:%s:%s:%s", is_done, out.bytes,
		modes.c_lflag & ECHO ? "echo" : "silent",
		tcgetpgrp(terminal) == getpgrp() ? "ours" : "lost");
}

/* On a terminal of the test's own; the person types before the question. */
static void test_terminal(void)
{
	static const struct {
		const char *line;
		const char *answer;
		int milliseconds;
	} cases[] = {
		{ "read word </dev/tty; printf \"$word\"", "1:typed:echo:ours", 10000 },
		{ "stty -echo </dev/tty; read word </dev/tty; printf \"$word\"",
		  "1:typed:silent:ours", 10000 },
		{ "stty -echo </dev/tty; sleep 600; echo never", "0::echo:ours", 1000 },
		{ "stty -echo </dev/tty; kill -9 $$", "1::echo:ours", 10000 },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		char answer[100] = "";
		int person, terminal, answers[2];

		test_case("terminal/%s", cases[i].line);
		EXPECT(openpty(&person, &terminal, NULL, NULL, NULL) == 0 && pipe(answers) == 0);
		EXPECT(write(person, "typed\n", 6) == 6);
		pid_t pid = fork();
		if (pid == 0) {
			run_in_front(cases[i].line, cases[i].milliseconds, terminal, answers[1]);
			_exit(0);
		}
		close(answers[1]);
		EXPECT(read(answers[0], answer, sizeof answer - 1) >= 0);
		EXPECT_TEXT(answer, cases[i].answer);
		waitpid(pid, NULL, 0);
		close(answers[0]);
		close(person);
		close(terminal);
	}
}

/* Whether a grandchild of a command on our terminal is killed with it, as a subreaper gets to know.
 */
static bool is_grandchild_killed(int terminal)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct proc proc = { 0 };
	char number[100] = "";
	int status = 0;

	take_terminal(terminal);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!proc_open(
		    &proc,
		    ARGV(WORD("sh"), WORD("-c"), WORD("sh -c 'sleep 600 & echo $!; wait' & wait")),
		    -1, clock_after(30), &err) ||
	    proc_read(&proc, number, sizeof number - 1, &err) <= 0)
		return false;
	proc_close(&proc);
	pid_t grandchild = (pid_t)strtol(number, NULL, 10);
	pid_t ended;
	/* Its parent ends first. */
	while ((ended = waitpid(-1, &status, 0)) > 0 && ended != grandchild)
		;
	return ended == grandchild && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void test_descendants(void)
{
	int person, terminal, status = -1;

	test_case("terminal/all descendants are killed");
	EXPECT(openpty(&person, &terminal, NULL, NULL, NULL) == 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(is_grandchild_killed(terminal) ? 0 : 1);
	EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
	close(person);
	close(terminal);
}

/* A session of its own has no terminal, so no terminal can stop a process. */
static void test_background(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int person, terminal, status = -1;

	test_case("terminal/none in the background");
	EXPECT(openpty(&person, &terminal, NULL, NULL, NULL) == 0);
	pid_t leader = fork();
	if (leader == 0) {
		take_terminal(terminal);
		pid_t pid = fork();
		if (pid == 0) {
			setpgid(0, 0);
			_exit(proc_run_shell("exec 2>&-; read word </dev/tty", clock_after(30),
					     &out, &status, &err) &&
					      status == 2
				      ? 0
				      : 1);
		}
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
	}
	EXPECT(waitpid(leader, &status, 0) == leader && status == 0);
	close(person);
	close(terminal);
}

/* A child may be killed before it has done anything at all. */
static void test_deadline_passed(void)
{
	int64_t start = clock_now();

	test_case("deadline/already passed");
	for (int i = 0; i < 50 && clock_now() - start < 3000; i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		int status = -1;
		EXPECT(!proc_run(ARGV(WORD("sleep"), WORD("600")), clock_now(), &out, &status,
				 &err));
	}
	EXPECT(clock_now() - start < TEST_PATIENCE);
}

/* As a subreaper this process learns how a grandchild ended. */
static void test_group(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int status = -1;

	test_case("deadline/the whole group is killed");
	EXPECT(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	EXPECT(!proc_run_shell("sleep 5 & echo $!; wait", in_milliseconds(300), &out, &status,
			       &err));
	pid_t grandchild = (pid_t)strtol(out.bytes, NULL, 10);
	EXPECT(grandchild > 0 && waitpid(grandchild, &status, 0) == grandchild);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	EXPECT(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
}

static void test_inheritance(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int ends[2];
	int status = -1;

	test_case("a command has three descriptors (and the list's own)");
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	EXPECT(proc_run(ARGV(WORD("ls"), WORD("/proc/self/fd")), clock_after(10), &out, &status,
			&err));
	EXPECT_TEXT(out.bytes, "0\n1\n2\n3\n");
	close(ends[0]);
	close(ends[1]);
}

static void test_without_stdin(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int kept = dup(STDIN_FILENO);
	int status = -1;

	test_case("a caller without stdin");
	close(STDIN_FILENO);
	EXPECT(proc_run_shell("readlink /proc/self/fd/0", clock_after(10), &out, &status, &err));
	EXPECT_TEXT(out.bytes, "/dev/null\n");
	if (kept >= 0) {
		dup2(kept, STDIN_FILENO);
		close(kept);
	}
}

static void test_ignored_sigchld(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int status = -1;

	test_case("a caller that made us ignore SIGCHLD");
	signal(SIGCHLD, SIG_IGN);
	bool is_run = proc_run_shell("exit 3", clock_after(10), &out, &status, &err);
	signal(SIGCHLD, SIG_DFL);
	EXPECT(!is_run || status == 3);
}

/* The called functions. */
static void answer_twice(void *arg, int answer)
{
	const char *text = arg;

	if (!fs_write_all(answer, text, strlen(text)) || !fs_write_all(answer, text, strlen(text)))
		_exit(1);
}

static void answer_nothing(void *arg, int answer)
{
	(void)arg;
	(void)answer;
}

static void die(void *arg, int answer)
{
	(void)arg;
	answer_twice(WORD("x"), answer);
	kill(getpid(), SIGKILL);
}

static void fail(void *arg, int answer)
{
	(void)arg;
	(void)answer;
	_exit(1);
}

static void oversleep(void *arg, int answer)
{
	(void)arg;
	(void)answer;
	sleep(600);
}

static void add_descriptors(struct str *numbers)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
			str_addf(numbers, "%s ", entry->d_name);
	closedir(dir);
}

static void answer_descriptors(void *arg, int answer)
{
	CLEANUP(str_done) struct str numbers = STR_INIT;

	(void)arg;
	add_descriptors(&numbers);
	if (!fs_write_all(answer, numbers.bytes, numbers.len))
		_exit(1);
}

static void answer_stdout(void *arg, int answer)
{
	char target[256];
	ssize_t len = readlink("/proc/self/fd/1", target, sizeof target);

	(void)arg;
	if (len > 0 && !fs_write_all(answer, target, (size_t)len))
		_exit(1);
}

static const struct {
	const char *name;
	void (*function)(void *arg, int answer);
	const char *output; /* NULL: it fails */
} calls[] = {
	{ "answer", answer_twice, "yesyes" },
	{ "no answer", answer_nothing, "" },
	{ "killed", die, NULL },
	{ "failed", fail, NULL },
	{ "late", oversleep, NULL },
	{ "descriptors", answer_descriptors, "0 1 2 3 " },
};

static void test_call(void)
{
	for (size_t i = 0; i < LENGTH(calls); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		bool is_good = calls[i].output != NULL;

		test_case("call/%s", calls[i].name);
		EXPECT_NUMBER(proc_call(calls[i].function, WORD("yes"), in_milliseconds(1000), &out,
					&err),
			      is_good);
		EXPECT_NUMBER(err.kind, is_good ? ERR_NONE : ERR_NET);
		if (is_good)
			EXPECT_TEXT(out.bytes, calls[i].output);
	}
}

static void test_call_limit(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_MAX(5);

	test_case("call/too long an answer");
	EXPECT(!proc_call(answer_twice, WORD("yes"), clock_after(10), &out, &err));
	EXPECT_NUMBER(err.kind, ERR_NET);
}

static void test_call_stdout(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	int ends[2];
	int kept = dup(STDOUT_FILENO);

	test_case("call/our stdout is not the helper's");
	EXPECT(pipe(ends) == 0);
	dup2(ends[1], STDOUT_FILENO);
	bool is_called = proc_call(answer_stdout, NULL, clock_after(10), &out, &err);
	dup2(kept, STDOUT_FILENO);
	EXPECT(is_called);
	EXPECT_TEXT(out.bytes, "/dev/null");
	close(kept);
	close(ends[0]);
	close(ends[1]);
}

/* Misbehaves where the question says so. */
static void misbehave(const char *question, int channel)
{
	if (strcmp(question, "die") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(question, "sleep") == 0)
		sleep(600);
	if (strcmp(question, "talk") == 0 && !fs_write_all(channel, "\1\0\0\0\0\0\0\0xyz", 11))
		_exit(1);
}

/* A partner's answer to a question; it counts on from question to question. */
static bool respond(const char *name, unsigned number, const struct str *question, int channel)
{
	CLEANUP(str_done) struct str answer = STR_INIT;
	CLEANUP(err_done) struct err err = ERR_INIT;

	misbehave(question->bytes, channel);
	if (strcmp(question->bytes, "fail") == 0) {
		err_set(&err, ERR_AUTH, "answer %u failed", number);
		return proc_partner_fail(channel, &err);
	}
	if (strcmp(question->bytes, "descriptors") == 0)
		add_descriptors(&answer);
	else
		str_addf(&answer, "%s %u ", name, number);
	str_add_n(&answer, question->bytes, question->len);
	return proc_partner_answer(channel, answer.bytes, answer.len);
}

static void converse(void *arg, int channel)
{
	CLEANUP(str_done) struct str question = STR_INIT;

	for (unsigned number = 1; proc_partner_listen(channel, &question); number++)
		if (!respond(arg, number, &question, channel))
			return;
}

static bool ask(struct proc_partner *partner, const char *question, struct str *answer,
		struct err *err)
{
	str_clear(answer);
	return proc_partner_ask(partner, question, strlen(question), in_milliseconds(5000), answer,
				err);
}

static void test_partner(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str answer = STR_INIT;
	struct proc_partner partner = { 0 };

	test_case("partner/answers several questions");
	EXPECT(proc_partner_open(&partner, converse, WORD("number"), &err));
	EXPECT(ask(&partner, "one", &answer, &err));
	EXPECT_TEXT(answer.bytes, "number 1 one");
	EXPECT(ask(&partner, "", &answer, &err));
	EXPECT_TEXT(answer.bytes, "number 2 ");
	test_case("partner/can be asked again after an error");
	EXPECT(!ask(&partner, "fail", &answer, &err));
	EXPECT_NUMBER(err.kind, ERR_AUTH);
	EXPECT_TEXT(err.text, "answer 3 failed");
	EXPECT(ask(&partner, "four", &answer, &err));
	EXPECT_TEXT(answer.bytes, "number 4 four");
	test_case("partner/has no descriptor of ours");
	EXPECT(ask(&partner, "descriptors", &answer, &err));
	EXPECT_TEXT(answer.bytes, "0 1 2 3 descriptors");
	proc_partner_close(&partner);
	test_case("partner/does not answer when it is closed");
	EXPECT(!ask(&partner, "five", &answer, &err));
	EXPECT_NUMBER(err.kind, ERR_NET);
	proc_partner_close(&partner);
}

static const struct {
	const char *question, *text;
} silences[] = {
	{ "die", "the helper process failed" },
	{ "sleep", "no answer in time" },
	{ "talk", "the helper process failed" },
};

static void test_partner_silence(void)
{
	for (size_t i = 0; i < LENGTH(silences); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str answer = STR_INIT;
		struct proc_partner partner = { 0 };
		int64_t start = clock_now();

		test_case("partner/%s", silences[i].question);
		EXPECT(proc_partner_open(&partner, converse, WORD(""), &err));
		EXPECT(!ask(&partner, silences[i].question, &answer, &err));
		EXPECT_NUMBER(err.kind, ERR_NET);
		EXPECT_TEXT(err.text, silences[i].text);
		EXPECT(clock_now() - start < TEST_PATIENCE);
		EXPECT(!ask(&partner, "again", &answer, &err));
		EXPECT_TEXT(err.text, "the helper process has ended");
	}
}

static void test_partner_frames(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str answer = STR_MAX(PROC_FRAME_MAX);
	CLEANUP(mem_free_at) char *bytes = mem_zeroed(1, PROC_FRAME_MAX + 1);
	struct proc_partner partner = { 0 };

	test_case("partner/a megabyte there and back");
	EXPECT(proc_partner_open(&partner, converse, WORD(""), &err));
	EXPECT(proc_partner_ask(&partner, bytes, PROC_FRAME_MAX - 3, clock_after(10), &answer,
				&err));
	EXPECT_NUMBER(answer.len, PROC_FRAME_MAX);
	test_case("partner/an answer that is too long");
	str_clear(&answer);
	EXPECT(!proc_partner_ask(&partner, bytes, PROC_FRAME_MAX, clock_after(10), &answer, &err));
	EXPECT_NUMBER(err.kind, ERR_NET);
	test_case("partner/a question that is too long");
	EXPECT(proc_partner_open(&partner, converse, WORD(""), &err));
	EXPECT(!proc_partner_ask(&partner, bytes, PROC_FRAME_MAX + 1, clock_after(10), &answer,
				 &err));
	EXPECT_NUMBER(err.kind, ERR_NET);
	test_case("partner/an answer longer than the caller wants");
	CLEANUP(str_done) struct str small = STR_MAX(4);
	EXPECT(proc_partner_open(&partner, converse, WORD(""), &err));
	EXPECT(!ask(&partner, "one", &small, &err));
	EXPECT_NUMBER(err.kind, ERR_NET);
	proc_partner_close(&partner);
}

/* A child that refuses to end is not waited for. */
static void test_partner_close(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct proc_partner partner = { 0 };
	int64_t start = clock_now();

	test_case("partner/is ended when it is busy");
	EXPECT(proc_partner_open(&partner, oversleep, NULL, &err));
	proc_partner_close(&partner);
	EXPECT(clock_now() - start < TEST_PATIENCE);
}

/* Runs a line with that descriptor as its stdin; returns its status, -1 where it is not in time. */
static int feed(const char *line, int in, int64_t deadline, struct str *out, struct err *err)
{
	CLEANUP(proc_close) struct proc proc;
	CLEANUP(mem_free_at) char *copy = mem_copy(line);
	char piece[1000];
	ssize_t got;
	int status = -1;

	EXPECT(proc_open(&proc, ARGV(WORD("/bin/sh"), WORD("-c"), copy), in, deadline, err));
	while ((got = proc_read(&proc, piece, sizeof piece, err)) > 0)
		str_add_n(out, piece, (size_t)got);
	return got == 0 && proc_wait(&proc, &status, err) ? status : -1;
}

static int open_text(const char *text, off_t at)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	int fd = fs_open_nameless(NULL, &err);

	EXPECT(fd >= 0 && fs_write_all(fd, text, strlen(text)));
	EXPECT(lseek(fd, at, SEEK_SET) == at);
	return fd;
}

static void test_stdin(void)
{
	static const struct {
		const char *line;
		const char *output;
		int status;
	} table[] = {
		{ "cat", "two\nthree\n", 0 },
		{ "sed s/t/T/", "Two\nThree\n", 0 },
		{ "echo unread", "unread\n", 0 },
		{ "exec <&-; sleep 0.1; echo late; exit 9", "late\n", 9 },
		{ "read line; exec >&-; exit 75", "", 75 },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str out = STR_INIT;
		CLEANUP(fs_close_at) int fd = open_text("one\ntwo\nthree\n", 4);

		test_case("stdin/%s", table[i].line);
		EXPECT_NUMBER(feed(table[i].line, fd, clock_after(10), &out, &err),
			      table[i].status);
		EXPECT_TEXT(out.bytes, table[i].output);
	}
}

static void test_stdin_limits(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;

	test_case("stdin/it says nothing until the deadline");
	EXPECT_NUMBER(feed("sleep 100", -1, in_milliseconds(50), &out, &err), -1);
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
	EXPECT_PART(err.text, "did not end in time");
	test_case("stdin/it has said all and does not end");
	EXPECT_NUMBER(feed("exec >&-; sleep 100", -1, in_milliseconds(50), &out, &err), -1);
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
	test_case("stdin/it is given up in the middle of its output");
	struct proc proc;
	char piece[10];
	EXPECT(proc_open(&proc, ARGV(WORD("yes")), -1, clock_after(10), &err));
	EXPECT(proc_read(&proc, piece, sizeof piece, &err) > 0);
	proc_close(&proc);
	proc_close(&proc);
	test_case("stdin/nothing was opened");
	proc_close(NULL);
}

int main(void)
{
	int descriptors = count_descriptors();

	test_begin("proc");
	signal(SIGPIPE, SIG_IGN); /* as the program does */
	test_shell();
	test_argv();
	test_bytes();
	test_too_much();
	test_deadline();
	test_left_behind();
	test_terminal();
	test_descendants();
	test_background();
	test_deadline_passed();
	test_group();
	test_inheritance();
	test_without_stdin();
	test_ignored_sigchld();
	test_call();
	test_call_limit();
	test_call_stdout();
	test_partner();
	test_partner_silence();
	test_partner_frames();
	test_partner_close();
	test_stdin();
	test_stdin_limits();
	test_case("no descriptor and no child is left over");
	EXPECT_NUMBER(count_descriptors(), descriptors);
	EXPECT(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	return test_end();
}
