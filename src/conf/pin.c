/* pin.c - pins: digests of public keys, and the type of setting that holds them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/pin.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

static bool drop_prefix(const char **text, size_t *len, const char *prefix)
{
	size_t length = strlen(prefix);

	if (*len < length || !ascii_begins(*text, prefix))
		return false;
	*text += length;
	*len -= length;
	return true;
}

static bool read_base64(struct pin *pin, const char *text, size_t len)
{
	CLEANUP(str_done) struct str bytes = STR_MAX(sizeof pin->bytes);

	if (!base64_read(&bytes, text, len) || bytes.len != sizeof pin->bytes)
		return false;
	memcpy(pin->bytes, bytes.bytes, bytes.len);
	return true;
}

static bool read_hex(struct pin *pin, const char *text, size_t len)
{
	const char *end = text + len;

	for (size_t i = 0; i < sizeof pin->bytes; i++) {
		if (i > 0 && text < end && *text == ':')
			text++;
		int high = text < end ? str_hex_digit(text[0]) : -1;
		int low = high >= 0 && text + 1 < end ? str_hex_digit(text[1]) : -1;
		if (low < 0)
			return false;
		pin->bytes[i] = (unsigned char)(high << 4 | low);
		text += 2;
	}
	return text == end;
}

/* Reads "pin-sha256:" or "sha256//" with base64, or hexadecimal digits. */
static bool read_pin(struct pin *pin, const char *text, size_t len)
{
	if (drop_prefix(&text, &len, "pin-sha256:") || drop_prefix(&text, &len, "sha256//"))
		return read_base64(pin, text, len);
	(void)drop_prefix(&text, &len, "sha256:");
	return read_hex(pin, text, len);
}

void pin_print(const struct pin *pin, struct str *out)
{
	str_add(out, "pin-sha256:");
	base64_add(out, pin->bytes, sizeof pin->bytes);
}

static const char *skip_separators(const char *text)
{
	return text + strspn(text, " \t,;");
}

static bool add_pins(struct pins *pins, const char *text)
{
	for (text = skip_separators(text); *text; text = skip_separators(text)) {
		size_t len = strcspn(text, " \t,;");
		mem_grow(pins->items, pins->count);
		if (!read_pin(&pins->items[pins->count++], text, len))
			return false;
		text += len;
	}
	return pins->count > 0;
}

static void release_pins(void *field)
{
	struct pins *pins = field;

	free(pins->items);
	*pins = (struct pins){ 0 };
}

static bool parse_pins(const char *choices, void *field, const char *text)
{
	CLEANUP(release_pins) struct pins read = { 0 };

	(void)choices;
	if (!add_pins(&read, text))
		return false;
	release_pins(field);
	*(struct pins *)field = (struct pins){ mem_take(&read.items), read.count };
	return true;
}

static void print_pins(const char *choices, const void *field, struct str *out)
{
	const struct pins *pins = field;

	(void)choices;
	for (size_t i = 0; i < pins->count; i++) {
		str_add(out, i ? " " : "");
		pin_print(&pins->items[i], out);
	}
}

static bool has_pins(const void *field)
{
	return ((const struct pins *)field)->count > 0;
}

static void copy_pins(void *to, const void *from)
{
	const struct pins *pins = from;
	struct pins *copy = to;

	*copy = (struct pins){ 0 };
	for (; copy->count < pins->count; copy->count++) {
		mem_grow(copy->items, copy->count);
		copy->items[copy->count] = pins->items[copy->count];
	}
}

const struct option_type option_type_PINS = {
	.expected = N_("pins such as pin-sha256:BASE64, or 64 hexadecimal digits each"),
	.parse = parse_pins,
	.print = print_pins,
	.has_value = has_pins,
	.copy = copy_pins,
	.release = release_pins,
};
