/* flag.h - the options that are no settings: what each entry of cli.def does to a request */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/action.h"

/* An entry of cli.def. */
struct flag {
	const char *name; /* NULL: only a letter */
	char letter;
	const char *argument; /* NULL: takes none */
	unsigned flags;       /* OPTION_... */
	bool (*action)(const struct action_input *in, struct err *err);
	size_t place; /* for the action: a mode, or the offset of a member of struct request */
};

/* All of them, in the order of cli.def. */
extern const struct flag flags[];
extern const size_t flag_count;

/* The entry of a short option; NULL: there is none. */
const struct flag *flag_of_letter(char letter);

/* Whether it makes a message or is a mode, and so is none for callers of sendmail(8). */
bool flag_is_for_people(const struct flag *flag);

/* Whether it is an option for making a message; `place` is then an enum compose_option. */
bool flag_composes(const struct flag *flag);

/* Whether it is taken for the sake of sendmail's callers only, and does nothing. */
bool flag_is_idle(const struct flag *flag, const char *text);

/*
 * Does what the option says; `name` is how it was written, and `text` its argument, "" where there
 * is none. ERR_USAGE.
 */
bool flag_do(struct args *args, const struct flag *flag, const char *name, const char *text,
	     struct err *err) MUST_USE;
