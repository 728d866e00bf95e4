/* test_ascii.c - digits, blanks and letters of either case */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/ascii.h"

/* The characters that a function takes, in their order. */
static void expect_class(const char *name, bool (*is_in)(char), const char *members)
{
	CLEANUP(str_done) struct str found = STR_INIT;

	test_case("class: %s", name);
	for (int c = 0; c < 256; c++)
		if (is_in((char)c))
			str_add_char(&found, (char)c);
	EXPECT_TEXT(found.bytes, members);
	EXPECT_NUMBER(found.len, strlen(members));
}

static void test_classes(void)
{
	expect_class("digits", ascii_is_digit, "0123456789");
	expect_class("blanks", ascii_is_blank, "\t ");
	expect_class("letters and digits", ascii_is_alphanumeric,
		     "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

static void test_case_of_letters(void)
{
	char text[] = "@AZ[`az{ \xC4\xB0I\xC4\xB1i 0";

	test_case("to small letters");
	ascii_make_lower(text);
	EXPECT_TEXT(text, "@az[`az{ \xC4\xB0i\xC4\xB1i 0");
	test_case("to capitals");
	ascii_make_upper(text);
	EXPECT_TEXT(text, "@AZ[`AZ{ \xC4\xB0I\xC4\xB1I 0");
}

/* `order`: of the whole texts; `begins`: whether the first begins with the second. */
static const struct {
	const char *a;
	const char *b;
	int order;
	bool begins;
} pairs[] = {
	{ "", "", 0, true },
	{ "a", "", 1, true },
	{ "", "a", -1, false },
	{ "SIZE", "size", 0, true },
	{ "size", "SIZES", -1, false },
	{ "Sizes", "sIZE", 1, true },
	{ "a", "B", -1, false },
	{ "A", "b", -1, false },
	{ "_", "a", -1, false },
	{ "@", "`", -1, false },
	{ "\xC3\x84", "\xC3\xA4", -1, false },
	{ "\xFF", "a", 1, false },
};

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static void test_comparing(void)
{
	for (size_t i = 0; i < LENGTH(pairs); i++) {
		const char *a = pairs[i].a;
		const char *b = pairs[i].b;

		test_case("'%s' and '%s'", a, b);
		EXPECT_NUMBER(sign(ascii_compare(a, b)), pairs[i].order);
		EXPECT_NUMBER(sign(ascii_compare(b, a)), -pairs[i].order);
		EXPECT_NUMBER(ascii_begins(a, b), pairs[i].begins);
		EXPECT_NUMBER(ascii_is(a, strlen(a), b), pairs[i].order == 0);
	}
	test_case("a word inside a text");
	EXPECT_NUMBER(ascii_is("Auth=PLAIN", 4, "AUTH"), true);
	EXPECT_NUMBER(ascii_is("Auth=PLAIN", 3, "AUTH"), false);
	EXPECT_NUMBER(ascii_is_same("ab1", "AB2", 2), true);
	EXPECT_NUMBER(ascii_is_same("ab1", "AB2", 3), false);
}

int main(void)
{
	test_begin("ascii");
	test_classes();
	test_case_of_letters();
	test_comparing();
	return test_end();
}
