/* texttype.c - the types of settings that are a text, or are kept as one */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/texttype.h"

#include "base/ascii.h"
#include "base/fs.h"
#include "base/home.h"
#include "base/i18n.h"
#include "conf/extensions.h"
#include "conf/hostlist.h"
#include "conf/uri.h"

#include <stdlib.h>
#include <string.h>

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

static bool parse_text(const char *choices, void *field, const char *text)
{
	(void)choices;
	return !has_octet_up_to(text, 0x1F) && replace_text(field, mem_copy(text));
}

static bool parse_word(const char *choices, void *field, const char *text)
{
	(void)choices;
	return !has_octet_up_to(text, ' ') && replace_text(field, mem_copy(text));
}

static bool parse_hosts(const char *choices, void *field, const char *text)
{
	(void)choices;
	return !has_octet_up_to(text, 0x1F) && hostlist_is_valid(text) &&
	       replace_text(field, mem_copy(text));
}

static bool parse_extensions(const char *choices, void *field, const char *text)
{
	(void)choices;
	return extensions_are_known(text) && replace_text(field, mem_copy(text));
}

/* The address in "<bob@example.org>" or "Bob <bob@example.org>"; without <> the whole text. */
static char *copy_bracketed(const char *text)
{
	const char *open = strrchr(text, '<');
	size_t len = open ? strcspn(open + 1, ">") : 0;

	if (!open || strcmp(open + 1 + len, ">") != 0 || memchr(text, '<', (size_t)(open - text)))
		return mem_copy(text);
	return mem_copy_n(open + 1, len);
}

static bool parse_sender(const char *choices, void *field, const char *text)
{
	(void)choices;
	return !has_octet_up_to(text, 0x1F) && replace_text(field, copy_bracketed(text));
}

static bool parse_path(const char *choices, void *field, const char *text)
{
	(void)choices;
	return replace_text(field, home_expand(text));
}

static bool parse_command(const char *choices, void *field, const char *text)
{
	(void)choices;
	return replace_text(field, mem_copy(text));
}

static void print_text(const char *choices, const void *field, struct str *out)
{
	char *const *text = field;

	(void)choices;
	str_add(out, *text ? *text : "");
}

