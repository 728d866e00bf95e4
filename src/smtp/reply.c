/* reply.c - a server's replies, read and printed; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/reply.h"

#include "base/ascii.h"
#include "base/i18n.h"

#include <string.h>

void reply_init(struct reply *reply)
{
	*reply = (struct reply){ .text = STR_INIT };
}

void reply_done(struct reply *reply)
{
	if (reply)
		str_done(&reply->text);
}

void reply_clear(struct reply *reply)
{
	str_clear(&reply->text);
	reply->code = 0;
	reply->enhanced[0] = '\0';
	reply->lines = 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The code of a line, or 0: three digits of which the first is 2 to 5. */
static int line_code(const char *line, size_t len)
{
	if (len < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static bool bad_line(const char *line, size_t len, const char *why, struct err *err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, line, len < 80 ? len : 80);
	return err_set(err, ERR_PROTO, "%s: \"%s\"", why, shown.bytes);
}

/* Length of one to three digits. */
static size_t digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && n < 3 && is_digit(text[n]))
		n++;
	return n;
}

/* Length of "5.1.1" at the beginning of the text, 0 if there is none; RFC 2034 section 4. */
static size_t enhanced_len(int code, const char *text, size_t len)
{
	if (len < 5 || text[0] - '0' != code / 100 || text[1] != '.')
		return 0;
	size_t subject = digits(text + 2, len - 2);
	size_t dot = 2 + subject;
	if (!subject || dot >= len || text[dot] != '.')
		return 0;
	size_t detail = digits(text + dot + 1, len - dot - 1);
	size_t end = dot + 1 + detail;
	if (!detail || (end < len && text[end] != ' '))
		return 0;
	return end;
}

static void note_enhanced(struct reply *reply, const char *text, size_t len)
{
	size_t n = enhanced_len(reply->code, text, len);

	memcpy(reply->enhanced, text, n);
	reply->enhanced[n] = '\0';
}

/* Whether the line continues the reply. */
static bool judge_line(const struct reply *reply, const char *line, size_t len, struct err *err)
{
	int code = line_code(line, len);

	if (!code || (len > 3 && line[3] != ' ' && line[3] != '-'))
		return bad_line(line, len, _("the server sent something that is no reply"), err);
	if (reply->lines > 0 && code != reply->code)
		return bad_line(line, len, _("the server sent a reply with two codes"), err);
	if (reply->lines == REPLY_LINES_MAX)
		return err_set(err, ERR_PROTO, _("the server sent a reply of over %d lines"),
			       REPLY_LINES_MAX);
	return true;
}

enum reply_step reply_add_line(struct reply *reply, const char *line, size_t len, struct err *err)
{
	const char *text = line + (len > 4 ? 4 : len);
	size_t text_len = len > 4 ? len - 4 : 0;

	if (!judge_line(reply, line, len, err))
		return REPLY_BAD;
	reply->code = line_code(line, len);
	if (reply->lines++ > 0)
		str_add_char(&reply->text, '\n');
	else
		note_enhanced(reply, text, text_len);
	str_add_n(&reply->text, text, text_len);
	return len > 3 && line[3] == '-' ? REPLY_MORE : REPLY_DONE;
}

/* The end of the line that begins at `from`. */
static size_t line_end(const char *text, size_t from, size_t len)
{
	const char *end = memchr(text + from, '\n', len - from);

	return end ? (size_t)(end - text) : len;
}

/* The lines of a reply, without the reply code; `enhanced_len` is that of the first line's code. */
struct passage {
	int code;
	const char *text;
	size_t len;
	size_t enhanced_len;
};

static size_t skip_text_blanks(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && ascii_is_blank(text[n]))
		n++;
	return n;
}

/* Length of the prefix that a further line repeats: the reply code, the enhanced code. */
static size_t repeated_len(const struct passage *passage, const char *line, size_t len)
{
	size_t found = skip_text_blanks(line, len);
	size_t n = passage->enhanced_len;

	if (line_code(line + found, len - found) == passage->code && found + 3 < len &&
	    (line[found + 3] == ' ' || line[found + 3] == '-'))
		found += 4;
	if (n > 0 && len - found >= n && memcmp(line + found, passage->text, n) == 0 &&
	    (found + n == len || line[found + n] == ' '))
		found += n;
	return found + skip_text_blanks(line + found, len - found);
}

static void print_passage(const struct passage *passage, struct str *out)
{
	const char *text = passage->text;
	size_t before = out->len;

	for (size_t at = 0, end; at < passage->len; at = end + 1) {
		end = line_end(text, at, passage->len);
		size_t begin = at ? at + repeated_len(passage, text + at, end - at) : 0;
		size_t len = end - begin;
		while (at && len > 0 && ascii_is_blank(text[begin + len - 1]))
			len--;
		if (len > 0 && out->len > before)
			str_add_char(out, ' ');
		str_add_printable(out, text + begin, len);
	}
}

static void print_words(int code, const char *text, size_t len, struct str *out)
{
	size_t shown = len > REPLY_SHOWN_MAX ? REPLY_SHOWN_MAX : len;
	const struct passage passage = { code, text, shown,
					 enhanced_len(code, text, line_end(text, 0, shown)) };

	print_passage(&passage, out);
	str_add(out, shown < len ? " ..." : "");
}

void reply_print_words(const struct reply *reply, struct str *out)
{
	print_words(reply->code, reply->text.bytes, reply->text.len, out);
}

void reply_join(const char *lines, struct str *out)
{
	size_t begin = strnlen(lines, 4);

	str_add_n(out, lines, begin);
	print_words(line_code(lines, begin), lines + begin, strlen(lines + begin), out);
}

void reply_print(const struct reply *reply, struct str *out)
{
	str_addf(out, "%d%s", reply->code, reply->text.len ? " " : "");
	reply_print_words(reply, out);
}

void reply_print_lines(const struct reply *reply, struct str *out)
{
	const char *text = reply->text.bytes;
	size_t len = reply->text.len > REPLY_SHOWN_MAX ? REPLY_SHOWN_MAX : reply->text.len;

	str_addf(out, "%d%s", reply->code, reply->text.len ? " " : "");
	for (size_t at = 0; at < len; at = line_end(text, at, len) + 1) {
		size_t end = line_end(text, at, len);
		str_add_printable(out, text + at, end - at);
		str_add(out, end < len ? "\n" : "");
	}
	str_add(out, reply->text.len > len ? " ..." : "");
}
