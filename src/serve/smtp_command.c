/* smtp_command.c - parsing the commands of an SMTP client: verbs, paths and parameters; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "serve/smtp_command.h"

#include "base/ascii.h"
#include "mail/address_parse.h"
#include "mail/envelope.h"

#include <stdlib.h>
#include <string.h>

/* Limits of RFC 3461 section 4. A longer value is accepted, and not passed on. */
enum { SIZE_DIGITS_MAX = 20, ENVID_MAX = 100, ORCPT_MAX = 500 };

enum argument { ARGUMENT_NONE, ARGUMENT_ANY, ARGUMENT_NEEDED, ARGUMENT_PATH };

static const struct verb_name {
	const char *name;
	enum verb verb;
	enum argument argument;
} verbs[] = {
	{ "HELO", VERB_HELO, ARGUMENT_NEEDED }, { "EHLO", VERB_EHLO, ARGUMENT_NEEDED },
	{ "MAIL", VERB_MAIL, ARGUMENT_PATH },   { "RCPT", VERB_RCPT, ARGUMENT_PATH },
	{ "DATA", VERB_DATA, ARGUMENT_NONE },   { "RSET", VERB_RSET, ARGUMENT_NONE },
	{ "NOOP", VERB_NOOP, ARGUMENT_ANY },    { "VRFY", VERB_VRFY, ARGUMENT_NEEDED },
	{ "HELP", VERB_HELP, ARGUMENT_ANY },    { "QUIT", VERB_QUIT, ARGUMENT_NONE },
	{ "AUTH", VERB_OTHER, ARGUMENT_ANY },   { "BDAT", VERB_OTHER, ARGUMENT_ANY },
	{ "ETRN", VERB_OTHER, ARGUMENT_ANY },   { "EXPN", VERB_OTHER, ARGUMENT_ANY },
	{ "SAML", VERB_OTHER, ARGUMENT_ANY },   { "SEND", VERB_OTHER, ARGUMENT_ANY },
	{ "SOML", VERB_OTHER, ARGUMENT_ANY },   { "STARTTLS", VERB_OTHER, ARGUMENT_ANY },
	{ "TURN", VERB_OTHER, ARGUMENT_ANY },
};

void smtp_command_done(struct smtp_command *command)
{
	free(command->path);
	free(command->ret);
	free(command->envid);
	free(command->notify);
	free(command->orcpt);
	*command = (struct smtp_command){ 0 };
}

static bool refuse(struct str *reply, const char *text)
{
	str_add(reply, text);
	return false;
}

/*
 * Parameters. A missing value is NULL. Values are stored in capitals if their case does not matter.
 */

static bool take_size(struct smtp_command *command, const char *value)
{
	size_t digits = value ? strspn(value, "0123456789") : 0;

	if (digits == 0 || digits > SIZE_DIGITS_MAX || value[digits])
		return false;
	command->size = strtoull(value, NULL, 10); /* an overflow gives the greatest number */
	return true;
}

/* Accepts 7BIT and 8BITMIME alike: the content itself is examined later. */
static bool take_body(struct smtp_command *command, const char *value)
{
	(void)command;
	return value &&
	       (ascii_compare(value, "7BIT") == 0 || ascii_compare(value, "8BITMIME") == 0);
}

static bool take_smtputf8(struct smtp_command *command, const char *value)
{
	(void)command;
	return !value;
}

static bool take_ret(struct smtp_command *command, const char *value)
{
	if (!value || (ascii_compare(value, "FULL") != 0 && ascii_compare(value, "HDRS") != 0))
		return false;
	command->ret = ascii_upper_copy(value, strlen(value));
	return true;
}

static bool take_envid(struct smtp_command *command, const char *value)
{
	if (!value || !*value || !envelope_is_xtext(value))
		return false;
	if (strlen(value) <= ENVID_MAX)
		command->envid = mem_copy(value);
	return true;
}

/* Takes a word of NOTIFY off `text`. Returns false if the word is unknown or repeated. */
static bool take_notify_word(const char **text, unsigned *seen)
{
	static const char *const words[] = { "SUCCESS", "FAILURE", "DELAY" };
	size_t len = strcspn(*text, ",");

	for (unsigned i = 0; i < LENGTH(words); i++) {
		if (strlen(words[i]) != len || memcmp(words[i], *text, len) != 0)
			continue;
		bool is_new = !(*seen & 1U << i);
		*seen |= 1U << i;
		*text += len;
		return is_new;
	}
	return false;
}

static bool is_notify_list(const char *text)
{
	unsigned seen = 0;

	if (strcmp(text, "NEVER") == 0)
		return true;
	do {
		if (!take_notify_word(&text, &seen))
			return false;
	} while (*text++ == ',');
	return true;
}

static bool take_notify(struct smtp_command *command, const char *value)
{
	if (!value)
		return false;
	command->notify = ascii_upper_copy(value, strlen(value));
	return is_notify_list(command->notify);
}

static bool take_orcpt(struct smtp_command *command, const char *value)
{
	size_t type = 0;

	while (value && (ascii_is_alphanumeric(value[type]) || value[type] == '-'))
		type++;
	if (type == 0 || value[type] != ';' || !value[type + 1] ||
	    !envelope_is_xtext(value + type + 1))
		return false;
	if (strlen(value) <= ORCPT_MAX)
		command->orcpt = mem_copy(value);
	return true;
}

