/* type.c - the types of settings: how a value is read, printed, copied and released */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/type.h"

#include "base/fs.h"
#include "base/i18n.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Texts */

static bool replace_text(void *field, char *text)
{
	char **old = field;

	free(*old);
	*old = text;
	return true;
}

static bool has_octet_up_to(const char *text, unsigned char limit)
{
	for (; *text; text++)
		if ((unsigned char)*text <= limit || *text == 0x7F)
			return true;
	return false;
}

static bool parse_text(const struct option *option, void *field, const char *text)
{
	(void)option;
	return !has_octet_up_to(text, 0x1F) && replace_text(field, mem_copy(text));
}

static bool parse_word(const struct option *option, void *field, const char *text)
{
	(void)option;
	return !has_octet_up_to(text, ' ') && replace_text(field, mem_copy(text));
}

static bool parse_sender(const struct option *option, void *field, const char *text)
{
	size_t len = strlen(text);

	(void)option;
	if (has_octet_up_to(text, 0x1F))
		return false;
	if (len >= 2 && text[0] == '<' && text[len - 1] == '>')
		return replace_text(field, mem_copy_n(text + 1, len - 2));
	return replace_text(field, mem_copy(text));
}

static bool parse_path(const struct option *option, void *field, const char *text)
{
	(void)option;
	return replace_text(field, fs_expand_home(text));
}

static bool parse_command(const struct option *option, void *field, const char *text)
{
	(void)option;
	return replace_text(field, mem_copy(text));
}

static void print_text(const struct option *option, const void *field, struct str *out)
{
	char *const *text = field;

	(void)option;
	str_add(out, *text ? *text : "");
}

static bool has_text(const void *field)
{
	char *const *text = field;

	return *text != NULL;
}

static void copy_text(void *to, const void *from)
{
	char **target = to;
	char *const *text = from;

	*target = *text ? mem_copy(*text) : NULL;
}

static void release_text(void *field)
{
	mem_free_at(field);
}

#define TEXT_TYPE(how, what)                                                                       \
	{                                                                                          \
		.expected = (what), .parse = (how), .print = print_text, .has_value = has_text,    \
		.copy = copy_text, .release = release_text                                         \
	}

const struct option_type option_type_TEXT =
	TEXT_TYPE(parse_text, N_("a text without control characters"));
const struct option_type option_type_WORD =
	TEXT_TYPE(parse_word, N_("a name without blanks and control characters"));
const struct option_type option_type_SENDER =
	TEXT_TYPE(parse_sender, N_("an address without control characters"));
const struct option_type option_type_PATH = TEXT_TYPE(parse_path, N_("a file name"));
const struct option_type option_type_COMMAND = TEXT_TYPE(parse_command, N_("a command"));

/* Secrets */

static bool parse_secret(const struct option *option, void *field, const char *text)
{
	(void)option;
	secret_set(field, text, strlen(text));
	return true;
}

static void print_secret(const struct option *option, const void *field, struct str *out)
{
	const struct secret *secret = field;

	(void)option;
	str_add(out, secret->bytes ? "*" : "");
}

static bool has_secret(const void *field)
{
	const struct secret *secret = field;

	return secret->bytes != NULL;
}

static void copy_secret(void *to, const void *from)
{
	const struct secret *secret = from;

	*(struct secret *)to = (struct secret){ 0 };
	if (secret->bytes)
		secret_set(to, secret->bytes, secret->len);
}

static void release_secret(void *field)
{
	secret_done(field);
}

const struct option_type option_type_SECRET = {
	.expected = N_("a password"),
	.parse = parse_secret,
	.print = print_secret,
	.has_value = has_secret,
	.copy = copy_secret,
	.release = release_secret,
};

/* Choices: the enum's value is the number of the word in the option's argument. */

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

static bool parse_switch(const struct option *option, void *field, const char *text)
{
	int index = word_index(option->argument, text);

	if (index >= 0)
		*(bool *)field = index == 0;
	return index >= 0;
}

