/* misuse.c - mistakes of people at a shell, and what to type instead */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/misuse.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/lookalike.h"
#include "cli/longname.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sets "TEXT: CHARACTER PROBLEM". */
static bool refuse_character(const char *text, const struct lookalike *found, const char *problem,
			     struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	lookalike_add(&words, found);
	str_addf(&words, " %s", problem);
	return args_refuse(err, words.bytes, text);
}

static bool advise(const char *text, const char *problem, const char *cure, struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	str_addf(&words, "%s: %s", problem, cure);
	return args_refuse(err, words.bytes, text);
}

/* Dashes */

/* Returns the word with hyphens: two for a long option, one for a letter. */
static char *with_hyphens(const char *word)
{
	CLEANUP(mem_free_at) char *mended = lookalike_mend(word, LOOKALIKE_DASH | LOOKALIKE_HIDDEN);
	const char *text = mended + strspn(mended, "- ");
	CLEANUP(mem_free_at) char *name = mem_copy_n(text, strcspn(text, "="));

	return str_format("%s%s", strlen(name) > 1 || longname_exists(name) ? "--" : "-", text);
}

/* Finds a dash or an invisible character at the beginning, or after the first hyphen. */
static bool find_at_beginning(const char *word, struct lookalike *found)
{
	unsigned kinds = LOOKALIKE_DASH | LOOKALIKE_HIDDEN;

	return (lookalike_begins(word, kinds, found) ||
		(*word == '-' && lookalike_begins(word + 1, kinds, found))) &&
	       found->point >= 0x80;
}

static bool check_dashes(const char *word, struct err *err)
{
	struct lookalike found;

	if (!find_at_beginning(word, &found))
		return true;
	CLEANUP(mem_free_at) char *mended = with_hyphens(word);
	CLEANUP(str_done) struct str words = STR_INIT;
	lookalike_add(&words, &found);
	if (found.kind == LOOKALIKE_DASH)
		str_addf(&words, _(" is no hyphen; write: %s"), mended);
	else
		str_add(&words, _(" does not belong at the beginning; delete it"));
	return args_refuse(err, words.bytes, word);
}

/*
 * Refuses -to, -subject and the like, whose letters would mean something else. -at is allowed: the
 * account "t".
 */
static bool check_single_hyphen(const char *word, struct err *err)
{
	const char *text = word + (*word == '-');
	CLEANUP(mem_free_at) char *name = mem_copy_n(text, strcspn(text, "="));

	if (word[0] != '-' || strlen(name) < 2 || strcmp(name, "at") == 0 || !longname_exists(name))
		return true;
	CLEANUP(mem_free_at) char *mended = str_format("-%s", word);
	return advise(word, _("a long option has two hyphens; write"), mended, err);
}

/* Quotes */

static bool is_opening(const struct lookalike *quote)
{
	return quote->kind == LOOKALIKE_QUOTE || quote->point == 0x2018 || quote->point == 0x201A ||
	       quote->point == 0x2039;
}

/*
 * Whether an argument has typographic quotes, which the shell does not know: around it, or at one
 * end only, because the shell split it at blanks. In prose, a pair of them is allowed.
 */
static bool has_odd_quotes(const char *text, bool is_prose, struct lookalike *found)
{
	struct lookalike other;

	bool begins = lookalike_begins(text, LOOKALIKE_QUOTES, found) && is_opening(found);
	if (begins && !lookalike_find(text + found->len, LOOKALIKE_QUOTES, &other))
		return true;
	if (is_prose)
		return false;
	if (begins)
		return lookalike_ends(text, LOOKALIKE_QUOTES, &other);
	return lookalike_ends(text, LOOKALIKE_QUOTES, found);
}

static bool check_quotes(const char *text, const char *shown, bool is_prose, struct err *err)
{
	struct lookalike found;

	return !has_odd_quotes(text, is_prose, &found) ||
	       refuse_character(shown, &found,
				_("is no quote for the shell; put \" or ' around the argument"),
				err);
}

/* Refuses invisible characters in an address. A display name may have them. */
static bool check_address(const char *text, const char *shown, struct err *err)
{
	struct lookalike found;

	if (!strchr(text, '<') && lookalike_find(text, LOOKALIKE_HIDDEN, &found) &&
	    found.point >= 0x80)
		return refuse_character(shown, &found, _("can't be in an address; delete it"), err);
	if (lookalike_begins(text, LOOKALIKE_DASH, &found))
		return refuse_character(shown, &found,
					_("is no hyphen, and can't begin an "
					  "address"),
					err);
	return check_quotes(text, shown, false, err);
}

