/* type.c - the types of settings that are a choice, a number or a fingerprint */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/type.h"

#include "base/ascii.h"
#include "base/i18n.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* Choices: the value is the index of the word in the argument of the option ("on|off|auto"). */

static int word_index(const char *words, const char *text)
{
	size_t len = strlen(text);

	for (int index = 0;; index++) {
		size_t word = strcspn(words, "|");
		if (word == len && strncmp(words, text, len) == 0)
			return index;
		if (!words[word])
			return -1;
		words += word + 1;
	}
}

static void print_word(const char *words, unsigned index, struct str *out)
{
	while (index-- > 0)
		words += strcspn(words, "|") + 1;
	str_add_n(out, words, strcspn(words, "|"));
}

static bool parse_switch(const char *choices, void *field, const char *text)
{
	int index = word_index(choices, text);

	if (index >= 0)
		*(bool *)field = index == 0;
	return index >= 0;
}

static void print_switch(const char *choices, const void *field, struct str *out)
{
	print_word(choices, *(const bool *)field ? 0 : 1, out);
}

static void copy_switch(void *to, const void *from)
{
	*(bool *)to = *(const bool *)from;
}

static void release_nothing(void *field)
{
	(void)field;
}

const struct option_type option_type_SWITCH = {
	.parse = parse_switch,
	.print = print_switch,
	.copy = copy_switch,
	.release = release_nothing,
};

/* Every enum of settings.h has the size of an unsigned int. */
static bool parse_choice(const char *choices, void *field, const char *text)
{
	int index = word_index(choices, text);

	if (index >= 0)
		*(unsigned *)field = (unsigned)index;
	return index >= 0;
}

static void print_choice(const char *choices, const void *field, struct str *out)
{
	print_word(choices, *(const unsigned *)field, out);
}

static void copy_choice(void *to, const void *from)
{
	*(unsigned *)to = *(const unsigned *)from;
}

const struct option_type option_type_CHOICE = {
	.parse = parse_choice,
	.print = print_choice,
	.copy = copy_choice,
	.release = release_nothing,
};

static bool has_return(const void *field)
{
	return *(const enum dsn_return *)field != DSN_RETURN_OFF;
}

static void show_return(const void *field, struct str *out)
{
	if (has_return(field))
		str_add(out, *(const enum dsn_return *)field == DSN_RETURN_FULL ? "FULL" : "HDRS");
	else
		str_add(out, _("(not set)"));
}

const struct option_type option_type_RETURN = {
	.parse = parse_choice,
	.print = print_choice,
	.show = show_return,
	.has_value = has_return,
	.copy = copy_choice,
	.release = release_nothing,
};

/* Numbers in the notation of C: 0x19, 010. 0 means unset. */

static bool parse_up_to(const char *text, long limit, int *number)
{
	char *end;

	if (!ascii_is_digit(*text))
		return false;
	errno = 0;
	long value = strtol(text, &end, 0);
	if (errno != 0 || *end || value < 1 || value > limit)
		return false;
	*number = (int)value;
	return true;
}

static bool parse_number(const char *choices, void *field, const char *text)
{
	(void)choices;
	return parse_up_to(text, INT_MAX, field);
}

static bool parse_port(const char *choices, void *field, const char *text)
{
	(void)choices;
	return parse_up_to(text, 65535, field);
}

/* stdin, stdout and stderr hold no password. */
static bool parse_descriptor(const char *choices, void *field, const char *text)
{
	int number;

	(void)choices;
	if (!parse_up_to(text, INT_MAX, &number) || number < 3)
		return false;
	*(int *)field = number;
	return true;
}

static bool parse_seconds(const char *choices, void *field, const char *text)
{
	(void)choices;
	if (strcmp(text, "off") != 0)
		return parse_up_to(text, INT_MAX, field);
	*(int *)field = 0;
	return true;
}

static void print_number(const char *choices, const void *field, struct str *out)
{
	(void)choices;
	if (*(const int *)field)
		str_addf(out, "%d", *(const int *)field);
}

static void print_seconds(const char *choices, const void *field, struct str *out)
{
	if (*(const int *)field)
		print_number(choices, field, out);
	else
		str_add(out, "off");
}

/* Programs that read the output expect 0 for an unset port, as with msmtp. */
static void show_port(const void *field, struct str *out)
{
	str_addf(out, "%d", *(const int *)field);
}

static void show_seconds(const void *field, struct str *out)
{
	int seconds = *(const int *)field;

	if (seconds)
		str_addf(out, P_("%d second", "%d seconds", (unsigned long)seconds), seconds);
	else
		str_add(out, "off");
}

static bool has_number(const void *field)
{
	return *(const int *)field != 0;
}

