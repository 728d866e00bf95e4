/* uri.c - the URI of an object on a PKCS#11 token, and the PIN in it */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/uri.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "conf/private.h"

#include <string.h>
#include <sys/stat.h>

#define SCHEME "pkcs11:"

enum { PIN_MAX = 4096 };

/* NAME=VALUE, as it is written in the URI. */
struct attribute {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
	bool is_query; /* after the question mark */
};

bool uri_is_token(const char *text)
{
	return text && strncmp(text, SCHEME, strlen(SCHEME)) == 0;
}

/* Before the first call, `rest` is the colon of the scheme and `attribute` is zeroed. */
static bool next_attribute(const char **rest, struct attribute *attribute)
{
	if (!**rest)
		return false;
	if (**rest == '?')
		attribute->is_query = true;
	const char *text = *rest + 1;
	size_t len = strcspn(text, ";?&");
	attribute->name = text;
	attribute->name_len = strcspn(text, "=;?&");
	bool has_value = attribute->name_len < len;
	attribute->value = text + attribute->name_len + (has_value ? 1 : 0);
	attribute->value_len = (size_t)(text + len - attribute->value);
	*rest = text + len;
	return true;
}

static bool has_name(const struct attribute *attribute, const char *name)
{
	return attribute->name_len == strlen(name) &&
	       strncmp(attribute->name, name, attribute->name_len) == 0;
}

static bool find_attribute(const char *uri, const char *name, struct attribute *found)
{
	const char *rest = uri + strlen(SCHEME) - 1;

	*found = (struct attribute){ 0 };
	while (next_attribute(&rest, found))
		if (has_name(found, name) && found->value_len > 0)
			return true;
	return false;
}

bool uri_has_pin_value(const char *uri)
{
	struct attribute unused;

	return uri_is_token(uri) && find_attribute(uri, "pin-value", &unused);
}

/* "pinfile" is an old name of "pin-source". */
static bool is_about_pin(const struct attribute *attribute)
{
	return has_name(attribute, "pin-value") || has_name(attribute, "pin-source") ||
	       has_name(attribute, "pinfile");
}

char *uri_without_pin(const char *uri)
{
	struct str kept = STR_INIT;
	struct attribute attribute = { 0 };
	const char *rest = uri + strlen(SCHEME) - 1;
	char separator = ':';

	str_add_n(&kept, SCHEME, strlen(SCHEME) - 1);
	while (next_attribute(&rest, &attribute)) {
		if (is_about_pin(&attribute))
			continue;
		if (attribute.is_query && separator != '&')
			separator = '?';
		str_add_char(&kept, separator);
		str_add_n(&kept, attribute.name, (size_t)(rest - attribute.name));
		separator = attribute.is_query ? '&' : ';';
	}
	if (separator == ':')
		str_add_char(&kept, ':');
	return str_take(&kept);
}

/* RFC 3986 section 2.1. A NUL byte would end the PIN early. */
static bool decode(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '%') {
			int high = i + 2 < len ? str_hex_digit(text[i + 1]) : -1;
			int low = high >= 0 ? str_hex_digit(text[i + 2]) : -1;
			if (low < 0 || (high | low) == 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		str_add_char(out, c);
	}
	return !out->is_full;
}

static bool take_pin(const struct str *text, struct secret *pin, struct err *err)
{
	size_t len = strcspn(text->bytes, "\r\n");

	if (len == 0)
		return err_set(err, ERR_CONFIG, _("there is no PIN in it"));
	secret_set(pin, text->bytes, len);
	return true;
}

static bool read_pin(const char *path, struct secret *pin, struct err *err)
{
	CLEANUP(str_done) struct str content = STR_SECRET(PIN_MAX);
	CLEANUP(fs_close_at) int fd = file_open(path, ERR_NOINPUT, err);
	struct stat status;

	return (fd >= 0 && fstat(fd, &status) == 0 &&
		(!S_ISREG(status.st_mode) || private_check_as_root(&status, path, err)) &&
		file_read(fd, clock_after(FILE_SECONDS), &content, ERR_NOINPUT, err) &&
		take_pin(&content, pin, err)) ||
	       err_wrap(err, "%s", path);
}

/*
 * Reads a pin-source: "file:PATH", "file://HOST/PATH", or a path. A program ("|...") is an error.
 */
static bool follow_source(const char *source, struct secret *pin, struct err *err)
{
	if (*source == '|')
		return err_set(err, ERR_CONFIG, _("a program is not run; use passwordeval"));
	if (strncmp(source, "file:", 5) == 0)
		source += 5;
	if (strncmp(source, "//", 2) == 0)
		source += 2 + strcspn(source + 2, "/");
	return read_pin(source, pin, err);
}

bool uri_get_pin(const char *uri, struct secret *pin, struct err *err)
{
	CLEANUP(str_done) struct str value = STR_SECRET(PIN_MAX);
	struct attribute attribute;

	if (find_attribute(uri, "pin-value", &attribute)) {
		if (!decode(&value, attribute.value, attribute.value_len))
			return err_set(err, ERR_CONFIG, _("pin-value can't be decoded"));
		secret_set(pin, value.bytes, value.len);
		return true;
	}
	if (!find_attribute(uri, "pin-source", &attribute) &&
	    !find_attribute(uri, "pinfile", &attribute))
		return true;
	if (!decode(&value, attribute.value, attribute.value_len))
		return err_set(err, ERR_CONFIG, _("pin-source can't be decoded"));
	return follow_source(value.bytes, pin, err) || err_wrap(err, "pin-source");
}