/* Commands of other programs */

static const struct {
	const char *words, *meant;
} commands[] = {
	{ " help usage ", "mailchute --help" },
	{ " version ", "mailchute --version" },
	{ " queue list ls mailq status ", "mailchute --queue-list" },
	{ " send mail compose to to: ", "mailchute --to ADDRESS --subject TEXT" },
	{ " run flush ", "mailchute --queue-run" },
	{ " retry ", "mailchute --queue-retry ID" },
	{ " show ", "mailchute --queue-show ID" },
	{ " hold ", "mailchute --queue-hold ID" },
	{ " remove delete rm ", "mailchute --queue-remove ID" },
	{ " import ", "mailchute --queue-import FOLDER" },
	{ " configure setup ", "mailchute --configure ADDRESS" },
	{ " serverinfo ", "mailchute --serverinfo" },
	{ " explain ", "mailchute --explain" },
	{ " pretend ", "mailchute --pretend" },
	{ " check config ", "mailchute --print-config" },
	{ " attach ", "mailchute --to ADDRESS --attach FILE" },
};

static bool check_command(const char *word, struct err *err)
{
	CLEANUP(mem_free_at) char *padded = str_format(" %s ", word);
	CLEANUP(str_done) struct str words = STR_INIT;

	for (size_t i = 0; !strchr(word, ' ') && *word && i < LENGTH(commands); i++) {
		if (!strstr(commands[i].words, padded))
			continue;
		str_addf(&words,
			 _("a word alone is a recipient; write: %s (or, for that recipient: "
			   "mailchute -- %s)"),
			 commands[i].meant, word);
		return args_refuse(err, words.bytes, word);
	}
	return true;
}

/*
 * Refuses an option without its hyphens, such as `queue-run`. A name with a hyphen is hardly a
 * recipient.
 */
static bool check_name(const char *word, struct err *err)
{
	CLEANUP(mem_free_at) char *option = str_format("--%s", word);

	return !strchr(word, '-') || !longname_exists(word) ||
	       advise(word, _("an option begins with --; write"), option, err);
}

/* Refuses an option without its hyphens, such as `subject=Hello`. */
static bool check_assignment(const char *word, struct err *err)
{
	static const char *const names[] = { "to=",        "cc=",       "bcc=",
					     "subject=",   "attach=",   "body-file=",
					     "html-file=", "reply-to=", "account=" };
	CLEANUP(mem_free_at) char *option = str_format("--%s", word);

	for (size_t i = 0; i < LENGTH(names); i++)
		if (strncmp(word, names[i], strlen(names[i])) == 0)
			return advise(word, _("an option begins with --; write"), option, err);
	return true;
}

bool misuse_check_word(const char *word, bool is_first, struct err *err)
{
	if (!check_dashes(word, err) || !check_single_hyphen(word, err))
		return false;
	if (strcmp(word, "-") == 0)
		return args_refuse(err, _("standard input is read anyway; leave it out"), word);
	if (*word == '-')
		return true;
	return (!is_first || (check_command(word, err) && check_name(word, err))) &&
	       check_assignment(word, err) && check_address(word, word, err);
}

/* Arguments */

/* Refuses an option as an argument: in "--to --subject x" an empty shell variable left nothing. */
static bool check_next(const char *name, const char *text, bool is_address, struct err *err)
{
	CLEANUP(mem_free_at) char *given = mem_copy_n(text, strcspn(text, "="));
	bool is_option = strncmp(given, "--", 2) == 0 && longname_exists(given + 2);

	if (!is_option && (!is_address || *text != '-' || !text[1]))
		return true;
	return advise(name, _("an argument is missing; what follows is an option"), text, err);
}

/* Refuses --attach=~/x: most shells replace ~ only at the beginning of a word. */
static bool check_home(const char *name, const char *text, bool is_next, struct err *err)
{
	CLEANUP(mem_free_at) char *option = mem_copy_n(name, strcspn(name, "="));
	CLEANUP(mem_free_at) char *cure = str_format("%s %s", option, text);

	return is_next || strncmp(text, "~/", 2) != 0 ||
	       advise(text, _("the shell does not replace ~ after =; write"), cure, err);
}

