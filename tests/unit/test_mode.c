/* test_mode.c - the table of modes, and the options that lead to them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/cli.h"
#include "cli/flag.h"
#include "conf/option.h"

#include "test.h"

#include <stdlib.h>

static const struct {
	enum mode mode;
	const char *name;
	const char *option;
} modes[] = {
#define MODE(mode, option, traits, function) { MODE_##mode, #mode, option },
#include "cli/mode.def"
};

static const struct flag *find_flag(const char *name)
{
	for (size_t i = 0; i < flag_count; i++)
		if (flags[i].name && strcmp(flags[i].name, name) == 0)
			return &flags[i];
	return NULL;
}

/* The option as a word of the command line, with an argument if it takes one. */
static char *word_of(const struct flag *flag)
{
	bool is_list = flag->flags & OPTION_ALONE;

	if (!flag->argument)
		return str_format("--%s", flag->name);
	return str_format("--%s=%s", flag->name, is_list ? "json" : "abcd");
}

/* Parses that word alone; the request borrows it. */
static bool parse(char *word, const char *argv0, struct request *request, struct err *err)
{
	char *argv[] = { (char *)(uintptr_t)argv0, word, NULL };

	return cli_parse(request, 2, argv, err);
}

/* An option that mode.def names has an entry in cli.def, with MODE() or an action that sets it. */
static void test_option(enum mode mode, const char *option)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(request_done) struct request request = { 0 };
	const struct flag *flag = find_flag(option);
	enum mode found;

	if (!flag) {
		test_fail(__FILE__, __LINE__, "mode.def names --%s, which cli.def lacks", option);
		return;
	}
	EXPECT(mode_find(option, &found) && found == mode);
	CLEANUP(mem_free_at) char *word = word_of(flag);
	EXPECT(parse(word, "mailchute", &request, &err));
	EXPECT_TEXT(err.text, NULL);
	EXPECT(request.mode == mode);
	if (flag->action == action_mode)
		EXPECT_TEXT(flag->argument, mode_takes_id(mode) ? "ID" : NULL);
	EXPECT_TEXT(request.queue_id, mode_takes_id(mode) ? "abcd" : NULL);
}

/* Programs that call mailchute as sendmail get only the modes that sendmail has. */
static void test_sendmail(enum mode mode, const char *option)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(request_done) struct request request = { 0 };
	const struct flag *flag = find_flag(option);

	if (!flag)
		return;
	CLEANUP(mem_free_at) char *word = word_of(flag);
	EXPECT(parse(word, "sendmail", &request, &err) == mode_is_information(mode));
}

static void test_modes(void)
{
	for (size_t i = 0; i < LENGTH(modes); i++) {
		test_case("%s", modes[i].name);
		if (modes[i].option) {
			test_option(modes[i].mode, modes[i].option);
			test_sendmail(modes[i].mode, modes[i].option);
		}
		EXPECT(!mode_reads_message(modes[i].mode) || mode_has_message(modes[i].mode));
		EXPECT(!mode_has_message(modes[i].mode) || mode_takes_recipients(modes[i].mode));
	}
}

/* An option of cli.def that leads to a mode is named in mode.def. */
static void test_flags(void)
{
	for (size_t i = 0; i < flag_count; i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(request_done) struct request request = { 0 };
		enum mode mode;

		if (!flags[i].name)
			continue;
		CLEANUP(mem_free_at) char *word = word_of(&flags[i]);
		if (!parse(word, "mailchute", &request, &err))
			continue;
		test_case("--%s", flags[i].name);
		if (request.mode != MODE_SEND &&
		    (!mode_find(flags[i].name, &mode) || mode != request.mode))
			test_fail(__FILE__, __LINE__, "mode.def lacks --%s of cli.def",
				  flags[i].name);
	}
}

int main(void)
{
	test_begin("mode");
	test_modes();
	test_flags();
	return test_end();
}
