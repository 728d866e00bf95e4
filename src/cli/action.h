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

/* The actions that cli.def names. Each returns false with ERR_USAGE. */
bool action_mode(const struct action_input *in, struct err *err);   /* place: enum mode */
bool action_switch(const struct action_input *in, struct err *err); /* place: offset of a bool */
bool action_text(const struct action_input *in,
		 struct err *err); /* place: offset of a const char * */
bool action_compose(const struct action_input *in,
		    struct err *err); /* place: enum compose_option */
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
