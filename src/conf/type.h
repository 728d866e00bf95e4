/* type.h - the types of settings: how a value is read, printed, copied and released */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/str.h"

enum dsn_return { DSN_RETURN_OFF, DSN_RETURN_HEADERS, DSN_RETURN_FULL };

/* The digest of a certificate: 32 (SHA-256), 20 (SHA-1) or 16 (MD5) bytes; 0: unset. */
struct fingerprint {
	unsigned char bytes[32];
	size_t len;
};

/* A list of texts. */
struct texts {
	char **items;
	size_t count;
};

/* The SHA-256 digest of a public key (SubjectPublicKeyInfo, RFC 7469 section 2.4). */
struct pin {
	unsigned char bytes[32];
};

struct pins {
	struct pin *items;
	size_t count;
};

/* The field of a setting of any type. */
union option_field {
	bool is_on;
	int number;
	unsigned choice;
	char *text;
	char **words;
	struct secret secret;
	struct fingerprint fingerprint;
	struct texts texts;
	struct pins pins;
};

/*
 * A type is a table of functions; `choices` is the argument of the option, such as "on|off".
 *
 * `parse` replaces the value in a field, or returns false and leaves it unchanged. `print` appends
 * the value in the form that parse takes. `show` appends the value, or its absence, as --pretend
 * shows it (NULL: as `print`, or "(not set)"). `has_value` is NULL for a type that always has a
 * value.
 *
 * `word` returns the words of a type that has words of its own, and NULL after the last; it is NULL
 * for other types. `copy` writes to uninitialised storage. Only a list has `add`, which appends
 * another list; its items are printed one a line, and `parse` appends items.
 */
struct option_type {
	const char *expected; /* for an error text, call _(); NULL: the words of `choices` */
	bool (*parse)(const char *choices, void *field, const char *text);
	void (*print)(const char *choices, const void *field, struct str *out);
	void (*show)(const void *field, struct str *out);
	bool (*has_value)(const void *field);
	const char *(*word)(size_t number);
	void (*copy)(void *to, const void *from);
	void (*add)(void *to, const void *from);
	void (*release)(void *field);
};

extern const struct option_type option_type_SWITCH, option_type_CHOICE, option_type_RETURN,
	option_type_NUMBER, option_type_PORT, option_type_SECONDS, option_type_FACILITY,
	option_type_FINGERPRINT, option_type_DESCRIPTOR;
