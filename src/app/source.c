/* source.c - the files and texts that a message is made of */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/source.h"

#include "base/file.h"
#include "base/fs.h"
#include "base/i18n.h"

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

/* Reads a text to its end; with `copy` (NULL: none) all of it is kept there. */
static bool read_text(int fd, const char *path, struct text *text, struct scratch *copy,
		      struct err *err)
{
	char piece[PIECE];
	ssize_t got;

	text_begin(text);
	while ((got = fs_read(fd, piece, sizeof piece)) > 0) {
		text_take(text, piece, (size_t)got);
		if (copy && !scratch_append(copy, piece, (size_t)got))
			return err_sys(err, ERR_IO, errno, _("cannot keep the message"));
	}
	text_end(text);
	return got == 0 || source_cannot_read(path, err);
}

bool source_read(struct source *source, int fd, const char *path, struct err *err)
{
	source->is_there = true;
	return read_text(fd, path, &source->text, &source->kept, err);
}

bool source_judge(int fd, const char *path, struct text *text, struct err *err)
{
	return read_text(fd, path, text, NULL, err);
}
