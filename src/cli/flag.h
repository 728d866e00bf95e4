/* flag.h - the options of cli.def, which are not settings */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/action.h"

/* An entry of cli.def. */
struct flag {
	const char *name; /* NULL: the option is only a letter */
	char letter;
	const char *argument; /* NULL: takes no argument */
	unsigned flags;       /* OPTION_... */
	bool (*action)(const struct action_input *in, struct err *err);
	size_t place; /* for the action: a mode, or the offset of a member of struct request */
};

/* All entries, in the order of cli.def. */
extern const struct flag flags[];
extern const size_t flag_count;

/* Finds the entry of a short option; NULL if there is none. */
const struct flag *flag_of_letter(char letter);

/* Whether the option makes a message or is a mode: callers of sendmail(8) can't use it. */
bool flag_is_for_people(const struct flag *flag);

/* Whether the option makes a message; `place` is then an enum compose_option. */
bool flag_composes(const struct flag *flag);

/* Whether the option has no effect, and is accepted for the sake of sendmail's callers. */
bool flag_is_idle(const struct flag *flag, const char *text);

/*
 * Executes an option. `name` is the option as it was written, `text` its argument ("" if there is
 * none). ERR_USAGE.
 */
bool flag_do(struct args *args, const struct flag *flag, const char *name, const char *text,
	     struct err *err) MUST_USE;
