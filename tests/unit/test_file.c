/* test_file.c - named files of every type: opened without waiting, and read within limits */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX = 2048 };

static void write_file(const char *name, size_t len)
{
	CLEANUP(fs_close_at) int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CLEANUP(mem_free_at) char *bytes = mem_zeroed(1, len + 1);

	memset(bytes, 'x', len);
	EXPECT(fd >= 0 && fs_write_all(fd, bytes, len));
}

static void make_socket(const char *name)
{
	CLEANUP(fs_close_at) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un place = { .sun_family = AF_UNIX };

	strncpy(place.sun_path, name, sizeof place.sun_path - 1);
	EXPECT(bind(fd, (const struct sockaddr *)&place, sizeof place) == 0);
}

static void expect_open(const char *name, bool is_open, int number, const char *reason)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(fs_close_at) int fd = -1;

	test_case("open: %s", name);
	fd = file_open(name, ERR_NOINPUT, &err);
	int found = errno;
	EXPECT_NUMBER(fd >= 0, is_open);
	if (is_open)
		return;
	EXPECT_NUMBER(found, number);
	EXPECT_NUMBER(err.kind, ERR_NOINPUT);
	EXPECT_PART(err.text, reason);
}

static void test_types(void)
{
	write_file("regular", 1);
	EXPECT(mkdir("folder", 0700) == 0 && symlink("loop", "loop") == 0 &&
	       symlink("regular", "link") == 0 && mkfifo("fifo", 0600) == 0);
	make_socket("socket");
	expect_open("regular", true, 0, NULL);
	expect_open("link", true, 0, NULL);
	expect_open("fifo", true, 0, NULL);
	expect_open("/dev/null", true, 0, NULL);
	expect_open("missing", false, ENOENT, "No such file or directory");
	expect_open("regular/below", false, ENOTDIR, "Not a directory");
	expect_open("loop", false, ELOOP, "symbolic links");
	expect_open("folder", false, 0, "Is a directory");
	expect_open("socket", false, ENXIO, "expected a regular file, not a socket");
}

static void test_relative(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(fs_close_at) int folder = open("folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(fs_close_at) int fd = -1;

	test_case("a name in a folder");
	write_file("folder/inner", 3);
	fd = file_open_at(folder, "inner", ERR_IO, &err);
	EXPECT(fd >= 0 && file_is_regular(fd) && !file_is_regular(folder));
}

/* Reads by name; `reason` is NULL where it should succeed with that many bytes. */
static void expect_read(const char *name, size_t len, const char *reason)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_MAX(MAX);

	EXPECT_NUMBER(file_load(name, &out, ERR_CONFIG, &err), !reason);
	if (reason) {
		EXPECT_NUMBER(err.kind, ERR_CONFIG);
		EXPECT_PART(err.text, reason);
	} else {
		EXPECT_TEXT(err.text, NULL);
		EXPECT_NUMBER(out.len, len);
	}
}

static void test_sizes(void)
{
	static const char too_large[] = "File too large: larger than the limit of 2 KiB";

	for (size_t len = MAX - 1; len <= MAX + 1; len++) {
		test_case("a file of %zu bytes", len);
		write_file("regular", len);
		expect_read("regular", len, len > MAX ? too_large : NULL);
	}
	test_case("an empty file");
	write_file("regular", 0);
	expect_read("regular", 0, NULL);
	test_case("a sparse file of 10 GB");
	EXPECT(truncate("regular", (off_t)10 << 30) == 0);
	expect_read("regular", 0, too_large);
	test_case("a device without end");
	expect_read("/dev/zero", 0, too_large);
	test_case("a device without content");
	expect_read("/dev/null", 0, NULL);
}

static void test_regular_only(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_MAX(MAX);

	test_case("only a regular file");
	write_file("regular", 5);
	EXPECT(file_load_regular("regular", &out, ERR_CONFIG, &err) && out.len == 5);
	EXPECT(!file_load_regular("fifo", &out, ERR_CONFIG, &err));
	EXPECT_TEXT(err.text, "expected a regular file");
}

/* Pipes */

/* A child that opens the pipe, writes, and ends; it writes nothing if `text` is NULL. */
static pid_t write_later(const char *text)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	int fd = open("fifo", O_WRONLY);
	for (; fd >= 0 && text && *text; text++)
		(void)!write(fd, text, 1);
	_exit(0);
}

