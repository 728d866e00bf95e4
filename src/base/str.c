/* str.c - the growing string */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char str_empty[1] = "";

void str_init(struct str *s, size_t max)
{
	*s = (struct str){ .bytes = str_empty, .max = max };
}

static void release(struct str *s)
{
	if (!s->room)
		return;
	if (s->is_secret)
		mem_wipe(s->bytes, s->room);
	free(s->bytes);
}

void str_done(struct str *s)
{
	if (!s)
		return;
	release(s);
	*s = (struct str){ .bytes = str_empty, .max = s->max, .is_secret = s->is_secret };
}

void str_clear(struct str *s)
{
	if (s->is_secret)
		mem_wipe(s->bytes, s->room);
	s->len = 0;
	s->is_full = false;
	if (s->room)
		s->bytes[0] = '\0';
}

/* realloc(3) would leave a copy of a secret in freed memory. */
static void enlarge(struct str *s, size_t room)
{
	if (s->is_secret || !s->room) {
		char *bytes = mem_alloc(room);
		memcpy(bytes, s->bytes, s->len + 1);
		release(s);
		s->bytes = bytes;
	} else {
		s->bytes = mem_resize(s->bytes, room, 1);
	}
	s->room = room;
}

char *str_reserve(struct str *s, size_t len)
{
	if (s->max && (len > s->max || s->len > s->max - len)) {
		s->is_full = true;
		return NULL;
	}
	if (len >= SIZE_MAX / 2 - s->len)
		mem_exhausted();
	size_t need = s->len + len + 1;
	if (need > s->room)
		enlarge(s, need < 64 ? 64 : need + need / 2);
	return s->bytes + s->len;
}

void str_grew(struct str *s, size_t len)
{
	s->len += len;
	s->bytes[s->len] = '\0';
}

void str_add_n(struct str *s, const void *bytes, size_t len)
{
	char *end = len ? str_reserve(s, len) : NULL;

	if (!end)
		return;
	memcpy(end, bytes, len);
	str_grew(s, len);
}

void str_add(struct str *s, const char *text)
{
	str_add_n(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
	str_add_n(s, &c, 1);
}

void str_addv(struct str *s, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		mem_exhausted();
	char *end = str_reserve(s, (size_t)len);
	if (!end)
		return;
	vsnprintf(end, (size_t)len + 1, format, args);
	str_grew(s, (size_t)len);
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(s, format, args);
	va_end(args);
}

void str_drop(struct str *s, size_t len)
{
	if (len == 0)
		return;
	memmove(s->bytes, s->bytes + len, s->len - len);
	str_cut(s, s->len - len);
}

void str_cut(struct str *s, size_t len)
{
	if (len >= s->len)
		return;
	if (s->is_secret)
		mem_wipe(s->bytes + len, s->len - len);
	s->len = len;
	s->bytes[len] = '\0';
}

char *str_take(struct str *s)
{
	char *bytes = s->room ? s->bytes : mem_copy("");

	*s = (struct str){ .bytes = str_empty, .max = s->max, .is_secret = s->is_secret };
	return bytes;
}

char *str_format(const char *format, ...)
{
	struct str s = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&s, format, args);
	va_end(args);
	return str_take(&s);
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static bool are_continuations(const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_continuation(bytes[i]))
			return false;
	return true;
}

/*
 * The range of the second byte excludes overlong forms, surrogates and code points above U+10FFFF.
 */
size_t str_utf8_len(const char *bytes, size_t len)
{
	if (len == 0)
		return 0;
	unsigned char first = (unsigned char)bytes[0];
	unsigned char second = len > 1 ? (unsigned char)bytes[1] : 0;
	size_t want;

	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		want = 2;
	else if (first >= 0xE0 && first <= 0xEF)
		want = 3;
	else if (first >= 0xF0 && first <= 0xF4)
		want = 4;
	else
		return 0;
	if (len < want || !are_continuations(bytes + 1, want - 1))
		return 0;
	if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
	    (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
		return 0;
	return want;
}

bool str_is_utf8(const char *bytes, size_t len)
{
	size_t step;

	for (size_t i = 0; i < len; i += step) {
		step = str_utf8_len(bytes + i, len - i);
		if (!step)
			return false;
	}
	return true;
}

bool str_is_ascii(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			return false;
	return true;
}

unsigned long str_code_point(const char *bytes, size_t len)
{
	static const unsigned char first_mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	unsigned long point = (unsigned char)bytes[0] & first_mask[len];

	for (size_t i = 1; i < len; i++)
		point = point << 6 | ((unsigned char)bytes[i] & 0x3F);
	return point;
}

/* C0, DEL, C1, and characters that move, hide or reorder the text around them. */
static bool is_control(unsigned long point)
{
	static const struct {
		unsigned long first, last;
	} ranges[] = {
		{ 0x0000, 0x001F }, { 0x007F, 0x009F }, { 0x061C, 0x061C },
		{ 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
		{ 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F },
	};

	for (size_t i = 0; i < LENGTH(ranges); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

void str_add_printable(struct str *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t step = str_utf8_len(bytes + i, len - i);
		if (bytes[i] == '\n')
			str_add(s, "\\n");
		else if (step == 0 || is_control(str_code_point(bytes + i, step)))
			str_add_char(s, '?');
		else
			str_add_n(s, bytes + i, step);
		i += step ? step : 1;
	}
}

int str_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
