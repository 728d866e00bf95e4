/* misuse.h - mistakes of people at a shell, and what to type instead */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/flag.h"

/*
 * Mistakes of people at a shell. Do not call these for sendmail's callers, whose words are taken as
 * they are. Each error is ERR_USAGE and says what to type.
 */

/*
 * Checks a word that stands for an option or a recipient; `is_first`: the first word. Finds a dash
 * that is no hyphen, an invisible character, typographic quotes, `-to` for --to, `help` for --help.
 */
bool misuse_check_word(const char *word, bool is_first, struct err *err) MUST_USE;

/*
 * Checks the argument of an option of cli.def. `name` is the option as it was written. `is_next`:
 * the argument is a word of its own, and may be the next option.
 */
bool misuse_check_argument(const struct flag *flag, const char *name, const char *text,
			   bool is_next, struct err *err) MUST_USE;

/* Checks the word after -h, sendmail's hop count: if it is no number, the person wanted --help. */
bool misuse_check_hops(const char *next, struct err *err) MUST_USE;

/*
 * Appends the option that mail(1) and others mean by a letter: "; for the subject write: --subject
 * TEXT".
 */
void misuse_add_letter(char letter, struct str *out);

/*
 * Checks a message made from options: no letter of sendmail's without effect, no file among the
 * recipients, no file as the name of an account.
 */
bool misuse_check_composition(const struct args *args, struct err *err) MUST_USE;
