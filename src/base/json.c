/* json.c - reading some members of a JSON object, and writing texts; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include <stdint.h>
#include <string.h>

/* The text and the reading position. Every function below moves `at`, or returns false. */
struct json {
	const char *at;
	const char *end;
	int depth;
};

static bool read_value(struct json *json);

static void skip_json_blanks(struct json *json)
{
	while (json->at < json->end && memchr(" \t\r\n", *json->at, 4))
		json->at++;
}

static bool take(struct json *json, char c)
{
	if (json->at == json->end || *json->at != c)
		return false;
	json->at++;
	return true;
}

static bool take_word(struct json *json, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(json->end - json->at) < len || memcmp(json->at, word, len) != 0)
		return false;
	json->at += len;
	return true;
}

static bool take_digits(struct json *json)
{
	const char *first = json->at;

	while (json->at < json->end && *json->at >= '0' && *json->at <= '9')
		json->at++;
	return json->at > first;
}

/* Strings */

static void add_utf8(struct str *out, uint32_t point)
{
	static const unsigned char marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	int len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	char bytes[4];

	for (int i = len - 1; i > 0; i--, point >>= 6)
		bytes[i] = (char)(0x80 | (point & 0x3F));
	bytes[0] = (char)(len == 1 ? point : marks[len] | point);
	str_add_n(out, bytes, (size_t)len);
}

static bool take_hex(struct json *json, uint32_t *value)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	*value = 0;
	for (int i = 0; i < 4; i++) {
		const char *found = json->at < json->end ? memchr(digits, *json->at, 22) : NULL;
		if (!found)
			return false;
		size_t digit = (size_t)(found - digits);
		*value = *value << 4 | (uint32_t)(digit < 16 ? digit : digit - 6);
		json->at++;
	}
	return true;
}

/* Reads the four digits after \u: a code unit of UTF-16, which may be the first of a pair. */
static bool take_code_point(struct json *json, struct str *out)
{
	uint32_t first;
	uint32_t second;

	if (!take_hex(json, &first))
		return false;
	if (first >= 0xD800 && first <= 0xDBFF) {
		if (!take_word(json, "\\u") || !take_hex(json, &second) || second < 0xDC00 ||
		    second > 0xDFFF)
			return false;
		first = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
	} else if (first >= 0xDC00 && first <= 0xDFFF) {
		return false;
	}
	add_utf8(out, first);
	return true;
}

static bool take_escape(struct json *json, struct str *out)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";

	if (take(json, 'u'))
		return take_code_point(json, out);
	const char *found = json->at < json->end ? memchr(letters, *json->at, 8) : NULL;
	if (!found)
		return false;
	str_add_char(out, meanings[found - letters]);
	json->at++;
	return true;
}

/* Appends the string that begins here. */
static bool read_string(struct json *json, struct str *out)
{
	if (!take(json, '"'))
		return false;
	while (!take(json, '"')) {
		if (take(json, '\\')) {
			if (!take_escape(json, out))
				return false;
			continue;
		}
		size_t len = str_utf8_len(json->at, (size_t)(json->end - json->at));
		if (len == 0 || (unsigned char)*json->at < 0x20)
			return false;
		str_add_n(out, json->at, len);
		json->at += len;
	}
	return !out->is_full;
}

/* Values that are not wanted */

static bool read_number(struct json *json)
{
	take(json, '-');
	if (!take(json, '0') && !take_digits(json))
		return false;
	if (take(json, '.') && !take_digits(json))
		return false;
	if (take(json, 'e') || take(json, 'E')) {
		if (!take(json, '+'))
			take(json, '-');
		return take_digits(json);
	}
	return true;
}

static bool read_array(struct json *json)
{
	skip_json_blanks(json);
	if (take(json, ']'))
		return true;
	do {
		if (!read_value(json))
			return false;
	} while (take(json, ','));
	return take(json, ']');
}

