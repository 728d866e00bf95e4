/* mistake.c - values that a setting takes although they are probably a mistake; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/mistake.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/lookalike.h"
#include "conf/texttype.h"
#include "conf/words.h"

#include <string.h>

/* The kind of a value decides which characters in it can be intended. */
enum role {
	ROLE_EXACT,   /* its type rejects every mistake */
	ROLE_PLAIN,   /* the name of a host, or an address */
	ROLE_LIST,    /* several hosts or addresses, with commas */
	ROLE_NAME,    /* a login name and the like */
	ROLE_SECRET,  /* chosen by the user: may have any character */
	ROLE_PATH,    /* a file */
	ROLE_PROGRAM, /* a command, with or without a shell */
	ROLE_PROSE,   /* text that people read */
};

static bool is_prose(enum option_id id)
{
	return id == OPT_from_full_name || id == OPT_subject_prefix || id == OPT_add_header ||
	       id == OPT_set_header || id == OPT_logfile_time_format;
}

static enum role role_of(const struct option *option)
{
	const struct option_type *type = option->type;

	if (option->flags & OPTION_PLAIN)
		return type == &option_type_HOSTS || option_id(option) == OPT_local_domains
			       ? ROLE_LIST
			       : ROLE_PLAIN;
	if (is_prose(option_id(option)))
		return ROLE_PROSE;
	if (type == &option_type_SECRET)
		return ROLE_SECRET;
	if (type == &option_type_COMMAND || type == &option_type_WORDS)
		return ROLE_PROGRAM;
	if (type == &option_type_PATH || type == &option_type_CREDENTIAL ||
	    option->flags & OPTION_FILE)
		return ROLE_PATH;
	return type == &option_type_TEXT || type == &option_type_WORD ? ROLE_NAME : ROLE_EXACT;
}

static bool is_plain_role(enum role role)
{
	return role == ROLE_PLAIN || role == ROLE_LIST;
}

/* Decides between an error and a warning; the advice is already in the text. */
static enum mistake judge_role(enum role role)
{
	return is_plain_role(role) ? MISTAKE_ERROR : MISTAKE_DOUBT;
}

/* Each function appends the mistake that it finds, and returns its weight. */

static bool find_hidden(enum role role, const char *text, struct lookalike *found)
{
	unsigned kinds = LOOKALIKE_HIDDEN;

	if (is_plain_role(role))
		kinds |= LOOKALIKE_DASH | LOOKALIKE_SIGN;
	if (role == ROLE_NAME)
		kinds |= LOOKALIKE_DASH | LOOKALIKE_SIGN;
	if (role != ROLE_PATH && role != ROLE_PROSE)
		return lookalike_find(text, kinds, found);
	return lookalike_begins(text, kinds, found) || lookalike_ends(text, kinds, found);
}

static enum mistake check_characters(enum role role, const char *text, struct str *out)
{
	CLEANUP(str_done) struct str character = STR_INIT;
	struct lookalike found;

	if (!find_hidden(role, text, &found))
		return MISTAKE_NONE;
	lookalike_add(&character, &found);
	if (found.meant == ' ' && found.at > 0 && text[found.at + found.len])
		str_addf(out, _("there is %s in it; type a blank, or nothing"), character.bytes);
	else if (found.meant && found.meant != ' ')
		str_addf(out, _("there is %s in it; type %c"), character.bytes, found.meant);
	else
		str_addf(out, _("there is %s in it; delete it"), character.bytes);
	return judge_role(role);
}

static bool is_quote(char c)
{
	return c && strchr("\"'`", c);
}

/* Appends the quote at one end or both ends of a text; false: there is none. */
static bool find_quotes(const char *text, struct str *shown, bool *is_pair)
{
	size_t len = strlen(text);
	struct lookalike first;
	struct lookalike last;

	if (len < 2)
		return false;
	bool is_first_odd = lookalike_begins(text, LOOKALIKE_QUOTES, &first);
	bool is_last_odd = lookalike_ends(text, LOOKALIKE_QUOTES, &last);
	bool begins = is_first_odd || is_quote(text[0]);
	bool ends = is_last_odd || is_quote(text[len - 1]);
	*is_pair = begins && ends;
	if (is_first_odd || is_last_odd)
		lookalike_add(shown, is_first_odd ? &first : &last);
	else if (begins || ends)
		str_add_char(shown, begins ? text[0] : text[len - 1]);
	return begins || ends;
}

