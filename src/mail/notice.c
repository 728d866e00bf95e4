/* notice.c - delivery status notifications */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/notice.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "mail/mime.h"

#include <string.h>

enum {
	LINE_LEN = 76,
	LINE_OCTETS_MAX = 998,  /* RFC 5322 section 2.1.1 */
	VALUE_MAX = 900,        /* of a field, or of a word in it */
	WORDS_MAX = 2000,       /* of what a server said */
	HEADER_MAX = 64 * 1024, /* of the original */
	BOUNDARY_NAME_MAX = 40,
	PARTS = 3,
};

#define DIGITS "0123456789"

/*
 * The texts are not translated: whoever reads a notice may be elsewhere, and the locale of a queue
 * run says nothing about them.
 */
static const struct {
	const char *subject;
	const char *verdict;
	const char *action;
} kinds[] = {
	[NOTICE_FAILED] = { "Not delivered", "could not be delivered to", "failed" },
	[NOTICE_DELAYED] = { "Delayed", "has not been delivered yet to", "delayed" },
};

/* Whether the text begins with a word, and the word ends there. */
static bool begins_with_word(const char *text, const char *word, const char *ends)
{
	size_t len = strlen(word);

	return ascii_begins(text, word) && (!text[len] || strchr(ends, text[len]));
}

/* Appends what a field of a report can hold: printable ASCII; any other character becomes `?`. */
static void add_ascii(struct str *out, const char *text, size_t max)
{
	size_t left = strlen(text);
	size_t end = out->len + max;

	while (left && out->len < end) {
		size_t step = str_utf8_len(text, left);
		bool is_plain = *text >= ' ' && *text < 0x7F;
		str_add_char(out, is_plain ? *text : '?');
		text += step ? step : 1;
		left -= step ? step : 1;
	}
}

static void add_field(struct str *out, const char *name, const char *value)
{
	str_addf(out, "%s: ", name);
	add_ascii(out, value, VALUE_MAX);
	str_add(out, "\r\n");
}

static void add_date_field(struct str *out, const char *name, time_t when)
{
	if (!when)
		return;
	str_addf(out, "%s: ", name);
	clock_add_date(out, when);
	str_add(out, "\r\n");
}

/*
 * Length of a word, or of the part of it that a line can hold, which ends with a whole character.
 */
static size_t word_len(const char *text)
{
	size_t len = strcspn(text, " ");

	if (len <= VALUE_MAX)
		return len;
	for (len = VALUE_MAX; len > 1 && ((unsigned char)text[len] & 0xC0) == 0x80;)
		len--;
	return len;
}

/* Appends words in lines that break at blanks; `indent` begins each line but the first. */
static void add_wrapped(struct str *out, const char *text, size_t column, const char *indent)
{
	bool is_first = true;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t len = word_len(text);
		bool is_break = !is_first && column + 1 + len > LINE_LEN;
		if (is_break) {
			str_addf(out, "\r\n%s", indent);
			column = strlen(indent);
		} else if (!is_first) {
			str_add_char(out, ' ');
			column++;
		}
		str_add_n(out, text, len);
		column += len;
		text += len;
		is_first = false;
	}
	str_add(out, "\r\n");
}

/* Appends an error's text with the line ends of a reply, which it holds as `\n`, as blanks. */
static void add_words(struct str *out, const char *text)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	size_t end;

	str_add_printable(&words, text, strlen(text));
	for (end = 0; end < words.len && end < WORDS_MAX; end++)
		if (words.bytes[end] == '\\' && words.bytes[end + 1] == 'n')
			words.bytes[end] = words.bytes[end + 1] = ' ';
	while (end < words.len && ((unsigned char)words.bytes[end] & 0xC0) == 0x80)
		end--;
	str_add_n(out, words.bytes, end);
}

/* What the server said; the whole text where it said nothing. */
static const char *words_of(const struct err *err)
{
	size_t len = err->text ? strlen(err->text) : 0;

	if (!len)
		return "";
	return err->reply_len && err->reply_len <= len ? err->text + len - err->reply_len
						       : err->text;
}

