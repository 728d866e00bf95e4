/* bare.c - addresses without a domain in the header of a program's message */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare/bare.h"

#include "mail/address_parse.h"
#include "mail/atom.h"
#include "mail/rewrite.h"
#include "prepare/localname.h"
#include "prepare/repair.h"

#include <stdlib.h>
#include <string.h>

struct bare {
	const struct settings *settings;
	const char *own; /* the account's sender; NULL: it is a pattern or not set */
	char *domain;    /* found when the first address needs it */
};

/* Rules for rewrite_field */

static void decide_domain(void *arg, const struct address *address, struct address_list *out)
{
	struct bare *bare = arg;

	if (address->domain)
		return;
	if (!bare->domain)
		bare->domain = localname_domain(bare->settings);
	CLEANUP(mem_free_at) char *path = str_format("%s@%s", address->local, bare->domain);
	address_parse_add_path(out, path);
}

static void decide_author(void *arg, const struct address *address, struct address_list *out)
{
	const struct bare *bare = arg;

	if (bare->own && localname_is_of_machine(address, bare->settings, bare->own))
		address_parse_add_path(out, bare->own);
	else
		decide_domain(arg, address, out);
}

static void decide_sender(void *arg, const struct address *address, struct address_list *out)
{
	const struct bare *bare = arg;

	if (*account_maildomain(bare->settings))
		decide_domain(arg, address, out);
	else
		decide_author(arg, address, out);
}

/* The author */

/* Appends the first comment of a field's body, without its parentheses; it may lack its end. */
static void add_comment(struct str *out, const char *body, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool is_comment = body[i] == '(';
		if (!is_comment && body[i] != '"')
			continue;
		size_t whole = atom_enclosed_len(body + i, len - i);
		size_t end = whole ? i + whole - 1 : len;
		if (is_comment && end > i + 1) {
			atom_add_content(out, body + i + 1, end - i - 1);
			return;
		}
		i = end;
	}
}

/* Adds a local part without its quotes. */
static void add_local_name(struct str *out, const char *local)
{
	size_t len = strlen(local);

	if (len > 2 && *local == '"')
		atom_add_content(out, local + 1, len - 2);
	else
		str_add(out, local);
}

/* Whether a text can be a phrase. A text with encoded-words, or in an unknown charset, cannot. */
static bool is_phrase(const struct str *text)
{
	return !strstr(text->bytes, "=?") && str_is_utf8(text->bytes, text->len);
}

/*
 * Adds the name of an author without a phrase. False: the name cannot be a phrase, and the field is
 * handled like any other.
 */
static bool add_author_name(struct str *out, const struct address *author, const char *body,
			    size_t len)
{
	add_comment(out, body, len);
	if (out->len == strspn(out->bytes, " \t")) {
		str_clear(out);
		add_local_name(out, author->local);
	}
	return is_phrase(out);
}

static bool is_blank(const char *body, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", body[i]))
			return false;
	return true;
}

/* Whether an "@" has a domain after it. A host without a name writes "root@" or "root@(none)". */
static bool has_domain(const char *body, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (body[i] == '@' && !strchr(" \t\r\n>\"(", body[i + 1]))
			return true;
	return false;
}

/* Makes a text without an address the name of the author. */
static bool replace_text(const struct bare *bare, const char *body, size_t len, struct str *out)
{
	CLEANUP(str_done) struct str name = STR_INIT;

	if (has_domain(body, len) || is_blank(body, len))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr("<>\"\r\n", body[i]))
			str_add_char(&name, body[i]);
	while (name.len > 0 && strchr(" @", name.bytes[name.len - 1]))
		str_cut(&name, name.len - 1);
	address_add_mailbox(out, is_phrase(&name) ? name.bytes : NULL, bare->own);
	return true;
}

/* Appends the new body; false if the body stays as it is. */
static bool repair_author(struct bare *bare, const char *body, size_t len, struct str *out)
{
	const struct rewrite_rule rule = { decide_author, bare };
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	CLEANUP(str_done) struct str name = STR_INIT;
	const struct address *author;

	bool is_list = address_parse_list(body, len, &list, &unfit) && list.count > 0;
	if (!is_list)
		return bare->own && replace_text(bare, body, len, out);
	author = &list.items[0];
	if (bare->own && list.count == 1 && !author->display &&
	    localname_is_of_machine(author, bare->settings, bare->own) &&
	    add_author_name(&name, author, body, len)) {
		address_add_mailbox(out, name.bytes, bare->own);
		return true;
	}
	return rewrite_field(body, len, &rule, out);
}

static void repair_authors(struct changes *changes, struct bare *bare, const char *name)
{
	const struct header *header = changes->header;

	for (size_t i = 0; i < header->count; i++) {
		CLEANUP(str_done) struct str body = STR_INIT;
		size_t len;
		const char *old = header_value(header, &header->fields[i], &len);
		if (header_is(header, &header->fields[i], name) &&
		    repair_author(bare, old, len, &body))
			changes_set_body(changes, i, body.bytes);
	}
}

static bool is_default(const struct settings *settings, enum option_id id)
{
	return settings->origins[id].kind == ORIGIN_DEFAULT;
}

void bare_repair(struct changes *changes, const struct account *account)
{
	struct bare bare = { &account->settings, account->own_from, NULL };
	const struct rewrite_rule sender = { decide_sender, &bare };
	const struct rewrite_rule domain = { decide_domain, &bare };

	repair_rewrite(changes, "Reply-To", &domain);
	repair_rewrite(changes, "Resent-Reply-To", &domain);
	if (is_default(&account->settings, OPT_set_from_header)) {
		repair_authors(changes, &bare, "From");
		repair_authors(changes, &bare, "Resent-From");
		repair_rewrite(changes, "Sender", &sender);
		repair_rewrite(changes, "Resent-Sender", &sender);
	}
	if (is_default(&account->settings, OPT_set_to_header)) {
		static const char *const names[] = { "To", "Cc", "Resent-To", "Resent-Cc" };
		for (size_t i = 0; i < LENGTH(names); i++)
			repair_rewrite(changes, names[i], &domain);
	}
	free(bare.domain);
}