/* An address may begin with ' (an ordinary letter) or with " (a quoted local part). */
static bool is_sender_quote(const struct option *option, const char *text, bool is_pair)
{
	return option_id(option) == OPT_from && !is_pair && is_quote(text[0]);
}

static enum mistake check_quotes(const struct option *option, enum role role, const char *text,
				 struct str *out)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	bool is_pair = false;

	if (role == ROLE_PROGRAM || !find_quotes(text, &shown, &is_pair) ||
	    is_sender_quote(option, text, is_pair))
		return MISTAKE_NONE;
	/* A single quote may be part of a password, or an apostrophe. */
	if (!is_pair && !is_plain_role(role) && (role != ROLE_NAME || shown.bytes[0] != '"'))
		return MISTAKE_NONE;
	if (is_pair || is_plain_role(role))
		str_addf(out, _("%s is no quote here; write the value without it"), shown.bytes);
	else
		str_addf(out, _("there is %s at one end only; delete it"), shown.bytes);
	return judge_role(role);
}

/*
 * True for a whole command in quotes, such as "pass show x": no program has such a name. A path may
 * have blanks.
 */
static bool is_one_word(const struct option *option, const char *text)
{
	size_t len = strlen(text);
	char quote = text[0];

	if (len < 2 || (quote != '\'' && (quote != '"' || !(option->flags & OPTION_QUOTES))) ||
	    text[len - 1] != quote || strchr("/~.", text[1]))
		return false;
	return strchr(text + 1, quote) == text + len - 1 && strpbrk(text, " \t");
}