static void add_explanation(struct str *out, const struct notice *notice)
{
	str_addf(out, "This is the mail program on %s.\r\n\r\nYour message of ", notice->host);
	clock_add_date(out, notice->created);
	str_addf(out, "\r\n%s:\r\n", kinds[notice->kind].verdict);
	for (size_t i = 0; i < notice->count; i++) {
		const struct recipient *recipient = notice->recipients[i];
		CLEANUP(str_done) struct str words = STR_INIT;
		add_words(&words, recipient->err.text ? recipient->err.text : "");
		str_addf(out, "\r\n  <%s>\r\n", recipient->address);
		if (!words.len)
			continue;
		str_add(out, "    ");
		add_wrapped(out, words.bytes, 4, "    ");
	}
}

static void add_outlook(struct str *out, const struct notice *notice)
{
	if (notice->kind == NOTICE_FAILED) {
		str_addf(out,
			 "\r\nIt will not be tried again. A copy is kept there;\r\n"
			 "this command sends it once more:\r\n\r\n"
			 "  mailchute --queue-retry %s\r\n",
			 notice->id);
	} else {
		str_add(out, "\r\nIt will be tried again");
		if (notice->retry_until) {
			str_add(out, " until ");
			clock_add_date(out, notice->retry_until);
		}
		str_add(out, ".\r\nThere is no need to send it once more.\r\n");
	}
	str_add(out, "\r\nThe header of your message is attached.\r\n");
}

/* An enhanced code of RFC 3463 that says no: in the class of 4, or in that of 5 if it is final. */
static bool is_enhanced_code(const char *code, bool is_delay)
{
	if ((code[0] != '4' && (code[0] != '5' || is_delay)) || code[1] != '.')
		return false;
	size_t subject_len = strspn(code + 2, DIGITS);
	const char *detail = code + 2 + subject_len + 1;
	if (!subject_len || detail[-1] != '.')
		return false;
	return *detail && !detail[strspn(detail, DIGITS)];
}

/* What was given up without a refusal has run out of time: that is 4.4.7. */
static const char *status_of(const struct notice *notice, const struct err *err)
{
	bool is_delay = notice->kind == NOTICE_DELAYED;

	if (is_enhanced_code(err->enhanced, is_delay))
		return err->enhanced;
	if (is_delay || err->code / 100 == 4)
		return "4.0.0";
	return err->code / 100 != 5 && err_fate(err->kind) == FATE_RETRY ? "4.4.7" : "5.0.0";
}

static void add_diagnostic(struct str *out, const struct err *err)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	CLEANUP(str_done) struct str plain = STR_INIT;

	add_words(&words, words_of(err));
	if (!words.len)
		return;
	str_add(&plain, err->code ? "smtp; " : "X-mailchute; ");
	add_ascii(&plain, words.bytes, WORDS_MAX);
	str_add(out, "Diagnostic-Code: ");
	add_wrapped(out, plain.bytes, sizeof "Diagnostic-Code: " - 1, " ");
}

/* Bytes that str_utf8_len found to be a character. */
static unsigned long code_point(const char *bytes, size_t len)
{
	unsigned long point = (unsigned char)bytes[0] & (len == 1 ? 0x7Ful : 0xFFul >> (len + 1));

	for (size_t i = 1; i < len; i++)
		point = point << 6 | ((unsigned char)bytes[i] & 0x3F);
	return point;
}

/* The utf-8-addr-xtext of RFC 6533 section 3. */
static void add_escaped(struct str *out, const char *path)
{
	size_t left = strlen(path);

	while (left) {
		size_t step = str_utf8_len(path, left);
		bool is_plain = *path > ' ' && *path < 0x7F && !strchr("+=\\", *path);
		if (is_plain || !step)
			str_add_char(out, is_plain ? *path : '?');
		else
			str_addf(out, "\\x{%lX}", code_point(path, step));
		path += step ? step : 1;
		left -= step ? step : 1;
	}
}

