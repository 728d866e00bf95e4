/* show.c - printing a message */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/show.h"

#include "deliver/report.h"
#include "mail/lines.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { PIECE = 32 * 1024 };

/* Escapes each line for itself, so that the line ends stay. */
static void make_printable(struct str *text)
{
	struct str shown = STR_INIT;

	for (const char *at = text->bytes, *end = at + text->len; at < end;) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		str_add_printable(&shown, at, (size_t)((lf ? lf : end) - at));
		if (lf)
			str_add_char(&shown, '\n');
		at = lf ? lf + 1 : end;
	}
	str_done(text);
	*text = shown;
}

int show_message(const struct message *message)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct lines lines = { 0 };
	char bytes[PIECE];
	ssize_t len;
	int status = EX_OK;

	for (uint64_t at = 0; status == EX_OK && report_has_reader(); at += (uint64_t)len) {
		CLEANUP(str_done) struct str piece = STR_INIT;
		len = message_read_at(message, at, bytes, sizeof bytes, &err);
		if (len < 0)
			return report_error(&err);
		if (len == 0)
			return EX_OK;
		lines_add_lf(&lines, bytes, (size_t)len, &piece);
		if (isatty(STDOUT_FILENO))
			make_printable(&piece);
		status = report_text(&piece);
	}
	return status;
}