/* Reads the value of a wanted member. */
static bool read_member(struct json *json, struct json_member *member)
{
	skip_json_blanks(json);
	const char *first = json->at;
	bool is_number = first < json->end && (*first == '-' || (*first >= '0' && *first <= '9'));

	str_clear(&member->value);
	member->kind = JSON_NONE;
	if (first < json->end && *first == '"') {
		member->kind = JSON_STRING;
		return read_string(json, &member->value);
	}
	if (!read_value(json))
		return false;
	if (is_number) {
		member->kind = JSON_NUMBER;
		while (first < json->at && !memchr(" \t\r\n", *first, 4))
			str_add_char(&member->value, *first++);
	}
	return !member->value.is_full;
}

static struct json_member *find_member(const struct str *name, struct json_member *members,
				       size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(members[i].name) == name->len &&
		    memcmp(members[i].name, name->bytes, name->len) == 0)
			return &members[i];
	return NULL;
}

/* Called after the opening bracket. */
static bool read_object(struct json *json, struct json_member *members, size_t count)
{
	skip_json_blanks(json);
	if (take(json, '}'))
		return true;
	do {
		CLEANUP(str_done) struct str name = STR_INIT;
		skip_json_blanks(json);
		if (!read_string(json, &name))
			return false;
		skip_json_blanks(json);
		if (!take(json, ':'))
			return false;
		struct json_member *wanted = find_member(&name, members, count);
		if (wanted ? !read_member(json, wanted) : !read_value(json))
			return false;
		skip_json_blanks(json);
	} while (take(json, ','));
	return take(json, '}');
}

static bool read_nested(struct json *json)
{
	bool is_object = *json->at++ == '{';

	if (++json->depth > JSON_DEPTH_MAX)
		return false;
	bool is_read = is_object ? read_object(json, NULL, 0) : read_array(json);
	json->depth--;
	return is_read;
}

/* Skips any value and the blanks around it. */
static bool read_value(struct json *json)
{
	CLEANUP(str_done) struct str unused = STR_SECRET(0);
	bool is_read;

	skip_json_blanks(json);
	if (json->at == json->end)
		return false;
	switch (*json->at) {
	case '{':
	case '[':
		is_read = read_nested(json);
		break;
	case '"':
		is_read = read_string(json, &unused);
		break;
	case 't':
		is_read = take_word(json, "true");
		break;
	case 'f':
		is_read = take_word(json, "false");
		break;
	case 'n':
		is_read = take_word(json, "null");
		break;
	default:
		is_read = read_number(json);
	}
	skip_json_blanks(json);
	return is_read;
}

bool json_read_object(const char *text, size_t len, struct json_member *members, size_t count)
{
	struct json json = { .at = text, .end = text + len, .depth = 1 };

	for (size_t i = 0; i < count; i++)
		members[i].kind = JSON_NONE;
	skip_json_blanks(&json);
	if (!take(&json, '{') || !read_object(&json, members, count))
		return false;
	skip_json_blanks(&json);
	return json.at == json.end;
}

/* Writing */

/* The output is ASCII only, which is safe for every terminal and parser. RFC 8259 section 7. */
static void add_char(struct str *out, unsigned long code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		str_addf(out, "\\u%04lx\\u%04lx", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
	} else if (code == '"' || code == '\\') {
		str_addf(out, "\\%c", (char)code);
	} else if (code < ' ' || code > '~') {
		str_addf(out, "\\u%04lx", code);
	} else {
		str_add_char(out, (char)code);
	}
}

void json_add_text(struct str *out, const char *bytes, size_t len)
{
	str_add_char(out, '"');
	while (len > 0) {
		size_t step = str_utf8_len(bytes, len);
		add_char(out, step ? str_code_point(bytes, step) : 0xfffd);
		step += !step;
		bytes += step;
		len -= step;
	}
	str_add_char(out, '"');
}

void json_add_ascii(struct str *out, const char *json, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		step = str_utf8_len(json + i, len - i);
		if (step > 1)
			add_char(out, str_code_point(json + i, step));
		else
			str_add_char(out, json[i]);
		step += !step;
	}
}
