/* option.c - the table of the settings: finding, setting and printing one by its name */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/option.h"

#include "base/i18n.h"
#include "conf/cure.h"
#include "conf/type.h"
#include "conf/unknown.h"

#include <stddef.h>
#include <string.h>

const struct option options[OPTION_COUNT] = {
#define OPTION(group, name, type, argument, value, flags, help, manual)                            \
	[OPT_##name] = { #name,                                                                    \
			 OPTION_GROUP_##group,                                                     \
			 &option_type_##type,                                                      \
			 offsetof(struct settings, name),                                          \
			 argument,                                                                 \
			 value,                                                                    \
			 flags,                                                                    \
			 help },
#include "conf/options.def"
};

const char *const option_groups[OPTION_GROUP_COUNT] = {
#define GROUP(group, title, manual) [OPTION_GROUP_##group] = (title),
#include "conf/options.def"
};

const struct option_alias option_aliases[] = {
#define ALIAS(old, argument, name, text, flags)                                                    \
	{ #old, argument, &options[OPT_##name], text, flags },
#define NOOP(old) { #old, NULL, NULL, NULL, OPTION_MSMTP | OPTION_ALONE },
#include "conf/options.def"
};

const size_t option_alias_count = LENGTH(option_aliases);

static const struct {
	char letter;
	enum option_id id;
} letters[] = {
#define LETTER(letter, name) { letter, OPT_##name },
#include "conf/options.def"
};

static char with_underscore(char c)
{
	return c == '-' ? '_' : c;
}

bool option_same_name(const char *a, const char *b)
{
	while (*a && with_underscore(*a) == with_underscore(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct option *option_find(const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (option_same_name(options[i].name, name))
			return &options[i];
	return NULL;
}

enum option_id option_id(const struct option *option)
{
	return (enum option_id)(option - options);
}

const struct option *option_of_letter(char letter)
{
	for (size_t i = 0; i < LENGTH(letters); i++)
		if (letters[i].letter == letter)
			return &options[letters[i].id];
	return NULL;
}

static void *field_of(struct settings *settings, const struct option *option)
{
	return (char *)settings + option->offset;
}

static const void *field_in(const struct settings *settings, const struct option *option)
{
	return (const char *)settings + option->offset;
}

/* "on, off or auto" from "on|off|auto". */
static void add_choices(const char *words, struct str *out)
{
	for (;;) {
		size_t len = strcspn(words, "|");
		str_add_n(out, words, len);
		words += len;
		if (!*words)
			return;
		words++;
		str_add(out, strchr(words, '|') ? ", " : _(" or "));
	}
}

/* What was found is shown, unless it might be a secret. */
static bool refuse(const struct option *option, const char *text, struct err *err)
{
	CLEANUP(str_done) struct str expected = STR_INIT;
	CLEANUP(str_done) struct str found = STR_INIT;
	CLEANUP(str_done) struct str cure = STR_INIT;

	if (option->type->expected)
		str_add(&expected, _(option->type->expected));
	else
		add_choices(option->argument, &expected);
	if (!*text)
		return err_set(err, ERR_CONFIG, _("%s: expected %s, but nothing follows"),
			       option->name, expected.bytes);
	str_add_printable(&found, text, strlen(text));
	cure_add(option, text, &cure);
	return err_set(err, ERR_CONFIG, _("%s: expected %s, not \"%s\"%s"), option->name,
		       expected.bytes, found.bytes, cure.bytes);
}

/* All bytes zero is "none" for each type that can be unset by an empty argument. */
static void unset(const struct option *option, void *field)
{
	static const struct settings none;

	option->type->release(field);
	option->type->copy(field, field_in(&none, option));
}

static bool set_field(const struct option *option, void *field, const char *text, struct err *err)
{
	CLEANUP(str_done) struct str first = STR_INIT;

	if (!*text && option->flags & OPTION_ALONE) {
		str_add_n(&first, option->argument, strcspn(option->argument, "|"));
		text = first.bytes;
	} else if (!*text && option->flags & OPTION_NEEDED) {
		return refuse(option, text, err);
	} else if (!*text && !(option->flags & OPTION_EMPTY)) {
		unset(option, field);
		return true;
	}
	return option->type->parse(option, field, text) || refuse(option, text, err);
}

/* Several values at once, a line for each, are what the queue has written down and nobody else. */
static bool has_stray_line(const struct option *option, const char *text,
			   const struct origin *origin)
{
	return option->type->add && origin->kind != ORIGIN_QUEUE && strchr(text, '\n');
}

bool option_set(struct settings *settings, const struct option *option, const char *text,
		const struct origin *origin, struct err *err)
{
	if (has_stray_line(option, text, origin))
		return refuse(option, text, err);
	if (!set_field(option, field_of(settings, option), text, err))
		return false;
	settings->origins[option_id(option)] = *origin;
	settings->origins[option_id(option)].is_explicit = true;
	return true;
}

/* An alias that can stand alone then means what its first line says. */
static bool alias_matches(const struct option_alias *alias, const char *name, const char *text)
{
	if (!option_same_name(alias->name, name))
		return false;
	return !alias->argument || strcmp(alias->argument, text) == 0 ||
	       (!*text && alias->flags & OPTION_ALONE);
}

/* A name that is only an alias: says which arguments it takes. */
static bool refuse_alias(const char *name, const char *text, struct err *err)
{
	CLEANUP(str_done) struct str expected = STR_INIT;
	CLEANUP(str_done) struct str found = STR_INIT;

	for (size_t i = 0; i < option_alias_count; i++) {
		const struct option_alias *alias = &option_aliases[i];
		if (!option_same_name(alias->name, name))
			continue;
		str_add(&expected, expected.len ? _(" or ") : "");
		str_add(&expected, *alias->argument ? alias->argument : _("no argument"));
	}
	if (!expected.len) {
		unknown_add(name, &found);
		return err_set(err, ERR_CONFIG, "%s", found.bytes);
	}
	str_add_printable(&found, text, strlen(text));
	return err_set(err, ERR_CONFIG, _("%s: expected %s, not \"%s\""), name, expected.bytes,
		       found.bytes);
}

bool option_exists(const char *name)
{
	for (size_t i = 0; i < option_alias_count; i++)
		if (option_same_name(option_aliases[i].name, name))
			return true;
	return option_find(name) != NULL;
}

bool option_set_named(struct settings *settings, const char *name, const char *text,
		      const struct origin *origin, struct err *err)
{
	for (size_t i = 0; i < option_alias_count; i++) {
		const struct option_alias *alias = &option_aliases[i];
		if (!alias_matches(alias, name, text))
			continue;
		return !alias->target || option_set(settings, alias->target,
						    alias->text ? alias->text : text, origin, err);
	}
	const struct option *option = option_find(name);
	return option ? option_set(settings, option, text, origin, err)
		      : refuse_alias(name, text, err);
}

bool option_is_set(const struct settings *settings, const struct option *option)
{
	return !option->type->has_value || option->type->has_value(field_in(settings, option));
}

void option_print(const struct settings *settings, const struct option *option, struct str *out)
{
	option->type->print(option, field_in(settings, option), out);
}

void option_show(const struct settings *settings, const struct option *option, struct str *out)
{
	if (option->type->show)
		option->type->show(field_in(settings, option), out);
	else if (!option_is_set(settings, option))
		str_add(out, _("(not set)"));
	else
		option_print(settings, option, out);
}

void origin_print(const struct origin *origin, struct str *out)
{
	switch (origin->kind) {
	case ORIGIN_DEFAULT:
		str_add(out, _("default"));
		break;
	case ORIGIN_FILE:
		str_addf(out, "%s:%d", origin->file, origin->line);
		break;
	case ORIGIN_ENVIRONMENT:
		str_add(out, _("environment"));
		break;
	case ORIGIN_MESSAGE:
		str_add(out, _("From field"));
		break;
	case ORIGIN_COMMAND_LINE:
		str_add(out, _("command line"));
		break;
	case ORIGIN_QUEUE:
		str_add(out, _("command line by which the message was given in"));
		break;
	}
}

void settings_init(struct settings *settings)
{
	*settings = (struct settings){ 0 };
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		void *field = field_of(settings, &options[i]);
		if (options[i].value)
			(void)options[i].type->parse(&options[i], field, options[i].value);
	}
}

void settings_done(struct settings *settings)
{
	if (!settings)
		return;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		options[i].type->release(field_of(settings, &options[i]));
}

void settings_copy(struct settings *to, const struct settings *from)
{
	*to = *from;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		options[i].type->copy(field_of(to, &options[i]), field_in(from, &options[i]));
}

void settings_take(struct settings *to, const struct settings *from, enum option_id id)
{
	if (to == from)
		return;
	options[id].type->release(field_of(to, &options[id]));
	options[id].type->copy(field_of(to, &options[id]), field_in(from, &options[id]));
	to->origins[id] = from->origins[id];
}

void settings_add(struct settings *to, const struct settings *from, enum option_id id)
{
	if (!options[id].type->add) {
		settings_take(to, from, id);
		return;
	}
	options[id].type->add(field_of(to, &options[id]), field_in(from, &options[id]));
	to->origins[id] = from->origins[id];
}

void settings_overlay(struct settings *to, const struct settings *from)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (from->origins[i].is_explicit)
			settings_take(to, from, (enum option_id)i);
}

bool settings_is_explicit(const struct settings *settings, enum option_id id)
{
	return settings->origins[id].is_explicit;
}