/* An empty name means no file. */
static void show_path(const void *field, struct str *out)
{
	const char *path = *(char *const *)field;

	str_add(out, path && *path ? path : _("(not set)"));
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
const struct option_type option_type_HOSTS =
	TEXT_TYPE(parse_hosts, N_("hosts as in mx.example:587 or [2001:db8::1]:587"));
const struct option_type option_type_EXTENSIONS =
	TEXT_TYPE(parse_extensions, N_("extensions of SMTP as in CHUNKING, PIPELINING, 8BITMIME, "
				       "SMTPUTF8, SIZE, DSN"));
const struct option_type option_type_SENDER =
	TEXT_TYPE(parse_sender, N_("an address without control characters"));
const struct option_type option_type_PATH = {
	.expected = N_("a file name"),
	.parse = parse_path,
	.print = print_text,
	.show = show_path,
	.has_value = has_text,
	.copy = copy_text,
	.release = release_text,
};
const struct option_type option_type_COMMAND = TEXT_TYPE(parse_command, N_("a command"));

/*
 * A file, or an object on a PKCS#11 token. A PIN in the URI is neither shown nor written to the
 * queue. Every text is accepted, so that no error shows a PIN.
 */

static void release_credential(void *field)
{
	char *const *text = field;

	if (*text)
		mem_wipe(*text, strlen(*text));
	mem_free_at(field);
}

static bool parse_credential(const char *choices, void *field, const char *text)
{
	char **credential = field;

	if (!uri_is_token(text))
		return parse_path(choices, field, text);
	release_credential(field);
	*credential = mem_copy(text);
	return true;
}

static void print_credential(const char *choices, const void *field, struct str *out)
{
	char *const *text = field;

	if (!uri_is_token(*text)) {
		print_text(choices, field, out);
		return;
	}
	CLEANUP(mem_free_at) char *shown = uri_without_pin(*text);
	str_add(out, shown);
}

const struct option_type option_type_CREDENTIAL = {
	.expected = N_("a file name or a URI"),
	.parse = parse_credential,
	.print = print_credential,
	.has_value = has_text,
	.copy = copy_text,
	.release = release_credential,
};

/* Secrets */

static bool parse_secret(const char *choices, void *field, const char *text)
{
	(void)choices;
	secret_set(field, text, strlen(text));
	return true;
}

static void print_secret(const char *choices, const void *field, struct str *out)
{
	const struct secret *secret = field;

	(void)choices;
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

/* SASL mechanisms */

/* RFC 4422 section 3.1 */
enum { MECHANISM_NAME_MAX = 20 };

static const char mechanisms[][MECHANISM_NAME_MAX + 1] = {
#define MECHANISM(name, need, flags, backend, setting) name,
#include "conf/mechanism.def"
};

const char *texttype_method(size_t number)
{
	static char words[LENGTH(mechanisms)][MECHANISM_NAME_MAX + 1];

	if (number >= LENGTH(mechanisms))
		return NULL;
	for (size_t i = 0; i < MECHANISM_NAME_MAX; i++)
		words[number][i] = ascii_lower(mechanisms[number][i]);
	return words[number];
}

static void add_in_lower_case(struct str *out, const char *text)
{
	for (; *text; text++)
		str_add_char(out, ascii_lower(*text));
}

static bool parse_auth(const char *choices, void *field, const char *text)
{
	(void)choices;
	if (strcmp(text, "on") == 0)
		return replace_text(field, mem_copy(""));
	if (strcmp(text, "off") == 0)
		return replace_text(field, NULL);
	for (size_t i = 0; i < LENGTH(mechanisms); i++)
		if (ascii_compare(text, mechanisms[i]) == 0)
			return replace_text(field, ascii_upper_copy(text, strlen(text)));
	return false;
}

static void print_auth(const char *choices, const void *field, struct str *out)
{
	const char *method = *(char *const *)field;

	(void)choices;
	if (!method)
		str_add(out, "off");
	else if (!*method)
		str_add(out, "on");
	else
		add_in_lower_case(out, method);
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
	.word = texttype_method,
	.show = show_auth,
	.copy = copy_text,
	.release = release_text,
};

/* Conditions of a delivery status notification */

/* Finds the next word of a list, without blanks around it, and moves *list to the next comma. */
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
		if (ascii_is(word, len, conditions[i]))
			return true;
	return false;
}

static const char *notify_word(size_t number)
{
	static const char *const words[] = { "off", "never", "failure", "delay", "success" };

	return number < LENGTH(words) ? words[number] : NULL;
}

/* RFC 3461 section 4.1 allows each condition once. */
static bool parse_conditions(void *field, const char *text)
{
	CLEANUP(str_done) struct str list = STR_INIT;
	const char *word;

	for (;;) {
		size_t len = next_word(&text, &word);
		CLEANUP(mem_free_at) char *upper = ascii_upper_copy(word, len);
		if (!is_condition(word, len) || strstr(list.bytes, upper))
			return false;
		str_add(&list, upper);
		if (!*text)
			return replace_text(field, str_take(&list));
		str_add_char(&list, ',');
		text++;
	}
}

static bool parse_notify(const char *choices, void *field, const char *text)
{
	(void)choices;
	if (ascii_compare(text, "off") == 0)
		return replace_text(field, NULL);
	if (ascii_compare(text, "never") == 0)
		return replace_text(field, mem_copy("NEVER"));
	return parse_conditions(field, text);
}

static void print_notify(const char *choices, const void *field, struct str *out)
{
	const char *list = *(char *const *)field;

	(void)choices;
	if (list)
		add_in_lower_case(out, list);
	else
		str_add(out, "off");
}

static void show_notify(const void *field, struct str *out)
{
	const char *list = *(char *const *)field;

	str_add(out, list ? list : _("(not set)"));
}

const struct option_type option_type_NOTIFY = {
	.expected = N_("off, never, or a list of failure, delay and success"),
	.parse = parse_notify,
	.print = print_notify,
	.word = notify_word,
	.show = show_notify,
	.has_value = has_text,
	.copy = copy_text,
	.release = release_text,
};