static void expect_pipe(const char *text, const char *expected)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_MAX(MAX);
	CLEANUP(fs_close_at) int fd = file_open("fifo", ERR_IO, &err);
	pid_t pid = write_later(text);

	EXPECT(file_read(fd, clock_after(FILE_SECONDS), &out, ERR_IO, &err));
	EXPECT_TEXT(err.text, NULL);
	EXPECT_TEXT(out.bytes, expected);
	waitpid(pid, NULL, 0);
}

static void test_writers(void)
{
	test_case("pipe: a writer that comes later");
	expect_pipe("some text", "some text");
	test_case("pipe: a writer that writes nothing");
	expect_pipe(NULL, "");
}

static void expect_late(bool has_writer, const char *reason)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_MAX(MAX);
	CLEANUP(fs_close_at) int fd = file_open("fifo", ERR_IO, &err);
	CLEANUP(fs_close_at) int writer = has_writer ? open("fifo", O_WRONLY | O_CLOEXEC) : -1;

	EXPECT((writer >= 0) == has_writer);
	EXPECT(!file_read(fd, clock_now() + 20, &out, ERR_IO, &err));
	EXPECT_NUMBER(err.kind, ERR_IO);
	EXPECT_PART(err.text, reason);
}

static void test_late(void)
{
	test_case("pipe: no writer");
	expect_late(false, "is a pipe that no program writes to");
	test_case("pipe: a silent writer");
	expect_late(true, "its content did not end in time");
}

static void test_line(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str out = STR_MAX(MAX);
	CLEANUP(fs_close_at) int fd = file_open("fifo", ERR_IO, &err);
	CLEANUP(fs_close_at) int writer = open("fifo", O_WRONLY | O_CLOEXEC);

	test_case("pipe: a line, and a writer that stays");
	EXPECT(fs_write_all(writer, "one\ntwo", 7));
	EXPECT(file_read_line(fd, clock_after(FILE_SECONDS), &out, ERR_IO, &err));
	EXPECT_TEXT(out.bytes, "one\ntwo");
}

/* A pipe of the shell's <( ): reopened by its name in /dev/fd, after its writer has closed. */
static void test_nameless_pipe(void)
{
	static const char *const texts[] = { "", "some text" };

	for (size_t i = 0; i < LENGTH(texts); i++) {
		int ends[2];
		test_case("pipe: without a name, with \"%s\"", texts[i]);
		EXPECT(pipe(ends) == 0 && fs_write_all(ends[1], texts[i], strlen(texts[i])));
		close(ends[1]);
		CLEANUP(mem_free_at) char *name = str_format("/dev/fd/%d", ends[0]);
		expect_read(name, strlen(texts[i]), NULL);
		close(ends[0]);
	}
}

/* Leases: what the kernel gives to file servers */

static volatile sig_atomic_t is_broken;

static void on_break(int number)
{
	(void)number;
	is_broken = 1;
}

/* Holds the lease until it is asked for; says through the pipe whether there is one. */
static void hold_lease(int answer)
{
	const struct sigaction action = { .sa_handler = on_break };
	sigset_t blocked;
	sigset_t none;

	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGIO);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGIO, &action, NULL);
	int fd = open("regular", O_RDWR | O_CLOEXEC);
	bool is_held = fcntl(fd, F_SETLEASE, F_WRLCK) == 0;
	(void)!write(answer, is_held ? "y" : "n", 1);
	while (is_held && !is_broken)
		sigsuspend(&none);
	(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	_exit(0);
}

static void test_lease(void)
{
	int ends[2];
	char answer = 'n';

	test_case("a file that another process has leased");
	write_file("regular", 7);
	EXPECT(pipe(ends) == 0);
	pid_t pid = fork();
	if (pid == 0)
		hold_lease(ends[1]);
	EXPECT(read(ends[0], &answer, 1) == 1);
	if (answer == 'y')
		expect_read("regular", 7, NULL);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	char folder[] = "/tmp/mailchute-file-XXXXXX";

	test_begin("file");
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 1;
	test_types();
	test_relative();
	test_sizes();
	test_regular_only();
	test_writers();
	test_late();
	test_line();
	test_nameless_pipe();
	test_lease();
	unlink("folder/inner");
	rmdir("folder");
	static const char *const names[] = { "regular", "link", "loop", "fifo", "socket" };
	for (size_t i = 0; i < LENGTH(names); i++)
		unlink(names[i]);
	rmdir(folder);
	return test_end();
}
