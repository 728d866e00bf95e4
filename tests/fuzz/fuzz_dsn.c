/* fuzz_dsn.c - any bytes as a reply and a header: the notice about them is whole, and ours */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz.h"

#include "mail/dsn.h"
#include "mail/dsn_policy.h"
#include "mail/message.h"
#include "smtp/judge.h"

#include <stdint.h>
#include <string.h>

/* The reply is the text before the first line that is no reply; returns its length. */
static size_t read_reply(const char *bytes, size_t len, struct err *err)
{
	struct reply reply;
	enum reply_step step = REPLY_MORE;
	size_t at = 0;

	reply_init(&reply);
	while (step == REPLY_MORE && at < len) {
		const char *lf = memchr(bytes + at, '\n', len - at);
		size_t line = lf ? (size_t)(lf - bytes) - at : len - at;
		step = reply_add_line(&reply, bytes + at, line, err);
		at += line + (lf != NULL);
	}
	if (step == REPLY_DONE && judge_reply(&reply, PHASE_RCPT, err))
		require(err->kind == ERR_NONE, "what is no refusal has no error");
	reply_done(&reply);
	return at;
}

static void check_lines(const struct str *text)
{
	size_t column = 0;

	for (size_t i = 0; i < text->len; i++, column++) {
		char c = text->bytes[i];
		bool is_end = c == '\n';
		require(c && (unsigned char)c < 0x80, "it is ASCII without NUL");
		require(!is_end || (i > 0 && text->bytes[i - 1] == '\r'), "no bare LF");
		require(c != '\r' || text->bytes[i + 1] == '\n', "no bare CR");
		require(column <= 1000, "no line is too long");
		column = is_end ? (size_t)-1 : column;
	}
	require(column == 0, "its last line has an end");
}

/* No reply of a relay adds or replaces a field. */
static void check_header(const struct str *text)
{
	static const char *const names[] = { "Date",           "From",         "To",
					     "Subject",        "Message-ID",   "References",
					     "Auto-Submitted", "MIME-Version", "Content-Type" };
	CLEANUP(header_done) struct header header;
	size_t known = 0;

	header_index(&header, text->bytes, text->len);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t count = 0;
		for (size_t j = 0; j < header.count; j++)
			count += header_is(&header, &header.fields[j], names[i]);
		require(count == 1 || strcmp(names[i], "References") == 0, "each field is there");
		require(count <= 1, "no field is there twice");
		known += count;
	}
	require(known == header.count, "there are no other fields");
	require(memcmp(text->bytes + header.len, "\r\n", 2) == 0, "the header ends");
}

/* Lines that begin as a boundary does; the field that says so is ours, and comes first. */
static void check_parts(const struct str *text)
{
	const char *found = strstr(text->bytes, "boundary=\"");
	size_t count = 0;

	require(found, "it says what parts it");
	found += sizeof "boundary=\"" - 1;
	CLEANUP(mem_free_at)
	char *line = str_format("\r\n--%.*s", (int)strcspn(found, "\""), found);
	for (const char *at = text->bytes; (at = strstr(at, line)); at += 2)
		count++;
	require(count == 4, "it has three parts");
}

static void write_notice(const struct err *reason, const struct header *original, bool is_delay)
{
	static char address[] = "bob@b.example";
	struct recipient recipient = { .address = address, .err = *reason };
	const struct recipient *const recipients[] = { &recipient };
	CLEANUP(str_done) struct str text = STR_INIT;
	const struct dsn notice = {
		.kind = is_delay ? DSN_DELAYED : DSN_FAILED,
		.to = "alice@a.example",
		.from = "MAILER-DAEMON@box.example",
		.host = "box.example",
		.id = "0123456789abcdefabcdefgh",
		.message_id = "<0123456789abcdefabcdefgh.failed@box.example>",
		.now = 1763902832,
		.created = 1763902832,
		.recipients = recipients,
		.count = 1,
		.original = original,
	};

	dsn_add(&notice, &text);
	check_lines(&text);
	check_header(&text);
	check_parts(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(err_done) struct err reason = ERR_INIT;
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	size_t used = read_reply((const char *)bytes, len, &reason);

	message_init(&message);
	message_begin(&message);
	if (!message_take(&message, (const char *)bytes + used, len - used, &unfit) ||
	    !message_end(&message, &unfit))
		return 0;
	write_notice(&reason, &message.header, false);
	write_notice(&reason, &message.header, true);
	(void)dsn_policy_may_send("alice@a.example", &message.header, true);
	return 0;
}
