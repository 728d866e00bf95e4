/* fuzz_json.c - any bytes as a JSON object: the values are clean, and the same when read again */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "base/json.h"

#include <stdint.h>
#include <string.h>

enum { VALUE_MAX = 64 };

static void check_number(const struct str *value)
{
	char *end;

	require(value->len > 0, "a number has digits");
	(void)strtod(value->bytes, &end);
	require(*end == '\0', "a number is one to the C library");
}

/* Puts a text back into an object, every byte below 0x80 by its number. */
static void write_object(struct str *out, const char *name, const struct str *value)
{
	str_addf(out, "{\"%s\":\"", name);
	for (size_t i = 0; i < value->len; i++) {
		unsigned char c = (unsigned char)value->bytes[i];
		if (c < 0x80)
			str_addf(out, "\\u%04x", c);
		else
			str_add_char(out, (char)c);
	}
	str_add(out, "\"}");
}

static void check_text(const struct json_member *found)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct json_member again = { .name = found->name, .value = STR_MAX(VALUE_MAX) };

	require(str_is_utf8(found->value.bytes, found->value.len), "a text is UTF-8");
	write_object(&text, found->name, &found->value);
	require(json_read_object(text.bytes, text.len, &again, 1), "a text can be read again");
	require(again.kind == JSON_STRING && again.value.len == found->value.len &&
			memcmp(again.value.bytes, found->value.bytes, again.value.len) == 0,
		"a text is the same when it is read again");
	str_done(&again.value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct json_member members[] = {
		{ .name = "access_token", .value = STR_MAX(VALUE_MAX) },
		{ .name = "expires_in", .value = STR_MAX(VALUE_MAX) },
	};
	bool is_read = json_read_object((const char *)bytes, len, members, 2);

	for (size_t i = 0; i < 2; i++) {
		require(members[i].value.len <= VALUE_MAX, "a value is no longer than it may be");
		if (is_read && members[i].kind == JSON_NUMBER)
			check_number(&members[i].value);
		else if (is_read && members[i].kind == JSON_STRING)
			check_text(&members[i]);
		str_done(&members[i].value);
	}
	return 0;
}
