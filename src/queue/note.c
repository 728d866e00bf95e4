/* note.c - reading the notes that attempts append to a queue file; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/note.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static struct note read_note(const char *line, size_t len)
{
	CLEANUP(mem_free_at) char *copy = mem_copy_n(line, len);
	struct note note = { .text = line, .len = len };
	char *end;
	long long when = strtoll(copy, &end, 10);
	size_t at = (size_t)(end - copy) + (*end == ' ');
	size_t word = strcspn(copy + (at < len ? at : len), " ");

	if (end == copy || *end != ' ' || at + word >= len)
		return note;
	note.when = when;
	note.status = line + at;
	note.status_len = word;
	note.text = line + at + word + 1;
	note.len = len - at - word - 1;
	return note;
}

bool note_next(const char **notes, struct note *note)
{
	size_t len = strcspn(*notes, "\n");

	if (!**notes)
		return false;
	*note = read_note(*notes, len);
	*notes += len + ((*notes)[len] == '\n');
	return true;
}

bool note_last(const char *notes, struct note *note)
{
	bool is_found = false;

	while (note_next(&notes, note))
		is_found = true;
	return is_found;
}
