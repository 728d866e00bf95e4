/* netrc.c - passwords in a netrc file; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/netrc.h"

#include "conf/words.h"

#include <string.h>

/* The meaning of the next word. */
enum meaning {
	KEYWORD,
	MACHINE,
	LOGIN,
	PASSWORD,
	ACCOUNT,
	MACRO, /* lines up to an empty line, which are skipped */
};

static const struct {
	const char *word;
	enum meaning next;
} keywords[] = {
	{ "machine", MACHINE },   { "login", LOGIN },     { "user", LOGIN },
	{ "password", PASSWORD }, { "passwd", PASSWORD }, { "account", ACCOUNT },
	{ "macdef", MACRO },
};

/* The parts of the present entry that matter. */
struct netrc {
	const char *host;
	const char *user;
	bool is_host;
	bool is_user;
	bool has_password;
	struct str password;
	enum meaning next;
};

static bool is_entry_found(const struct netrc *netrc)
{
	return netrc->is_host && netrc->is_user && netrc->has_password;
}

static void begin_entry(struct netrc *netrc, bool is_host)
{
	netrc->is_host = is_host;
	netrc->is_user = netrc->has_password = false;
	str_clear(&netrc->password);
}

static enum meaning find_keyword(const char *word)
{
	for (size_t i = 0; i < LENGTH(keywords); i++)
		if (strcmp(keywords[i].word, word) == 0)
			return keywords[i].next;
	return KEYWORD;
}

/* True if a word begins another entry, which ends the entry before it. */
static bool is_end(const struct netrc *netrc, const char *word)
{
	return netrc->next == MACHINE || (netrc->next == KEYWORD && strcmp(word, "default") == 0);
}

static void take_word(struct netrc *netrc, const struct str *word)
{
	enum meaning meaning = netrc->next;

	netrc->next = KEYWORD;
	switch (meaning) {
	case MACHINE:
		begin_entry(netrc, strcmp(word->bytes, netrc->host) == 0);
		break;
	case LOGIN:
		netrc->is_user = strcmp(word->bytes, netrc->user) == 0;
		break;
	case PASSWORD:
		netrc->has_password = true;
		str_clear(&netrc->password);
		str_add_n(&netrc->password, word->bytes, word->len);
		break;
	case KEYWORD:
		netrc->next = find_keyword(word->bytes);
		if (strcmp(word->bytes, "default") == 0)
			begin_entry(netrc, false);
		break;
	case ACCOUNT:
	case MACRO:
		break;
	}
}

static bool begins_comment(const char *at, const char *end)
{
	at = words_skip_blanks(at, end);
	return at < end && *at == '#';
}

/* True when the entry that was looked for has ended. */
static bool take_netrc_line(struct netrc *netrc, const char *at, const char *end)
{
	CLEANUP(str_done) struct str word = STR_SECRET(0);
	bool is_whole;

	while (netrc->next != MACRO && !begins_comment(at, end)) {
		str_clear(&word);
		if (!words_next(&at, end, &word, &is_whole))
			return false;
		if (is_end(netrc, word.bytes) && is_entry_found(netrc))
			return true;
		take_word(netrc, &word);
	}
	return false;
}

static bool search(struct netrc *netrc, const char *text, const char *end)
{
	for (const char *line = text, *stop; line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		if (!stop)
			stop = end;
		if (netrc->next == MACRO && words_skip_blanks(line, stop) == stop)
			netrc->next = KEYWORD;
		if (take_netrc_line(netrc, line, stop))
			return true;
	}
	return is_entry_found(netrc);
}

bool netrc_find(const char *text, size_t len, const char *host, const char *user,
		struct secret *password)
{
	struct netrc netrc = { .host = host, .user = user, .password = STR_SECRET(0) };
	bool is_found = search(&netrc, text, text + len);

	if (is_found)
		secret_set(password, netrc.password.bytes, netrc.password.len);
	str_done(&netrc.password);
	return is_found;
}
