/* remedy.c - what a refusal asks of the settings, by its codes and words; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/remedy.h"

#include "base/ascii.h"
#include "base/i18n.h"

#include <string.h>

/* The words of a longer reply say nothing more. */
enum { WORDS_MAX = 2048 };

/* Phases as bits. */
#define IN(name) (1U << PHASE_##name)
enum {
	TRANSACTION = IN(MAIL) | IN(RCPT) | IN(DATA) | IN(CONTENT) | IN(FINAL),
	HELLO = IN(EHLO) | IN(HELO),
	ANY = (1U << PHASE_COUNT) - 1,
};

/*
 * A row fits where all that it names fits; what it leaves out fits always.
 *	phases    in which of them
 *	codes     reply codes with blanks between them; "5" is any 5yz
 *	statuses  enhanced codes with blanks between them: "5.7.1", or "5.7" for all that begin so.
 *	          "-" also fits where the reply has none
 *	words     phrases, parted by "|", of which the reply has to hold one. Phrases are whole
 *words in lower case; "*" stands for up to three words. Punctuation, addresses and links of the
 *reply are left out, and its lines are joined unless    phrases of which it may hold none Then:
 *	kind      of error in a transaction (remedy_kind); ERR_NONE: the row does not say
 *	hint      what to do, in fixed words; NULL: `advise` says
 *	advise    appends what to do, or nothing where the facts speak against it
 * Kind and hint are looked for apart: each comes from the first row that fits and has one. Rows
 * for one relay's words stand before the general ones.
 */
struct remedy {
	unsigned phases;
	const char *codes;
	const char *statuses;
	const char *words;
	const char *unless;
	enum err_kind kind;
	const char *hint;
	void (*advise)(const struct remedy_facts *facts, struct str *out);
};

static void advise_tls(const struct remedy_facts *facts, struct str *out)
{
	if (facts->has_tls)
		return;
	str_add(out, facts->settings->tls_starttls
			     ? _("the relay wants TLS (set tls on)")
			     : _("the relay wants TLS (set tls on and tls_starttls on)"));
}

static void advise_login(const struct remedy_facts *facts, struct str *out)
{
	if (!facts->settings->auth)
		str_add(out, _("the relay wants a login (set auth on and user)"));
}

/* 530 without words that tell which of the two. */
static void advise_either(const struct remedy_facts *facts, struct str *out)
{
	if (facts->settings->auth)
		advise_tls(facts, out);
	else if (facts->offers_starttls && !facts->has_tls)
		str_add(out, _("the relay wants TLS or a login (set tls on, or auth on and user)"));
	else
		advise_login(facts, out);
}

static void advise_name(const struct remedy_facts *facts, struct str *out)
{
	str_addf(out,
		 _("the relay does not take our name, %s (set domain to this host's full name)"),
		 facts->selfname);
}

static const char tls_words[] = "starttls";
static const char login_words[] = "authentication required";
static const char name_words[] = "helo command rejected";

static const struct remedy remedies[] = {
	/* Which of the two is wanted */
	{ .phases = ANY, .codes = "4 5", .words = tls_words, .advise = advise_tls },
	{ .phases = ANY, .codes = "530", .words = login_words, .advise = advise_login },
	{ .phases = ANY, .codes = "530", .kind = ERR_AUTH, .advise = advise_either },
	{ .phases = TRANSACTION, .codes = "5", .words = tls_words, .kind = ERR_TLS },
	{ .phases = TRANSACTION,
	  .codes = "4 5",
	  .words = login_words,
	  .kind = ERR_AUTH,
	  .advise = advise_login },
	{ .phases = TRANSACTION | HELLO,
	  .codes = "4 5",
	  .words = name_words,
	  .kind = ERR_UNAVAILABLE,
	  .advise = advise_name },
	{ .phases = IN(HELO), .codes = "5", .advise = advise_name },
};

/* The words of a reply */

static bool is_word_char(char c)
{
	return ascii_is_alphanumeric(c);
}

/* Addresses and links hold words that nobody has said. */
static bool is_name(const char *text, size_t len)
{
	return memchr(text, '@', len) || memmem(text, len, "://", 3);
}