/* True if a command needs a shell, and the setting runs none: "pass show x | head -1". */
static bool has_shell(const struct option *option, const char *text)
{
	static const char *const words[] = { " | ",  " || ", " && ", " > ", " < ",
					     " 2> ", " 2>/", "$(",   "${",  " ; " };

	if (option->type != &option_type_WORDS || strpbrk(text, "\"'"))
		return false;
	const char *dollar = strstr(text, " $");
	if (strncmp(text, "~/", 2) == 0 || strstr(text, " ~/") ||
	    (dollar && ascii_is_alphanumeric(dollar[2])))
		return true;
	for (size_t i = 0; i < LENGTH(words); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

static enum mistake check_shell(const struct option *option, const char *text, struct str *out)
{
	if (!has_shell(option, text))
		return MISTAKE_NONE;
	str_add(out, _("no shell runs this, so ~, $ and | are not special; write: "));
	if (option_id(option) == OPT_password_command)
		str_add(out, "passwordeval COMMAND");
	else
		str_addf(out, "%s sh -c 'COMMAND'", option->name);
	return MISTAKE_DOUBT;
}

static enum mistake check_program(const struct option *option, const char *text, struct str *out)
{
	CLEANUP(str_done) struct str character = STR_INIT;
	struct lookalike found;

	if (is_one_word(option, text)) {
		str_addf(out,
			 _("%c around the command makes it a single word; write it "
			   "without"),
			 *text);
		return MISTAKE_DOUBT;
	}
	if (!lookalike_find(text, LOOKALIKE_QUOTES, &found))
		return check_shell(option, text, out);
	lookalike_add(&character, &found);
	str_addf(out, _("%s is no quote in a command; type %c"), character.bytes, found.meant);
	return MISTAKE_DOUBT;
}

/* In prose, # begins a comment only between two blanks: "Team #1" has none. */
static bool has_comment(const struct option *option, enum role role, const char *text)
{
	const char *hash = text;

	if (option->type == &option_type_COMMAND)
		return false;
	while ((hash = strchr(hash + 1, '#')))
		if (ascii_is_blank(hash[-1]) && (role != ROLE_PROSE || ascii_is_blank(hash[1])))
			return true;
	return false;
}

static enum mistake check_comment(const struct option *option, enum role role, const char *text,
				  struct str *out)
{
	if (!*text || !has_comment(option, role, text))
		return MISTAKE_NONE;
	str_add(out, _("# begins no comment after a value; a comment needs a line of its own"));
	return judge_role(role);
}

static enum mistake check_beginning(enum role role, const char *text, struct str *out)
{
	bool is_separated = text[0] && ascii_is_blank(text[1]);

	if (text[0] != '=' && text[0] != ':')
		return MISTAKE_NONE;
	if (!is_separated && (!is_plain_role(role) || text[0] == ':'))
		return MISTAKE_NONE;
	str_addf(out, _("leave out the %c between the setting and its value"), text[0]);
	return judge_role(role);
}

/* Only a shell replaces a variable. A password may contain $, but is hardly ${NAME} as a whole. */
static bool has_variable(const struct option *option, enum role role, const char *text)
{
	size_t len = strlen(text);
	bool begins = text[0] == '$' &&
		      (text[1] == '{' || text[1] == '_' || (text[1] >= 'A' && text[1] <= 'Z'));

	if (option->type == &option_type_COMMAND)
		return false;
	if (role == ROLE_SECRET)
		return begins && text[1] == '{' && text[len - 1] == '}';
	return begins || strstr(text, "${");
}

/* True for the whole of "$(pass show x)", a shell's command substitution. */
static bool is_command(const char *text)
{
	return text[0] == '$' && text[1] == '(' && text[strlen(text) - 1] == ')';
}

static enum mistake check_variable(const struct option *option, enum role role, const char *text,
				   struct str *out)
{
	if (role == ROLE_SECRET && is_command(text)) {
		str_add(out, _("no command is run here; passwordeval does that"));
		return MISTAKE_DOUBT;
	}
	if (!has_variable(option, role, text))
		return MISTAKE_NONE;
	str_add(out, _("a variable ($) is not replaced in a config file; write its value"));
	return judge_role(role);
}

static enum mistake check_end(enum role role, const char *text, struct str *out)
{
	size_t len = strlen(text);

	if (len < 2 || !strchr(",;", text[len - 1]) || (role == ROLE_LIST && text[len - 1] == ','))
		return MISTAKE_NONE;
	if (!is_plain_role(role) && role != ROLE_NAME && role != ROLE_PATH)
		return MISTAKE_NONE;
	str_addf(out, _("there is a %c at the end; delete it"), text[len - 1]);
	return judge_role(role);
}

static enum mistake find_in_value(const struct option *option, enum role role, const char *text,
				  struct str *out)
{
	enum mistake found = check_characters(role, text, out);

	if (found == MISTAKE_NONE)
		found = check_beginning(role, text, out);
	if (found == MISTAKE_NONE)
		found = check_comment(option, role, text, out);
	if (found == MISTAKE_NONE)
		found = check_end(role, text, out);
	if (found == MISTAKE_NONE)
		found = check_variable(option, role, text, out);
	if (found == MISTAKE_NONE)
		found = check_quotes(option, role, text, out);
	return found == MISTAKE_NONE && role == ROLE_PROGRAM ? check_program(option, text, out)
							     : found;
}

enum mistake mistake_in_value(const struct option *option, const char *text, bool is_quoted,
			      struct str *out)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	enum role role = role_of(option);
	enum mistake found =
		role == ROLE_EXACT ? MISTAKE_NONE : find_in_value(option, role, text, &words);

	if (found == MISTAKE_DOUBT && is_quoted && role != ROLE_PROGRAM)
		return MISTAKE_NONE;
	if (found != MISTAKE_NONE)
		str_addf(out, "%s: %s", option->name, words.bytes);
	if (found == MISTAKE_DOUBT && role != ROLE_PROGRAM)
		str_add(out, _(" (if it is meant, put \" around the whole value)"));
	return found;
}

/* The mistakes are those of values, with other texts for the end of a name. */
static enum mistake find_in_name(const char *name, struct str *out)
{
	CLEANUP(str_done) struct str quotes = STR_INIT;
	bool is_pair = false;

	if (check_characters(ROLE_NAME, name, out) != MISTAKE_NONE)
		return MISTAKE_DOUBT;
	if (check_beginning(ROLE_NAME, name, out) != MISTAKE_NONE)
		return MISTAKE_ERROR;
	if (strstr(name, " = ")) {
		str_add(out, _("there is a = in it; write: account NAME : OTHER"));
		return MISTAKE_ERROR;
	}
	if (strstr(name, " #"))
		str_add(out, _("# begins no comment after a name; a comment needs a line of its "
			       "own"));
	else if (strchr(name, ';'))
		str_add(out, _("there is a ; in it; delete it"));
	else if (find_quotes(name, &quotes, &is_pair) && is_pair)
		str_addf(out, _("%s is no quote here; write the name without it"), quotes.bytes);
	return out->len ? MISTAKE_DOUBT : MISTAKE_NONE;
}

enum mistake mistake_in_name(const char *name, struct str *out)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	enum mistake found = find_in_name(name, &words);

	if (found != MISTAKE_NONE)
		str_addf(out, "account: %s", words.bytes);
	return found;
}
