/* fuzz_address.c - any text as an address list: written and read again it is the same */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/address_parse.h"
#include "mail/rewrite.h"

#include <stdint.h>
#include <string.h>

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_clean(const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < 0x20 || *path == 0x7F)
			return false;
	return true;
}

static void check_path(const struct address *address, const char *path)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_done) struct address again = { 0 };

	require_of(is_clean(path), "a path has no control character", path);
	require_of(address_check(path, &err), "a path that was read passes the check", path);
	require_of(address_parse_path(path, &again, &err), "a path can be read again", path);
	require_of(is_same(address->local, again.local), "the local part stays", path);
	require_of(is_same(address->domain, again.domain), "the domain stays", path);
}

/* Encoded-words come back encoded, so only a name in ASCII is compared. */
static void check_mailbox(const struct address *address, const char *path)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list again = { 0 };
	CLEANUP(str_done) struct str written = STR_INIT;
	const char *name = address->display;

	address_add_mailbox(&written, name, path);
	require_of(address_parse_list(written.bytes, written.len, &again, &err),
		   "a mailbox can be read again", written.bytes);
	require_of(again.count == 1, "a mailbox is one", written.bytes);
	require_of(is_same(address->local, again.items[0].local), "its local part stays",
		   written.bytes);
	require_of(is_same(address->domain, again.items[0].domain), "its domain stays",
		   written.bytes);
	if (name && strlen(name) < 200 && is_clean(name) && str_is_ascii(name, strlen(name)))
		require_of(is_same(name, again.items[0].display), "its name stays", written.bytes);
}

static void decide_other(void *arg, const struct address *address, struct address_list *out)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	(void)arg;
	(void)address;
	require_of(address_parse_list("o@p.example", 11, out, &err), "an address is one", "");
}

static void check_legal(const char *text, size_t len)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(address_faults_done) struct address_faults faults = { 0 };

	address_parse_readable(text, len, &list, &faults);
	require_of(faults.count == 0, "a rewritten list can be read", text);
	require_of(!list.is_odd, "a rewritten list is legal", text);
	for (size_t i = 0; i < list.count; i++)
		require_of(!list.items[i].is_odd, "a rewritten mailbox is legal", text);
}

/* With another address in each place the rest of the list is the same. */
static void check_rewritten(const char *text, size_t len, const struct address_list *list)
{
	static const struct rewrite_rule rule = { decide_other, NULL };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list again = { 0 };
	CLEANUP(str_done) struct str out = STR_INIT;

	if (!rewrite_list(text, len, &rule, &out))
		return;
	check_legal(out.bytes, out.len);
	require_of(address_parse_list(out.bytes, out.len, &again, &err),
		   "a rewritten list can be read", out.bytes);
	require_of(again.count == list->count, "it is as long", out.bytes);
	for (size_t i = 0; i < again.count; i++) {
		require_of(is_same(again.items[i].local, "o"), "the address is the new one",
			   out.bytes);
		if (!list->items[i].is_odd)
			require_of(is_same(again.items[i].display, list->items[i].display),
				   "the name is the old one", out.bytes);
	}
}

/* The legal form has the same addresses, and is legal. */
static void check_written_anew(const char *text, size_t len, const struct address_list *list)
{
	static const struct rewrite_rule rule = { NULL, NULL };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list again = { 0 };
	CLEANUP(str_done) struct str out = STR_INIT;

	if (!rewrite_list(text, len, &rule, &out))
		return;
	check_legal(out.bytes, out.len);
	require_of(address_parse_list(out.bytes, out.len, &again, &err),
		   "the legal form can be read", out.bytes);
	require_of(again.count == list->count, "it is as long", out.bytes);
	for (size_t i = 0; i < again.count; i++)
		require_of(is_same(again.items[i].local, list->items[i].local) &&
				   is_same(again.items[i].domain, list->items[i].domain),
			   "the addresses are the same", out.bytes);
}

static size_t skip_to(const char *text, size_t len, size_t at, char open, char close)
{
	size_t depth = 1;

	for (at++; at < len && depth; at++) {
		if (text[at] == '\\')
			at++;
		else if (text[at] == close)
			depth--;
		else if (text[at] == open)
			depth++;
	}
	return depth || at > len ? len + 1 : at;
}

/* Where quotes and comments are closed, no address is read out of the middle of them. */
static void check_places(const char *text, size_t len, const struct address_list *list)
{
	size_t item = 0;

	if (memmem(text, len, "=?", 2))
		return;
	for (size_t at = 0, end; at < len; at = end) {
		char close = text[at] == '(' ? ')' : text[at] == '"' ? '"' : '\0';
		end = close ? skip_to(text, len, at, text[at], close) : at + 1;
		if (end > len)
			return;
		while (item < list->count && list->items[item].path.from < at)
			item++;
		if (close && item < list->count)
			require_of(list->items[item].path.from == at ||
					   list->items[item].path.from >= end,
				   "an address in quotes or a comment", text);
	}
}

/* A list that is written and read again is the same. */
static void check_written(const struct address_list *list)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list again = { 0 };
	CLEANUP(str_done) struct str out = STR_INIT;

	address_add_list(&out, list);
	require_of(address_parse_list(out.bytes, out.len, &again, &err),
		   "a written list can be read", out.bytes);
	require_of(again.count == list->count, "it is as long", out.bytes);
	for (size_t i = 0; i < again.count; i++)
		require_of(is_same(again.items[i].local, list->items[i].local) &&
				   is_same(again.items[i].domain, list->items[i].domain),
			   "the addresses are the same", out.bytes);
}

/* The readable part of a list is the same as if it stood alone, and can be written. */
static void check_all(const char *text, size_t len)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(address_faults_done) struct address_faults faults = { 0 };

	address_parse_readable(text, len, &list, &faults);
	for (size_t i = 0; i < faults.count; i++)
		require_of(is_clean(faults.items[i].text) && is_clean(faults.items[i].given),
			   "a fault is printable", faults.items[i].given);
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&list.items[i]);
		check_path(&list.items[i], path);
	}
	check_places(text, len, &list);
	check_rewritten(text, len, &list);
	check_written_anew(text, len, &list);
}

static void check_list(const char *text, size_t len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list list = { 0 };

	check_all(text, len);
	if (!address_parse_list(text, len, &list, &err)) {
		require_of(list.count == 0, "a failure leaves nothing behind", err.text);
		require_of(err.kind == ERR_INPUT && is_clean(err.text), "an error is printable",
			   err.text);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&list.items[i]);
		check_path(&list.items[i], path);
		check_mailbox(&list.items[i], path);
	}
	check_written(&list);
}

static void check_argument(const char *text)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_done) struct address address = { 0 };

	if (address_check(text, &err))
		require_of(is_clean(text) && !strchr(text, '\n'), "what passes is clean", text);
	if (!address_parse_path(text, &address, &err))
		return;
	CLEANUP(mem_free_at) char *path = address_path(&address);
	check_path(&address, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(mem_free_at) char *text = mem_copy_n((const char *)bytes, len);

	check_list((const char *)bytes, len);
	check_argument(text);
	return 0;
}
