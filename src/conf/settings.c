/* settings.c - the values of all settings: setting, printing and copying them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/settings.h"

#include "base/i18n.h"
#include "conf/cure.h"
#include "conf/unknown.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const size_t offsets[OPTION_COUNT] = {
#define OPTION(group, name, type, argument, value, flags, help, manual)                            \
	[OPT_##name] = offsetof(struct settings, name),
#include "conf/options.def"
};

/* union option_field is large enough for every field. */
#define OPTION(group, name, type, argument, value, flags, help, manual)                            \
	static_assert(sizeof(((struct settings *)0)->name) <= sizeof(union option_field), #name);
#include "conf/options.def"

static void *field_of(struct settings *settings, const struct option *option)
{
	return (char *)settings + offsets[option_id(option)];
}

static const void *field_in(const struct settings *settings, const struct option *option)
{
	return (const char *)settings + offsets[option_id(option)];
}

/* Appends "on, off or auto" for "on|off|auto". */
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

static bool refuse_value(const struct option *option, const char *text, struct err *err)
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

/* In each type that an empty argument can unset, zero bytes mean "unset". */
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
		return refuse_value(option, text, err);
	} else if (!*text && !(option->flags & OPTION_EMPTY)) {
		unset(option, field);
		return true;
	}
	return option->type->parse(option->argument, field, text) ||
	       refuse_value(option, text, err);
}

/* Several values at once, one a line, are only valid from a queue file. */
static bool has_stray_line(const struct option *option, const char *text,
			   const struct origin *origin)
{
	return option->type->add && origin->kind != ORIGIN_QUEUE && strchr(text, '\n');
}

bool settings_set(struct settings *settings, const struct option *option, const char *text,
		  const struct origin *origin, struct err *err)
{
	if (has_stray_line(option, text, origin))
		return refuse_value(option, text, err);
	if (!set_field(option, field_of(settings, option), text, err))
		return false;
	settings->origins[option_id(option)] = *origin;
	settings->origins[option_id(option)].is_explicit = true;
	return true;
}

/* Without an argument, an alias with OPTION_ALONE means the first of its entries. */
static bool alias_matches(const struct option_alias *alias, const char *name, const char *text)
{
	if (!option_same_name(alias->name, name))
		return false;
	return !alias->argument || strcmp(alias->argument, text) == 0 ||
	       (!*text && alias->flags & OPTION_ALONE);
}

/* Error for a name that is only an alias: lists the arguments that it takes. */
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

bool settings_set_named(struct settings *settings, const char *name, const char *text,
			const struct origin *origin, struct err *err)
{
	for (size_t i = 0; i < option_alias_count; i++) {
		const struct option_alias *alias = &option_aliases[i];
		if (!alias_matches(alias, name, text))
			continue;
		return !alias->target ||
		       settings_set(settings, alias->target, alias->text ? alias->text : text,
				    origin, err);
	}
	const struct option *option = option_find(name);
	return option ? settings_set(settings, option, text, origin, err)
		      : refuse_alias(name, text, err);
}

bool settings_is_set(const struct settings *settings, const struct option *option)
{
	return !option->type->has_value || option->type->has_value(field_in(settings, option));
}

void settings_print(const struct settings *settings, const struct option *option, struct str *out)
{
	option->type->print(option->argument, field_in(settings, option), out);
}

void settings_show(const struct settings *settings, const struct option *option, struct str *out)
{
	if (option->type->show)
		option->type->show(field_in(settings, option), out);
	else if (!settings_is_set(settings, option))
		str_add(out, _("(not set)"));
	else
		settings_print(settings, option, out);
}

void settings_init(struct settings *settings)
{
	*settings = (struct settings){ 0 };
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		void *field = field_of(settings, &options[i]);
		if (options[i].value)
			(void)options[i].type->parse(options[i].argument, field, options[i].value);
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