static void add_final_recipient(struct str *out, const char *path)
{
	CLEANUP(str_done) struct str value = STR_INIT;

	if (str_is_ascii(path, strlen(path))) {
		str_addf(&value, "rfc822; %s", path);
	} else {
		str_add(&value, "utf-8; ");
		add_escaped(&value, path);
	}
	add_field(out, "Final-Recipient", value.bytes);
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Undoes the xtext of RFC 3461 section 4 where that gives printable ASCII. */
static void add_xtext_field(struct str *out, const char *name, const char *text)
{
	CLEANUP(str_done) struct str value = STR_INIT;

	for (; *text; text++) {
		int high = *text == '+' ? hex_value(text[1]) : -1;
		int low = high >= 0 ? hex_value(text[2]) : -1;
		int code = low >= 0 ? high * 16 + low : 0;
		bool is_plain = code >= ' ' && code < 0x7F;
		str_add_char(&value, is_plain ? (char)code : *text);
		text += is_plain ? 2 : 0;
	}
	add_field(out, name, value.bytes);
}

/* RFC 3464 section 2.3. */
static void add_recipient_fields(struct str *out, const struct notice *notice,
				 const struct recipient *recipient)
{
	str_add(out, "\r\n");
	if (recipient->orcpt)
		add_xtext_field(out, "Original-Recipient", recipient->orcpt);
	add_final_recipient(out, recipient->address);
	add_field(out, "Action", kinds[notice->kind].action);
	add_field(out, "Status", status_of(notice, &recipient->err));
	if (notice->relay && recipient->err.code) {
		CLEANUP(mem_free_at) char *relay = str_format("dns; %s", notice->relay);
		add_field(out, "Remote-MTA", relay);
	}
	add_diagnostic(out, &recipient->err);
	add_date_field(out, "Last-Attempt-Date", notice->last_attempt);
	if (notice->kind == NOTICE_DELAYED)
		add_date_field(out, "Will-Retry-Until", notice->retry_until);
}

/* RFC 3464 section 2.2. */
static void add_report(struct str *out, const struct notice *notice)
{
	CLEANUP(mem_free_at) char *host = str_format("dns; %s", notice->host);

	if (notice->envid)
		add_xtext_field(out, "Original-Envelope-Id", notice->envid);
	add_field(out, "Reporting-MTA", host);
	add_date_field(out, "Arrival-Date", notice->created);
	for (size_t i = 0; i < notice->count; i++)
		add_recipient_fields(out, notice, notice->recipients[i]);
}

/* The fields that fit, whole ones only. */
static void add_original(struct str *out, const struct header *original)
{
	size_t start = original->count ? original->fields[0].start : 0;
	size_t end = start;

	for (size_t i = 0; i < original->count; i++) {
		if (original->fields[i].end - start > HEADER_MAX)
			break;
		end = original->fields[i].end;
	}
	str_add_n(out, original->bytes + start, end - start);
}

/* Length of the line without its end; `next` is set to where the next one begins. */
static size_t line_len(const char *line, size_t len, size_t *next)
{
	const char *end = memchr(line, '\n', len);

	*next = end ? (size_t)(end - line) + 1 : len;
	if (!end)
		return len;
	return end > line && end[-1] == '\r' ? *next - 2 : *next - 1;
}

static bool needs_encoding(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != '\t' && (line[i] < ' ' || line[i] == 0x7F))
			return true;
	return len > LINE_OCTETS_MAX;
}

