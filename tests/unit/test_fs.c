/* test_fs.c - waiting for a descriptor, and reading from it in time */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static int ends[2] = { -1, -1 };
static volatile sig_atomic_t signals;

static int64_t passed(void)
{
	return clock_now() - 1;
}

static void test_nothing_to_read(void)
{
	char byte;

	test_case("nothing comes: the deadline passes");
	EXPECT_NUMBER(fs_wait(ends[0], POLLIN, clock_now() + 5), 0);
	EXPECT_NUMBER(fs_wait(ends[0], POLLIN, passed()), 0);

	test_case("nothing comes: reading fails with ETIMEDOUT");
	errno = 0;
	EXPECT_NUMBER(fs_read_in_time(ends[0], &byte, 1, clock_now() + 5), -1);
	EXPECT_NUMBER(errno, ETIMEDOUT);
}

static void test_something_to_read(void)
{
	char bytes[8];

	test_case("what is there is seen when the deadline has passed, too");
	EXPECT(fs_write_all(ends[1], "abc", 3));
	EXPECT_NUMBER(fs_wait(ends[0], POLLIN, passed()), 1);
	EXPECT_NUMBER(fs_read_in_time(ends[0], bytes, 2, passed()), 2);
	EXPECT_NUMBER(fs_read_in_time(ends[0], bytes, sizeof bytes, CLOCK_NEVER), 1);
	EXPECT_NUMBER(bytes[0], 'c');
}

/* The first descriptor is only a distraction, the second has something to read. */
static void on_alarm(int number)
{
	(void)number;
	if (++signals == 2)
		(void)!write(ends[1], "x", 1);
}

static void test_signals(void)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct timeval often = { .tv_usec = 5000 };
	const struct itimerval start = { .it_interval = often, .it_value = often };
	const struct itimerval stop = { .it_interval = { 0 } };
	char bytes[2];

	test_case("a signal ends no wait");
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &start, NULL);
	EXPECT_NUMBER(fs_wait(ends[0], POLLIN, clock_after(10)), 1);
	setitimer(ITIMER_REAL, &stop, NULL);
	EXPECT(signals >= 2);
	EXPECT_NUMBER(fs_read_in_time(ends[0], bytes, sizeof bytes, passed()), 1);

	test_case("nor does one on a descriptor that does not block end a read");
	signals = 0;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	setitimer(ITIMER_REAL, &start, NULL);
	EXPECT_NUMBER(fs_read(ends[0], bytes, sizeof bytes), 1);
	setitimer(ITIMER_REAL, &stop, NULL);
	fcntl(ends[0], F_SETFL, 0);
}

static void test_end_of_input(void)
{
	char byte;

	test_case("the end can be read, and is no lateness");
	fs_close_at(&ends[1]);
	EXPECT(fs_wait(ends[0], POLLIN, clock_after(10)) > 0);
	EXPECT_NUMBER(fs_read_in_time(ends[0], &byte, 1, clock_after(10)), 0);
	fs_close_at(&ends[0]);
}

int main(void)
{
	test_begin("fs");
	test_case("a pipe");
	EXPECT(pipe2(ends, O_CLOEXEC) == 0);
	test_nothing_to_read();
	test_something_to_read();
	test_signals();
	test_end_of_input();
	return test_end();
}
