/* test_proc.c - helper processes: their output, their end, and what they do not inherit */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "descriptors.h"
#include "test.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
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
		"sleep 20",           "exec sleep 20",
		"exec >&-; sleep 20", "trap '' TERM INT HUP; sleep 20; sleep 20",
		"sleep 20 & exit 0",  "while :; do :; done",
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
		EXPECT(clock_now() - start >= 200 && clock_now() - start < 5000);
	}
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
		EXPECT(!proc_run(ARGV(WORD("sleep"), WORD("4")), clock_now(), &out, &status, &err));
	}
	EXPECT(clock_now() - start < 3000);
}

/* As a subreaper we get to know how a grandchild ended. */
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

/* What the called functions do. */
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
	sleep(20);
}

static void answer_descriptors(void *arg, int answer)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	CLEANUP(str_done) struct str numbers = STR_INIT;

	(void)arg;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
			str_addf(&numbers, "%s ", entry->d_name);
	closedir(dir);
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
	test_deadline_passed();
	test_group();
	test_inheritance();
	test_without_stdin();
	test_ignored_sigchld();
	test_call();
	test_call_limit();
	test_call_stdout();
	test_case("no descriptor and no child is left over");
	EXPECT_NUMBER(count_descriptors(), descriptors);
	EXPECT(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	return test_end();
}
