/* cure.c - advice for a value that a setting does not take: its fault and a correct value; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/cure.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "base/lookalike.h"
#include "base/nearest.h"
#include "base/when.h"
#include "conf/texttype.h"
#include "conf/words.h"

#include <string.h>

/* A value that is being corrected, and the reasons of the changes so far. */
struct mended {
	struct str text;
	struct str reasons;
};

static void mended_done(struct mended *mended)
{
	str_done(&mended->text);
	str_done(&mended->reasons);
}

static void replace(struct mended *mended, const char *text, size_t len)
{
	CLEANUP(mem_free_at) char *copy = mem_copy_n(text, len);

	str_clear(&mended->text);
	str_add(&mended->text, copy);
}

static void trim(struct mended *mended)
{
	const char *start = mended->text.bytes + strspn(mended->text.bytes, " \t");
	size_t len = strlen(start);

	while (len > 0 && ascii_is_blank(start[len - 1]))
		len--;
	replace(mended, start, len);
}

/* Each function returns true if it has changed the value. */

/* Replaces the first character that looks like an ASCII character by that. */
static bool mend_lookalike(struct mended *mended)
{
	unsigned kinds = LOOKALIKE_HIDDEN | LOOKALIKE_QUOTES | LOOKALIKE_DASH | LOOKALIKE_SIGN;
	CLEANUP(str_done) struct str character = STR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	struct lookalike found;

	if (!lookalike_find(mended->text.bytes, kinds, &found))
		return false;
	lookalike_add(&character, &found);
	if (!strstr(mended->reasons.bytes, character.bytes))
		str_addf(&mended->reasons, _("; there is %s in it"), character.bytes);
	str_add_n(&text, mended->text.bytes, found.at);
	if (found.meant)
		str_add_char(&text, found.meant);
	str_add(&text, mended->text.bytes + found.at + found.len);
	replace(mended, text.bytes, text.len);
	trim(mended);
	return true;
}

static bool mend_comment(struct mended *mended)
{
	const char *text = mended->text.bytes;
	const char *hash = strchr(text, '#');

	if (!hash || hash == text || !ascii_is_blank(hash[-1]))
		return false;
	str_add(&mended->reasons, _("; a comment needs a line of its own"));
	replace(mended, text, (size_t)(hash - text));
	trim(mended);
	return true;
}

static bool mend_separator(struct mended *mended)
{
	const char *text = mended->text.bytes;

	if ((*text != '=' && *text != ':') || !text[1])
		return false;
	str_addf(&mended->reasons,
		 _("; leave out the %c between the setting and its "
		   "value"),
		 *text);
	replace(mended, text + 1, strlen(text + 1));
	trim(mended);
	return true;
}

static bool mend_end(struct mended *mended)
{
	const char *text = mended->text.bytes;
	size_t len = strlen(text);

	if (len < 2 || !strchr(",;", text[len - 1]))
		return false;
	str_addf(&mended->reasons, _("; leave out the %c at the end"), text[len - 1]);
	replace(mended, text, len - 1);
	trim(mended);
	return true;
}

/* A quote at the beginning, at the end, or both. */
static bool mend_quotes(struct mended *mended)
{
	const char *text = mended->text.bytes;
	size_t len = strlen(text);

	if (len < 2 || (!strchr("\"'`", text[0]) && !strchr("\"'`", text[len - 1])))
		return false;
	char quote = strchr("\"'`", text[0]) ? text[0] : text[len - 1];
	str_addf(&mended->reasons, _("; leave out the quotes (%c)"), quote);
	size_t start = strchr("\"'`", text[0]) != NULL;
	size_t end = len - (strchr("\"'`", text[len - 1]) != NULL);
	replace(mended, text + start, end > start ? end - start : 0);
	trim(mended);
	return true;
}

static void mend(struct mended *mended)
{
	while (mend_lookalike(mended) || mend_comment(mended) || mend_separator(mended) ||
	       mend_end(mended) || mend_quotes(mended))
		;
}

static bool fits(const struct option *option, const char *text)
{
	union option_field scratch;

	memset(&scratch, 0, sizeof scratch);
	bool is_taken = *text && option->type->parse(option->argument, &scratch, text);
	option->type->release(&scratch);
	return is_taken;
}