static const struct parameter {
	const char *name;
	enum verb verb;
	bool (*take)(struct smtp_command *command, const char *value);
} parameters[] = {
	{ "SIZE", VERB_MAIL, take_size },         { "BODY", VERB_MAIL, take_body },
	{ "SMTPUTF8", VERB_MAIL, take_smtputf8 }, { "RET", VERB_MAIL, take_ret },
	{ "ENVID", VERB_MAIL, take_envid },       { "NOTIFY", VERB_RCPT, take_notify },
	{ "ORCPT", VERB_RCPT, take_orcpt },
};

enum { PARAMETERS = LENGTH(parameters) };

static bool take_parameter(struct smtp_command *command, char *text, unsigned *seen,
			   struct str *reply)
{
	char *value = strchr(text, '=');

	if (value)
		*value++ = '\0';
	for (unsigned i = 0; i < PARAMETERS; i++) {
		const struct parameter *parameter = &parameters[i];
		if (parameter->verb != command->verb || ascii_compare(parameter->name, text) != 0)
			continue;
		bool is_new = !(*seen & 1U << i);
		*seen |= 1U << i;
		if (is_new && parameter->take(command, value))
			return true;
		str_addf(reply, "501 5.5.4 %s %s", parameter->name,
			 is_new ? "has a value that it can't have" : "is given twice");
		return false;
	}
	return refuse(reply, "555 5.5.4 a parameter is unknown here");
}

static bool take_parameters(struct smtp_command *command, const char *rest, struct str *reply)
{
	unsigned seen = 0;

	while (*(rest += strspn(rest, " "))) {
		size_t len = strcspn(rest, " ");
		CLEANUP(mem_free_at) char *text = mem_copy_n(rest, len);
		if (!take_parameter(command, text, &seen, reply))
			return false;
		rest += len;
	}
	return true;
}

/* Paths */

/* The length up to the first `end` outside a quoted string, or of the whole text. */
static size_t path_length(const char *text, char end)
{
	bool is_quoted = false;
	size_t i = 0;

	for (; text[i] && (is_quoted || text[i] != end); i++) {
		if (text[i] == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && text[i] == '\\' && text[i + 1])
			i++;
	}
	return i;
}

/* Takes a path off `rest`, without brackets and source route. Returns NULL if there is no path. */
static char *take_path(const char **rest)
{
	const char *start = *rest;
	bool has_bracket = *start == '<';
	size_t len;

	start += has_bracket;
	len = path_length(start, has_bracket ? '>' : ' ');
	if (has_bracket ? start[len] != '>' : len == 0)
		return NULL;
	*rest = start + len + has_bracket;
	if (**rest && **rest != ' ')
		return NULL;
	if (len > 0 && *start == '@') {
		size_t route = path_length(start, ':') + 1;
		if (route >= len)
			return NULL;
		start += route;
		len -= route;
	}
	return mem_copy_n(start, len);
}

static bool read_address(struct smtp_command *command, const char *text, struct str *reply)
{
	const char *code = command->verb == VERB_MAIL ? "501 5.1.7" : "501 5.1.3";
	CLEANUP(address_done) struct address address = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (command->verb == VERB_MAIL && !*text) {
		command->path = mem_copy("");
		return true;
	}
	if (address_parse_path(text, &address, &err)) {
		command->path = address_path(&address);
		if (address_check(command->path, &err))
			return true;
	}
	str_addf(reply, "%s %s", code, err.text);
	return false;
}

static bool read_path(struct smtp_command *command, const char *rest, struct str *reply)
{
	bool is_mail = command->verb == VERB_MAIL;
	const char *word = is_mail ? "FROM:" : "TO:";

	if (!ascii_begins(rest, word))
		return refuse(reply, is_mail ? "501 5.5.4 expected MAIL FROM:<address>"
					     : "501 5.5.4 expected RCPT TO:<address>");
	rest += strlen(word);
	rest += strspn(rest, " ");
	CLEANUP(mem_free_at) char *path = take_path(&rest);
	if (!path)
		return refuse(reply,
			      is_mail ? "501 5.1.7 that is no path" : "501 5.1.3 that is no path");
	return read_address(command, path, reply) && take_parameters(command, rest, reply);
}

/* Verbs */

static const struct verb_name *find_verb(const char *line, size_t len)
{
	for (size_t i = 0; i < LENGTH(verbs); i++)
		if (ascii_is(line, len, verbs[i].name))
			return &verbs[i];
	return NULL;
}

static bool is_printable(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7F)
			return false;
	return str_is_utf8(line, len);
}

static bool read_argument(struct smtp_command *command, enum argument argument, const char *rest,
			  struct str *reply)
{
	switch (argument) {
	case ARGUMENT_PATH:
		return read_path(command, rest, reply);
	case ARGUMENT_NONE:
		return !*rest || refuse(reply, "501 5.5.4 that command takes no argument");
	case ARGUMENT_NEEDED:
		return *rest || refuse(reply, "501 5.5.4 that command needs an argument");
	case ARGUMENT_ANY:
		break;
	}
	return true;
}

bool smtp_command_parse(struct smtp_command *command, const char *line, size_t len,
			struct str *reply)
{
	*command = (struct smtp_command){ .verb = VERB_OTHER };
	if (!is_printable(line, len))
		return refuse(reply, "500 5.5.2 a command is one line of printable text");
	while (len > 0 && line[len - 1] == ' ')
		len--;
	CLEANUP(mem_free_at) char *copy = mem_copy_n(line, len);
	size_t verb_len = strcspn(copy, " ");
	const struct verb_name *found = find_verb(copy, verb_len);
	if (!found)
		return refuse(reply, "500 5.5.1 there is no such command");
	command->verb = found->verb;
	const char *rest = copy + verb_len;
	return read_argument(command, found->argument, rest + strspn(rest, " "), reply);
}
