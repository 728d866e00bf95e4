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

/* A list of texts, as many as a setting was given. */
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

/* The field of a setting, of whatever type. */
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
