/* fuzz_alias.c - any bytes as an aliases file: targets are clean, single, and final */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/alias.h"

#include <stdint.h>
#include <string.h>

static void check_error(const struct err *err)
{
	require_of(err->kind == ERR_CONFIG, "an error is one of the settings", err->text);
	require_of(strncmp(err->text, "file:", 5) == 0, "an error names the file", err->text);
	for (const char *c = err->text; *c; c++)
		require_of((unsigned char)*c >= 0x20 && *c != 0x7F, "an error is printable",
			   err->text);
}

static void check_addresses(const struct address_list *list)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	for (size_t i = 0; i < list->count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&list->items[i]);
		require_of(address_check(path, &err), "a target passes the check", path);
		require_of(path[0] != '|' && strncmp(path, "\"|", 2) != 0, "a target is no command",
			   path);
	}
}

static void check_same(const struct address_list *a, const struct address_list *b)
{
	require_of(a->count == b->count, "what was expanded stays as it is", "count");
	for (size_t i = 0; i < a->count; i++)
		require_of(strcmp(a->items[i].local, b->items[i].local) == 0,
			   "what was expanded stays as it is", a->items[i].local);
}

static void check_expansion(const struct alias_table *table, struct address *address)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list out = { 0 };
	CLEANUP(address_list_done) struct address_list again = { 0 };
	const struct address_list in = { .items = address, .count = 1 };

	if (!alias_expand(table, &in, &out, &err)) {
		require_of(out.count == 0, "a failure leaves nothing behind", err.text);
		check_error(&err);
		return;
	}
	require_of(out.count > 0, "a recipient does not vanish", address->local);
	check_addresses(&out);
	require_of(alias_expand(table, &out, &again, &err), "a result can be expanded", err.text);
	check_same(&out, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(alias_table_done) struct alias_table table = { 0 };
	char name[] = "nobody";
	struct address nobody = { .local = name };

	if (!alias_table_parse(&table, "file", (const char *)bytes, len, &err)) {
		check_error(&err);
		return 0;
	}
	for (size_t i = 0; i < table.count; i++) {
		check_addresses(&table.items[i].targets);
		check_expansion(&table, &table.items[i].name);
	}
	check_expansion(&table, &nobody);
	return 0;
}