static void add_words(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (is_word_char(text[i]))
			str_add_char(out, ascii_lower(text[i]));
		else if (out->bytes[out->len - 1] != ' ')
			str_add_char(out, ' ');
	if (out->bytes[out->len - 1] != ' ')
		str_add_char(out, ' ');
}

/* In lower case, with one blank before and after each. */
static void find_words(const struct reply *reply, struct str *out)
{
	const char *text = reply->text.bytes;
	size_t left = reply->text.len < WORDS_MAX ? reply->text.len : WORDS_MAX;

	str_add_char(out, ' ');
	while (left > 0) {
		size_t len = 0;
		while (len < left && !ascii_is_space(text[len]))
			len++;
		if (!is_name(text, len))
			add_words(out, text, len);
		len += len < left;
		text += len;
		left -= len;
	}
}

/* Fitting */

static size_t word_len(const char *text, const char *end)
{
	size_t len = 0;

	while (text + len < end && text[len] != ' ')
		len++;
	return len;
}

/* Whether the text, which begins with a word, begins with the phrase. */
static bool begins_with(const char *text, const char *phrase, const char *end)
{
	if (phrase == end)
		return true;
	size_t len = word_len(phrase, end);
	const char *rest = phrase + len + (phrase + len < end);
	for (int skipped = 0; *phrase == '*' && skipped <= 3; skipped++) {
		if (begins_with(text, rest, end))
			return true;
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return *phrase != '*' && strncmp(text, phrase, len) == 0 && text[len] == ' ' &&
	       begins_with(text + len + 1, rest, end);
}

static bool has_phrase(const char *words, const char *phrase, const char *end)
{
	for (const char *blank = words; *blank && blank[1]; blank = strchr(blank + 1, ' '))
		if (begins_with(blank + 1, phrase, end))
			return true;
	return false;
}

static bool has_any(const char *words, const char *phrases)
{
	while (*phrases) {
		const char *end = phrases + strcspn(phrases, "|");
		if (has_phrase(words, phrases, end))
			return true;
		phrases = end + (*end == '|');
	}
	return false;
}

/* Whether the list has an item that the text begins with, up to its end or a dot. */
static bool has_beginning(const char *list, const char *text)
{
	while (*list) {
		size_t len = strcspn(list, " ");
		if (strncmp(list, text, len) == 0 && (!text[len] || text[len] == '.'))
			return true;
		list += len + (list[len] == ' ');
	}
	return false;
}

static bool has_code(const char *codes, int code)
{
	char text[] = { (char)('0' + code / 100), (char)('0' + code / 10 % 10),
			(char)('0' + code % 10), '\0' };

	while (*codes) {
		size_t len = strcspn(codes, " ");
		if (strncmp(codes, text, len) == 0)
			return true;
		codes += len + (codes[len] == ' ');
	}
	return false;
}

static bool fits(const struct remedy *remedy, const struct reply *reply, enum phase phase,
		 const char *words)
{
	const char *status = *reply->enhanced ? reply->enhanced : "-";

	return remedy->phases & 1U << phase &&
	       (!remedy->codes || has_code(remedy->codes, reply->code)) &&
	       (!remedy->statuses || has_beginning(remedy->statuses, status)) &&
	       (!remedy->words || has_any(words, remedy->words)) &&
	       (!remedy->unless || !has_any(words, remedy->unless));
}

enum err_kind remedy_kind(const struct reply *reply, enum phase phase)
{
	CLEANUP(str_done) struct str words = STR_INIT;

	if (reply->code / 100 != 5 || !(TRANSACTION & 1U << phase))
		return ERR_NONE;
	find_words(reply, &words);
	for (size_t i = 0; i < LENGTH(remedies); i++)
		if (remedies[i].kind != ERR_NONE && fits(&remedies[i], reply, phase, words.bytes))
			return remedies[i].kind;
	return ERR_NONE;
}

void remedy_add_hint(const struct reply *reply, enum phase phase, const struct remedy_facts *facts,
		     struct str *out)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	const size_t before = out->len;

	find_words(reply, &words);
	for (size_t i = 0; i < LENGTH(remedies) && out->len == before; i++) {
		if (!fits(&remedies[i], reply, phase, words.bytes))
			continue;
		if (remedies[i].advise)
			remedies[i].advise(facts, out);
		else if (remedies[i].hint)
			str_add(out, _(remedies[i].hint));
	}
}
