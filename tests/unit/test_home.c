/* test_home.c - which folder is the home of the user that the process runs as */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/home.h"

#include "test.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* Texts that can't be a home for any user. */
static const char *const not_own[] = {
	"", "proc/self", ".", "/nonexistent/home", "/etc/passwd", "/dev/null"
};

/* A folder that belongs to the user of this test. */
#define OWN "/proc/self"

static void test_own(void)
{
	test_case("a home of our own");
	setenv("HOME", OWN, 1);
	EXPECT(home_is_own(OWN));
	EXPECT_TEXT(home_path(), OWN);
	EXPECT(home_is_apart() == (home_by_passwd() != NULL));
	for (size_t i = 0; i < LENGTH(not_own); i++) {
		test_case("no home: '%s'", not_own[i]);
		EXPECT(!home_is_own(not_own[i]));
		EXPECT(!home_is_writable(not_own[i]));
		EXPECT(!home_is_own(NULL));
	}
}

/* If HOME can't be a home, the passwd database is used, if it names a home. */
static void test_fallback(void)
{
	const char *known = home_by_passwd();

	for (size_t i = 0; home_is_own(known) && i < LENGTH(not_own); i++) {
		test_case("$HOME is '%s'", not_own[i]);
		setenv("HOME", not_own[i], 1);
		EXPECT_TEXT(home_path(), home_by_passwd());
		EXPECT(!home_is_apart());
	}
	test_case("$HOME is not set");
	unsetenv("HOME");
	EXPECT_TEXT(home_path(), known ? home_by_passwd() : "");
	EXPECT(!home_is_apart());
	test_case("$HOME is that of the passwd database");
	if (home_is_own(home_by_passwd())) {
		setenv("HOME", home_by_passwd(), 1);
		EXPECT(!home_is_apart());
	}
}

static void expect_expanded(const char *path, const char *expected)
{
	CLEANUP(mem_free_at) char *found = home_expand(path);

	test_case("expanded: '%s'", path);
	EXPECT_TEXT(found, expected);
}

static void test_expanding(void)
{
	setenv("HOME", OWN, 1);
	expect_expanded("", "");
	expect_expanded("x", "x");
	expect_expanded("/~", "/~");
	expect_expanded("a~", "a~");
	expect_expanded("~", OWN);
	expect_expanded("~/", OWN "/");
	expect_expanded("~/a/b", OWN "/a/b");
	expect_expanded("~no.such.user/x", "~no.such.user/x");
	const struct passwd *root = getpwnam("root");
	if (root) {
		CLEANUP(mem_free_at) char *expected = str_format("%s/x", root->pw_dir);
		expect_expanded("~root/x", expected);
	}
}

int main(void)
{
	test_begin("home");
	test_own();
	test_fallback();
	test_expanding();
	return test_end();
}