bool misuse_check_argument(const struct flag *flag, const char *name, const char *text,
			   bool is_next, struct err *err)
{
	enum compose_option option = (enum compose_option)flag->place;
	bool is_address = option < COMPOSE_SUBJECT;

	if (!flag_composes(flag))
		return true;
	if (option == COMPOSE_TO && !text[strspn(text, " \t,")])
		return args_refuse(err, _("expected an address, but nothing follows"), name);
	if (is_next && option != COMPOSE_SUBJECT && !check_next(name, text, is_address, err))
		return false;
	if (option > COMPOSE_SUBJECT && !check_home(name, text, is_next, err))
		return false;
	return is_address ? check_address(text, text, err)
			  : check_quotes(text, text, option == COMPOSE_SUBJECT, err);
}

bool misuse_check_hops(const char *next, struct err *err)
{
	if (next && *next != '-')
		return true;
	return args_refuse(err, _("for the help write: mailchute --help"), "-h");
}

static const struct {
	char letter;
	const char *advice;
} advices[] = {
	{ 's', N_("; for the subject write: --subject TEXT") },
	{ 'c', N_("; for a copy write: --cc ADDRESS") },
	{ 'b', N_("; for a hidden copy write: --bcc ADDRESS") },
	{ 'h', N_("; for the help write: mailchute --help") },
	{ 'H', N_("; for the help write: mailchute --help") },
	{ '?', N_("; for the help write: mailchute --help") },
	{ 'V', N_("; for the version write: mailchute --version") },
	{ 'A', N_("; to attach a file write: --attach FILE") },
	{ 'l', N_("; for the queue write: mailchute --queue-list") },
	{ 'm', N_("; the text comes from standard input, or: --body-file FILE") },
	{ 'B', N_("; for a hidden copy write: --bcc ADDRESS") },
};

void misuse_add_letter(char letter, struct str *out)
{
	for (size_t i = 0; i < LENGTH(advices); i++)
		if (advices[i].letter == letter)
			str_add(out, _(advices[i].advice));
}

/* Messages made from options */

/*
 * Whether the word is a regular file. Folders do not count: `root` may be one, and is a recipient.
 */
static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool check_idle(const struct args *args, struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	const char name[] = { '-', args->idle, '\0' };

	if (!args->idle)
		return true;
	str_add(&words,
		_("sendmail's option, without effect beside --to and the like; leave it out"));
	if (*args->idle_text && is_file(args->idle_text))
		str_addf(&words, _("; to attach the file write: --attach %s"), args->idle_text);
	else
		misuse_add_letter(args->idle, &words);
	return args_refuse(err, words.bytes, name);
}

static bool check_recipient(const char *text, struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	if (strchr(text, '@'))
		return true;
	if (is_file(text)) {
		str_addf(&words,
			 _("a file, and no address; to attach it write: --attach %s (or, for a "
			   "recipient of that name: --to %s)"),
			 text, text);
		return args_refuse(err, words.bytes, text);
	}
	return !strchr(text, '/') ||
	       args_refuse(err, _("there is no such file, and it is no address"), text);
}

/* The word of argv before `word`; NULL if there is none. */
static const char *word_before(const struct args *args, const char *word)
{
	for (char **at = args->first + 1; at < args->next; at++)
		if (*at == word)
			return at[-1];
	return NULL;
}

static bool has_addressee(const struct request *request)
{
	for (size_t i = 0; i < request->recipient_count; i++)
		if (strchr(request->recipients[i], '@'))
			return true;
	return request->composition.addressees_count > 0;
}

/* Refuses `--subject Hello World`: the shell splits a subject without quotes. */
static bool check_subject(const struct args *args, const char *word, struct err *err)
{
	const char *subject = args->request->composition.subject;
	const char *before = word_before(args, word);
	CLEANUP(str_done) struct str words = STR_INIT;

	if (!before || !subject || !*subject ||
	    before + strlen(before) != subject + strlen(subject) || strchr(word, '@') ||
	    !has_addressee(args->request))
		return true;
	str_addf(&words,
		 _("no address; a subject of several words needs quotes: --subject \"%s %s\" (or, "
		   "for a recipient of that name: --to %s)"),
		 subject, word, word);
	return args_refuse(err, words.bytes, word);
}

static bool check_account(const char *name, struct err *err)
{
	if (!name || !strpbrk(name, "./") || !is_file(name))
		return true;
	CLEANUP(mem_free_at) char *cure = str_format("--attach %s", name);
	return advise(name, _("a file, and -a names an account; write"), cure, err);
}

bool misuse_check_composition(const struct args *args, struct err *err)
{
	const struct request *request = args->request;

	if (!check_idle(args, err) || !check_account(request->account, err))
		return false;
	for (size_t i = 0; i < request->recipient_count && i < args->before_end; i++)
		if (!check_recipient(request->recipients[i], err) ||
		    !check_subject(args, request->recipients[i], err))
			return false;
	return true;
}