/* RFC 2045 section 6.7. */
static void add_quoted_printable(struct str *out, const char *line, size_t len)
{
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		bool is_last = i + 1 == len;
		bool is_blank = line[i] == ' ' || line[i] == '\t';
		bool is_plain =
			is_blank ? !is_last : line[i] > ' ' && line[i] < 0x7F && line[i] != '=';
		size_t width = is_plain ? 1 : 3;
		if (column + width + !is_last > LINE_LEN) {
			str_add(out, "=\r\n");
			column = 0;
		}
		if (is_plain)
			str_add_char(out, line[i]);
		else
			str_addf(out, "=%02X", (unsigned char)line[i]);
		column += width;
	}
}

static void add_lines(struct str *out, const struct str *text, bool is_encoded)
{
	size_t next;

	for (size_t at = 0; at < text->len; at += next) {
		size_t len = line_len(text->bytes + at, text->len - at, &next);
		if (is_encoded)
			add_quoted_printable(out, text->bytes + at, len);
		else
			str_add_n(out, text->bytes + at, len);
		str_add(out, "\r\n");
	}
}

/* Appends a part with its header, encoded where its text isn't fit for any line. */
static void add_part(struct str *out, const char *type, const struct str *text)
{
	bool is_encoded = false;
	size_t next;

	for (size_t at = 0; at < text->len && !is_encoded; at += next) {
		size_t len = line_len(text->bytes + at, text->len - at, &next);
		is_encoded = needs_encoding(text->bytes + at, len);
	}
	str_addf(out, "Content-Type: %s\r\n", type);
	if (is_encoded)
		str_add(out, "Content-Transfer-Encoding: quoted-printable\r\n");
	str_add(out, "\r\n");
	add_lines(out, text, is_encoded);
}

static bool occurs(const struct str parts[PARTS], const char *boundary)
{
	for (int i = 0; i < PARTS; i++)
		if (memmem(parts[i].bytes, parts[i].len, boundary, strlen(boundary)))
			return true;
	return false;
}

/* The name in it can't be foreseen by whoever wrote the original, so the first one will do. */
static void choose_boundary(struct str *boundary, const char *message_id,
			    const struct str parts[PARTS])
{
	CLEANUP(str_done) struct str name = STR_INIT;

	for (; *message_id && name.len < BOUNDARY_NAME_MAX; message_id++)
		if (ascii_is_alphanumeric(*message_id))
			str_add_char(&name, *message_id);
	for (unsigned number = 0; !number || occurs(parts, boundary->bytes); number++) {
		str_clear(boundary);
		str_addf(boundary, "=_%s_%u", name.bytes, number);
	}
}

/* The original's Message-ID, so that mail programs show the notice beside it. */
static void add_reference(struct str *out, const struct header *original)
{
	const struct header_field *field = header_find(original, "Message-ID");
	CLEANUP(str_done) struct str id = STR_INIT;

	if (!field)
		return;
	header_add_unfolded(original, field, &id);
	for (size_t i = 0; i < id.len; i++)
		if (id.bytes[i] <= ' ' || id.bytes[i] >= 0x7F)
			return;
	if (id.len < 3 || id.len > VALUE_MAX || id.bytes[0] != '<' || id.bytes[id.len - 1] != '>')
		return;
	str_addf(out, "References: %s\r\n", id.bytes);
}

static void add_subject(struct str *out, const struct notice *notice)
{
	CLEANUP(str_done) struct str subject = STR_INIT;

	str_add(&subject, kinds[notice->kind].subject);
	if (notice->count)
		str_addf(&subject, ": %s", notice->recipients[0]->address);
	if (notice->count > 1)
		str_addf(&subject, " and %zu more", notice->count - 1);
	str_add(out, "Subject: ");
	if (str_is_ascii(subject.bytes, subject.len))
		add_ascii(out, subject.bytes, VALUE_MAX);
	else
		mime_add_encoded_words(out, subject.bytes, sizeof "Subject: " - 1);
	str_add(out, "\r\n");
}

