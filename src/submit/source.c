/* source.c - the files and texts that a message is made from */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/source.h"

#include "base/file.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "mail/lines.h"

#include <errno.h>
#include <string.h>

enum { PIECE = 48 * 1024 };

void source_done(struct source *source)
{
	scratch_done(&source->kept);
}

bool source_cannot_read(const char *path, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, path, strlen(path));
	return err_sys(err, ERR_NOINPUT, errno, _("cannot read %s"), shown.bytes);
}

int source_open_file(const char *path, struct err *err)
{
	CLEANUP(err_done) struct err failure = ERR_INIT;
	CLEANUP(fs_close_at) int fd = file_open(path, ERR_NOINPUT, &failure);
	CLEANUP(str_done) struct str shown = STR_INIT;

	if (fd < 0 && errno != 0) {
		(void)source_cannot_read(path, err);
		return -1;
	}
	str_add_printable(&shown, path, strlen(path));
	if (fd < 0 || !file_is_regular(fd)) {
		err_set(err, ERR_NOINPUT, _("%s is not a regular file (- is standard input)"),
			shown.bytes);
		return -1;
	}
	return fs_take_at(&fd);
}

static bool keep_piece(struct source *source, const char *bytes, size_t len, struct err *err)
{
	part_text_take(&source->text, bytes, len);
	return scratch_append(&source->kept, bytes, len) ||
	       err_sys(err, ERR_IO, errno, _("cannot keep the message"));
}

bool source_read(struct source *source, int fd, const char *path, struct err *err)
{
	struct lines lines = { 0 };
	char piece[PIECE];
	ssize_t got;

	source->is_there = true;
	part_text_begin(&source->text);
	do {
		CLEANUP(str_done) struct str clean = STR_INIT;
		got = fs_read(fd, piece, sizeof piece);
		if (got <= 0)
			lines_end_clean(&lines, &clean);
		else if (source->is_file)
			str_add_n(&clean, piece, (size_t)got);
		else
			lines_add_clean(&lines, piece, (size_t)got, &clean);
		if (!keep_piece(source, clean.bytes, clean.len, err))
			return false;
	} while (got > 0);
	part_text_end(&source->text);
	return got == 0 || source_cannot_read(path, err);
}

bool source_judge(int fd, const char *path, struct part_text *text, struct err *err)
{
	char piece[PIECE];
	ssize_t got;

	part_text_begin(text);
	while ((got = fs_read(fd, piece, sizeof piece)) > 0)
		part_text_take(text, piece, (size_t)got);
	part_text_end(text);
	return got == 0 || source_cannot_read(path, err);
}
