/* test_scratch.c - bytes kept in a file, or in memory where no disk takes them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/fs.h"
#include "base/scratch.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Only for a moment, because the output of this test may go to a file, too. */
static bool append_limited(struct scratch *scratch, const char *bytes, size_t len, rlim_t size)
{
	struct rlimit before;

	if (getrlimit(RLIMIT_FSIZE, &before) < 0)
		return false;
	struct rlimit limit = { .rlim_cur = size, .rlim_max = before.rlim_max };
	bool is_done = setrlimit(RLIMIT_FSIZE, &limit) == 0 && scratch_append(scratch, bytes, len);
	int number = errno;
	is_done &= setrlimit(RLIMIT_FSIZE, &before) == 0;
	errno = number;
	return is_done;
}

static void expect_text(const struct scratch *scratch, const char *expected)
{
	char bytes[64] = "";

	EXPECT_NUMBER(scratch->len, strlen(expected));
	EXPECT(scratch_read(scratch, 0, bytes, strlen(expected)));
	EXPECT_TEXT(bytes, expected);
}

static void test_in_a_file(void)
{
	CLEANUP(scratch_done) struct scratch scratch = SCRATCH_INIT;
	char byte;

	test_case("in a file of its own");
	EXPECT(scratch_append(&scratch, "", 0) && scratch.fd < 0);
	EXPECT(scratch_append(&scratch, "first ", 6) && scratch_append(&scratch, "second", 6));
	EXPECT(scratch.fd >= 0);
	expect_text(&scratch, "first second");
	test_case("a part of it");
	EXPECT(scratch_read(&scratch, 11, &byte, 1) && byte == 'd');
	test_case("beyond its end there is nothing");
	EXPECT(!scratch_read(&scratch, 12, &byte, 1) && errno == EIO);
	EXPECT(!scratch_read(&scratch, 11, &byte, 2) && !scratch_read(&scratch, 13, &byte, 0));
	test_case("cut");
	EXPECT(scratch_cut(&scratch, 5) && scratch_append(&scratch, "!", 1));
	expect_text(&scratch, "first!");
	EXPECT_NUMBER(lseek(scratch.fd, 0, SEEK_END), 6);
}

static void test_borrowed(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(fs_close_at) int fd = fs_open_nameless(NULL, &err);
	CLEANUP(scratch_done) struct scratch scratch = SCRATCH_INIT;

	test_case("in a file of the caller's, from a place on");
	EXPECT(fs_pwrite_all(fd, "head", 4, 0));
	scratch_borrow(&scratch, fd, 4, 0);
	EXPECT(scratch_append(&scratch, "text", 4));
	expect_text(&scratch, "text");
	test_case("which stays open");
	scratch_done(&scratch);
	EXPECT_NUMBER(lseek(fd, 0, SEEK_END), 8);
	test_case("with what is there already");
	scratch_borrow(&scratch, fd, 4, 4);
	expect_text(&scratch, "text");
	test_case("a file that takes no more is left");
	EXPECT(append_limited(&scratch, "more", 4, 8));
	EXPECT(scratch.fd != fd && !scratch.is_borrowed);
	expect_text(&scratch, "textmore");
}

static void test_in_memory(void)
{
	CLEANUP(scratch_done) struct scratch scratch = SCRATCH_INIT;
	CLEANUP(scratch_done) struct scratch copy = SCRATCH_INIT;
	CLEANUP(scratch_done) struct scratch view = SCRATCH_INIT;

	test_case("on the way from a file into memory");
	EXPECT(append_limited(&scratch, "first ", 6, 6) && scratch.fd >= 0);
	EXPECT(append_limited(&scratch, "second", 6, 6) && scratch.fd < 0);
	expect_text(&scratch, "first second");
	test_case("in memory from the start");
	EXPECT(append_limited(&copy, "very much longer", 16, 0) && copy.fd < 0);
	test_case("cut in memory");
	EXPECT(scratch_cut(&scratch, 5) && scratch_append(&scratch, "!", 1));
	expect_text(&scratch, "first!");
	test_case("a view of it");
	scratch_share(&view, &scratch);
	expect_text(&view, "first!");
	scratch_done(&view);
	expect_text(&scratch, "first!");
	test_case("replaced");
	EXPECT(scratch_replace(&scratch, &copy));
	expect_text(&scratch, "very much longer");
}

static void test_bound(void)
{
	CLEANUP(scratch_done) struct scratch scratch = SCRATCH_INIT;
	CLEANUP(mem_free_at) char *piece = mem_zeroed(1, 1024 * 1024);
	bool is_taken = true;
	char byte;

	test_case("memory has a bound");
	for (int i = 0; i < 32; i++)
		is_taken &= append_limited(&scratch, piece, 1024 * 1024, 0);
	EXPECT(is_taken);
	errno = 0;
	EXPECT(!scratch_append(&scratch, "x", 1) && errno == EFBIG);
	EXPECT_NUMBER(scratch.len, SCRATCH_MEMORY_MAX);
	EXPECT(scratch_read(&scratch, SCRATCH_MEMORY_MAX - 1, &byte, 1));
}

int main(void)
{
	test_begin("scratch");
	signal(SIGXFSZ, SIG_IGN);
	test_in_a_file();
	test_borrowed();
	test_in_memory();
	test_bound();
	return test_end();
}
