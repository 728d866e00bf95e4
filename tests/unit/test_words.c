/* test_words.c - words in a line: taken apart, and printed so that they are the same again */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "conf/words.h"

/* A line; its words with '|' after each, NULL if the line is wrong; their printed form. */
static const struct {
	const char *line, *words, *printed;
} lines[] = {
	{ "pass", "pass|", "pass" },
	{ "pass show mail", "pass|show|mail|", "pass show mail" },
	{ "  pass\t show  ", "pass|show|", "pass show" },
	{ "a\nb", "a|b|", "a b" },
	{ "\"a b\" c", "a b|c|", "\"a b\" c" },
	{ "'a b' c", "a b|c|", "\"a b\" c" },
	{ "a\" b \"c", "a b c|", "\"a b c\"" },
	{ "a'b'\"c\"d", "abcd|", "abcd" },
	{ "\"it's\"", "it's|", "\"it's\"" },
	{ "'say \"x\"'", "say \"x\"|", "\"say \"'\"x\"'" },
	{ "'\"'\"'\"", "\"'|", "'\"'\"'\"" },
	{ "\"'\"'\"'", "'\"|", "\"'\"'\"'" },
	{ "'\"a b\"'", "\"a b\"|", "'\"a b\"'" },
	{ "a ''", "a||", "a \"\"" },
	{ "\"\"", "|", "\"\"" },
	{ "a \\n \\\" b\"", "a|\\n|\\ b|", "a \\n \"\\ b\"" },
	{ "sh -c 'echo $HOME | cat; #x'", "sh|-c|echo $HOME | cat; #x|",
	  "sh -c \"echo $HOME | cat; #x\"" },
	{ "#a", "#a|", "#a" },
	{ "\303\244 \303\266", "\303\244|\303\266|", "\303\244 \303\266" },
	{ "", NULL, NULL },
	{ " \t ", NULL, NULL },
	{ "\"", NULL, NULL },
	{ "'", NULL, NULL },
	{ "a \"b", NULL, NULL },
	{ "a 'b\"", NULL, NULL },
	{ "a \"b' c", NULL, NULL },
};

static void expect_words(char *const *words, const char *expected)
{
	CLEANUP(str_done) struct str joined = STR_INIT;

	for (size_t i = 0; words && words[i]; i++)
		str_addf(&joined, "%s|", words[i]);
	EXPECT_TEXT(words ? joined.bytes : NULL, expected);
}

static void expect_printed(char *const *words, const char *expected)
{
	CLEANUP(str_done) struct str printed = STR_INIT;
	CLEANUP(str_done) struct str second = STR_INIT;

	words_print(words, &printed);
	EXPECT_TEXT(words ? printed.bytes : NULL, expected);
	if (!words)
		return;
	char **again = words_split(printed.bytes);
	for (size_t i = 0; words[i]; i++)
		EXPECT_TEXT(again ? again[i] : NULL, words[i]);
	words_print(again, &second);
	EXPECT_TEXT(second.bytes, printed.bytes);
	words_free(again);
}

static void test_lines(void)
{
	for (size_t i = 0; i < LENGTH(lines); i++) {
		char **words = words_split(lines[i].line);

		test_case("line '%s'", lines[i].line);
		expect_words(words, lines[i].words);
		expect_printed(words, lines[i].printed);
		words_free(words);
	}
}

static void test_many(void)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	size_t count = 0;

	test_case("a thousand words");
	for (size_t i = 0; i < 1000; i++)
		str_addf(&line, "%zu ", i);
	char **words = words_split(line.bytes);
	for (; words && words[count]; count++)
		;
	EXPECT_NUMBER(count, 1000);
	EXPECT_TEXT(words ? words[999] : NULL, "999");
	words_free(words);
}

static void test_bounds(void)
{
	static const char text[] = "ab 'cd";
	CLEANUP(str_done) struct str word = STR_INIT;
	const char *at = text;
	bool is_whole = false;

	test_case("no further than the end");
	EXPECT(words_next(&at, text + 1, &word, &is_whole));
	EXPECT_TEXT(word.bytes, "a");
	EXPECT(is_whole && at == text + 1);
	test_case("an open quote goes to the end");
	at = text + 2;
	str_clear(&word);
	EXPECT(words_next(&at, text + 6, &word, &is_whole));
	EXPECT_TEXT(word.bytes, "cd");
	EXPECT(!is_whole && at == text + 6);
	EXPECT(!words_next(&at, text + 6, &word, &is_whole));
}

int main(void)
{
	test_begin("words");
	test_lines();
	test_many();
	test_bounds();
	return test_end();
}
