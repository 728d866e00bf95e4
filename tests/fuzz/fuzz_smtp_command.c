/* fuzz_smtp_command.c - any bytes as an SMTP client's lines, and as the content after DATA */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/address.h"
#include "serve/content.h"
#include "serve/smtp_command.h"

#include <string.h>

static bool is_word(const char *text)
{
	for (const char *c = text; c && *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return !text || *text;
}

static void check_command(const struct smtp_command *command)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	bool has_path = command->verb == VERB_MAIL || command->verb == VERB_RCPT;

	require(has_path == (command->path != NULL), "MAIL and RCPT have a path");
	require(!has_path || (command->verb == VERB_MAIL && !*command->path) ||
			address_check(command->path, &err),
		"a path is an address");
	require(is_word(command->ret) && is_word(command->envid) && is_word(command->notify) &&
			is_word(command->orcpt),
		"a parameter is a word");
}

static void check_line(const char *line, size_t len)
{
	CLEANUP(smtp_command_done) struct smtp_command command;
	CLEANUP(str_done) struct str reply = STR_INIT;

	if (smtp_command_parse(&command, line, len, &reply)) {
		require(reply.len == 0, "what is taken has no reply yet");
		check_command(&command);
	} else {
		require(reply.len > 10 && reply.bytes[0] == '5' && !strchr(reply.bytes, '\n'),
			"a refusal is one line");
	}
}

/* The same rules in the plainest form: lines first, then their dots. False where there is no end.
 */
static bool undo_dots(const char *bytes, size_t len, bool is_strict, size_t *used, struct str *out)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		bool has_cr = i > start && bytes[i - 1] == '\r';
		if (bytes[i] != '\n' || (is_strict && !has_cr))
			continue;
		size_t text = i - has_cr - start;
		*used = i + 1;
		if (text == 1 && bytes[start] == '.')
			return true;
		start += bytes[start] == '.';
		str_add_n(out, bytes + start, i + 1 - start);
		start = i + 1;
	}
	return false;
}

static void check_content(const char *bytes, size_t len, bool is_strict)
{
	CLEANUP(str_done) struct str expected = STR_INIT;
	CLEANUP(str_done) struct str whole = STR_INIT;
	CLEANUP(str_done) struct str pieces = STR_INIT;
	struct content content;
	size_t end = len;
	size_t used = 0;
	bool is_ended = undo_dots(bytes, len, is_strict, &end, &expected);

	content_begin(&content, is_strict);
	require(content_take(&content, bytes, len, &whole) == (is_ended ? end : len),
		"the end is where it is");
	require(content.is_ended == is_ended, "it ends if it has an end");
	content_begin(&content, is_strict);
	while (used < len && !content.is_ended)
		used += content_take(&content, bytes + used, 1, &pieces);
	require(whole.len == pieces.len && memcmp(whole.bytes, pieces.bytes, whole.len) == 0,
		"pieces don't matter");
	require(whole.len >= expected.len && memcmp(whole.bytes, expected.bytes, expected.len) == 0,
		"dots are undone");
	require(!is_ended || whole.len == expected.len, "nothing is added");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(mem_free_at) char *copy = mem_alloc(len + 1);

	memcpy(copy, bytes, len);
	check_content(copy, len, true);
	check_content(copy, len, false);
	for (size_t at = 0; at < len;) {
		const char *lf = memchr(copy + at, '\n', len - at);
		size_t line = lf ? (size_t)(lf - copy) - at : len - at;
		CLEANUP(mem_free_at) char *own = mem_alloc(line);
		memcpy(own, copy + at, line);
		check_line(own, line);
		at += line + 1;
	}
	return 0;
}
