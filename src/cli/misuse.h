/* misuse.h - what a person types at a shell by mistake, and what was meant */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "cli/flag.h"

/*
 * For persons only: what a program gives when it calls us as sendmail is taken as it is. Each error
 * is ERR_USAGE and says what to type.
 */

/*
 * A word in the place of an option or a recipient, `is_first` of all: a dash that is no hyphen, an
 * invisible character, typographic quotes, `-to` for --to, `help` for --help.
 */
bool misuse_check_word(const char *word, bool is_first, struct err *err) MUST_USE;

/*
 * The argument of an option of cli.def; `name` is how the option was written. `is_next`: the
 * argument is a word of its own, and may be the next option.
 */
bool misuse_check_argument(const struct flag *flag, const char *name, const char *text,
			   bool is_next, struct err *err) MUST_USE;

/* What follows -h, if it is no number: "-h" is taken for --help. */
bool misuse_check_hops(const char *next, struct err *err) MUST_USE;

/* Appends what a letter means in mail(1) and elsewhere: "; for the subject write: --subject TEXT".
 */
void misuse_add_letter(char letter, struct str *out);

/*
 * Whether all fits a message that is made of options: no letter of sendmail's that is without
 * effect, no file among the recipients, no file for the name of an account.
 */
bool misuse_check_composition(const struct args *args, struct err *err) MUST_USE;