/* Words that people write for the words of our settings. */
static const struct {
	const char *said, *meant;
} meanings[] = {
	{ "yes", "on" },
	{ "true", "on" },
	{ "1", "on" },
	{ "enable", "on" },
	{ "enabled", "on" },
	{ "y", "on" },
	{ "required", "on" },
	{ "always", "on" },
	{ "starttls", "on" },
	{ "ssl", "on" },
	{ "no", "off" },
	{ "false", "off" },
	{ "0", "off" },
	{ "disable", "off" },
	{ "disabled", "off" },
	{ "n", "off" },
	{ "none", "off" },
	{ "never", "off" },
	{ "smtp", "25" },
	{ "submission", "587" },
	{ "submissions", "465" },
	{ "smtps", "465" },
	{ "ssl", "465" },
	{ "starttls", "587" },
	{ "esmtp", "smtp" },
	{ "user", "LOG_USER" },
	{ "mail", "LOG_MAIL" },
	{ "xoauth", "xoauth2" },
	{ "oauth2", "xoauth2" },
	{ "oauth", "xoauth2" },
	{ "on", "auto" },
	{ "yes", "auto" },
	{ "true", "auto" },
	{ "scram", "scram-sha-256" },
	{ "kerberos", "gssapi" },
	{ "hdrs", "headers" },
	{ "header", "headers" },
};

static const char *meaning(const struct option *option, const char *text)
{
	for (size_t i = 0; i < LENGTH(meanings); i++)
		if (ascii_compare(meanings[i].said, text) == 0 && fits(option, meanings[i].meant))
			return meanings[i].meant;
	return NULL;
}

/* Appends the words of a setting as "on|off": those of its type, else its argument. */
static void add_setting_words(const struct option *option, struct str *out)
{
	const char *word;

	if (!option->type->word && !option->type->expected)
		str_add(out, option->argument);
	for (size_t i = 0; option->type->word && (word = option->type->word(i)); i++)
		str_addf(out, "%s%s", i ? "|" : "", word);
}

/* Returns the nearest of the setting's words; the caller frees it. */
static char *nearest_word(const struct option *option, const char *text)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	struct nearest nearest = { .text = text };

	add_setting_words(option, &words);
	for (char *word = words.bytes, *end; *word; word = end) {
		end = word + strcspn(word, "|");
		if (*end)
			*end++ = '\0';
		nearest_offer(&nearest, word);
	}
	return nearest.word && fits(option, nearest.word) ? mem_copy(nearest.word) : NULL;
}

/* "587" of "587 starttls" or "587/tcp". */
static char *first_number(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return ascii_is_alphanumeric(text[len]) ? mem_copy("") : mem_copy_n(text, len);
}

/* Any text is accepted, so acceptance proves nothing. */
static bool is_free(const struct option *option)
{
	return option->type == &option_type_TEXT || option->type == &option_type_WORD ||
	       option->type == &option_type_SENDER || option->type == &option_type_WORDS;
}

/* "30" of "30s", "300" of "5m"; empty if the text is no duration. */
static char *seconds_of(const char *text)
{
	int seconds = ascii_is_digit(*text) ? when_read_duration(text) : 0;

	return seconds > 0 ? str_format("%d", seconds) : mem_copy("");
}

/* The value to write; NULL if none is known. The caller frees it. */
static char *advice(const struct option *option, const char *text)
{
	CLEANUP(mem_free_at) char *lowered = mem_copy(text);
	CLEANUP(mem_free_at)
	char *number = option->type == &option_type_SECONDS ? seconds_of(text) : first_number(text);
	const char *meant = meaning(option, text);

	ascii_make_lower(lowered);
	if (is_free(option))
		return NULL;
	if (fits(option, text))
		return mem_copy(text);
	if (meant)
		return mem_copy(meant);
	if (fits(option, lowered))
		return mem_take(&lowered);
	if (fits(option, number))
		return mem_take(&number);
	return nearest_word(option, text);
}

/* Lists the methods: `expected` of this type does not name them. */
static void add_all_words(const struct option *option, struct str *out)
{
	const char *word;

	if (option->type != &option_type_AUTH)
		return;
	str_add(out, _("; there are"));
	for (size_t i = 0; (word = texttype_method(i)); i++)
		str_addf(out, "%s %s", i ? "," : "", word);
}

void cure_add(const struct option *option, const char *text, struct str *out)
{
	CLEANUP(mended_done) struct mended mended = { STR_INIT, STR_INIT };
	CLEANUP(str_done) struct str shown = STR_INIT;

	replace(&mended, text, strlen(text));
	mend(&mended);
	if (text[0] == '$')
		str_add(&mended.reasons, _("; a variable ($) is not replaced; write its value"));
	str_add(out, mended.reasons.bytes);
	CLEANUP(mem_free_at) char *word = advice(option, mended.text.bytes);
	if (word) {
		str_add_printable(&shown, word, strlen(word));
		str_addf(out, _("; write: %s"), shown.bytes);
	}
	add_all_words(option, out);
}
