/* action.h - the effect of each option of cli.def on a request */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/args.h"

/*
 * A use of an option: `name` as it was written, `text` its argument ("" if there is none),
 * `place` from its entry in cli.def.
 */
struct action_input {
	struct args *args;
	const char *name;
	const char *text;
	size_t place;
};

/*
 * The actions that cli.def names. Each returns false with ERR_USAGE. `place` is an enum mode for
 * action_mode, the offset of a bool for action_switch, the offset of a const char * for
 * action_text, and an enum compose_option for action_compose.
 */
bool action_mode(const struct action_input *in, struct err *err);
bool action_switch(const struct action_input *in, struct err *err);
bool action_text(const struct action_input *in, struct err *err);
bool action_compose(const struct action_input *in, struct err *err);
bool action_import(const struct action_input *in, struct err *err);
bool action_list(const struct action_input *in, struct err *err);
bool action_run(const struct action_input *in, struct err *err);
bool action_subset(const struct action_input *in, struct err *err);
bool action_configure(const struct action_input *in, struct err *err);
bool action_rmqs(const struct action_input *in, struct err *err);
bool action_debug(const struct action_input *in, struct err *err);
bool action_at(const struct action_input *in, struct err *err);
bool action_body(const struct action_input *in, struct err *err);
bool action_other(const struct action_input *in, struct err *err);
bool action_errors(const struct action_input *in, struct err *err);
bool action_envid(const struct action_input *in, struct err *err);
bool action_tag(const struct action_input *in, struct err *err);
bool action_ignore(const struct action_input *in, struct err *err);
