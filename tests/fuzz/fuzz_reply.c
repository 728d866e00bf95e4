/* fuzz_reply.c - any bytes as a server's lines: taken as a reply, and shown without controls */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "smtp/capabilities.h"
#include "smtp/judge.h"
#include "smtp/reply.h"

#include <string.h>

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return false;
	return true;
}

/* A number of one to three digits; returns the text after it, NULL if there is no number. */
static const char *behind_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits >= 1 && digits <= 3 ? text + digits : NULL;
}

/* d.ddd.ddd, of the reply's class. */
static bool is_enhanced(const char *text, int code)
{
	const char *next = text[0] - '0' == code / 100 && text[1] == '.' ? text + 2 : NULL;

	next = next ? behind_number(next) : NULL;
	next = next && *next == '.' ? behind_number(next + 1) : NULL;
	return next && !*next;
}

static void check_shape(const struct reply *reply)
{
	CLEANUP(str_done) struct str printed = STR_INIT;
	CLEANUP(str_done) struct str lines = STR_INIT;
	CLEANUP(str_done) struct str joined = STR_INIT;

	require(reply->lines >= 1 && reply->lines <= REPLY_LINES_MAX, "the lines are bounded");
	require(reply->code >= 200 && reply->code <= 599, "the code is one");
	require(!reply->enhanced[0] || is_enhanced(reply->enhanced, reply->code),
		"the enhanced code is one, or empty");
	reply_print(reply, &printed);
	require(strlen(printed.bytes) == printed.len && is_clean(printed.bytes) &&
			str_is_utf8(printed.bytes, printed.len),
		"what is shown is printable");
	require(atoi(printed.bytes) == reply->code, "what is shown begins with the code");
	reply_print_lines(reply, &lines);
	reply_join(lines.bytes, &joined);
	require(is_clean(joined.bytes), "lines are joined to what is printable");
	require(reply->text.len > REPLY_SHOWN_MAX || strcmp(joined.bytes, printed.bytes) == 0,
		"lines are joined as the reply is");
}

static void check_judgement(const struct reply *reply)
{
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		if (judge_reply(reply, phase, &err)) {
			require(reply->code < 400, "no refusal is a success");
			require(err.kind == ERR_NONE, "a success is no error");
		} else {
			require(err.kind != ERR_NONE && err.code == reply->code &&
					is_clean(err.text),
				"a failure has kind, code and a printable text");
			require((err.kind == ERR_DEFER) >= (reply->code / 100 == 4),
				"4yz means later");
		}
	}
}

static void check_capabilities(const struct reply *reply)
{
	CLEANUP(capabilities_done) struct capabilities can = { .mechanisms = STR_INIT };

	capabilities_read(&can, reply);
	require(reply->lines > 1 || !can.has, "the first line offers nothing");
	require((can.has & CAP_SIZE) || !can.size_limit, "no limit without SIZE");
	require((can.has & CAP_AUTH) || !can.mechanisms.len, "no mechanism without AUTH");
	for (size_t i = 0; i < can.mechanisms.len; i++)
		require(can.mechanisms.bytes[i] < 'a' || can.mechanisms.bytes[i] > 'z',
			"mechanisms are in upper case");
	require(!capabilities_has_mechanism(&can, "PLAIN") || (can.has & CAP_AUTH),
		"no mechanism without AUTH");
}

/* Lines end LF; each byte 0xFE begins a new reply, as if the one before it had been judged. */
static size_t line_length(const uint8_t *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && bytes[n] != '\n' && bytes[n] != 0xFE)
		n++;
	return n;
}

static void add_line(struct reply *reply, const char *line, size_t len)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	size_t lines = reply->lines;
	enum reply_step step = reply_add_line(reply, line, len, &err);

	if (step == REPLY_BAD) {
		require(err.kind == ERR_PROTO && is_clean(err.text), "nonsense is printable");
		require(reply->lines == lines, "nonsense is not taken");
		return;
	}
	require(err.kind == ERR_NONE && reply->lines == lines + 1, "a line is taken");
	require((step == REPLY_MORE) == (len > 3 && line[3] == '-'), "a dash goes on");
	check_shape(reply);
	if (step == REPLY_DONE) {
		check_judgement(reply);
		check_capabilities(reply);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct reply reply;

	reply_init(&reply);
	while (len > 0) {
		size_t line = line_length(bytes, len);
		/* A separate copy, so that reading beyond its end is found. */
		CLEANUP(mem_free_at) char *copy = mem_alloc(line);
		memcpy(copy, bytes, line);
		add_line(&reply, copy, line);
		if (line < len && bytes[line] == 0xFE)
			reply_clear(&reply);
		line += line < len;
		bytes += line;
		len -= line;
	}
	reply_done(&reply);
	return 0;
}
