/* test_secret_input.c - secrets from files, descriptors and variables */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "conf/secret_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The reading end of a pipe with some bytes in it, which a caller could have left open. Each has a
 * number that no other had: what came by one is remembered.
 */
static int piped(const char *bytes, int *writer)
{
	static int number = 50;
	int ends[2];

	EXPECT(pipe(ends) == 0 && write(ends[1], bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
	number++;
	EXPECT(dup2(ends[0], number) == number && close(ends[0]) == 0);
	*writer = ends[1];
	return number;
}

static void expect_descriptor(int fd, const char *expected)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct secret *found = NULL;

	EXPECT(secret_input_descriptor(fd, clock_after(10), &found, &err));
	EXPECT_TEXT(found ? found->bytes : NULL, expected);
}

static void test_descriptor(void)
{
	int writer;
	int fd = piped("secret\r\nmore\n", &writer);

	test_case("descriptor: its first line");
	expect_descriptor(fd, "secret");
	test_case("descriptor: closed");
	EXPECT(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
	test_case("descriptor: once more");
	expect_descriptor(fd, "secret");
	test_case("descriptor: one that is not open");
	expect_descriptor(fd + 100, NULL);
	close(writer);
}

static void test_own_descriptor(void)
{
	int writer;
	int fd = piped("secret\n", &writer);
	char byte;

	test_case("descriptor: not one of our own");
	EXPECT(dup3(fd, 77, O_CLOEXEC) == 77);
	expect_descriptor(77, NULL);
	EXPECT(read(77, &byte, 1) == 1 && byte == 's');
	close(77);
	close(fd);
	close(writer);
}

static void test_late_descriptor(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct secret *found = NULL;
	int writer;
	int fd = piped("half a li", &writer);

	test_case("descriptor: nothing more comes");
	EXPECT(!secret_input_descriptor(fd, clock_now() + 50, &found, &err));
	EXPECT(!found);
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
	EXPECT_PART(err.text, "Connection timed out");
	EXPECT(fcntl(fd, F_GETFD) < 0);
	close(writer);
}

static void test_endless_descriptor(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct secret *found = NULL;
	int fd = dup2(open("/dev/zero", O_RDONLY), 60);

	test_case("descriptor: too much comes");
	EXPECT(!secret_input_descriptor(fd, clock_after(10), &found, &err));
	EXPECT_PART(err.text, "File too large");
}

static void test_variable(void)
{
	/* putenv(3) keeps this very array. */
	static char place[] = "GIVEN_TEST=p#1 :\"x'";
	const struct secret *found;

	test_case("variable: its value");
	EXPECT(putenv(place) == 0);
	found = secret_input_variable("GIVEN_TEST");
	EXPECT_TEXT(found ? found->bytes : NULL, "p#1 :\"x'");
	test_case("variable: gone");
	EXPECT(!getenv("GIVEN_TEST"));
	test_case("variable: overwritten");
	for (size_t i = strlen("GIVEN_TEST="); i < sizeof place; i++)
		EXPECT_NUMBER(place[i], 0);
	test_case("variable: once more");
	found = secret_input_variable("GIVEN_TEST");
	EXPECT_TEXT(found ? found->bytes : NULL, "p#1 :\"x'");
}

static void test_other_variables(void)
{
	const struct secret *found;

	test_case("variable: one that is not set");
	EXPECT(!secret_input_variable("GIVEN_OTHER"));
	test_case("variable: an empty one");
	setenv("GIVEN_OTHER", "", 1);
	EXPECT(!secret_input_variable("GIVEN_OTHER"));
	test_case("variable: its first line");
	setenv("GIVEN_OTHER", "one\r\ntwo", 1);
	found = secret_input_variable("GIVEN_OTHER");
	EXPECT_TEXT(found ? found->bytes : NULL, "one");
	test_case("variable: apart from a descriptor");
	expect_descriptor(-1, NULL);
}

static void test_late_file(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(secret_done) struct secret secret = { 0 };
	char folder[] = "/tmp/mailchute-test-XXXXXX";

	test_case("file: a fifo to which nobody writes");
	EXPECT(mkdtemp(folder) && chdir(folder) == 0 && mkfifo("fifo", 0600) == 0);
	CLEANUP(mem_free_at) char *path = str_format("%s/fifo", folder);
	EXPECT(!secret_input_file(path, clock_now() + 50, &secret, &err));
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
	EXPECT_PART(err.text, "/fifo: is a pipe that no program writes to");
	unlink("fifo");
	rmdir(folder);
}

int main(void)
{
	test_begin("given");
	test_descriptor();
	test_own_descriptor();
	test_late_descriptor();
	test_endless_descriptor();
	test_variable();
	test_other_variables();
	test_late_file();
	return test_end();
}
