/* address.c - checking, comparing and writing addresses */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/address.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/atom.h"
#include "mail/mime.h"

#include <stdlib.h>
#include <string.h>

/*
 * RFC 1035 section 2.3.4. A domain beyond ASCII is checked in its A-labels, where these are made.
 */
#define DOMAIN_MAX 255

/* Room for the longest name of an address field, with its colon and blank. */
#define FIELD_NAME_ROOM 14
/* RFC 2047 section 2 limits lines with encoded-words; other lines use the same limit. */
#define LINE_LEN 76
/* A longer name becomes encoded-words even in ASCII, because only these can be folded anywhere. */
#define PHRASE_MAX 200

void address_done(struct address *address)
{
	if (!address)
		return;
	free(address->display);
	free(address->local);
	free(address->domain);
	*address = (struct address){ 0 };
}

void address_list_cut(struct address_list *list, size_t count)
{
	while (list->count > count)
		address_done(&list->items[--list->count]);
}

void address_list_done(struct address_list *list)
{
	if (!list)
		return;
	address_list_cut(list, 0);
	free(list->items);
	*list = (struct address_list){ 0 };
}

int address_compare(const char *a, const char *b)
{
	const char *domain = strrchr(a, '@');
	size_t local = domain ? (size_t)(domain - a) : strlen(a);
	int order = strncmp(a, b, local);

	return order ? order : ascii_compare(a + local, b + local);
}

/* NULL comes before any text. */
static int compare_folded(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return ascii_compare(a, b);
}

int address_compare_folded(const struct address *a, const struct address *b)
{
	int order = compare_folded(a->local, b->local);

	return order ? order : compare_folded(a->domain, b->domain);
}

int address_compare_parts(const struct address *a, const struct address *b)
{
	int order = address_compare_folded(a, b);

	return order ? order : strcmp(a->local, b->local);
}

char *address_path(const struct address *address)
{
	if (!address->domain)
		return mem_copy(address->local);
	return str_format("%s@%s", address->local, address->domain);
}

/* C1 controls are two bytes in UTF-8. */
static bool has_control(const char *text)
{
	for (; *text; text++)
		if (atom_is_control(*text) || (text[0] == '\xC2' && (unsigned char)text[1] < 0xA0))
			return true;
	return false;
}

/* Length of the quoted string at the start of the path; 0: it has no end. */
static size_t quoted_len(const char *path)
{
	for (size_t i = 1; path[i]; i++) {
		if (path[i] == '"')
			return i + 1;
		if (path[i] == '\\' && path[i + 1])
			i++;
	}
	return 0;
}

/*
 * The functions below return the fault, or NULL. Dots may be anywhere: mailboxes like "a..b" exist.
 */
static const char *local_fault(const char *path, size_t *len)
{
	*len = 0;
	if (path[0] == '"') {
		*len = quoted_len(path);
		if (!*len)
			return _("expected '\"' at the end of the local part");
	}
	while (atom_is_char(path[*len]) || path[*len] == '.') {
		if (path[0] == '"')
			return _("expected '@' after the quotes");
		++*len;
	}
	if (*len == 0 || (path[0] == '"' && *len == 2))
		return _("expected a local part");
	return NULL;
}

static const char *literal_fault(const char *domain)
{
	size_t len = 1;

	while (ascii_is_alphanumeric(domain[len]) || (domain[len] && strchr(".:-_", domain[len])))
		len++;
	if (len > 1 && strcmp(domain + len, "]") == 0)
		return NULL;
	return _("the address literal is broken");
}

static const char *domain_fault(const char *domain)
{
	bool is_after_dot = true;

	if (strlen(domain) > DOMAIN_MAX && str_is_ascii(domain, strlen(domain)))
		return _("the domain is longer than 255 octets");
	if (domain[0] == '[')
		return literal_fault(domain);
	for (; *domain; domain++) {
		bool is_dot = *domain == '.';
		bool is_name_char = ascii_is_alphanumeric(*domain) || *domain == '-' ||
				    *domain == '_' || (unsigned char)*domain >= 0x80;
		if (is_dot ? is_after_dot : !is_name_char)
			return _("the domain is broken");
		is_after_dot = is_dot;
	}
	return is_after_dot ? _("the domain is broken") : NULL;
}

static const char *path_fault(const char *path)
{
	size_t len;

	if (has_control(path))
		return _("expected no control character");
	if (!str_is_utf8(path, strlen(path)))
		return _("expected UTF-8");
	const char *fault = local_fault(path, &len);
	if (!fault && path[len] == '@')
		fault = domain_fault(path + len + 1);
	else if (!fault && path[len])
		fault = _("the local part has a character that needs quotes");
	if (!fault && strlen(path) > ADDRESS_MAX)
		fault = _("the address is longer than 900 octets");
	return fault;
}

bool address_check(const char *path, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	const char *fault = path_fault(path);

	if (!fault)
		return true;
	str_add_printable(&shown, path, strlen(path));
	return err_set(err, ERR_INPUT, "'%s': %s", shown.bytes, fault);
}

/* Whether the text is atoms with single spaces between them. */
static bool is_plain_phrase(const char *text)
{
	bool is_after_space = true;

	for (; *text; text++) {
		if (*text == ' ' ? is_after_space : !atom_is_char(*text))
			return false;
		is_after_space = *text == ' ';
	}
	return !is_after_space;
}

static size_t column_of(const struct str *out)
{
	const char *line_end = memrchr(out->bytes, '\n', out->len);

	return line_end ? (size_t)(out->bytes + out->len - line_end - 1)
			: FIELD_NAME_ROOM + out->len;
}

/* Returns the column after it. */
static size_t add_phrase(struct str *out, const struct str *phrase, size_t column)
{
	size_t before = out->len;

	if (!str_is_ascii(phrase->bytes, phrase->len) || phrase->len > PHRASE_MAX)
		return mime_add_encoded_words(out, phrase->bytes, column);
	if (is_plain_phrase(phrase->bytes))
		str_add(out, phrase->bytes);
	else
		atom_add_quoted(out, phrase->bytes);
	return column + out->len - before;
}

void address_add_mailbox(struct str *out, const char *phrase, const char *path)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	size_t column = column_of(out);

	str_add_printable(&name, phrase ? phrase : "", phrase ? strlen(phrase) : 0);
	if (!name.len) {
		str_add(out, path);
		return;
	}
	column = add_phrase(out, &name, column);
	bool is_long = column + sizeof " <>" - 1 + strlen(path) > LINE_LEN;
	str_addf(out, "%s<%s>", is_long ? "\r\n " : " ", path);
}

/* A fold counts as the blank after the comma. A mailbox too long for the line starts a new line. */
void address_add_list(struct str *out, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		CLEANUP(str_done) struct str mailbox = STR_INIT;
		CLEANUP(mem_free_at) char *path = address_path(&list->items[i]);
		address_add_mailbox(&mailbox, list->items[i].display, path);
		bool fits = !strchr(mailbox.bytes, '\n') &&
			    column_of(out) + sizeof ", ," - 1 + mailbox.len <= LINE_LEN;
		if (i > 0)
			str_add(out, fits ? ", " : ",\r\n ");
		str_add_n(out, mailbox.bytes, mailbox.len);
	}
}