static void print_switch(const struct option *option, const void *field, struct str *out)
{
	print_word(option->argument, *(const bool *)field ? 0 : 1, out);
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
static bool parse_choice(const struct option *option, void *field, const char *text)
{
	int index = word_index(option->argument, text);

	if (index >= 0)
		*(unsigned *)field = (unsigned)index;
	return index >= 0;
}

static void print_choice(const struct option *option, const void *field, struct str *out)
{
	print_word(option->argument, *(const unsigned *)field, out);
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

static void show_return(const void *field, struct str *out)
{
	str_add(out, *(const enum dsn_return *)field == DSN_RETURN_FULL ? "FULL" : "HDRS");
}

static bool has_return(const void *field)
{
	return *(const enum dsn_return *)field != DSN_RETURN_OFF;
}

const struct option_type option_type_RETURN = {
	.parse = parse_choice,
	.print = print_choice,
	.show = show_return,
	.has_value = has_return,
	.copy = copy_choice,
	.release = release_nothing,
};

/* Numbers, in C's notation: 0x19, 010. 0 stands for none. */

static bool parse_up_to(const char *text, long limit, int *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	long value = strtol(text, &end, 0);
	if (errno != 0 || *end || value < 1 || value > limit)
		return false;
	*number = (int)value;
	return true;
}

static bool parse_number(const struct option *option, void *field, const char *text)
{
	(void)option;
	return parse_up_to(text, INT_MAX, field);
}

static bool parse_port(const struct option *option, void *field, const char *text)
{
	(void)option;
	return parse_up_to(text, 65535, field);
}

static bool parse_seconds(const struct option *option, void *field, const char *text)
{
	(void)option;
	if (strcmp(text, "off") != 0)
		return parse_up_to(text, INT_MAX, field);
	*(int *)field = 0;
	return true;
}

static void print_number(const struct option *option, const void *field, struct str *out)
{
	(void)option;
	if (*(const int *)field)
		str_addf(out, "%d", *(const int *)field);
}

static void print_seconds(const struct option *option, const void *field, struct str *out)
{
	if (*(const int *)field)
		print_number(option, field, out);
	else
		str_add(out, "off");
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

/* Authentication methods */

static const char *const methods[] = {
#define METHOD(name) (name),
#include "conf/options.def"
};

const char *option_type_method(size_t number)
{
	return number < LENGTH(methods) ? methods[number] : NULL;
}

static void add_in_case(struct str *out, const char *text, size_t len, int (*change)(int))
{
	for (size_t i = 0; i < len; i++)
		str_add_char(out, (char)change((unsigned char)text[i]));
}

static char *in_upper_case(const char *text)
{
	struct str upper = STR_INIT;

	add_in_case(&upper, text, strlen(text), toupper);
	return str_take(&upper);
}

static bool parse_auth(const struct option *option, void *field, const char *text)
{
	(void)option;
	if (strcmp(text, "on") == 0)
		return replace_text(field, mem_copy(""));
	if (strcmp(text, "off") == 0)
		return replace_text(field, NULL);
	for (size_t i = 0; i < LENGTH(methods); i++)
		if (strcasecmp(text, methods[i]) == 0)
			return replace_text(field, in_upper_case(text));
	return false;
}

static void print_auth(const struct option *option, const void *field, struct str *out)
{
	const char *method = *(char *const *)field;

	(void)option;
	if (!method)
		str_add(out, "off");
	else if (!*method)
		str_add(out, "on");
	else
		add_in_case(out, method, strlen(method), tolower);
}

static void show_auth(const void *field, struct str *out)
{
	const char *method = *(char *const *)field;

	if (!method)
		str_add(out, "none");
	else
		str_add(out, *method ? method : "choose");
}

const struct option_type option_type_AUTH = {
	.expected = N_("on, off, or the name of an authentication method"),
	.parse = parse_auth,
	.print = print_auth,
	.show = show_auth,
	.copy = copy_text,
	.release = release_text,
};

/* Conditions of a delivery status notification */

/* A word of a list, without the blanks around it; moves on to what follows the comma. */
static size_t next_word(const char **list, const char **word)
{
	*word = *list + strspn(*list, " \t");
	size_t len = strcspn(*word, ",");
	*list = *word + len;
	while (len > 0 && (*word)[len - 1] == ' ')
		len--;
	return len;
}

static bool is_condition(const char *word, size_t len)
{
	static const char *const conditions[] = { "failure", "delay", "success" };

	for (size_t i = 0; i < LENGTH(conditions); i++)
		if (strlen(conditions[i]) == len && strncasecmp(word, conditions[i], len) == 0)
			return true;
	return false;
}

static bool parse_conditions(void *field, const char *text)
{
	CLEANUP(str_done) struct str list = STR_INIT;
	const char *word;

	for (;;) {
		size_t len = next_word(&text, &word);
		if (!is_condition(word, len))
			return false;
		add_in_case(&list, word, len, toupper);
		if (!*text)
			return replace_text(field, str_take(&list));
		str_add_char(&list, ',');
		text++;
	}
}

static bool parse_notify(const struct option *option, void *field, const char *text)
{
	(void)option;
	if (strcasecmp(text, "off") == 0)
		return replace_text(field, NULL);
	if (strcasecmp(text, "never") == 0)
		return replace_text(field, mem_copy("NEVER"));
	return parse_conditions(field, text);
}

static void print_notify(const struct option *option, const void *field, struct str *out)
{
	const char *list = *(char *const *)field;

	(void)option;
	if (list)
		add_in_case(out, list, strlen(list), tolower);
	else
		str_add(out, "off");
}

static void show_notify(const void *field, struct str *out)
{
	str_add(out, *(char *const *)field);
}

const struct option_type option_type_NOTIFY = {
	.expected = N_("off, never, or a list of failure, delay and success"),
	.parse = parse_notify,
	.print = print_notify,
	.show = show_notify,
	.has_value = has_text,
	.copy = copy_text,
	.release = release_text,
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

static bool parse_facility(const struct option *option, void *field, const char *text)
{
	(void)option;
	for (size_t i = 0; i < LENGTH(facilities); i++) {
		if (strcmp(text, facilities[i].name) == 0) {
			*(int *)field = facilities[i].number;
			return true;
		}
	}
	return false;
}

/* The last name of a number is its own. */
static void print_facility(const struct option *option, const void *field, struct str *out)
{
	const char *name = "";

	(void)option;
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
	.copy = copy_number,
	.release = release_nothing,
};

/* Fingerprints */

static bool parse_fingerprint(const struct option *option, void *field, const char *text)
{
	struct fingerprint read = { .len = 0 };

	(void)option;
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

static void print_fingerprint(const struct option *option, const void *field, struct str *out)
{
	const struct fingerprint *fingerprint = field;

	(void)option;
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
