/* flag.h - the options that are no settings: what each entry of cli.def does to a request */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/request.h"

#include <stddef.h>

/* An entry of cli.def. `flags` are OPTION_..., and `argument` is NULL where it takes none. */
struct flag {
	const char *name; /* NULL: only a letter */
	char letter;
	const char *argument;
	unsigned flags;
	int action;
	size_t place; /* a mode, or the offset of a member of struct request */
};

/* All of them, in the order of cli.def. */
extern const struct flag flags[];
extern const size_t flag_count;

/* What is left of argv. `is_sendmail`: called by one of sendmail's names. */
struct args {
	char **first;
	char **next;
	struct request *request;
	bool is_sendmail;
	bool is_ended;
	size_t before_end;     /* how many recipients are not after "--" */
	char idle;             /* a letter without effect that was given, */
	const char *idle_text; /* and its argument */
};

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

/* Sets ERR_USAGE, "TEXT: PROBLEM", for a word of the command line. Returns false. */
bool flag_usage(struct err *err, const char *problem, const char *text);