static void copy_number(void *to, const void *from)
{
	*(int *)to = *(const int *)from;
}

const struct option_type option_type_NUMBER = {
	.expected = N_("a number greater than 0"),
	.parse = parse_number,
	.print = print_number,
	.has_value = has_number,
	.copy = copy_number,
	.release = release_nothing,
};

const struct option_type option_type_PORT = {
	.expected = N_("a number from 1 to 65535"),
	.parse = parse_port,
	.print = print_number,
	.show = show_port,
	.has_value = has_number,
	.copy = copy_number,
	.release = release_nothing,
};

const struct option_type option_type_DESCRIPTOR = {
	.expected = N_("the number of an open descriptor, 3 or greater"),
	.parse = parse_descriptor,
	.print = print_number,
	.has_value = has_number,
	.copy = copy_number,
	.release = release_nothing,
};

const struct option_type option_type_SECONDS = {
	.expected = N_("a number of seconds greater than 0, or off"),
	.parse = parse_seconds,
	.print = print_seconds,
	.show = show_seconds,
	.copy = copy_number,
	.release = release_nothing,
};

/* Facilities of syslog */

static const struct {
	const char *name;
	int number;
} facilities[] = {
	{ "off", -1 },
	{ "on", LOG_USER },
	{ "LOG_USER", LOG_USER },
	{ "LOG_MAIL", LOG_MAIL },
	{ "LOG_LOCAL0", LOG_LOCAL0 },
	{ "LOG_LOCAL1", LOG_LOCAL1 },
	{ "LOG_LOCAL2", LOG_LOCAL2 },
	{ "LOG_LOCAL3", LOG_LOCAL3 },
	{ "LOG_LOCAL4", LOG_LOCAL4 },
	{ "LOG_LOCAL5", LOG_LOCAL5 },
	{ "LOG_LOCAL6", LOG_LOCAL6 },
	{ "LOG_LOCAL7", LOG_LOCAL7 },
};

static bool parse_facility(const char *choices, void *field, const char *text)
{
	(void)choices;
	for (size_t i = 0; i < LENGTH(facilities); i++) {
		if (strcmp(text, facilities[i].name) == 0) {
			*(int *)field = facilities[i].number;
			return true;
		}
	}
	return false;
}

static const char *facility_name(size_t number)
{
	return number < LENGTH(facilities) ? facilities[number].name : NULL;
}

/* The last name in the table is the canonical one ("LOG_USER", not "on"). */
static void print_facility(const char *choices, const void *field, struct str *out)
{
	const char *name = "";

	(void)choices;
	for (size_t i = 0; i < LENGTH(facilities); i++)
		if (facilities[i].number == *(const int *)field)
			name = facilities[i].name;
	str_add(out, name);
}

static bool has_facility(const void *field)
{
	return *(const int *)field >= 0;
}

const struct option_type option_type_FACILITY = {
	.expected = N_("on, off, LOG_USER, LOG_MAIL, or LOG_LOCAL0 to LOG_LOCAL7"),
	.parse = parse_facility,
	.print = print_facility,
	.has_value = has_facility,
	.word = facility_name,
	.copy = copy_number,
	.release = release_nothing,
};

/* Fingerprints */

static bool parse_fingerprint(const char *choices, void *field, const char *text)
{
	struct fingerprint read = { .len = 0 };

	(void)choices;
	while (*text) {
		int high = str_hex_digit(text[0]);
		int low = high < 0 ? -1 : str_hex_digit(text[1]);
		if (low < 0 || read.len == sizeof read.bytes)
			return false;
		read.bytes[read.len++] = (unsigned char)(high << 4 | low);
		text += 2;
		if ((*text == ':' || *text == ' ') && text[1])
			text++;
	}
	if (read.len != 32 && read.len != 20 && read.len != 16)
		return false;
	*(struct fingerprint *)field = read;
	return true;
}

static void print_fingerprint(const char *choices, const void *field, struct str *out)
{
	const struct fingerprint *fingerprint = field;

	(void)choices;
	for (size_t i = 0; i < fingerprint->len; i++)
		str_addf(out, "%s%02X", i ? ":" : "", fingerprint->bytes[i]);
}

static bool has_fingerprint(const void *field)
{
	return ((const struct fingerprint *)field)->len > 0;
}

static void copy_fingerprint(void *to, const void *from)
{
	*(struct fingerprint *)to = *(const struct fingerprint *)from;
}

const struct option_type option_type_FINGERPRINT = {
	.expected = N_("a fingerprint: 32 (SHA-256), 20 (SHA-1) or 16 (MD5) bytes in hexadecimal"),
	.parse = parse_fingerprint,
	.print = print_fingerprint,
	.has_value = has_fingerprint,
	.copy = copy_fingerprint,
	.release = release_nothing,
};
