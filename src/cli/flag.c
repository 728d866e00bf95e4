/* flag.c - the options of cli.def, which are not settings */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/flag.h"

#include "base/i18n.h"
#include "conf/option.h"

#include <string.h>

const struct flag flags[] = {
#define MODE(mode)     action_mode, MODE_##mode
#define SWITCH(member) action_switch, offsetof(struct request, member)
#define TEXT(member)   action_text, offsetof(struct request, member)
#define COMPOSE(part)  action_compose, COMPOSE_##part
#define ACTION(name)   action_##name, 0
#define FLAG(group, name, letter, argument, flags, action, help, manual)                           \
	{ name, letter, argument, flags, action },
#define IGNORED(letter, argument) { NULL, letter, argument, 0, ACTION(ignore) },
#include "cli/cli.def"
};

const size_t flag_count = LENGTH(flags);

const struct flag *flag_of_letter(char letter)
{
	for (size_t i = 0; i < flag_count; i++)
		if (flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

bool flag_is_for_people(const struct flag *flag)
{
	enum mode mode;
	bool is_mode = flag->name && mode_find(flag->name, &mode);

	return flag_composes(flag) || (is_mode && !mode_is_information(mode));
}

bool flag_composes(const struct flag *flag)
{
	return flag->action == action_compose;
}

static bool is_word_of(const char *text, const char *letters)
{
	return *text && strchr(letters, *text) && !text[1];
}

bool flag_is_idle(const struct flag *flag, const char *text)
{
	if (flag->action == action_errors)
		return !is_word_of(text, "mpqew");
	if (flag->action == action_other && *text == 'e')
		return !is_word_of(text + 1, "mpqew");
	if (flag->action == action_other)
		return *text != 'd' || !is_word_of(text + 1, "ibqd");
	return flag->action == action_ignore ||
	       (flag->action == action_switch &&
		flag->place == offsetof(struct request, needs_smtputf8));
}

bool flag_do(struct args *args, const struct flag *flag, const char *name, const char *text,
	     struct err *err)
{
	const struct action_input in = { args, name, text, flag->place };

	return flag->action(&in, err);
}
