/* capabilities.c - the extensions that a server offers in its reply to EHLO; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/capabilities.h"

#include "base/ascii.h"
#include "conf/extensions.h"

#include <string.h>

void capabilities_done(struct capabilities *capabilities)
{
	if (!capabilities)
		return;
	str_done(&capabilities->mechanisms);
	*capabilities = (struct capabilities){ .mechanisms = STR_INIT };
}

static void add_mechanisms(struct str *mechanisms, const char *words, size_t len)
{
	str_add_char(mechanisms, ' ');
	for (size_t i = 0; i < len; i++)
		str_add_char(mechanisms,
			     words[i] >= 'a' && words[i] <= 'z' ? (char)(words[i] - 32) : words[i]);
	str_add_char(mechanisms, ' ');
}

static uint64_t read_size(const char *text, size_t len)
{
	uint64_t size = 0;

	for (size_t i = 0; i < len; i++)
		if (!ascii_is_digit(text[i]) || __builtin_mul_overflow(size, 10, &size) ||
		    __builtin_add_overflow(size, (uint64_t)(text[i] - '0'), &size))
			return 0;
	return size;
}

static const struct {
	const char *name;
	enum capability capability;
} keywords[] = {
	{ "PIPELINING", CAP_PIPELINING },
	{ "SIZE", CAP_SIZE },
	{ "8BITMIME", CAP_8BITMIME },
	{ "DSN", CAP_DSN },
	{ "SMTPUTF8", CAP_SMTPUTF8 },
	{ "STARTTLS", CAP_STARTTLS },
	{ "AUTH", CAP_AUTH },
	{ "LIMITS", CAP_LIMITS },
	{ "CHUNKING", CAP_CHUNKING },
	{ "ETRN", CAP_ETRN },
};

static unsigned find_keyword(const char *word, size_t len)
{
	for (size_t i = 0; i < LENGTH(keywords); i++)
		if (ascii_is(word, len, keywords[i].name))
			return keywords[i].capability;
	return 0;
}

void capabilities_print(unsigned extensions, struct str *out)
{
	bool is_first = true;

	for (size_t i = 0; i < LENGTH(keywords); i++) {
		if (!(extensions & keywords[i].capability))
			continue;
		str_addf(out, "%s%s", is_first ? "" : " ", keywords[i].name);
		is_first = false;
	}
}

unsigned capabilities_parse(const char *list)
{
	const char *keyword;
	size_t len;
	unsigned found = 0;

	while (list && extensions_next(&list, &keyword, &len))
		found |= find_keyword(keyword, len);
	return found;
}

/* Reads "MAILMAX=20 RCPTMAX=100". Only MAILMAX matters: it tells when to begin a new session. */
static void read_limits(struct capabilities *capabilities, const char *words, size_t len)
{
	static const char name[] = "MAILMAX=";
	const size_t name_len = sizeof name - 1;

	while (len > 0) {
		const char *blank = memchr(words, ' ', len);
		size_t word = blank ? (size_t)(blank - words) : len;
		if (word > name_len && ascii_begins(words, name))
			capabilities->mail_max = read_size(words + name_len, word - name_len);
		word += blank != NULL;
		words += word;
		len -= word;
	}
}

/* Some servers from before RFC 2554 write "AUTH=PLAIN". */
static void read_keyword(struct capabilities *capabilities, const char *line, size_t len)
{
	size_t name = 0;

	while (name < len && line[name] != ' ' && line[name] != '=')
		name++;
	unsigned found = find_keyword(line, name);
	if (name < len && line[name] == '=' && found != CAP_AUTH)
		return;
	capabilities->has |= found;
	size_t rest = name < len ? name + 1 : len;
	if (found == CAP_AUTH)
		add_mechanisms(&capabilities->mechanisms, line + rest, len - rest);
	if (found == CAP_LIMITS)
		read_limits(capabilities, line + rest, len - rest);
	if (found == CAP_SIZE)
		capabilities->size_limit = read_size(line + rest, len - rest);
}

void capabilities_read(struct capabilities *capabilities, const struct reply *reply)
{
	const char *end = reply->text.bytes + reply->text.len;
	const char *line = memchr(reply->text.bytes, '\n', reply->text.len);

	capabilities_done(capabilities);
	while (line) {
		line++;
		const char *next = memchr(line, '\n', (size_t)(end - line));
		read_keyword(capabilities, line, (size_t)((next ? next : end) - line));
		line = next;
	}
}

void capabilities_ignore(struct capabilities *capabilities, const char *list)
{
	capabilities->has &= ~capabilities_parse(list) | CAP_STARTTLS | CAP_AUTH;
	if (!(capabilities->has & CAP_SIZE))
		capabilities->size_limit = 0;
	if (!(capabilities->has & CAP_LIMITS))
		capabilities->mail_max = 0;
}

bool capabilities_has_mechanism(const struct capabilities *capabilities, const char *mechanism)
{
	CLEANUP(mem_free_at) char *word = str_format(" %s ", mechanism);

	return memmem(capabilities->mechanisms.bytes, capabilities->mechanisms.len, word,
		      strlen(word)) != NULL;
}