static void add_header(struct str *out, const struct notice *notice, const char *boundary)
{
	add_date_field(out, "Date", notice->now);
	str_add(out, "From: ");
	address_add_mailbox(out, "Mail Delivery System", notice->from);
	str_addf(out, "\r\nTo: %s\r\n", notice->to);
	add_subject(out, notice);
	add_field(out, "Message-ID", notice->message_id);
	add_reference(out, notice->original);
	str_addf(out,
		 "Auto-Submitted: auto-replied\r\n"
		 "MIME-Version: 1.0\r\n"
		 "Content-Type: multipart/report; report-type=delivery-status;\r\n"
		 " boundary=\"%s\"\r\n"
		 "\r\n",
		 boundary);
}

void notice_add(const struct notice *notice, struct str *out)
{
	static const char *const types[PARTS] = {
		"text/plain; charset=utf-8",
		"message/delivery-status",
		"text/rfc822-headers",
	};
	struct str texts[PARTS] = { STR_INIT, STR_INIT, STR_INIT };
	struct str parts[PARTS] = { STR_INIT, STR_INIT, STR_INIT };
	CLEANUP(str_done) struct str boundary = STR_INIT;

	add_explanation(&texts[0], notice);
	add_outlook(&texts[0], notice);
	add_report(&texts[1], notice);
	add_original(&texts[2], notice->original);
	for (int i = 0; i < PARTS; i++)
		add_part(&parts[i], types[i], &texts[i]);
	choose_boundary(&boundary, notice->message_id, parts);
	add_header(out, notice, boundary.bytes);
	for (int i = 0; i < PARTS; i++) {
		str_addf(out, "--%s\r\n%s\r\n", boundary.bytes, parts[i].bytes);
		str_done(&texts[i]);
		str_done(&parts[i]);
	}
	str_addf(out, "--%s--\r\n", boundary.bytes);
}

/* Whether a field of that name has a body that begins with the word, or with another one. */
static bool has_word(const struct header *header, const char *name, const char *word, bool is_other)
{
	for (size_t i = 0; i < header->count; i++) {
		CLEANUP(str_done) struct str body = STR_INIT;
		if (!header_is(header, &header->fields[i], name))
			continue;
		header_add_unfolded(header, &header->fields[i], &body);
		if (body.len && begins_with_word(body.bytes, word, " \t;(") != is_other)
			return true;
	}
	return false;
}

static bool is_daemon(const char *path)
{
	return begins_with_word(path, "MAILER-DAEMON", "@");
}

static bool is_from_daemon(const struct header *header)
{
	CLEANUP(address_done) struct address from = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	return header_sender(header, &from, &err) && from.local && is_daemon(from.local);
}

bool notice_may_send(const char *sender, const struct header *original, bool is_failure)
{
	if (!*sender || strcmp(sender, "<>") == 0 || is_daemon(sender))
		return false;
	if (has_word(original, "Auto-Submitted", "no", true) ||
	    has_word(original, "Content-Type", "multipart/report", false) ||
	    is_from_daemon(original))
		return false;
	return is_failure || !(has_word(original, "Precedence", "bulk", false) ||
			       has_word(original, "Precedence", "junk", false) ||
			       has_word(original, "Precedence", "list", false) ||
			       header_find(original, "List-Id"));
}

/* Without NOTIFY either kind is wanted. */
static bool is_wanted(const char *notify, enum notice_kind kind)
{
	const char *word = kind == NOTICE_FAILED ? "FAILURE" : "DELAY";

	if (!notify)
		return true;
	for (; notify; notify = strchr(notify, ',')) {
		notify += *notify == ',';
		if (begins_with_word(notify, word, ","))
			return true;
	}
	return false;
}

size_t notice_select(const struct envelope *envelope, enum notice_kind kind,
		     const struct recipient **chosen)
{
	const char *states = kind == NOTICE_FAILED ? "f" : ".?";
	size_t count = 0;

	for (size_t i = 0; i < envelope->count; i++) {
		const struct recipient *recipient = &envelope->recipients[i];
		if (strchr(states, recipient->status) && is_wanted(recipient->notify, kind))
			chosen[count++] = recipient;
	}
	return count;
}
