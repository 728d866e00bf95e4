/* fuzz_header.c - any bytes as a header: it is completed once, and sent without Bcc */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/changes.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Looks for the field without the module under test. */
static size_t count_fields(const struct str *text, const char *name)
{
	size_t count = 0;
	const char *end = text->bytes + text->len;

	for (const char *line = text->bytes; line < end;) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		const char *behind = line + strlen(name);
		if (strncasecmp(line, name, strlen(name)) == 0)
			count += behind[strspn(behind, " \t")] == ':';
		line = next ? next + 1 : end;
	}
	return count;
}

static bool has_strict_line_ends(const struct str *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->bytes[i] == '\n' && (i == 0 || text->bytes[i - 1] != '\r'))
			return false;
	return text->len == 0 || text->bytes[text->len - 1] == '\n';
}

static void check_index(const struct header *header, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		require(i == 0 || field->start == at, "fields are adjacent");
		require(field->name_len > 0, "a field has a name");
		require(field->body > field->start + field->name_len, "a body is after its name");
		require(field->end >= field->body, "a field ends after its colon");
		at = field->end;
	}
	require(header->count == 0 || at == header->len, "the last field ends the header");
	require(header->len <= len, "the header is in its bytes");
}

static void check_addresses(const struct header *header)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(address_done) struct address sender = { 0 };

	if (!header_recipients(header, &list, NULL, &err))
		require(err.kind == ERR_INPUT, "an error is about the input");
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(mem_free_at) char *path = address_path(&list.items[i]);
		require(address_check(path, &err), "a recipient passes the check");
	}
	if (!header_sender(header, &sender, &err))
		require(err.kind == ERR_INPUT && !sender.local, "a failure gives no sender");
}

static void check_bodies(const struct header *header)
{
	for (size_t i = 0; i < header->count; i++) {
		CLEANUP(str_done) struct str text = STR_INIT;
		header_add_unfolded(header, &header->fields[i], &text);
		require(!memchr(text.bytes, '\n', text.len), "an unfolded body is one line");
	}
}

static void complete(const char *bytes, size_t len, bool is_replaced, struct str *out)
{
	static const char *const names[] = { "From", "To", "Date", "Message-ID", "Cc" };
	CLEANUP(header_done) struct header header;
	CLEANUP(changes_done) struct changes changes;

	header_index(&header, bytes, len);
	check_index(&header, len);
	check_addresses(&header);
	check_bodies(&header);
	changes_init(&changes, &header);
	changes_drop(&changes, "Bcc");
	changes_drop(&changes, "Resent-Bcc");
	for (size_t i = 0; is_replaced && i < LENGTH(names); i++)
		changes_drop(&changes, names[i]);
	for (size_t i = 0; is_replaced && i < LENGTH(names) - 1; i++)
		changes_add(&changes, names[i], "x");
	changes_write(&changes, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(str_done) struct str plain = STR_INIT;
	CLEANUP(str_done) struct str again = STR_INIT;
	CLEANUP(str_done) struct str full = STR_INIT;

	complete((const char *)bytes, len, false, &plain);
	require(count_fields(&plain, "Bcc") == 0, "no Bcc is left");
	require(count_fields(&plain, "Resent-Bcc") == 0, "no Resent-Bcc is left");
	require(has_strict_line_ends(&plain), "every line ends CRLF");
	complete(plain.bytes, plain.len, false, &again);
	require(plain.len == again.len && memcmp(plain.bytes, again.bytes, plain.len) == 0,
		"what is complete stays as it is");
	complete((const char *)bytes, len, true, &full);
	require(count_fields(&full, "From") == 1 && count_fields(&full, "To") == 1 &&
			count_fields(&full, "Cc") == 0 && count_fields(&full, "Date") == 1 &&
			count_fields(&full, "Message-ID") == 1,
		"what is replaced is there once");
	require(count_fields(&full, "Bcc") == 0, "no Bcc is left beside what is replaced");
	return 0;
}
