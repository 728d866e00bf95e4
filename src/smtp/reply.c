/* reply.c - a server's replies, and the capabilities in one of them; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/reply.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "conf/extensions.h"
#include "smtp/remedy.h"

#include <string.h>

const struct phase_facts phases[PHASE_COUNT] = {
#define PHASE(name, seconds, success, refusal, words) { seconds, success, refusal, words },
#include "smtp/phase.def"
#undef PHASE
};

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

/* Whether the line goes on with the reply. */
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

/* Where a line of the text ends that begins at `from`. */
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

static size_t skip_blanks(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && ascii_is_blank(text[n]))
		n++;
	return n;
}

/* Length of what a further line repeats of the first one: the reply code, the enhanced code. */
static size_t repeated_len(const struct passage *passage, const char *line, size_t len)
{
	size_t found = skip_blanks(line, len);
	size_t n = passage->enhanced_len;

	if (line_code(line + found, len - found) == passage->code && found + 3 < len &&
	    (line[found + 3] == ' ' || line[found + 3] == '-'))
		found += 4;
	if (n > 0 && len - found >= n && memcmp(line + found, passage->text, n) == 0 &&
	    (found + n == len || line[found + n] == ' '))
		found += n;
	return found + skip_blanks(line + found, len - found);
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

/* `success` is a list of codes such as "250 251", or the first digit of a class; see phase.def. */
static bool is_success(int code, const char *success)
{
	if (success[0] && !success[1])
		return code / 100 == success[0] - '0' && code != 221;
	for (const char *next = success; *next; next += next[3] ? 4 : 3)
		if (line_code(next, 3) == code)
			return true;
	return false;
}

static enum err_kind failure_kind(const struct reply *reply, enum phase phase)
{
	const int code = reply->code;

	if (code / 100 == 4 || (code == 552 && phase == PHASE_RCPT))
		return ERR_DEFER;
	if (code / 100 != 5)
		return ERR_PROTO;
	enum err_kind kind = remedy_kind(reply, phase);
	return kind != ERR_NONE ? kind : phases[phase].refusal;
}

bool reply_judge(const struct reply *reply, enum phase phase, struct err *err)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct str lines = STR_INIT;

	if (is_success(reply->code, phases[phase].success))
		return true;
	reply_print(reply, &text);
	err_set(err, failure_kind(reply, phase), "%s", text.bytes);
	err->code = reply->code;
	err->reply_len = text.len;
	reply_print_lines(reply, &lines);
	err->reply = str_take(&lines);
	memcpy(err->enhanced, reply->enhanced, sizeof err->enhanced);
	return false;
}

void capabilities_done(struct capabilities *capabilities)
{
	if (!capabilities)
		return;
	str_done(&capabilities->mechanisms);
	*capabilities = (struct capabilities){ .mechanisms = STR_INIT };
}

static void add_mechanisms(struct str *mechanisms, const char *words, size_t len)
{
	str_add_char(mechanisms, ' ');
	for (size_t i = 0; i < len; i++)
		str_add_char(mechanisms,
			     words[i] >= 'a' && words[i] <= 'z' ? (char)(words[i] - 32) : words[i]);
	str_add_char(mechanisms, ' ');
}

static uint64_t read_size(const char *text, size_t len)
{
	uint64_t size = 0;

	for (size_t i = 0; i < len; i++)
		if (!is_digit(text[i]) || __builtin_mul_overflow(size, 10, &size) ||
		    __builtin_add_overflow(size, (uint64_t)(text[i] - '0'), &size))
			return 0;
	return size;
}

static const struct {
	const char *name;
	enum capability capability;
} keywords[] = {
	{ "PIPELINING", CAP_PIPELINING },
	{ "SIZE", CAP_SIZE },
	{ "8BITMIME", CAP_8BITMIME },
	{ "DSN", CAP_DSN },
	{ "SMTPUTF8", CAP_SMTPUTF8 },
	{ "STARTTLS", CAP_STARTTLS },
	{ "AUTH", CAP_AUTH },
	{ "LIMITS", CAP_LIMITS },
	{ "CHUNKING", CAP_CHUNKING },
	{ "ETRN", CAP_ETRN },
};

static unsigned find_keyword(const char *word, size_t len)
{
	for (size_t i = 0; i < LENGTH(keywords); i++)
		if (ascii_is(word, len, keywords[i].name))
			return keywords[i].capability;
	return 0;
}

void capabilities_print(unsigned extensions, struct str *out)
{
	bool is_first = true;

	for (size_t i = 0; i < LENGTH(keywords); i++) {
		if (!(extensions & keywords[i].capability))
			continue;
		str_addf(out, "%s%s", is_first ? "" : " ", keywords[i].name);
		is_first = false;
	}
}

unsigned capabilities_parse(const char *list)
{
	const char *keyword;
	size_t len;
	unsigned found = 0;

	while (list && extensions_next(&list, &keyword, &len))
		found |= find_keyword(keyword, len);
	return found;
}

/* "MAILMAX=20 RCPTMAX=100": of these only the first says when to begin a new session. */
static void read_limits(struct capabilities *capabilities, const char *words, size_t len)
{
	static const char name[] = "MAILMAX=";
	const size_t name_len = sizeof name - 1;

	while (len > 0) {
		const char *blank = memchr(words, ' ', len);
		size_t word = blank ? (size_t)(blank - words) : len;
		if (word > name_len && ascii_begins(words, name))
			capabilities->mail_max = read_size(words + name_len, word - name_len);
		word += blank != NULL;
		words += word;
		len -= word;
	}
}

/* "AUTH=PLAIN" is how some servers said it before RFC 2554. */
static void read_keyword(struct capabilities *capabilities, const char *line, size_t len)
{
	size_t name = 0;

	while (name < len && line[name] != ' ' && line[name] != '=')
		name++;
	unsigned found = find_keyword(line, name);
	if (name < len && line[name] == '=' && found != CAP_AUTH)
		return;
	capabilities->has |= found;
	size_t rest = name < len ? name + 1 : len;
	if (found == CAP_AUTH)
		add_mechanisms(&capabilities->mechanisms, line + rest, len - rest);
	if (found == CAP_LIMITS)
		read_limits(capabilities, line + rest, len - rest);
	if (found == CAP_SIZE)
		capabilities->size_limit = read_size(line + rest, len - rest);
}

void capabilities_read(struct capabilities *capabilities, const struct reply *reply)
{
	const char *end = reply->text.bytes + reply->text.len;
	const char *line = memchr(reply->text.bytes, '\n', reply->text.len);

	capabilities_done(capabilities);
	while (line) {
		line++;
		const char *next = memchr(line, '\n', (size_t)(end - line));
		read_keyword(capabilities, line, (size_t)((next ? next : end) - line));
		line = next;
	}
}

void capabilities_ignore(struct capabilities *capabilities, const char *list)
{
	capabilities->has &= ~capabilities_parse(list) | CAP_STARTTLS | CAP_AUTH;
	if (!(capabilities->has & CAP_SIZE))
		capabilities->size_limit = 0;
	if (!(capabilities->has & CAP_LIMITS))
		capabilities->mail_max = 0;
}

bool capabilities_has_mechanism(const struct capabilities *capabilities, const char *mechanism)
{
	CLEANUP(mem_free_at) char *word = str_format(" %s ", mechanism);

	return memmem(capabilities->mechanisms.bytes, capabilities->mechanisms.len, word,
		      strlen(word)) != NULL;
}
