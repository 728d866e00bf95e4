/* type.h - the types of settings: how a value is read, printed, copied and released */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"
#include "conf/option.h"

/*
 * A type is a record. `parse` gets a field that holds a value of the type already and replaces it,
 * or returns false and leaves it alone. `print` appends what parse would take. `has_value` is NULL
 * for a type that always has one; `show` is what --pretend says of a value, and of none (NULL: as
 * `print`, and "(not set)"). `word` gives the words that a type of its own has, NULL behind the
 * last one; it is NULL for a type that has none, or those of the argument. `copy` writes over
 * storage that holds nothing yet. A list has `add`, which appends another one; its values are
 * printed with a line feed between them, and parse appends what it reads.
 */
struct option_type {
	const char *expected; /* for an error, wants _(); NULL: the words of the argument */
	bool (*parse)(const struct option *option, void *field, const char *text);
	void (*print)(const struct option *option, const void *field, struct str *out);
	void (*show)(const void *field, struct str *out);
	bool (*has_value)(const void *field);
	const char *(*word)(size_t number);
	void (*copy)(void *to, const void *from);
	void (*add)(void *to, const void *from);
	void (*release)(void *field);
};

extern const struct option_type option_type_TEXT, option_type_WORD, option_type_SENDER,
	option_type_PATH, option_type_COMMAND, option_type_SECRET, option_type_SWITCH,
	option_type_CHOICE, option_type_RETURN, option_type_NUMBER, option_type_PORT,
	option_type_SECONDS, option_type_AUTH, option_type_NOTIFY, option_type_FACILITY,
	option_type_FINGERPRINT, option_type_FIELDS, option_type_NAMES, option_type_HOSTS,
	option_type_PINS, option_type_CREDENTIAL, option_type_WORDS, option_type_DESCRIPTOR,
	option_type_EXTENSIONS;

/* The authentication methods that can be written, in lower case; NULL behind the last. */
const char *option_type_method(size_t number);
